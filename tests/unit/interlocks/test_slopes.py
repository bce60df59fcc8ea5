"""How fast the line pressure moves, to the millimetre of mercury."""

from dataclasses import replace
from math import inf, nan

import pytest
from rule_scene import Scene

from interlocks.situation import Clock, MaxAge
from interlocks.slopes import FallenBy, RisenBy
from interlocks.trace import Trace
from interlocks.vocabulary import Signal, Truth

AGE = MaxAge(2000, Clock.LINK)
RISE, FALL = RisenBy(30, 15_000), FallenBy(100, 1000)


def pressed(*points: tuple[int, float]) -> Scene:
    scene = Scene(())
    for ms, value in points:
        scene.hear_at(ms, {Signal.LINE_PRESSURE: value})
    return scene


@pytest.mark.parametrize(
    ("condition", "points", "answer"),
    [
        (RISE, [(0, 20), (15_000, 50)], Truth.TRUE),
        (RISE, [(0, 20), (15_000, 49.9)], Truth.FALSE),
        (RISE, [(0, 20), (15_001, 50)], Truth.FALSE),
        (RISE, [(0, 90), (100, 20), (200, 50)], Truth.TRUE),
        (RISE, [(0, 90), (100, 20)], Truth.FALSE),
        (RISE, [(0, 500)], Truth.FALSE),
        (FALL, [(0, 120), (100, 120), (200, 120), (1000, 20)], Truth.TRUE),
        (FALL, [(0, 120), (100, 120), (200, 120), (1000, 20.1)], Truth.FALSE),
        (FALL, [(0, 120), (100, 120), (1000, 20)], Truth.FALSE),
        (FALL, [(0, 120), (100, 120), (200, 120), (1001, 20)], Truth.FALSE),
        (FALL, [(0, 20), (100, 120)], Truth.FALSE),
    ],
)
def test_a_slope_is_judged_within_its_window(
    condition: RisenBy | FallenBy, points: list[tuple[int, float]], answer: Truth
) -> None:
    """LP0 and LP3 of clinical.md 3.2."""
    assert condition.truth(pressed(*points).situation(), AGE) is answer


@pytest.mark.parametrize("value", [nan, inf, -inf])
@pytest.mark.parametrize("condition", [RISE, FALL])
def test_what_is_no_number_is_an_error_as_long_as_it_is_in_the_trace(
    condition: RisenBy | FallenBy, value: float
) -> None:
    """I17."""
    scene = pressed((0, 20.0), (100, value))
    assert condition.truth(scene.situation(), AGE) is Truth.ERROR
    scene.hear_at(200, {Signal.LINE_PRESSURE: 20.0})
    assert condition.truth(scene.situation(), AGE) is Truth.ERROR


def test_nothing_heard_is_stale_and_so_is_what_is_too_old() -> None:
    assert RISE.truth(Scene(()).situation(), AGE) is Truth.STALE
    scene = pressed((0, 20.0), (100, 20.0))
    scene.at(2100)
    assert RISE.truth(scene.situation(), AGE) is Truth.FALSE
    scene.at(2101)
    assert RISE.truth(scene.situation(), AGE) is Truth.STALE


def test_a_trace_that_does_not_reach_the_newest_sample_proves_nothing() -> None:
    scene = pressed((0, 20.0), (100, 20.0))
    lost = replace(scene.situation(), trace=Trace())
    behind = replace(scene.situation(), trace=Trace(((0, 20.0),)))
    ahead = replace(scene.situation(), trace=Trace(((0, 20.0), (101, 20.0))))
    answers = [RISE.truth(situation, AGE) for situation in (lost, behind, ahead)]
    assert answers == [Truth.STALE, Truth.STALE, Truth.ERROR]


def test_a_sample_that_is_no_number_is_an_error_even_if_it_comes_too_soon_for_the_trace() -> None:
    """I17."""
    scene = pressed((0, 20.0), (100, 20.0), (150, nan))
    assert RISE.truth(scene.situation(), AGE) is Truth.ERROR


def test_a_sample_too_soon_for_the_trace_is_judged_by_the_one_before() -> None:
    scene = pressed((0, 20.0), (100, 60.0), (150, 60.0))
    assert RISE.truth(scene.situation(), AGE) is Truth.TRUE


def test_a_slope_says_how_far_in_how_long() -> None:
    scene = pressed((0, 150.0), (100, 150.0), (200, 150.0), (500, 20.0), (600, 55.0))
    assert RISE.sentence(scene.situation()) == "line pressure rose 35 mmHg in 15 s, limit 30 mmHg"
    assert FALL.wanted(scene.situation()) == "line pressure fell 95 mmHg in 1 s, limit 100 mmHg"
    assert [sample.value for sample in RISE.samples(scene.situation())] == [55.0]
    assert FALL.samples(Scene(()).situation()) == ()
    assert RISE.signals() == {Signal.LINE_PRESSURE}
    assert RISE.members() == ()
    assert not RISE.is_timed()
