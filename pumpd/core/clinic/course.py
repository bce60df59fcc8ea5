"""The course of a clinic's session, from order to close, as frozen values.

Theory of operation. A site either keeps the whole course (`Policy.clinic`) or none of it (the bench). What the care around
an infusion has come to is one value, `Care`: what was answered, confirmed, seen and said, and by whom. A new order makes
it anew. It is part of the channel, so it is in every snapshot and outlives the daemon.

Times are sums of treatment time or wall clocks that an event carried, never instants of one boot. `since_end_ms` counts
while a daemon runs: what passes while none does is nobody's time, as in `course` of the infusion, so a restart can only
make the observation longer. Where the course stands is not stored at all: it follows from what is recorded (`step`).
"""

from dataclasses import dataclass
from enum import StrEnum

from pumpd.core.replacing import replace
from pumpd.core.session import Phase

#: An infusion that is over.
ENDED = (Phase.COMPLETED, Phase.STOPPED)
#: Lines of the log kept with the channel; the journal keeps all of them.
LOG_KEPT = 200


@dataclass(frozen=True, slots=True)
class Clinic:
    """What a site that keeps the whole course has settled.

    Attributes:
        observation_min: how long a patient is observed after the end, min (facts/clinical.md 1 rows 9 to 11, 1.2).
        series_of: how many sessions a usual series has (row 20).
    """

    observation_min: int = 60
    series_of: int = 6


class Step(StrEnum):
    """Where the course stands, in its order."""

    ORDER = "order"
    VERIFY = "verify"
    CHECKLIST = "checklist"
    PRIME = "prime"
    BASELINE = "baseline"
    START = "start"
    INFUSING = "infusing"
    OBSERVING = "observing"
    CLOSABLE = "closable"
    CLOSED = "closed"


@dataclass(frozen=True, slots=True)
class Prime:
    """The line was filled by hand before it was connected; nl. Not dose."""

    by: str
    volume_nl: int


@dataclass(frozen=True, slots=True)
class Observation:
    """One set of vitals after the end, with what a person saw.

    Attributes:
        slot_min: the slot it fills, min after the end; behind the last slot the minute it was taken.
        at_ms: treatment ms after the end.
        sys, dia: mm[Hg]. hr: {beat}/min. spo2: %.
        moaas: 0 to 5. dissociation: 0 (none) to 10.
        short_of: what of the recovery criteria it does not meet, in sentences; (): recovered.
    """

    slot_min: int
    at_ms: int
    wall_ms: int
    by: str
    sys: float
    dia: float
    hr: float
    spo2: float
    moaas: int
    dissociation: int
    note: str = ""
    short_of: tuple[str, ...] = ()

    @property
    def is_recovered(self) -> bool:
        """It meets every criterion."""
        return not self.short_of


@dataclass(frozen=True, slots=True)
class SignOff:
    """A prescriber accepts vitals outside the criteria, as far as they were seen: the first `sets` observations."""

    by: str
    note: str
    sets: int


@dataclass(frozen=True, slots=True)
class Closing:
    """The patient has left, with whom."""

    by: str
    escort: str
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Entry:
    """A line of the log."""

    kind: str
    text: str
    by: str
    wall_ms: int


@dataclass(frozen=True, slots=True)
class Care:
    """What the care of one session has come to.

    Attributes:
        nurse: who is in charge; "" nobody yet.
        answers: of the checklist, by key.
        spo2_before: %, when it was started; None: not known.
        ordered_wall_ms, started_wall_ms: unix ms; 0: not, or on the bench.
        past_wall_ms: when earlier sessions of this patient were started, unix ms, oldest first.
        since_end_ms: treatment time since the end of the infusion, the daemon's absences left out.
        log: newest last.
    """

    nurse: str = ""
    answers: tuple[tuple[str, str], ...] = ()
    answered_by: str = ""
    prime: Prime | None = None
    spo2_before: float | None = None
    ordered_wall_ms: int = 0
    started_wall_ms: int = 0
    past_wall_ms: tuple[int, ...] = ()
    since_end_ms: int = 0
    observations: tuple[Observation, ...] = ()
    sign_off: SignOff | None = None
    closing: Closing | None = None
    log: tuple[Entry, ...] = ()


def aged(care: Care, phase: Phase, ms: int) -> Care:
    """The care so many treatment ms later: after the end they count, until somebody closes."""
    if phase not in ENDED or ms <= 0 or care.closing is not None:
        return care
    return replace(care, since_end_ms=care.since_end_ms + ms)


def logged(care: Care, kind: str, text: str, by: str, wall_ms: int) -> Care:
    """One line more; of the oldest only the journal knows in the end."""
    return replace(care, log=(*care.log, Entry(kind, text, by, wall_ms))[-LOG_KEPT:])


def seen(care: Care) -> tuple[object, ...]:
    """What a person's next act of the course rests on: when it changes, an older screen is stale."""
    return care.answers, care.prime, len(care.observations), care.sign_off, care.closing
