"""The course of the session: how long it lasts, and how often it stood.

Theory of operation. Neither row is about a measured value. A session that runs far over its plan, stands for half an hour
or is brought to a stand for the third time in ten minutes is not the treatment that was prescribed, and what is wrong
with it was not found by resuming. Time does not run back, so nothing clears what it has ended.
"""

from interlocks.alerts import AlertedTimes
from interlocks.combinations import AnyOf, Not
from interlocks.rules import AT_ONCE, NEVER, Clear, Itself, Rule, Step
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Demand, Priority

_CAUSE = "course"

_LONG = ElapsedOver(3_600_000)
_FAR_TOO_LONG = AnyOf((ElapsedOverPlan(200), PausedOver(1_800_000)))

VT2 = Rule(
    id="VT2",
    cause=_CAUSE,
    when=_LONG,
    steps=(
        Step(Demand.ADVISE, Priority.LOW, AT_ONCE),
        Step(Demand.STOP, Priority.HIGH, AT_ONCE, when=_FAR_TOO_LONG),
    ),
    clear=Clear(Not(AnyOf((_LONG, _FAR_TOO_LONG)))),
    is_latching=True,
    on_stale=Itself(),
    hazard="a session far longer than prescribed",
    source="facts/clinical.md 2.2, total run time; 3.2 VT1, any hard limit of 2.2",
    why="An hour is told; twice the planned time, or half an hour of standing in all, ends the session.",
)

CY1 = Rule(
    id="CY1",
    cause=_CAUSE,
    when=AlertedTimes(3, 600_000),
    steps=(Step(Demand.STOP, Priority.HIGH, AT_ONCE),),
    clear=NEVER,
    is_latching=True,
    on_stale=Itself(),
    hazard="a cause that resuming does not mend",
    source="facts/clinical.md 3.3 RESUME, facts/requirements.md 34",
    why="The third stand within 10 min means that what is wrong has not been found; resuming again is no answer.",
)
