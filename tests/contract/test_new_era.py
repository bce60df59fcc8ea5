"""What only the New Era family does: the fake of the unit tests answers as the simulator's face does."""

import pytest
from contract.fake_new_era import FakeNewEra, frame

from hil_sim.pumps.new_era import NewEraPump

#: One session, word by word, from a pump just switched on to one that has been halted twice.
SESSION = (
    *(
        "0SAF2",
        "0SAF2",
        "0VER",
        "0DIA26.59",
        "0DIA",
        "0DIR",
        "0DIRINF",
        "0VOLML",
        "0PHN1",
        "0FUNRAT",
        "0PHN2",
        "0FUNSTP",
    ),
    *(
        "0PHN1",
        "0VOL17.50",
        "0RAT26.25MH",
        "0VOL",
        "0RAT",
        "0SAF",
        "0RUN",
        "0RUN",
        "0RAT13.12",
        "0RAT",
        "0RAT5.000UH",
    ),
    *("0DIA21.59", "0STP", "0STP", "0STP"),
)


def test_the_fake_of_the_unit_tests_says_what_the_simulator_says() -> None:
    """A fake is itself held to what it stands for; both were written apart from the same fact sheet."""
    fake, face = FakeNewEra(), NewEraPump()
    face.receive(b"0\r", 0)  # takes the alarm of a pump just switched on, which the fake is not
    assert b"A?R" in face.output()
    for now, word in enumerate(SESSION):
        face.receive(frame(word), now)
        assert fake.feed(frame(word), now) == face.output(), word


@pytest.mark.virtual_time
async def test_a_frame_for_another_address_draws_no_answer_from_either() -> None:
    """Faults row 31."""
    fake, face = FakeNewEra(), NewEraPump()
    face.receive(frame("5VER"), 0)
    assert fake.feed(frame("5VER"), 0) == face.output() == b""
