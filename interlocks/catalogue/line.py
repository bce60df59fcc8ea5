"""Pressure in the infusion line: occlusion.

Theory of operation. A blocked line stores drug under pressure and gives it back at once when it opens, so
an occlusion pauses within 300 ms of samples and clears only when the pressure has fallen far below the
limit and stayed there. No automatic restart. The limit is the site's, within the row's bounds; a second row
ends the session where pressure outruns the first. Line pressure exists only where a source is configured;
then its silence pauses too.
"""

from interlocks.combinations import AnyOf
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute
from interlocks.rules import NEVER, Clear, Consecutive, Rule, SeeRow, Step, TripWhenStale
from interlocks.situation import Clock, MaxAge
from interlocks.tighten import LINE_PRESSURE_LIMIT
from interlocks.vocabulary import Demand, Priority, Signal

_STALE_AFTER = MaxAge(2000, Clock.LINK)


def _limit(percent: int) -> Absolute:
    """Return so many percent of the site's limit: default 300 mmHg, from 50 in steps of 25."""
    return Absolute(300, percent, LINE_PRESSURE_LIMIT, default=300, tightest=50, step=25)


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
    steps=(Step(Demand.STOP, Priority.HIGH, Consecutive(2)),),
    clear=NEVER,
    is_latching=True,
    on_stale=SeeRow(("LP1",), _STALE_AFTER),
    hazard="occlusion not relieved, burst or extravasation",
    source="facts/clinical.md 3.2 LP2",
    why="Pressure half again over the limit, or over 900 mmHg, means the pause did not relieve the line.",
)

ROWS = (LP1, LP2)
