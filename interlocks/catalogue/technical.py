"""Silence, quality and identity: the rows that own staleness.

Theory of operation. Silence is unsafe (law 3). A short one is told, a longer one slows, a long one pauses,
and each is timed here by comparison with the clock, without any message arriving. The rows of lost vital
signs share one cause: a dead broker also silences the oximeter, and one broken cable is one trouble, not
two independent ones.

The cuff is timed in treatment time, from the measurement; the 1 Hz signals and the link itself in link
time, which a demonstration does not stretch.
"""

from interlocks.catalogue.haemodynamic import CUFF_STALE
from interlocks.combinations import Not, Unless
from interlocks.cycles import TickLate
from interlocks.quality import RefusedInARow, SuspectReading
from interlocks.rules import AT_ONCE, FIRST_READING, Asks, Clear, Itself, Persist, Rule, SeeRow, Step
from interlocks.silences import FlagUp, OlderThan, ReportOlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Flag, Priority, Signal

_CUFF = (Signal.SYS, Signal.DIA)
_ONE_HZ = (Signal.HR, Signal.SPO2)
_IF_HEARD = (Signal.RR, Signal.BREATH_GAP)
_VITALS_LOST = "vital signs lost"
_SOURCE = "facts/clinical.md 3.2"


def _cuff_older(limit_ms: int) -> OlderThan:
    # A monitor that has sent a mean pressure once is watched for it (BP4); most of the table's cuffs send none.
    return OlderThan(_CUFF, limit_ms, Clock.TREATMENT, if_heard=(Signal.MAP,))


def _one_hz_older(limit_ms: int) -> OlderThan:
    return OlderThan(_ONE_HZ, limit_ms, Clock.LINK, if_heard=_IF_HEARD)


def _unless_cuff(limit_ms: int) -> Unless:
    """Return the same question, not asked of an oximeter on the arm that a cuff is squeezing."""
    return Unless(_one_hz_older(limit_ms), (Flag.CUFF_ACTIVE,), "a cuff cycle is under way")


ST1 = Rule(
    id="ST1",
    cause=_VITALS_LOST,
    when=_cuff_older(390_000),
    steps=(Step(Demand.ADVISE, Priority.LOW, AT_ONCE),),
    clear=Clear(Not(_cuff_older(390_000)), readings=1),
    is_latching=False,
    on_stale=Itself(),
    hazard="blood pressure unknown",
    source=f"{_SOURCE} ST1, facts/faults.md rows 53 and 65 I4",
    why="A cuff reading is expected every 5 min; 90 s later one is asked for.",
    asks=Asks(repeat_after_ms=0, again_after_ms=120_000),
)

ST1B = Rule(
    id="ST1b",
    cause=_VITALS_LOST,
    when=_cuff_older(600_000),
    steps=(Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE),),
    clear=Clear(Not(_cuff_older(390_000)), readings=2),
    is_latching=True,
    on_stale=Itself(),
    hazard="blood pressure unknown",
    source=f"{_SOURCE} ST1b, facts/faults.md rows 53 and 65 I4",
    why="Two cuff readings missed: nobody knows the pressure, so nothing more is given.",
    asks=Asks(repeat_after_ms=0, again_after_ms=120_000),
)

ST2 = Rule(
    id="ST2",
    cause=_VITALS_LOST,
    when=_one_hz_older(10_000),
    steps=(
        Step(Demand.ADVISE, Priority.MEDIUM, AT_ONCE),
        Step(Demand.SLOW, Priority.MEDIUM, AT_ONCE, when=_unless_cuff(30_000)),
        Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE, when=_unless_cuff(60_000)),
        Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE, when=_one_hz_older(90_000)),
    ),
    clear=Clear(Not(_one_hz_older(10_000)), for_ms=30_000, clock=Clock.LINK),
    is_latching=False,
    on_stale=Itself(),
    hazard="heart rate, oxygen saturation or breathing unknown",
    source=f"{_SOURCE} ST2, facts/faults.md rows 53 and 65 I4",
    why=(
        "Heart rate and SpO2 come every second, and breathing where a monitor sends it; the longer one is missing, the "
        "less may be given. A cuff on the oximeter's arm explains a gap for a while."
    ),
)

#: Table 3.2 names a clock jump here too; but a wall clock that jumps changes no decision (facts/faults.md row 88, I23).
_LINK_LOST = FlagUp((Flag.BROKER_DOWN,), "the link to the monitors is down")

ST3 = Rule(
    id="ST3",
    cause=_VITALS_LOST,
    when=_LINK_LOST,
    steps=(
        Step(Demand.ADVISE, Priority.MEDIUM, Persist(5000, Clock.LINK)),
        Step(Demand.SLOW, Priority.MEDIUM, Persist(15_000, Clock.LINK)),
        Step(Demand.PAUSE, Priority.MEDIUM, Persist(30_000, Clock.LINK)),
    ),
    clear=Clear(Not(_LINK_LOST), for_ms=30_000, clock=Clock.LINK),
    is_latching=False,
    on_stale=Itself(),
    hazard="monitors unreachable, time uncertain",
    source=f"{_SOURCE} ST3, facts/faults.md rows 41-45 and 64",
    why="Without the link no limit is watched; a short loss is told, a longer one slows, a long one pauses.",
)

