"""One treatment from order to end: its phases, its holds, who did what.

Theory of operation. The phases and what leads from one to the next are one table; an act that has no entry changes
nothing and is refused by name. "Paused" is not a phase: it is INFUSING with a non-empty set of holds. A hold is put
on by a person or by what the daemon learns about pump, record or itself, and all of them wait for a person's resume.

What remains to be given is dose, not time: a slow-down or a pause moves the end, never the rate.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlocks.vocabulary import Alert, Baseline, Stamp
from pumpd.core.dose import Programme
from pumpd.core.order import Order
from pumpd.core.replacing import replace


class Phase(StrEnum):
    """Where a treatment stands."""

    IDLE = "idle"
    ORDERED = "ordered"  # entered and derived, waiting for the second person
    VERIFIED = "verified"  # may be started once pump, monitor and baseline allow
    INFUSING = "infusing"  # running or held
    COMPLETED = "completed"
    STOPPED = "stopped"


class Act(StrEnum):
    """What moves a session on."""

    ENTER = "order"
    VERIFY = "verify"
    START = "start"
    COMPLETE = "complete"
    STOP = "stop"


TRANSITIONS: dict[tuple[Phase, Act], Phase] = {
    (Phase.IDLE, Act.ENTER): Phase.ORDERED,
    (Phase.ORDERED, Act.ENTER): Phase.ORDERED,
    (Phase.VERIFIED, Act.ENTER): Phase.ORDERED,
    (Phase.COMPLETED, Act.ENTER): Phase.ORDERED,
    (Phase.STOPPED, Act.ENTER): Phase.ORDERED,
    (Phase.ORDERED, Act.VERIFY): Phase.VERIFIED,
    (Phase.VERIFIED, Act.START): Phase.INFUSING,
    (Phase.INFUSING, Act.COMPLETE): Phase.COMPLETED,
    (Phase.ORDERED, Act.STOP): Phase.STOPPED,
    (Phase.VERIFIED, Act.STOP): Phase.STOPPED,
    (Phase.INFUSING, Act.STOP): Phase.STOPPED,
}


class HoldKind(StrEnum):
    """Whose hold it is."""

    NURSE = "nurse"  # somebody pressed pause: outranks everything, across restarts
    RESTART = "restart"  # the daemon started while a session was open
    PUMP = "pump"  # the pump did, or may have done, what nobody commanded
    RECORD = "record"  # the journal cannot be written
    CONFIGURATION = "configuration"  # the file was changed while the daemon runs


@dataclass(frozen=True, slots=True)
class SessionHold:
    """Delivery stands still until a person resumes."""

    kind: HoldKind
    reason: str
    by: str
    since: Stamp


@dataclass(frozen=True, slots=True)
class CuffReading:
    """One accepted cuff cycle, for the baseline. mm[Hg], treatment ms."""

    ms: int
    sys: float
    dia: float
    map: float | None


@dataclass(frozen=True, slots=True)
class Session:
    """The treatment on a channel.

    Attributes:
        ratchet_nl_h: the OPERATOR ceiling of law 1, see `restriction`.
        verified: when, on the clocks of this boot; None: not, or before a restart.
        raised_by: who last lifted the ratchet.
        elapsed_ms: treatment time since the start, the daemon's own absences left out.
        paused_ms: of it, how long delivery stood still.
        resumed: when a person last resumed; delivery stays at half the rate until a person restores it.
        alerts: stands that rows demanded in the last ten minutes.
        serial: counts sessions of this channel, so that records of two never mix.
        library: hash of the drug library that the order was held against; "": written by a version that knew none.
        configuration: hash of the one under which a person last let it flow; "": not yet, or an older version.
    """

    phase: Phase = Phase.IDLE
    serial: int = 0
    order: Order | None = None
    programme: Programme | None = None
    entered_by: str = ""
    verified_by: str = ""
    verified: Stamp | None = None
    started_by: str = ""
    raised_by: str = ""
    baseline: Baseline | None = None
    guarding_since: Stamp | None = None
    holds: tuple[SessionHold, ...] = ()
    ratchet_nl_h: int = 0
    elapsed_ms: int = 0
    paused_ms: int = 0
    resumed: Stamp | None = None
    alerts: tuple[Alert, ...] = ()
    library: str = ""
    configuration: str = ""


def moved(session: Session, act: Act) -> Session | None:
    """The session after an act, or None where the table has no entry."""
    phase = TRANSITIONS.get((session.phase, act))
    return None if phase is None else replace(session, phase=phase)


#: Sentences in one hold.
_REASONS = 3


def held(session: Session, kind: HoldKind, reason: str, by: str, now: Stamp) -> Session:
    """Put a hold on an infusing session.

    One hold of a kind: the first reason stays in front. What else the pump did is added to it, because the cause of the
    first surprise (a counter that fell) may be the second (another diameter); three sentences are enough to act upon.
    What a restart has lost is added too, and all of it: nobody else remembers that.
    """
    if session.phase is not Phase.INFUSING:
        return session
    present = next((one for one in session.holds if one.kind is kind), None)
    if present is None:
        return replace(session, holds=(*session.holds, SessionHold(kind, reason, by, now)))
    if kind not in (HoldKind.PUMP, HoldKind.RESTART) or reason in present.reason:
        return session
    if kind is HoldKind.PUMP and present.reason.count("; ") >= _REASONS - 1:
        return session
    longer = replace(present, reason=f"{present.reason}; {reason}")
    return replace(session, holds=tuple(longer if one is present else one for one in session.holds))


#: facts/clinical.md 3.3, START: two readings at least a minute apart, within 10 mmHg, not older than 15 minutes.
BASELINE_APART_MS = 60_000
BASELINE_DIFFERENCE_MMHG = 10
BASELINE_AGE_MS = 15 * 60_000
BASELINE_KEPT = 6


def baseline_of(readings: tuple[CuffReading, ...], hr: float | None, now_ms: int) -> Baseline | str:
    """The mean of the newest reading and the newest one a minute or more before it, or why there is none."""
    if not readings:
        return "no cuff reading yet: two are needed, 60 s apart"
    newest = readings[-1]
    if now_ms - newest.ms > BASELINE_AGE_MS:
        return f"newest cuff reading is {(now_ms - newest.ms) // 60_000} min old (limit 15 min)"
    earlier = [one for one in readings if newest.ms - one.ms >= BASELINE_APART_MS]
    if not earlier:
        return "one cuff reading so far: a second is needed, 60 s later"
    other = earlier[-1]
    if now_ms - other.ms > BASELINE_AGE_MS:
        return f"earlier cuff reading is {(now_ms - other.ms) // 60_000} min old (limit 15 min)"
    for name, first, second in (("systolic", other.sys, newest.sys), ("diastolic", other.dia, newest.dia)):
        if abs(first - second) > BASELINE_DIFFERENCE_MMHG:
            return (
                f"{name} {first:g} and {second:g} mmHg differ by more than {BASELINE_DIFFERENCE_MMHG} mmHg: "
                "take another reading"
            )
    return Baseline(
        sys=(other.sys + newest.sys) / 2,
        dia=(other.dia + newest.dia) / 2,
        map=None if other.map is None or newest.map is None else (other.map + newest.map) / 2,
        hr=hr,
    )
