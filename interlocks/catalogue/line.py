"""Pressure and air in the infusion line: occlusion, disconnection, bubbles.

Theory of operation. A blocked line stores drug under pressure and gives it back at once when it opens, so
an occlusion pauses within 300 ms of samples and clears only when the pressure has fallen far below the
limit and stayed there. No automatic restart. The limit is the site's, within the row's bounds; a second row
ends the session where pressure outruns the first, or where the first keeps coming back. A pressure that rises fast
is told before it is an occlusion; one that falls at once is a line that came apart.

A cuff on the arm of the line squeezes it and lets go: while a cycle is flagged neither slope means anything. What an
occlusion row has stopped falls when the line is opened, which is what one wants.

Line pressure, air and their sensors exist only where a source is configured; then their silence pauses too.
"""

from dataclasses import replace

from interlocks.alerts import AlertedTimes
from interlocks.combinations import AllOf, AnyOf, IfSent, Not, Unless
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute, site_limit
from interlocks.rules import (
    AT_ONCE,
    FIRST_READING,
    NEVER,
    Clear,
    Consecutive,
    Persist,
    Rule,
    SeeRow,
    Step,
    TripWhenStale,
)
from interlocks.situation import Clock, MaxAge
from interlocks.slopes import FallenBy, RisenBy
from interlocks.vocabulary import Demand, Flag, Priority, Signal, Truth

_STALE_AFTER = MaxAge(2000, Clock.LINK)
_LINE_STALE = SeeRow(("LP1",), _STALE_AFTER)


def _limit(percent: int) -> Absolute:
    """Return so many percent of the site's limit: default 300 mmHg, from 50 in steps of 25."""
    return replace(
        site_limit("line_pressure_limit_mmhg", default=300, tightest=50, step=25),
        percent=percent,
    )


_RISE = RisenBy(30, 15_000)

LP0 = Rule(
    id="LP0",
    cause="line pressure",
    when=AnyOf(
        (
            Unless(_RISE, (Flag.CUFF_ACTIVE,), "a cuff cycle is under way"),
            Over(Signal.LINE_PRESSURE, _limit(50)),
        )
    ),
    steps=(Step(Demand.ADVISE, Priority.LOW, Persist(5000)),),
    clear=Clear(AllOf((Not(_RISE), Under(Signal.LINE_PRESSURE, _limit(40)))), for_ms=10_000),
    is_latching=False,
    on_stale=_LINE_STALE,
    hazard="occlusion beginning",
    source="facts/clinical.md 3.2 LP0, section 7",
    why="A pressure that climbs, or stands at half the limit, is a line to look at before it is blocked.",
)

LP1 = Rule(
    id="LP1",
    cause="line pressure",
    when=Over(Signal.LINE_PRESSURE, _limit(100)),
    steps=(Step(Demand.PAUSE, Priority.HIGH, Consecutive(3)),),
    clear=Clear(Under(Signal.LINE_PRESSURE, _limit(50)), for_ms=15_000),
    is_latching=True,
    on_stale=TripWhenStale(_STALE_AFTER, Demand.PAUSE, Priority.HIGH),
    hazard="occlusion, bolus on release",
    source="facts/clinical.md 3.2 LP1, section 7",
    why="Three samples over the limit mean a blocked line; what is stored in it must not come at once.",
)

LP2 = Rule(
    id="LP2",
    cause="line pressure",
    when=AnyOf((Over(Signal.LINE_PRESSURE, _limit(150)), Over(Signal.LINE_PRESSURE, Absolute(900)))),
    steps=(
        Step(Demand.STOP, Priority.HIGH, Consecutive(2)),
        Step(Demand.STOP, Priority.HIGH, AT_ONCE, when=AlertedTimes(3, 600_000, "LP1")),
    ),
    clear=NEVER,
    is_latching=True,
    on_stale=_LINE_STALE,
    hazard="occlusion not relieved, burst or extravasation",
    source="facts/clinical.md 3.2 LP2",
    why=(
        "Pressure half again over the limit, or over 900 mmHg, means the pause did not relieve the line; "
        "the same occlusion for the third time in 10 min means that nobody did."
    ),
)

_FALL = FallenBy(100, 1000)

LP3 = Rule(
    id="LP3",
    cause="line pressure",
    when=AnyOf(
        (
            Under(Signal.LINE_PRESSURE, Absolute(-100)),
            Unless(
                _FALL,
                (Flag.CUFF_ACTIVE, Flag.OCCLUSION_KNOWN),
                "a cuff cycle or a known occlusion explains it",
            ),
        )
    ),
    steps=(Step(Demand.PAUSE, Priority.HIGH, Consecutive(3)),),
    # The table wants an acknowledgement only; ten quiet seconds near zero are ours, so that the look comes after the fall.
    clear=Clear(
        AllOf((Not(_FALL), Over(Signal.LINE_PRESSURE, Absolute(-50), or_equal=True))),
        for_ms=10_000,
    ),
    is_latching=True,
    on_stale=_LINE_STALE,
    hazard="disconnected line, siphoning",
    source="facts/clinical.md 3.2 LP3; clearing after 10 s above -50 mmHg is our choice, on the safe side",
    why="Suction in the line, or pressure gone within a second, means that the line is open or the syringe loose.",
)

_BUBBLE = site_limit("air_bubble_ul", default=50, tightest=20)
_AIR_TOTAL = Absolute(1)

AI1 = Rule(
    id="AI1",
    cause="air",
    when=AnyOf(
        (Over(Signal.AIR_BUBBLE, _BUBBLE), IfSent(Over(Signal.AIR_15MIN, _AIR_TOTAL), Truth.FALSE)),
    ),
    steps=(Step(Demand.PAUSE, Priority.HIGH, FIRST_READING),),
    clear=Clear(
        AllOf(
            (
                Under(Signal.AIR_BUBBLE, _BUBBLE, or_equal=True),
                IfSent(Under(Signal.AIR_15MIN, _AIR_TOTAL, or_equal=True), Truth.TRUE),
            )
        )
    ),
    is_latching=True,
    on_stale=TripWhenStale(_STALE_AFTER, Demand.PAUSE, Priority.HIGH),
    hazard="air embolism",
    source="facts/clinical.md 3.2 AI1",
    why="One bubble over 50 uL, or 1 mL of air in a quarter of an hour, pauses until a person has cleared the line.",
)

ROWS = (LP0, LP1, LP2, LP3)
