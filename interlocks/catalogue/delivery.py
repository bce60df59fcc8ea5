"""What the pump's counter says against the command.

Theory of operation. The plunger is the only witness of what was really given. Too much, or motion while
halted, ends the session: the pump cannot be trusted. Too little pauses: something blocks, leaks or slips,
and a person can mend it. The upper end of the dose interval counts, so a command whose outcome is unknown
counts as given (law 4).
"""

from interlocks.combinations import AnyOf, Not
from interlocks.limits import FlowLimit
from interlocks.rules import AT_ONCE, NEVER, Clear, Rule, SeeRow, Step
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Priority
from interlocks.volumes import Direction, ExcessOver, GivenOver, MovedHalted, WindowOff

#: The counter comes with the pump's reports; PS1 owns their silence.
_REPORTS = SeeRow(("PS1",), MaxAge(1000, Clock.LINK))

FL1 = Rule(
    id="FL1",
    cause="delivery",
    when=AnyOf(
        (
            WindowOff(Direction.OVER_60S, FlowLimit(percent=10, at_least_nl=100_000)),
            ExcessOver(300_000),
            MovedHalted(50_000),
        )
    ),
    steps=(Step(Demand.STOP, Priority.HIGH, AT_ONCE),),
    clear=NEVER,
    is_latching=True,
    on_stale=_REPORTS,
    hazard="over-delivery, motion while halted",
    source="facts/clinical.md 3.2 FL1, facts/faults.md row 11 I15",
    why=(
        "More than commanded, or motion while halted, means the pump is not obeying. The table stops "
        "after 1 s without reports; PS1 pauses instead: a lost cable is recoverable, and the pump's own "
        "watchdog stops it."
    ),
)

_SHORT = WindowOff(Direction.UNDER_120S, FlowLimit(percent=10, at_least_nl=200_000))

FL2 = Rule(
    id="FL2",
    cause="delivery",
    when=_SHORT,
    steps=(Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE),),
    clear=Clear(Not(_SHORT)),
    is_latching=True,
    on_stale=_REPORTS,
    hazard="under-delivery, stall or leak",
    source="facts/clinical.md 3.2 FL2, facts/faults.md row 9",
    why="Less than commanded means a block, a stall or a slipping syringe that a person must look at.",
)

VT1 = Rule(
    id="VT1",
    cause="delivery",
    when=GivenOver(percent=1),
    steps=(Step(Demand.STOP, Priority.HIGH, AT_ONCE),),
    clear=NEVER,
    is_latching=True,
    on_stale=_REPORTS,
    hazard="overdose against the prescription",
    source="facts/clinical.md 3.2 VT1, facts/faults.md I1",
    why="The most that can have been given may not exceed the prescription by more than 1 %.",
)

ROWS = (FL1, FL2, VT1)
