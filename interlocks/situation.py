"""Everything a rule may look at, in one frozen value.

Theory of operation. An evaluation is a function of (rules, states, situation) and of nothing else; that is
what makes a recorded journal replay to the same findings. There is no clock to read here: `now` is handed
in.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlocks.frozen import quick
from interlocks.picture import Picture
from interlocks.trace import Trace
from interlocks.vocabulary import Alert, Baseline, Course, Flag, Flow, Sample, Signal, Stamp


class Clock(StrEnum):
    """Which of the two monotonic clocks a duration is written in."""

    TREATMENT = "treatment"
    LINK = "link"


@quick
@dataclass(frozen=True, slots=True)
class Situation:
    """What holds at this event.

    Attributes:
        now: the instant of the event.
        picture: newest sample per signal, this event's samples included.
        fresh: signals observed new in this very event.
        baseline: the patient's own values; None: not taken, which makes every relative condition an ERROR.
        flow: the pump's counter against the command.
        flags: technical facts present now.
        fitted: of the signals that need a source of their own, those that have one: their silence means something.
        guarding_since: start of guarding; the age of a signal never seen counts from here.
        trace: line pressure of the last seconds.
        rejects: signals whose newest readings were refused, and how many in a row.
        course: how long the session has been going on.
        alerts: stands demanded by rows in the last ten minutes, oldest first.
        tick_gap_ms: the longest recent gap between two control cycles, link time.
    """

    now: Stamp
    picture: Picture
    fresh: frozenset[Signal]
    baseline: Baseline | None
    flow: Flow
    flags: frozenset[Flag]
    fitted: frozenset[Signal]
    guarding_since: Stamp
    trace: Trace
    rejects: tuple[tuple[Signal, int], ...]
    course: Course
    alerts: tuple[Alert, ...]
    tick_gap_ms: int


@dataclass(frozen=True, slots=True)
class MaxAge:
    """How old a sample may be, ms on the named clock, before a condition on it is STALE."""

    after_ms: int
    clock: Clock

    def is_exceeded(self, sample: Sample, now: Stamp) -> bool:
        """Tell whether the sample is too old. Treatment age is the worse of device time and arrival."""
        age_ms = now.link_ms - sample.received.link_ms
        if self.clock is Clock.TREATMENT:
            age_ms = max(age_ms, now.ms - sample.measured_ms)
        return age_ms > self.after_ms


def elapsed_ms(clock: Clock, since: Stamp, now: Stamp) -> int:
    """Return the time from `since` to `now` on the named clock, ms."""
    return now.link_ms - since.link_ms if clock is Clock.LINK else now.ms - since.ms
