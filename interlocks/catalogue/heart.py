"""Heart rate: too fast for long, or far too fast or too slow for a moment.

Theory of operation. Ketamine raises the rate; a mild rise slows only when it lasts, so that a cough or a turn in the
chair does not. A rate that is far out pauses in the time an oximeter needs to be believed.
"""

from interlocks.combinations import AllOf, AnyOf
from interlocks.conditions import Over, Under
from interlocks.limits import site_limit, site_percent
from interlocks.rules import Clear, Persist, Rule, SeeRow, Step
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Priority, Signal

#: A value that comes every second says nothing of now after ten; ST2 owns the silence from there.
ONE_HZ_STALE = SeeRow(("ST2",), MaxAge(10_000, Clock.LINK))

_SLOW = site_limit("heart_rate_slow_bpm", default=120, tightest=100)
_RISE = site_percent("heart_rate_rise_slow_percent", default=140, tightest=125)

HR1 = Rule(
    id="HR1",
    cause="heart rate",
    when=AnyOf((Over(Signal.HR, _SLOW), Over(Signal.HR, _RISE))),
    steps=(Step(Demand.SLOW, Priority.MEDIUM, Persist(60_000)),),
    # The table gives no clear limit for the relative rise; 130 % keeps ten percent of distance, as the 110 does.
    clear=Clear(
        AllOf((Under(Signal.HR, _SLOW.moved(-10)), Under(Signal.HR, _RISE.moved(-10)))), for_ms=120_000
    ),
    is_latching=False,
    on_stale=ONE_HZ_STALE,
    hazard="tachycardia under ketamine",
    source="facts/clinical.md 3.2 HR1; clearing below 130 % of baseline is our choice, on the safe side",
    why="A rate over 120, or over 1.4 times the patient's own, slows when it lasts for a minute.",
)

_FAST = site_limit("heart_rate_pause_bpm", default=140, tightest=125)
_SLUGGISH = site_limit("heart_rate_low_bpm", default=45, tightest=55)

HR2 = Rule(
    id="HR2",
    cause="heart rate",
    when=AnyOf((Over(Signal.HR, _FAST), Under(Signal.HR, _SLUGGISH))),
    steps=(Step(Demand.PAUSE, Priority.HIGH, Persist(15_000)),),
    clear=Clear(
        AllOf(
            (
                Over(Signal.HR, _SLUGGISH.moved(5), or_equal=True),
                Under(Signal.HR, _FAST.moved(-20), or_equal=True),
            )
        ),
        for_ms=120_000,
    ),
    is_latching=True,
    on_stale=ONE_HZ_STALE,
    hazard="severe tachycardia or bradycardia",
    source="facts/clinical.md 3.2 HR2",
    why="A rate over 140 or under 45 for 15 s pauses: it is no longer a side effect to wait for.",
)

ROWS = (HR1, HR2)
