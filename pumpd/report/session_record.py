"""What a report is made of: one session, taken out of the journal, frozen.

Theory of operation. All times are treatment milliseconds from the accepted start (before it: from the order), across
restarts of the daemon, so that curves, events and tables share one axis. Doses and volumes stay whole numbers; what
has been given is an interval. Nothing here is formatted, nothing here is drawn.
"""

from collections.abc import Mapping
from dataclasses import dataclass, field

from pumpd.core.clinic.course import Care
from pumpd.core.session import Session
from pumpd.core.state import Policy

#: Time and value; None: from here on nothing is known.
Reading = tuple[int, float]
Step = tuple[int, int | None]


@dataclass(frozen=True, slots=True)
class Evidence:
    """A sample a trip rests on."""

    at_ms: int
    signal: str
    value: float
    source: str


@dataclass(frozen=True, slots=True)
class Trip:
    """A rule spoke.

    Attributes:
        demand: ADVISE, SLOW, PAUSE or STOP.
        is_timed: a timer tripped it, not a sample; the reaction then counts from the decision.
        reaction_ms: link ms from the crossing sample's arrival to the first pump report that shows the effect.
        effect: "halted", "slowed", "already", "not seen", or "" where nothing was demanded of the pump.
        resumed_by: who lifted it; "" nobody.
        hazard: what the row guards against; "" in a record of a version that did not note it.
    """

    at_ms: int
    rule: str
    demand: str
    priority: str
    reason: str
    evidence: tuple[Evidence, ...]
    is_timed: bool = False
    reaction_ms: int | None = None
    effect: str = "not seen"
    resumed_by: str = ""
    resumed_at_ms: int | None = None
    hazard: str = ""


@dataclass(frozen=True, slots=True)
class PersonAct:
    """Somebody asked for something.

    Attributes:
        confirmed_ms: link ms until the pump's readback agreed.
        has_raised: a higher rate was permitted because of it.
    """

    at_ms: int
    by: str
    verb: str
    outcome: str
    reasons: tuple[str, ...] = ()
    confirmed_ms: int | None = None
    has_raised: bool = False


@dataclass(frozen=True, slots=True)
class Note:
    """Something that nobody asked for: the pump, the broker, the daemon."""

    at_ms: int
    by: str
    text: str


@dataclass(frozen=True, slots=True)
class Hold:
    """Delivery stood still until somebody resumed."""

    kind: str
    reason: str
    by: str
    from_ms: int
    until_ms: int | None = None


@dataclass(frozen=True, slots=True)
class AlarmSpan:
    """An alarm, as the snapshots of the channel show it (at changes, and every 10 s). `members`: the rows behind it."""

    key: str
    priority: str
    text: str
    from_ms: int
    acknowledged_by: str = ""
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Given:
    """Volume given, nl. `counter_nl`: the pump's own counter since the start; `falls`: how often it fell back."""

    low_nl: int
    best_nl: int
    high_nl: int
    counter_nl: int
    falls: int = 0


@dataclass(frozen=True, slots=True)
class Truth:
    """What a simulator says really left the plunger and really reached the patient, nl; its whole run."""

    plunger_nl: int
    patient_nl: int


@dataclass(frozen=True, slots=True)
class Proof:
    """The journal and whether it is whole."""

    path: str
    records: int
    is_whole: bool
    reason: str
    head_seq: int | None
    head_hash: str


@dataclass(frozen=True, slots=True)
class Story:
    """What happened.

    Attributes:
        begin_ms, until_ms: the stretch worth showing.
        ended_ms: when the session was completed or stopped.
        readings: by signal name.
        permitted, reported: nl/h from each instant on.
        volume: counted by the pump, nl.
        refused_samples: messages refused, by reason.
        shadows: what shadow rows would have demanded; nothing came of it.
        care_notes: what was done and written down around the infusion, up to the closing.
    """

    begin_ms: int
    until_ms: int
    ended_ms: int | None
    readings: Mapping[str, tuple[Reading, ...]]
    permitted: tuple[Step, ...]
    reported: tuple[Step, ...]
    volume: tuple[tuple[int, int], ...]
    trips: tuple[Trip, ...]
    acts: tuple[PersonAct, ...]
    notes: tuple[Note, ...]
    holds: tuple[Hold, ...]
    alarms: tuple[AlarmSpan, ...]
    refused_samples: Mapping[str, int]
    shadows: tuple[Trip, ...] = ()
    care_notes: tuple[Note, ...] = ()


@dataclass(frozen=True, slots=True)
class SessionRecord:
    """One session.

    Attributes:
        number: of this session among the channel's in this journal, from 1.
        sessions: how many there are.
        session: order, programme, people, baseline, phase, as last recorded.
        started_wall_ms: treatment wall clock of time zero, unix ms; 0: unknown.
        speed: of treatment time against life; 1 on equipment.
        policy: of the channel: rules in force, the pump's lease and steps.
        given: None: never started.
        care: as last recorded; empty on the bench but for what people wrote down.
    """

    channel: str
    number: int
    sessions: int
    session: Session
    is_started: bool
    started_wall_ms: int
    speed: float
    boots: tuple[str, ...]
    pump: str
    policy: Policy
    given: Given | None
    story: Story
    proof: Proof
    care: Care = field(default_factory=Care)
