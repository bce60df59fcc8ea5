"""Walking sees everything, and says only what must be so."""

from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh
from interlocks.conditions import Condition, Over, Under
from interlocks.limits import Absolute
from interlocks.vocabulary import Signal, Truth
from interlocks.walking import implied, leaves, walk

HIGH: Condition = Over(Signal.SYS, Absolute(160))
LOW: Condition = Under(Signal.SYS, Absolute(90))
FAST: Condition = Over(Signal.HR, Absolute(120))


def test_walk_visits_every_condition_inside() -> None:
    assert list(walk(Not(AnyOf((HIGH, LOW))))) == [Not(AnyOf((HIGH, LOW))), AnyOf((HIGH, LOW)), HIGH, LOW]


def test_leaves_say_whether_they_are_turned_round() -> None:
    assert list(leaves(Not(AllOf((HIGH, Not(LOW)))))) == [(HIGH, True), (LOW, False)]


def test_what_a_condition_implies_leaves_out_what_may_be() -> None:
    all_of = AllOf((HIGH, Not(LOW), AnyOf((FAST,))))
    assert list(implied(all_of)) == [
        (all_of, False),
        (HIGH, False),
        (Not(LOW), False),
        (LOW, True),
        (AnyOf((FAST,)), False),
    ]
    neither = Not(AnyOf((HIGH, LOW)))
    assert list(implied(neither))[2:] == [(HIGH, True), (LOW, True)]
    not_both = Not(AllOf((HIGH, LOW)))
    assert list(implied(not_both)) == [(not_both, False), (AllOf((HIGH, LOW)), True)]
    either = OneFresh((HIGH, IfSent(FAST, Truth.TRUE)))
    assert [one for one, _ in implied(either)][1:] == [HIGH, IfSent(FAST, Truth.TRUE), FAST]
