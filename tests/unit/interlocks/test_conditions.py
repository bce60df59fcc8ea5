"""Comparisons answer four ways, and only a usable number is FALSE."""

from math import inf, nan

import pytest
from hypothesis import given
from hypothesis import strategies as st
from rule_scene import Scene

from interlocks.conditions import Over, Under, judge
from interlocks.limits import Absolute, OfBaseline
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Signal, Truth

AGE = MaxAge(10_000, Clock.TREATMENT)


def truth(condition: Over | Under, value: float) -> Truth:
    scene = Scene(())
    scene.hear({condition.signal: value})
    return condition.truth(scene.situation(), AGE)


@pytest.mark.parametrize(
    ("condition", "unsafe", "safe"),
    [
        (Over(Signal.SYS, Absolute(160)), 160.5, 160.0),
        (Over(Signal.SYS, Absolute(180), or_equal=True), 180.0, 179.5),
        (Under(Signal.SYS, Absolute(90)), 89.5, 90.0),
        (Under(Signal.SYS, Absolute(150), or_equal=True), 150.0, 150.5),
        (Over(Signal.SYS, OfBaseline(120), or_equal=True), 150.0, 149.5),
    ],
)
def test_a_comparison_knows_its_edge(condition: Over | Under, unsafe: float, safe: float) -> None:
    assert truth(condition, unsafe) is Truth.TRUE
    assert truth(condition, safe) is Truth.FALSE


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("kind", [Over, Under])
@given(limit=st.floats(allow_nan=True, allow_infinity=True), or_equal=st.booleans())
def test_what_is_not_a_finite_number_is_never_false(
    kind: type[Over] | type[Under], value: float, limit: float, or_equal: bool
) -> None:
    """I17, F9: NaN compares false with everything and must not pass."""
    assert truth(kind(Signal.SYS, Absolute(limit), or_equal), value) is Truth.ERROR


def test_an_unknown_limit_is_an_error_even_before_the_first_sample() -> None:
    """Faults row 63."""
    scene = Scene((), baseline=None)
    assert Over(Signal.SYS, OfBaseline(120)).truth(scene.situation(), AGE) is Truth.ERROR


def test_a_cuff_value_of_an_older_reading_does_not_stand_in() -> None:
    """A diastolic of the last cycle says nothing of this one."""
    scene = Scene(())
    scene.cuff(0, 118, 76)
    scene.hear_at(1000, {Signal.SYS: 119.0})
    assert Over(Signal.SYS, Absolute(160)).truth(scene.situation(), AGE) is Truth.FALSE
    assert Over(Signal.DIA, Absolute(100)).truth(scene.situation(), AGE) is Truth.STALE


def test_a_verdict_says_value_limit_and_unit() -> None:
    scene = Scene(())
    scene.hear({Signal.SYS: 163.0})
    verdict = judge(Over(Signal.SYS, Absolute(160)), scene.situation(), AGE)
    assert verdict.truth is Truth.TRUE
    assert verdict.sentence == "systolic 163 mmHg > 160 mmHg"
    assert [sample.value for sample in verdict.samples] == [163.0]
    relative = Over(Signal.SYS, OfBaseline(120), or_equal=True)
    assert relative.sentence(scene.situation()) == "systolic 163 mmHg >= 150 mmHg (120 % of baseline)"
    wish = Under(Signal.SYS, Absolute(150), or_equal=True).wanted(scene.situation())
    assert wish == "systolic <= 150 mmHg (now 163 mmHg)"


def test_a_sentence_owns_up_to_what_is_missing() -> None:
    scene = Scene((), baseline=None)
    assert Under(Signal.DIA, Absolute(50)).sentence(scene.situation()) == "diastolic not measured < 50 mmHg"
    assert "no baseline" in Over(Signal.DIA, OfBaseline(120)).sentence(scene.situation())
    assert "limit unknown" in Over(Signal.DIA, OfBaseline(120)).wanted(scene.situation())


def test_what_is_either_so_or_not_is_said_without_numbers() -> None:
    scene = Scene(())
    pressed, released = Over(Signal.BUTTON, Absolute(0)), Under(Signal.BUTTON, Absolute(0), or_equal=True)
    assert pressed.sentence(scene.situation()) == "bedside button not measured > 0"
    scene.hear({Signal.BUTTON: 1.0})
    assert pressed.sentence(scene.situation()) == "bedside button pressed"
    assert (released.wanted(scene.situation()), pressed.wanted(scene.situation())) == (
        "bedside button released",
        "bedside button pressed",
    )
    scene.hear_at(100, {Signal.BUTTON: nan})
    assert pressed.sentence(scene.situation()) == "bedside button nan > 0"


def test_a_score_has_no_unit() -> None:
    scene = Scene(())
    scene.hear({Signal.RASS: -3.0})
    low = Under(Signal.RASS, Absolute(-3), or_equal=True)
    assert low.sentence(scene.situation()) == "sedation score RASS -3 <= -3"


def test_a_limit_that_needs_no_baseline_is_said_without_one() -> None:
    scene = Scene((), baseline=None)
    scene.hear({Signal.SYS: 163.0})
    assert Over(Signal.SYS, Absolute(160)).sentence(scene.situation()) == "systolic 163 mmHg > 160 mmHg"


def test_a_limit_that_is_no_number_is_not_blamed_on_the_baseline() -> None:
    scene = Scene(())
    scene.hear({Signal.SYS: 163.0})
    assert Over(Signal.SYS, Absolute(nan)).sentence(scene.situation()).endswith("> limit unknown")


@pytest.mark.parametrize(("value", "said"), [(0.0, "released"), (0.5, "pressed"), (-1.0, "released")])
def test_a_button_is_pressed_above_nothing(value: float, said: str) -> None:
    scene = Scene(())
    scene.hear({Signal.BUTTON: value})
    assert Over(Signal.BUTTON, Absolute(0)).sentence(scene.situation()) == f"bedside button {said}"
