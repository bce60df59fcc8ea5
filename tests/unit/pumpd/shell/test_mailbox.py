"""The line of events: in order, bounded, and never at the cost of a person or a pump."""

import pytest

from drivers.contract import Outcome
from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.shell.mailbox import CAPACITY, Mailbox, MailboxFullError


def at(ms: int) -> Stamp:
    return Stamp(ms, ms)


def ticked(ms: int) -> ev.Ticked:
    return ev.Ticked(at=at(ms))


def ended(number: int) -> ev.PumpCommandEnded:
    return ev.PumpCommandEnded(at=at(number), command_id=number, outcome=Outcome.CONFIRMED, detail="")


def paused(number: int) -> ev.PausePressed:
    return ev.PausePressed(at=at(number), request_id=f"r{number}", by="nina")


def drain(mailbox: Mailbox) -> list[tuple[str, ev.Event]]:
    taken = []
    while (letter := mailbox.take()) is not None:
        taken.append(letter)
    return taken


def test_what_is_put_comes_out_in_order_with_its_channel() -> None:
    mailbox = Mailbox()
    letters: list[tuple[str, ev.Event]] = [("bed-1", paused(1)), ("bed-2", ticked(2)), ("bed-1", ended(3))]
    for letter in letters:
        mailbox.put(*letter)
    assert len(mailbox) == 3
    assert drain(mailbox) == letters
    assert len(mailbox) == 0


def test_an_empty_mailbox_gives_none() -> None:
    assert Mailbox().take() is None


@pytest.mark.parametrize(
    "droppable",
    [
        ticked(0),
        ev.SamplesArrived(at=at(0), samples=()),
        ev.SampleRefused(at=at(0), device="monitor-1", reason="late", detail=""),
    ],
)
def test_at_the_bound_the_oldest_thing_that_the_next_of_its_kind_replaces_is_dropped(
    droppable: ev.Event,
) -> None:
    """Every queue is bounded (design 5): vitals and ticks are the newest, never a queue."""
    mailbox = Mailbox(3)
    mailbox.put("bed-1", paused(1))
    mailbox.put("bed-1", droppable)
    mailbox.put("bed-1", ticked(9))
    mailbox.put("bed-1", ended(2))
    assert mailbox.dropped == 1
    assert [event for _, event in drain(mailbox)] == [paused(1), ticked(9), ended(2)]


def test_what_a_person_did_or_a_pump_said_is_never_dropped() -> None:
    """Nurse and pump events are never dropped (design 5): the mailbox refuses aloud instead."""
    mailbox = Mailbox(2)
    mailbox.put("bed-1", paused(1))
    mailbox.put("bed-1", ended(2))
    with pytest.raises(MailboxFullError, match="2 events are waiting"):
        mailbox.put("bed-1", ended(3))
    assert [event for _, event in drain(mailbox)] == [paused(1), ended(2)]
    assert mailbox.dropped == 0


def test_the_bound_holds_against_a_flood_of_ticks() -> None:
    mailbox = Mailbox()
    for ms in range(CAPACITY + 500):
        mailbox.put("bed-1", ticked(ms))
    assert len(mailbox) == CAPACITY
    assert mailbox.dropped == 500
    assert mailbox.take() == ("bed-1", ticked(500))
