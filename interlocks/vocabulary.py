"""The words every rule, verdict and picture is written in.

Theory of operation. An interlock knows nothing of pumps or of MQTT. It sees *signals* (numbers with a
unit), each as the newest *sample*; it yields *findings*, each with one *demand*. Demands are totally ordered,
ADVISE < SLOW < PAUSE < STOP, and the order is the whole of the arithmetic between rules: the worst wins.

Two clocks run through every stamp. `ms` is treatment time: what the patient lives through, and what every
clinical limit is written in. `link_ms` is link time: what wires and brokers live through. On equipment they
advance together; a faster-than-life demonstration lets treatment time run ahead, while a link that has been
silent for two real seconds is silent for two seconds at any speed. Both are monotonic and start at 0 at boot
of the process; neither is wall time.
"""

from dataclasses import dataclass
from enum import IntEnum, StrEnum
from typing import Final

from interlocks.frozen import quick


class Signal(StrEnum):
    """What can be measured. The value is the name used in journals, on topics and on screens."""

    SYS = "sys"  # systolic pressure, cuff, mm[Hg]
    DIA = "dia"  # diastolic pressure, cuff, mm[Hg]
    MAP = "map"  # mean pressure, cuff, mm[Hg]
    HR = "hr"  # heart or pulse rate, {beat}/min
    SPO2 = "spo2"  # oxygen saturation, %
    RR = "rr"  # respiration rate, {breath}/min
    BREATH_GAP = "breath_gap"  # time since the last breath, s
    LINE_PRESSURE = "line_pressure"  # pressure in the infusion line, mm[Hg]
    AIR_BUBBLE = "air_bubble"  # newest single bubble, uL
    AIR_15MIN = "air_15min"  # air passed in the last 15 minutes, mL
    BUTTON = "button"  # bedside stop button: 0 released, 1 pressed
    MOAAS = "moaas"  # sedation score entered by a person, 0 to 5
    RASS = "rass"  # agitation and sedation score entered by a person, -5 to +4
    SYMPTOMS = "symptoms"  # a person sees symptoms of a hypertensive crisis: 1; none: 0
    PRESENCE = "presence"  # a person at the chair says so: 1

    #: As of the text it is, kept by the text: an enumeration would hash the name anew each time.
    __hash__ = str.__hash__


UNIT: dict[Signal, str] = {
    Signal.SYS: "mm[Hg]",
    Signal.DIA: "mm[Hg]",
    Signal.MAP: "mm[Hg]",
    Signal.HR: "{beat}/min",
    Signal.SPO2: "%",
    Signal.RR: "{breath}/min",
    Signal.BREATH_GAP: "s",
    Signal.LINE_PRESSURE: "mm[Hg]",
    Signal.AIR_BUBBLE: "uL",
    Signal.AIR_15MIN: "mL",
    Signal.BUTTON: "1",
    Signal.MOAAS: "{score}",
    Signal.RASS: "{score}",
    Signal.SYMPTOMS: "1",
    Signal.PRESENCE: "1",
}

#: What people enter; no feed may speak of these.
ENTERED = (Signal.MOAAS, Signal.RASS, Signal.SYMPTOMS, Signal.PRESENCE)

#: Signals that need a source of their own in the configuration; without one their silence means nothing.
FITTED = (Signal.LINE_PRESSURE, Signal.AIR_BUBBLE, Signal.AIR_15MIN, Signal.BUTTON)

#: Cuff signals come as one reading: the same cuff cycle, the same measured time.
CUFF = (Signal.SYS, Signal.DIA, Signal.MAP)


class Truth(StrEnum):
    """Four-valued verdict of one condition. Only FALSE is provably safe."""

    TRUE = "true"
    FALSE = "false"
    STALE = "stale"
    ERROR = "error"

    __hash__ = str.__hash__


#: The four by names of their own: Python 3.11 takes 0.15 us to find a member by way of its class, and a decision gives
#: some hundred answers.
TRUE: Final = Truth.TRUE
FALSE: Final = Truth.FALSE
STALE: Final = Truth.STALE
ERROR: Final = Truth.ERROR


class Demand(IntEnum):
    """What a rule asks of delivery, in order of severity."""

    NONE = 0
    ADVISE = 1  # tell people, change nothing
    SLOW = 2  # 50 % of the programme; a second independent cause 25 %; a third is PAUSE
    PAUSE = 3  # motor stopped, session goes on, a person resumes
    STOP = 4  # session over, the rest of the dose is void


class Priority(StrEnum):
    """Alarm priority, IEC 60601-1-8."""

    LOW = "low"
    MEDIUM = "medium"
    HIGH = "high"


