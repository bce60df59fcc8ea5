"""Sedation, as a person scores it: MOAA/S, RASS, or both in turn.

Theory of operation. No monitor measures sedation, so the score is an entry and its silence is a person's: it is prompted
after ten minutes and pauses after twenty (SE0). Each scale is enough by itself. What one scale has found unsafe the other
cannot talk away: until the same scale takes it back, the row does not clear.
"""

from interlocks.combinations import AllOf, AnyOf, Not, OneFresh
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute
from interlocks.rules import AT_ONCE, FIRST_READING, NEVER, Clear, Itself, Rule, SeeRow, Step
from interlocks.silences import OlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Priority, Signal

_CAUSE = "sedation"


def _unscored(limit_ms: int) -> OlderThan:
    return OlderThan((Signal.MOAAS, Signal.RASS), limit_ms, Clock.TREATMENT, is_any_enough=True)


#: A score is good for as long as SE0 waits for the next one.
_SCORE_STALE = SeeRow(("SE0",), MaxAge(1_200_000, Clock.TREATMENT))

SE0 = Rule(
    id="SE0",
    cause=_CAUSE,
    when=_unscored(600_000),
    steps=(
        Step(Demand.ADVISE, Priority.LOW, AT_ONCE),
        Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE, when=_unscored(1_200_000)),
    ),
    clear=Clear(Not(_unscored(600_000)), readings=1),
    is_latching=False,
    on_stale=Itself(),
    hazard="sedation unknown",
    source="facts/clinical.md 3.2 SE1 and SE2, stale column",
    why="A score is asked for after 10 min; after 20 min without one nobody knows how deep the patient is.",
)

_SCORED_SAFE = OneFresh(
    (
        Over(Signal.MOAAS, Absolute(4), or_equal=True),
        AllOf(
            (Over(Signal.RASS, Absolute(-1), or_equal=True), Under(Signal.RASS, Absolute(1), or_equal=True))
        ),
    )
)

SE1 = Rule(
    id="SE1",
    cause=_CAUSE,
    when=AnyOf(
        (
            Under(Signal.MOAAS, Absolute(3), or_equal=True),
            Under(Signal.RASS, Absolute(-2), or_equal=True),
            Over(Signal.RASS, Absolute(2), or_equal=True),
        )
    ),
    steps=(Step(Demand.SLOW, Priority.MEDIUM, FIRST_READING),),
    clear=Clear(_SCORED_SAFE, readings=1),
    is_latching=False,
    on_stale=_SCORE_STALE,
    hazard="sedation or agitation beyond what is wanted",
    source="facts/clinical.md 3.2 SE1",
    why="A patient who answers only to a loud call, or is agitated, gets half the rate.",
)

SE2 = Rule(
    id="SE2",
    cause=_CAUSE,
    when=AnyOf(
        (
            Under(Signal.MOAAS, Absolute(2), or_equal=True),
            Under(Signal.RASS, Absolute(-3), or_equal=True),
            Over(Signal.RASS, Absolute(3), or_equal=True),
        )
    ),
    steps=(Step(Demand.PAUSE, Priority.HIGH, FIRST_READING),),
    clear=Clear(_SCORED_SAFE, readings=2, apart_ms=300_000),
    is_latching=True,
    on_stale=_SCORE_STALE,
    hazard="deep sedation or dangerous agitation",
    source="facts/clinical.md 3.2 SE2",
    why="A patient who needs prodding, or is very agitated, gets nothing until two good scores 5 min apart.",
)

SE3 = Rule(
    id="SE3",
    cause=_CAUSE,
    when=AnyOf(
        (
            Under(Signal.MOAAS, Absolute(1), or_equal=True),
            Under(Signal.RASS, Absolute(-4), or_equal=True),
        )
    ),
    steps=(Step(Demand.STOP, Priority.HIGH, FIRST_READING),),
    clear=NEVER,
    is_latching=True,
    on_stale=_SCORE_STALE,
    hazard="unarousable patient",
    source="facts/clinical.md 3.2 SE3",
    why="A patient who answers only to pain, or not at all, ends the session.",
)

ROWS = (SE0, SE1, SE2, SE3)
