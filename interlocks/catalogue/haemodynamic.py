"""Blood pressure: four rows, two of them ladders.

Theory of operation. Ketamine raises pressure; the rows slow first because slowing holds the plasma level
where it is, and pause when the rise is repeated or grave, because a pause brings it down (facts/clinical.md
3.2). A cuff reads with an error, so the mild row wants two readings and the grave one acts on the first.

"Below 100 diastolic" in the source protocol is an editing slip for above 100: read literally it would hold
for nearly every patient before the drug starts and never fire on a dangerous 115 (facts/clinical.md 1.1).
The linter refuses any low-diastolic limit of 70 or more, so the slip cannot return.
"""

from interlocks.combinations import AllOf, AnyOf, IfSent, Not
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute, site_limit, site_percent
from interlocks.rules import FIRST_READING, Asks, Clear, Readings, Rule, SeeRow, Step
from interlocks.silences import FlagUp
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Flag, Priority, Signal, Truth

_SOURCE = "facts/clinical.md 3.2"

#: The cuff is expected every 300 s, plus 90 s; older readings say nothing of now.
CUFF_STALE = SeeRow(("ST1", "ST1b"), MaxAge(390_000, Clock.TREATMENT))

#: Closer together than this, two cuff cycles are not independent: 20-45 s is one cycle (facts/clinical.md 4).
_INDEPENDENT_MS = 30_000

_REPEAT_AFTER_60S = Asks(repeat_after_ms=60_000, again_after_ms=120_000)

_RISE = site_percent("pressure_rise_slow_percent", default=120, tightest=110)

BP1 = Rule(
    id="BP1",
    cause="blood pressure",
    when=AnyOf((Over(Signal.SYS, _RISE, or_equal=True), Over(Signal.DIA, _RISE, or_equal=True))),
    steps=(
        Step(
            Demand.SLOW,
            Priority.MEDIUM,
            Readings(2, is_cancelled_when_safe=True, unrepeated_ms=120_000),
        ),
    ),
    clear=Clear(
        AllOf((Under(Signal.SYS, _RISE.moved(-5)), Under(Signal.DIA, _RISE.moved(-5)))),
        readings=2,
        apart_ms=120_000,
    ),
    is_latching=False,
    on_stale=CUFF_STALE,
    hazard="hypertension under ketamine, relative rise",
    source=f"{_SOURCE} BP1, 1 row 12",
    why="A rise of 20 % over the patient's own pressure slows the rate; a repeat keeps cuff error out.",
    asks=_REPEAT_AFTER_60S,
)

_SYS_SLOW = site_limit("systolic_slow_mmhg", default=160, tightest=140)
_DIA_SLOW = site_limit("diastolic_slow_mmhg", default=100, tightest=90)

BP2 = Rule(
    id="BP2",
    cause="blood pressure",
    when=AnyOf((Over(Signal.SYS, _SYS_SLOW), Over(Signal.DIA, _DIA_SLOW))),
    steps=(
        Step(Demand.SLOW, Priority.MEDIUM, FIRST_READING),
        Step(Demand.PAUSE, Priority.HIGH, Readings(2, apart_ms=_INDEPENDENT_MS)),
    ),
    clear=Clear(
        AllOf(
            (
                Under(Signal.SYS, _SYS_SLOW.moved(-10), or_equal=True),
                Under(Signal.DIA, _DIA_SLOW.moved(-5), or_equal=True),
            )
        ),
        readings=2,
        apart_ms=120_000,
    ),
    is_latching=True,
    on_stale=CUFF_STALE,
    hazard="hypertension under ketamine, absolute limit",
    source=f"{_SOURCE} BP2, 1 rows 13-14, 1.1",
    why="Above 160/100 the rate is halved at once and delivery pauses if a repeat is over too.",
    asks=_REPEAT_AFTER_60S,
)

