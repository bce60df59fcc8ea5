"""Everything a rule may look at, in one frozen value.

Theory of operation. An evaluation is a function of (rules, states, situation) and of nothing else; that is
what makes a recorded journal replay to the same findings. There is no clock to read here: `now` is handed
in.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from interlocks.frozen import computed, quick
from interlocks.picture import Picture
from interlocks.trace import Trace
from interlocks.vocabulary import Alert, Baseline, Course, Flag, Flow, Sample, Signal, Stamp


class Clock(StrEnum):
    """Which of the two monotonic clocks a duration is written in."""

    TREATMENT = "treatment"
    LINK = "link"


#: By names of their own, for what is asked at every look; see `vocabulary.TRUE`.
TREATMENT: Final = Clock.TREATMENT
LINK: Final = Clock.LINK


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
        known: the picture's samples by signal, for the many questions of one evaluation. Computed.
        cuff_ms: measured time of the newest cuff reading; None: none yet. Computed.
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
    known: Mapping[Signal, Sample] = computed(lambda one: {each.signal: each for each in one.picture.samples})
    cuff_ms: int | None = computed(lambda one: one.picture.cuff_measured_ms())


@dataclass(frozen=True, slots=True)
class MaxAge:
    """How old a sample may be, ms on the named clock, before a condition on it is STALE."""

    after_ms: int
    clock: Clock

    def is_exceeded(self, sample: Sample, now: Stamp) -> bool:
        """Tell whether the sample is too old. Treatment age is the worse of device time and arrival."""
        age_ms = now.link_ms - sample.received.link_ms
        if self.clock is TREATMENT:
            age_ms = max(age_ms, now.ms - sample.measured_ms)
        return age_ms > self.after_ms


def elapsed_ms(clock: Clock, since: Stamp, now: Stamp) -> int:
    """Return the time from `since` to `now` on the named clock, ms."""
    return now.link_ms - since.link_ms if clock is LINK else now.ms - since.ms
