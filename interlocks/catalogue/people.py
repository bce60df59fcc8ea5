"""People: the one who must be at the chair, and the button in anyone's hand.

Theory of operation. The presence of a person is confirmed by an act and grows old like a measurement (#18). The button
is wired where it is configured, and a wire that breaks says the same as a hand that presses.
"""

from interlocks.combinations import Not
from interlocks.conditions import Over, Under
from interlocks.limits import Absolute
from interlocks.rules import AT_ONCE, FIRST_READING, Clear, Itself, Persist, Rule, Step, TripWhenStale
from interlocks.silences import OlderThan
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Priority, Signal


def _unconfirmed(limit_ms: int) -> OlderThan:
    return OlderThan((Signal.PRESENCE,), limit_ms, Clock.TREATMENT)


PR1 = Rule(
    id="PR1",
    cause="presence",
    when=_unconfirmed(600_000),
    steps=(
        Step(Demand.ADVISE, Priority.LOW, AT_ONCE),
        Step(Demand.PAUSE, Priority.MEDIUM, AT_ONCE, when=_unconfirmed(900_000)),
    ),
    clear=Clear(Not(_unconfirmed(600_000)), readings=1),
    is_latching=False,
    on_stale=Itself(),
    hazard="nobody with the patient",
    source="facts/clinical.md 3.2 PR1 and 1 #18",
    why="Somebody at the chair is asked to say so after 10 min; after 15 min without a word nothing more is given.",
)

BT1 = Rule(
    id="BT1",
    cause="button",
    when=Over(Signal.BUTTON, Absolute(0)),
    steps=(
        Step(Demand.PAUSE, Priority.MEDIUM, FIRST_READING),
        Step(Demand.STOP, Priority.HIGH, Persist(2000, Clock.LINK)),
    ),
    clear=Clear(Under(Signal.BUTTON, Absolute(0), or_equal=True)),
    is_latching=True,
    on_stale=TripWhenStale(MaxAge(2000, Clock.LINK), Demand.PAUSE, Priority.MEDIUM),
    hazard="a call for help that is not heard",
    source="facts/clinical.md 3.2 BT1; the stop is a HIGH alarm, as every stop is",
    why="A press pauses at once, two seconds of it end the session, and a broken wire is a press.",
)
