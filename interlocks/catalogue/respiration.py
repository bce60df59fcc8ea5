"""Breathing, where a monitor tells of it: its rate, and the time since the last breath.

Theory of operation. Not every monitor sends a respiration rate, and fewer send the gap; a signal that was never heard
trips nothing. From its first value on its silence counts like that of heart rate and saturation (ST2).
"""

from dataclasses import replace

from interlocks.catalogue.heart import ONE_HZ_STALE
from interlocks.combinations import AllOf, AnyOf, OneFresh
from interlocks.conditions import Over, Under
from interlocks.limits import site_limit
from interlocks.rules import AT_ONCE, Clear, Persist, Rule, Step
from interlocks.vocabulary import Demand, Priority, Signal

_SLOW = site_limit("respiration_low_slow_per_min", default=10, tightest=12)
_FAST = site_limit("respiration_high_slow_per_min", default=30, tightest=25)

RR1 = Rule(
    id="RR1",
    cause="respiration",
    when=AnyOf((Under(Signal.RR, _SLOW), Over(Signal.RR, _FAST))),
    steps=(Step(Demand.SLOW, Priority.MEDIUM, Persist(30_000)),),
    clear=Clear(
        AllOf(
            (
                Over(Signal.RR, _SLOW.moved(2), or_equal=True),
                Under(Signal.RR, _FAST.moved(-5), or_equal=True),
            )
        ),
        for_ms=60_000,
    ),
    is_latching=False,
    on_stale=ONE_HZ_STALE,
    hazard="respiratory depression or distress",
    source="facts/clinical.md 3.2 RR1",
    why="Fewer than 10 or more than 30 breaths a minute, for half a minute, slow the rate.",
)

_PAUSE = site_limit("respiration_pause_per_min", default=8, tightest=10)
_GAP = site_limit("breath_gap_pause_s", default=20, tightest=15)
_TOO_FEW = Under(Signal.RR, _PAUSE)
_NO_BREATH = Over(Signal.BREATH_GAP, _GAP, or_equal=True)

RR2 = Rule(
    id="RR2",
    cause="respiration",
    when=_TOO_FEW,
    steps=(
        Step(Demand.PAUSE, Priority.HIGH, Persist(15_000)),
        # The gap is a duration itself: its 20 s have passed when it is sent.
        Step(Demand.PAUSE, Priority.HIGH, AT_ONCE, when=_NO_BREATH),
    ),
    # The table clears by the rate alone. A gap of at most half its limit is ours: 10 s are six breaths a minute. A
    # monitor that sends only one of the two clears by that one.
    clear=Clear(
        OneFresh(
            (
                Over(Signal.RR, _PAUSE.moved(2), or_equal=True),
                Under(Signal.BREATH_GAP, replace(_GAP, percent=50), or_equal=True),
            )
        ),
        for_ms=120_000,
    ),
    is_latching=True,
    on_stale=ONE_HZ_STALE,
    hazard="apnoea, severe respiratory depression",
    source="facts/clinical.md 3.2 RR2; clearing of the breath gap at half its limit is our choice, on the safe side",
    why="Fewer than 8 breaths a minute for 15 s, or none for 20 s, pause.",
)

ROWS = (RR1, RR2)