_REFUSED = RefusedInARow(3)

QA1 = Rule(
    id="QA1",
    cause="quality",
    when=_REFUSED,
    steps=(Step(Demand.ADVISE, Priority.MEDIUM, AT_ONCE),),
    clear=Clear(Not(_REFUSED)),
    is_latching=False,
    on_stale=Itself(),
    hazard="a monitor whose values cannot be used",
    source="facts/clinical.md 4, three rejects in a row",
    why="Three refused cuff readings in a row are a monitor to look at, before the silence of the cuff counts.",
)

QA2 = Rule(
    id="QA2",
    cause="quality",
    when=SuspectReading(),
    steps=(Step(Demand.ADVISE, Priority.LOW, FIRST_READING),),
    clear=Clear(Not(SuspectReading()), readings=1),
    is_latching=False,
    on_stale=CUFF_STALE,
    hazard="a pressure that may be none",
    source="facts/clinical.md 4, change of more than 30 %",
    why="A cuff reading far from the one before, or hardly possible, is kept, proves nothing, and is measured again.",
    asks=Asks(repeat_after_ms=60_000, again_after_ms=60_000),
)

_FROZEN = FlagUp((Flag.FROZEN,), "a monitor repeats its last values with new stamps")

QA3 = Rule(
    id="QA3",
    cause="quality",
    when=_FROZEN,
    steps=(Step(Demand.ADVISE, Priority.MEDIUM, AT_ONCE),),
    clear=Clear(Not(_FROZEN)),
    is_latching=False,
    on_stale=Itself(),
    hazard="a monitor that hangs on healthy values",
    source=(
        "facts/faults.md row 54 I4; the times are our choice: pulse and saturation without any change for 5 min, the third "
        "equal cuff reading, a line pressure whose last digit stands still for 60 s"
    ),
    why=(
        "What stands still too long is not measured any more: it is refused from then on, so that LP1, ST1, ST1b and ST2 "
        "act on its silence, and this row says why. A value that moves ends it."
    ),
    asks=Asks(repeat_after_ms=0, again_after_ms=120_000),
)

_OTHER_PATIENT = FlagUp((Flag.WRONG_PATIENT,), "a monitor sent values of another patient")

ID1 = Rule(
    id="ID1",
    cause="patient identity",
    when=_OTHER_PATIENT,
    steps=(Step(Demand.PAUSE, Priority.HIGH, AT_ONCE),),
    clear=Clear(Not(_OTHER_PATIENT)),
    is_latching=True,
    on_stale=SeeRow(("ST1b", "ST2", "ST3"), MaxAge(0, Clock.LINK)),
    hazard="vital signs of another patient",
    source="facts/faults.md rows 61 and 62 I16",
    why="Values of another patient can hide this one's trouble; a person must put the monitors right.",
)

_TWO_MONITORS = FlagUp((Flag.TWO_MONITORS,), "two monitors speak under one name and neither is believed")

ID2 = Rule(
    id="ID2",
    cause="monitor identity",
    when=_TWO_MONITORS,
    steps=(Step(Demand.PAUSE, Priority.HIGH, AT_ONCE),),
    clear=Clear(Not(_TWO_MONITORS)),
    is_latching=True,
    needs_note=True,
    on_stale=SeeRow(("ST1b", "ST2", "ST3"), MaxAge(0, Clock.LINK)),
    hazard="vital signs of two patients under one name",
    source="facts/faults.md row 62 I16; free again after one of them alone has spoken for 60 s is our choice",
    why=(
        "Nothing in a message says which of two is on this patient. A person takes one away and notes which stays; the "
        "name is free again when it has spoken alone for a minute."
    ),
)

PS1 = Rule(
    id="PS1",
    cause="pump link",
    when=ReportOlderThan(1000, only_running=True),
    steps=(Step(Demand.PAUSE, Priority.HIGH, AT_ONCE),),
    clear=Clear(Not(ReportOlderThan(1000, only_running=False))),
    is_latching=True,
    on_stale=Itself(),
    hazard="pump unobserved while delivering",
    source="facts/faults.md rows 19 and 38 I3, facts/clinical.md 3.2 FL1 stale",
    why=(
        "A silent pump may be doing anything. The table's FL1 stops after 1 s; this row pauses instead, "
        "because a lost cable is recoverable and the pump's own watchdog stops it."
    ),
)

_TICK_LATE = TickLate(500)

WD1 = Rule(
    id="WD1",
    cause="control loop",
    when=_TICK_LATE,
    steps=(Step(Demand.PAUSE, Priority.HIGH, AT_ONCE),),
    clear=Clear(Not(_TICK_LATE), for_ms=10_000, clock=Clock.LINK),
    is_latching=True,
    on_stale=Itself(),
    hazard="limits watched too late",
    source="facts/clinical.md 3.2 WD1; the hardware's part is the pump's lease and the service watchdog",
    why="A control cycle more than 500 ms late means that every limit was watched late; a person should know why.",
)

ROWS = (ST1, ST1B, ST2, ST3, QA1, QA2, QA3, ID1, ID2, PS1)
