"""What may be said of a turn cut short (design law 4: not sent and unknown are two things)."""

import pytest

from drivers.contract import Outcome, Poll
from drivers.line.job import Job
from drivers.line.turns import Ask
from drivers.new_era.turns import READ_RATE, START, poll, set_lease


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
