"""Oxygen saturation: a prompt, a slow, a pause and a stop, each sooner the deeper it is.

Theory of operation. Most low values are a finger that moved; the deeper the value the less one waits. A stop has no
clear condition: after 85 % the session is over, whatever the finger says next.
"""

from interlocks.catalogue.heart import ONE_HZ_STALE
from interlocks.conditions import Over, Under
from interlocks.limits import site_limit
from interlocks.rules import NEVER, Clear, Persist, Rule, Step
from interlocks.vocabulary import Demand, Priority, Signal

_CAUSE = "oxygen saturation"

_ADVISE = site_limit("spo2_advise_percent", default=94, tightest=96)
_SLOW = site_limit("spo2_slow_percent", default=92, tightest=94)
_PAUSE = site_limit("spo2_pause_percent", default=90, tightest=92)
_STOP = site_limit("spo2_stop_percent", default=85, tightest=88)

SP0 = Rule(
    id="SP0",
    cause=_CAUSE,
    when=Under(Signal.SPO2, _ADVISE),
    steps=(Step(Demand.ADVISE, Priority.LOW, Persist(30_000)),),
    clear=Clear(Over(Signal.SPO2, _ADVISE.moved(1), or_equal=True), for_ms=30_000),
    is_latching=False,
    on_stale=ONE_HZ_STALE,
    hazard="desaturation, first signs",
    source="facts/clinical.md 3.2 SP0",
    why="Below 94 % for half a minute somebody should look at the patient and at the probe.",
)

SP1 = Rule(
    id="SP1",
    cause=_CAUSE,
    when=Under(Signal.SPO2, _SLOW),
    steps=(Step(Demand.SLOW, Priority.MEDIUM, Persist(15_000)),),
    clear=Clear(Over(Signal.SPO2, _SLOW.moved(2), or_equal=True), for_ms=60_000),
    is_latching=False,
    on_stale=ONE_HZ_STALE,
    hazard="desaturation",
    source="facts/clinical.md 3.2 SP1",
    why="Below 92 % for 15 s the rate is halved, so that breathing can catch up.",
)

SP2 = Rule(
    id="SP2",
    cause=_CAUSE,
    when=Under(Signal.SPO2, _PAUSE),
    steps=(Step(Demand.PAUSE, Priority.HIGH, Persist(10_000)),),
    clear=Clear(Over(Signal.SPO2, _PAUSE.moved(4), or_equal=True), for_ms=120_000),
    is_latching=True,
    on_stale=ONE_HZ_STALE,
    hazard="hypoxaemia",
    source="facts/clinical.md 3.2 SP2",
    why="Below 90 % for 10 s nothing more is given until two good minutes and a person say otherwise.",
)

SP3 = Rule(
    id="SP3",
    cause=_CAUSE,
    when=Under(Signal.SPO2, _STOP),
    steps=(Step(Demand.STOP, Priority.HIGH, Persist(5_000)),),
    clear=NEVER,
    is_latching=True,
    on_stale=ONE_HZ_STALE,
    hazard="severe hypoxaemia",
    source="facts/clinical.md 3.2 SP3",
    why="Below 85 % for 5 s the session is over.",
)

ROWS = (SP0, SP1, SP2, SP3)
