"""Each question twice with another between; what differs is not believed (row 25, docs/decisions/0020)."""

import pytest

from drivers.line.turns import Unanswered
from drivers.new_era import turns
from drivers.new_era.basic import ROUNDS, is_flow, seen_twice
from drivers.new_era.codec import Reply
from drivers.new_era.turns import Ask, Ending, Proof, Refused, Turn

RATE = "I26.25MH"


def play(turn: Turn, *answers: str) -> tuple[list[str], Ending | str]:
    asked: list[str] = []
    remaining = list(answers)
    try:
        ask: Ask = next(turn)
        while True:
            asked.append(ask.text.decode())
            said = remaining.pop(0)
            ask = turn.send(Reply(0, said[0], said[1:].encode()))
    except StopIteration as end:
        return asked, end.value
    except Refused as refusal:
        return asked, str(refusal)


def poll() -> Turn:
    return seen_twice(turns.poll(with_diameter=False, with_target=False, watch_s=0))


def dis(infused: str, letter: str = "I") -> str:
    return f"{letter}I{infused}W0.000ML"


def test_a_poll_asks_counter_and_rate_twice_and_believes_the_newer() -> None:
    asked, ending = play(poll(), dis("1.000"), RATE, dis("1.001"), RATE)
    assert asked == ["DIS", "RAT", "DIS", "RAT"]
    assert isinstance(ending, Ending)
    assert ending.report is not None
    assert (ending.report.infused_nl, ending.report.rate_nl_h) == (1_001_000, 26_250_000)


@pytest.mark.parametrize(
    "garbled",
    [
        (dis("9.000"), RATE, dis("1.001"), RATE),
        (dis("1.000"), RATE, dis("3.000"), RATE),
        (dis("1.000"), "I66.25MH", dis("1.001"), RATE),
        (dis("1.000"), RATE, dis("1.001"), "I26.25UH"),
        (dis("1.000"), RATE, dis("1.001", "X"), RATE),
        (dis("1.000", "S"), RATE, dis("1.001"), RATE),
    ],
)
def test_what_differs_is_asked_anew(garbled: tuple[str, ...]) -> None:
    asked, ending = play(poll(), *garbled, dis("1.002"), RATE, dis("1.002"), RATE)
    assert len(asked) == 8
    assert isinstance(ending, Ending)
    assert ending.report is not None
    assert ending.report.infused_nl == 1_002_000


def test_what_differs_every_time_is_no_belief() -> None:
    asked, ending = play(poll(), *(dis("1.000"), RATE, dis("3.000"), RATE) * ROUNDS)
    assert len(asked) == 4 * ROUNDS
    assert "DIS was answered" in str(ending)
    assert "II1.000W0.000ML and II3.000W0.000ML" in str(ending)


def test_a_setting_is_asked_twice_with_another_between_and_a_write_once() -> None:
    """One answer that comes twice cannot vouch for itself."""

    def turn() -> Turn:
        yield turns.READ_VOLUME
        yield turns.START
        reply = yield turns.READ_RATE
        raise Refused(reply.text.decode())

    answers = ["S1.000ML", "S5.000MH", "S1.000ML", "I", RATE, "IINF", RATE]
    asked, ending = play(seen_twice(turn()), *answers)
    assert asked == ["VOL", "RAT", "VOL", "RUN", "RAT", "DIR", "RAT"]
    assert ending == "26.25MH"


def test_a_stop_whose_answer_is_lost_is_still_read_back() -> None:
    """I9: the halt's turn is told that it is lost, and goes on."""
    turn = seen_twice(turns.halt(Proof()))
    assert next(turn).is_halt
    assert turn.throw(Unanswered()).text == b"DIS"


@pytest.mark.parametrize(
    ("letter", "first", "second", "flows"),
    [
        ("I", "I1.000W0.000ML", "I1.004W0.000ML", True),
        ("I", "I1.000W0.000ML", "I1.005W0.000ML", False),
        ("I", "I1.000W0.000ML", "I0.999W0.000ML", False),
        ("I", "I1.000W0.000ML", "I1.000W0.001ML", False),
        ("I", "I1.000W0.000ML", "I1.000W0.000UL", False),
        ("W", "I1.000W0.000ML", "I1.000W0.004ML", True),
        ("W", "I1.000W0.000ML", "I1.001W0.000ML", False),
        ("S", "I1.000W0.000ML", "I1.000W0.000ML", True),
        ("S", "I1.000W0.000ML", "I1.001W0.000ML", False),
        ("X", "I1.000W0.000ML", "I9.000W0.000ML", True),
    ],
)
def test_a_counter_moves_as_the_letter_and_the_rate_say(
    letter: str, first: str, second: str, *, flows: bool
) -> None:
    """26.25 mL/h: 3.6 uL in half a second, and one step of the display."""
    early, late = (Reply(0, letter, text.encode()) for text in (first, second))
    assert is_flow(early, late, Reply(0, letter, b"26.25MH")) is flows
