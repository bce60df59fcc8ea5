"""Joining conditions loses nothing of what the parts know."""

from dataclasses import dataclass
from math import nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_scene import Scene

from interlocks.combinations import AllOf, AnyOf, IfSent, Not, OneFresh, Unless
from interlocks.conditions import Condition, Over, Under
from interlocks.limits import Absolute
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import Flag, Sample, Signal, Truth

AGE = MaxAge(10_000, Clock.TREATMENT)
T, F, S, E = Truth.TRUE, Truth.FALSE, Truth.STALE, Truth.ERROR
TRUTHS = st.sampled_from([T, F, S, E])


@dataclass(frozen=True)
class Fixed:
    """A condition with a given answer."""

    answer: Truth
    is_clock: bool = False

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        return self.answer

    def sentence(self, at: Situation) -> str:
        return self.answer.value

    wanted = sentence

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        return ()

    def signals(self) -> frozenset[Signal]:
        return frozenset({Signal.HR})

    def members(self) -> tuple[Condition, ...]:
        return ()

    def is_timed(self) -> bool:
        return self.is_clock


AT = Scene(()).situation()


def worst(order: list[Truth], answers: list[Truth]) -> Truth:
    return min(answers, key=order.index)


@given(answers=st.lists(TRUTHS, min_size=1, max_size=4))
def test_any_of_ranks_true_error_stale_false(answers: list[Truth]) -> None:
    assert AnyOf(tuple(map(Fixed, answers))).truth(AT, AGE) is worst([T, E, S, F], answers)


@given(answers=st.lists(TRUTHS, min_size=1, max_size=4))
def test_all_of_ranks_error_false_stale_true(answers: list[Truth]) -> None:
    assert AllOf(tuple(map(Fixed, answers))).truth(AT, AGE) is worst([E, F, S, T], answers)


@given(answers=st.lists(TRUTHS, max_size=3), is_all=st.booleans(), is_negated=st.booleans())
def test_an_error_anywhere_is_never_false(answers: list[Truth], is_all: bool, is_negated: bool) -> None:
    """I17: NaN inside a combination never yields FALSE."""
    joined: Condition = (AllOf if is_all else AnyOf)(tuple(map(Fixed, [*answers, E])))
    if is_negated and T not in answers:
        joined = Not(joined)
    assert joined.truth(AT, AGE) is not F


@pytest.mark.parametrize(("inner", "outer"), [(T, F), (F, T), (S, S), (E, E)])
def test_not_turns_only_what_is_known(inner: Truth, outer: Truth) -> None:
    assert Not(Fixed(inner)).truth(AT, AGE) is outer


def test_a_signal_counts_from_its_first_sample_on() -> None:
    """A mean pressure that tripped a row cannot clear it by no longer being sent."""
    condition = IfSent(Under(Signal.MAP, Absolute(60)), Truth.FALSE)
    scene = Scene(())
    scene.cuff(0, 118, 76)
    assert condition.truth(scene.situation(), AGE) is F
    scene.hear_at(1000, {Signal.SYS: 118.0, Signal.DIA: 76.0, Signal.MAP: 55.0})
    assert condition.truth(scene.situation(), AGE) is T
    scene.cuff(2000, 118, 76)
    assert condition.truth(scene.situation(), AGE) is S


def test_only_the_parts_that_speak_are_quoted() -> None:
    scene = Scene(())
    scene.cuff(0, 150, 104)
    either = AnyOf((Over(Signal.SYS, Absolute(160)), Over(Signal.DIA, Absolute(100))))
    assert either.sentence(scene.situation()) == "diastolic 104 mmHg > 100 mmHg"
    both = AllOf((Under(Signal.SYS, Absolute(155)), Under(Signal.DIA, Absolute(95))))
    assert both.wanted(scene.situation()) == "diastolic < 95 mmHg (now 104 mmHg)"
    assert both.sentence(scene.situation()).count(" and ") == 1
    assert " or " in either.wanted(scene.situation())
    assert Not(either).sentence(scene.situation()).startswith("no longer")
    assert Not(either).wanted(scene.situation()).startswith("the end of")


def test_combinations_report_what_is_inside_them() -> None:
    pair = AnyOf((Fixed(T), Fixed(F, is_clock=True)))
    for condition in (pair, Not(pair), IfSent(pair, F), AllOf((pair,))):
        assert condition.signals() == {Signal.HR}
        assert condition.is_timed()
        assert condition.members()
        assert condition.samples(AT) == ()


CUFF_UP = frozenset({Flag.CUFF_ACTIVE})


@pytest.mark.parametrize(("inner", "explained"), [(T, F), (F, F), (S, F), (E, E)])
def test_a_flag_explains_everything_but_an_error(inner: Truth, explained: Truth) -> None:
    """I17: a broken number stays broken, whatever the cuff does."""
    condition = Unless(Fixed(inner), (Flag.CUFF_ACTIVE, Flag.OCCLUSION_KNOWN), "it is squeezed")
    assert condition.truth(AT, AGE) is inner
    assert condition.truth(Scene((), flags=frozenset({Flag.BROKER_DOWN})).situation(), AGE) is inner
    assert condition.truth(Scene((), flags=CUFF_UP).situation(), AGE) is explained