_SYS_PAUSE = site_limit("systolic_pause_mmhg", default=180, tightest=160)
_DIA_PAUSE = site_limit("diastolic_pause_mmhg", default=110, tightest=100)
_SYS_STOP = site_limit("systolic_stop_mmhg", default=200, tightest=180)
_DIA_STOP = site_limit("diastolic_stop_mmhg", default=120, tightest=110)
_CRISIS = AnyOf((Over(Signal.SYS, _SYS_PAUSE, or_equal=True), Over(Signal.DIA, _DIA_PAUSE, or_equal=True)))
_CRISIS_OVER = AllOf(
    (
        Under(Signal.SYS, _SYS_PAUSE.moved(-20), or_equal=True),
        Under(Signal.DIA, _DIA_PAUSE.moved(-10), or_equal=True),
    )
)
#: Between the trip and the clear limit it is the same crisis: a reading of 175 does not talk symptoms away.
_CRISIS_LASTS = AllOf((FlagUp((Flag.CRISIS_KNOWN,), "this row is in force"), Not(_CRISIS_OVER)))

BP3 = Rule(
    id="BP3",
    cause="blood pressure",
    when=_CRISIS,
    steps=(
        Step(Demand.PAUSE, Priority.HIGH, FIRST_READING),
        Step(Demand.STOP, Priority.HIGH, Readings(3, within_ms=300_000, apart_ms=_INDEPENDENT_MS)),
        Step(
            Demand.STOP,
            Priority.HIGH,
            Readings(2, apart_ms=_INDEPENDENT_MS),
            when=AnyOf(
                (Over(Signal.SYS, _SYS_STOP, or_equal=True), Over(Signal.DIA, _DIA_STOP, or_equal=True))
            ),
        ),
        Step(
            Demand.STOP,
            Priority.HIGH,
            FIRST_READING,
            when=AllOf((Over(Signal.SYMPTOMS, Absolute(0)), AnyOf((_CRISIS, _CRISIS_LASTS)))),
        ),
    ),
    clear=Clear(
        _CRISIS_OVER,
        readings=2,
        apart_ms=_INDEPENDENT_MS,
    ),
    is_latching=True,
    on_stale=CUFF_STALE,
    hazard="hypertensive crisis",
    source=f"{_SOURCE} BP3",
    why="180/110 pauses on the first reading; two repeats in 5 min, 200/120 confirmed, or symptoms end the session.",
    asks=_REPEAT_AFTER_60S,
    needs_note=True,
)

_SYS_LOW = site_limit("systolic_low_mmhg", default=90, tightest=100)
_SYS_FALL = site_percent("systolic_fall_percent", default=75, tightest=85)
_MAP_LOW = site_limit("mean_pressure_low_mmhg", default=60, tightest=65)

BP4 = Rule(
    id="BP4",
    cause="blood pressure",
    when=AnyOf(
        (
            Under(Signal.SYS, _SYS_LOW),
            Under(Signal.SYS, _SYS_FALL),
            IfSent(Under(Signal.MAP, _MAP_LOW), Truth.FALSE),
        )
    ),
    # The table leaves open what follows a low reading that is never repeated. It acts, as in BP1: with a
    # cuff every 300 s and a monitor deaf to requests, "2 in 120 s" alone could never be met by a failing
    # circulation.
    steps=(Step(Demand.PAUSE, Priority.HIGH, Readings(2, within_ms=120_000, unrepeated_ms=120_000)),),
    # 65 for the mean pressure is 5 mmHg above its trip, the same hysteresis the table gives the systolic.
    clear=Clear(
        AllOf(
            (
                Over(Signal.SYS, _SYS_LOW.moved(5), or_equal=True),
                Over(Signal.SYS, _SYS_FALL.moved(5), or_equal=True),
                IfSent(Over(Signal.MAP, _MAP_LOW.moved(5), or_equal=True), Truth.TRUE),
            )
        ),
        readings=2,
        apart_ms=_INDEPENDENT_MS,
    ),
    is_latching=True,
    on_stale=CUFF_STALE,
    hazard="hypotension",
    source=f"{_SOURCE} BP4",
    why="A low pressure, absolute or against the patient's own, pauses once a second reading agrees.",
    asks=Asks(repeat_after_ms=0, again_after_ms=120_000),
)

ROWS = (BP1, BP2, BP3, BP4)