class Flag(StrEnum):
    """Facts about the technical side, present or absent."""

    BROKER_DOWN = "broker_down"  # no session with the broker, or a monitor's last will has spoken
    WRONG_PATIENT = "wrong_patient"  # a sample carried another patient's token
    TWO_MONITORS = "two_monitors"  # two devices speak under one name
    FROZEN = "frozen"  # values stand still although their stamps are new
    CUFF_ACTIVE = "cuff_active"  # a cuff cycle is flagged, or ended a moment ago
    OCCLUSION_KNOWN = "occlusion_known"  # an occlusion row is in force, so a falling pressure is explained
    CRISIS_KNOWN = "crisis_known"  # the row of the hypertensive crisis is in force and not proven clear

    __hash__ = str.__hash__


@quick
@dataclass(frozen=True, slots=True)
class Stamp:
    """An instant on both monotonic clocks, milliseconds.

    Attributes:
        ms: treatment time.
        link_ms: link time.
    """

    ms: int
    link_ms: int


@quick
@dataclass(frozen=True, slots=True)
class Sample:
    """One measured number, already parsed, in its signal's own unit, plausible and new.

    Attributes:
        signal: what was measured.
        value: in `UNIT[signal]`; finite.
        measured_ms: treatment time of the measurement, from the device's stamp.
        received: when our socket delivered it.
        source: device that measured it, e.g. "monitor-1", or "pump".
        seq: the device's own sequence number; higher is newer within one boot of the device.
        is_suspect: more than 30 % from the last one, or hardly possible; counts towards a trip, never towards a clearing.
    """

    signal: Signal
    value: float
    measured_ms: int
    received: Stamp
    source: str
    seq: int
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class Baseline:
    """The patient's own values before the drug, accepted by a person. mm[Hg], {beat}/min."""

    sys: float
    dia: float
    map: float | None = None
    hr: float | None = None


@quick
@dataclass(frozen=True, slots=True)
class Flow:
    """What the pump's own counter says against what was commanded; computed by the core, nanolitres.

    Attributes:
        delivered_60s_nl: counted over the last 60 s of treatment time.
        commanded_60s_nl: integral of the confirmed commanded rate over the same 60 s.
        delivered_120s_nl: the same over 120 s.
        commanded_120s_nl: the same over 120 s.
        is_full_120s: at least 120 s of uninterrupted history stand behind the 120 s window.
        excess_total_nl: counted minus commanded since the session started; negative when short.
        moved_halted_nl: counted since the halt was confirmed, 0 while running.
        given_high_nl: upper end of the dose interval, as volume.
        vtbi_nl: volume to be infused of the verified programme.
        is_running: delivery is commanded (permit above zero).
        report_age_link_ms: age of the newest believed pump report, link time; None: none yet.
    """

    delivered_60s_nl: int
    commanded_60s_nl: int
    delivered_120s_nl: int
    commanded_120s_nl: int
    is_full_120s: bool
    excess_total_nl: int
    moved_halted_nl: int
    given_high_nl: int
    vtbi_nl: int
    is_running: bool
    report_age_link_ms: int | None


@quick
@dataclass(frozen=True, slots=True)
class Course:
    """How long the session has been going on, treatment time, ms.

    Attributes:
        elapsed_ms: since the start, whatever the motor did.
        planned_ms: duration of the verified programme.
        paused_ms: of the elapsed time, how long delivery stood still.
    """

    elapsed_ms: int = 0
    planned_ms: int = 0
    paused_ms: int = 0


@dataclass(frozen=True, slots=True)
class Alert:
    """One time that delivery was brought to a stand by rows, for counting alert-stop-start cycles.

    Attributes:
        ms: treatment time of the stand.
        rule_ids: the rows that demanded it.
    """

    ms: int
    rule_ids: tuple[str, ...]


@quick
@dataclass(frozen=True, slots=True)
class Finding:
    """A rule that speaks: what it demands and why, in words a nurse reads.

    Attributes:
        rule_id: the row, e.g. "BP2".
        cause: rows of one cause count once when SLOW demands are added up, e.g. "blood pressure".
        demand: severity now; never falls while the row is in force.
        priority: of the alarm condition.
        reason: one sentence with value, limit and unit: "systolic 163 mmHg > 160 mmHg".
        since_ms: treatment time at which this demand was reached.
        crossed: when the first sample of this excursion was received.
        evidence: the samples behind it.
        is_present: the trip condition, or its staleness, still holds or has not met its clear condition.
        is_acknowledged: a person has seen it.
        is_releasable: clear condition met, acknowledged where the row wants it: a person may release it.
        blocks_because: why it is not releasable, in words; "" when it is.
        is_silence: what tripped it is that something was not heard, not what was heard.
        is_latching: the row wants a person's acknowledgement.
        hazard: what the row guards against.
    """

    rule_id: str
    cause: str
    demand: Demand
    priority: Priority
    reason: str
    since_ms: int
    crossed: Stamp
    evidence: tuple[Sample, ...]
    is_present: bool
    is_acknowledged: bool
    is_releasable: bool
    blocks_because: str
    is_silence: bool = False
    is_latching: bool = True
    hazard: str = ""
