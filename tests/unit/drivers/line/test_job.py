"""What may be said of a turn cut short (design law 4: not sent and unknown are two things)."""

import pytest

from drivers.contract import Halt, Outcome, Poll
from drivers.line.job import LOSSES_TO_END, LOSSES_TO_READ_BACK, Job
from drivers.line.turns import Ask, Ending
from drivers.new_era.turns import READ_DISPENSED, READ_RATE, START, STOP, halt, poll, set_lease


def job_after(ask: Ask | None, *, was_declined: bool = False) -> Job:
    job = Job(Poll(), poll(with_diameter=False, with_target=False, watch_s=2), ask=ask)
    job.note_left(was_declined=was_declined)
    return job


@pytest.mark.parametrize(
    ("ask", "unproven", "refused"),
    [
        (None, Outcome.NOT_SENT, Outcome.REFUSED),
        (READ_RATE, Outcome.NOT_SENT, Outcome.REFUSED),
        (set_lease(2), Outcome.UNKNOWN, Outcome.REFUSED),
        (START, Outcome.UNKNOWN, Outcome.UNKNOWN),
    ],
)
def test_the_worst_frame_that_left_decides(ask: Ask | None, unproven: Outcome, refused: Outcome) -> None:
    job = job_after(ask)
    assert (job.unproven, job.refused) == (unproven, refused)


def test_a_start_the_pump_declined_is_a_refusal() -> None:
    assert job_after(START, was_declined=True).refused is Outcome.REFUSED


def halting() -> Job:
    job = Job.proving(Halt(), halt)
    job.ask = next(job.steps)
    assert job.ask is STOP
    return job


def test_an_unanswered_stop_is_said_again_and_only_then_read_back() -> None:
    """I10 and row 1: it is repeated, and a pump that obeys without a word is found out all the same."""
    job = halting()
    asked = []
    while job.says_stop_again:
        job.ask = job.after_loss(halt)
        asked.append(job.ask)
    assert asked == [STOP] * (LOSSES_TO_READ_BACK - 1) + [READ_DISPENSED]
    assert job.losses == LOSSES_TO_END - 1


def test_a_lost_readback_is_a_stop_said_again() -> None:
    job = halting()
    job.ask = READ_DISPENSED
    assert job.after_loss(halt) is STOP


def test_a_halt_that_is_proven_and_a_poll_are_not_said_again() -> None:
    job = halting()
    job.proof.ending = Ending(Outcome.CONFIRMED, "it stands")
    assert not job.says_stop_again
    assert not job_after(READ_RATE).says_stop_again