def test_an_explained_condition_is_what_it_explains() -> None:
    condition = Unless(Fixed(T), (Flag.CUFF_ACTIVE,), "it is squeezed")
    assert not condition.is_timed()
    assert Unless(Fixed(T, is_clock=True), (Flag.CUFF_ACTIVE,), "it is squeezed").is_timed()
    assert condition.members() == (Fixed(T),)
    assert condition.signals() == {Signal.HR}
    assert (condition.sentence(AT), condition.wanted(AT), condition.samples(AT)) == ("true", "true", ())


AWAKE = Over(Signal.MOAAS, Absolute(4), or_equal=True)
CALM_RASS = Over(Signal.RASS, Absolute(-1), or_equal=True)
EITHER_SCALE = OneFresh((AWAKE, CALM_RASS))


@pytest.mark.parametrize(
    ("entries", "answer"),
    [
        ([], S),
        ([(0, Signal.MOAAS, 5.0)], T),
        ([(0, Signal.MOAAS, 3.0)], F),
        ([(0, Signal.MOAAS, 3.0), (1000, Signal.RASS, 0.0)], F),
        ([(0, Signal.MOAAS, 3.0), (20_000, Signal.RASS, 0.0)], F),
        ([(0, Signal.MOAAS, 5.0), (20_000, Signal.RASS, 0.0)], T),
        ([(0, Signal.MOAAS, 5.0), (20_000, Signal.RASS, -2.0)], F),
        ([(0, Signal.MOAAS, nan), (1000, Signal.RASS, 0.0)], E),
    ],
)
def test_one_scale_is_enough_and_the_other_may_object(
    entries: list[tuple[int, Signal, float]], answer: Truth
) -> None:
    """SE1 and SE2: never used is no objection, nor is an old safe score; an old unsafe one is."""
    scene = Scene(())
    for ms, signal, value in entries:
        scene.hear_at(ms, {signal: value})
    assert EITHER_SCALE.truth(scene.situation(), AGE) is answer


def test_what_stands_in_for_one_another_grows_old_together() -> None:
    scene = Scene(())
    scene.hear_at(0, {Signal.MOAAS: 5.0, Signal.RASS: 0.0})
    scene.at(10_001)
    assert EITHER_SCALE.truth(scene.situation(), AGE) is S


def test_what_stands_in_the_way_is_named() -> None:
    scene = Scene(())
    everything = EITHER_SCALE.wanted(scene.situation())
    assert everything.count(" or ") == 1
    assert EITHER_SCALE.sentence(scene.situation()).count("not measured") == 2
    scene.hear_at(0, {Signal.MOAAS: 3.0})
    scene.hear_at(1000, {Signal.RASS: 0.0})
    assert EITHER_SCALE.wanted(scene.situation()) == "sedation score MOAA/S >= 4 (now 3)"
    assert EITHER_SCALE.sentence(scene.situation()).count(" and ") == 1
    scene.hear_at(2000, {Signal.MOAAS: nan})
    assert "nan" in EITHER_SCALE.wanted(scene.situation())


def test_what_is_broken_is_quoted_before_what_is_safe() -> None:
    either = AnyOf((Fixed(F), Fixed(E), Fixed(S)))
    assert either.sentence(AT) == "error"
    assert AnyOf((Fixed(F), Fixed(S))).sentence(AT) == "false and stale", "if none speaks, all are quoted"


def test_when_all_is_met_all_of_it_is_the_wish() -> None:
    assert AllOf((Fixed(T, is_clock=True), Fixed(T))).wanted(AT) == "true and true"
    assert AllOf((Fixed(T), Fixed(S))).wanted(AT) == "stale"


def test_only_the_scale_that_was_ever_used_is_quoted() -> None:
    scene = Scene(())
    scene.hear_at(0, {Signal.MOAAS: 3.0})
    assert EITHER_SCALE.sentence(scene.situation()) == "sedation score MOAA/S 3 >= 4"


def test_a_broken_score_stands_in_the_way_alone() -> None:
    scene = Scene(())
    scene.hear_at(0, {Signal.MOAAS: nan, Signal.RASS: 0.0})
    assert EITHER_SCALE.wanted(scene.situation()) == "sedation score MOAA/S >= 4 (now nan)"


def test_what_is_said_of_a_signal_not_always_sent_is_said_of_its_part() -> None:
    part = Under(Signal.MAP, Absolute(60))
    condition = IfSent(part, Truth.FALSE)
    scene = Scene(())
    scene.hear({Signal.MAP: 55.0})
    assert condition.sentence(scene.situation()) == "mean pressure 55 mmHg < 60 mmHg"
    assert condition.wanted(scene.situation()) == "mean pressure < 60 mmHg (now 55 mmHg)"
