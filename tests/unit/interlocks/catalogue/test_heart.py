"""Heart rate, second by second. Baseline 70."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.heart import HR1, HR2
from interlocks.vocabulary import Baseline, Demand, Priority, Signal


def beat(scene: Scene, value: float, until_ms: int) -> None:
    """Let the oximeter say so once a second, and at the end."""
    while scene.now.ms < until_ms:
        scene.hear_at(min(scene.now.ms + 1000, until_ms), {Signal.HR: value})


def begun(scene: Scene, value: float) -> Scene:
    scene.hear({Signal.HR: value})
    return scene


def test_121_for_a_minute_slows_and_a_millisecond_less_does_not() -> None:
    scene = begun(Scene((HR1,)), 121)
    beat(scene, 121, 59_999)
    assert scene.demand("HR1") is Demand.NONE
    beat(scene, 121, 60_000)
    assert scene.demand("HR1") is Demand.SLOW
    assert scene.finding("HR1").priority is Priority.MEDIUM


@pytest.mark.parametrize(("value", "demand"), [(98.0, Demand.NONE), (99.0, Demand.SLOW)])
def test_1_4_times_the_patients_own_rate_counts_as_well(value: float, demand: Demand) -> None:
    """Baseline 70: 98 is 140 %."""
    scene = begun(Scene((HR1,)), value)
    beat(scene, value, 60_000)
    assert scene.demand("HR1") is demand


def test_one_normal_second_starts_the_minute_again() -> None:
    scene = begun(Scene((HR1,)), 121)
    beat(scene, 121, 59_000)
    beat(scene, 90, 60_000)
    beat(scene, 121, 120_000)
    assert scene.demand("HR1") is Demand.NONE


@pytest.mark.parametrize(
    ("own", "value", "is_clear"),
    [(90.0, 109.0, True), (90.0, 110.0, False), (70.0, 90.0, True), (70.0, 91.0, False)],
)
def test_it_clears_below_110_and_below_130_percent_for_two_minutes(
    own: float, value: float, is_clear: bool
) -> None:
    scene = begun(Scene((HR1,), baseline=Baseline(125.0, 78.0, hr=own)), 130)
    beat(scene, 130, 60_000)
    beat(scene, value, 61_000 + 119_999)
    assert not scene.finding("HR1").is_releasable
    beat(scene, value, 61_000 + 120_000)
    assert scene.finding("HR1").is_releasable is is_clear


def test_a_lost_finger_does_not_end_a_tachycardia() -> None:
    """ST2 owns the silence; the minute runs on."""
    scene = begun(Scene((HR1,)), 130)
    scene.at(60_000)
    assert scene.demand("HR1") is Demand.SLOW
    scene.at(600_000)
    assert not scene.finding("HR1").is_releasable


@pytest.mark.parametrize(
    ("value", "demand"),
    [(140.0, Demand.NONE), (141.0, Demand.PAUSE), (45.0, Demand.NONE), (44.0, Demand.PAUSE)],
)
def test_over_140_or_under_45_for_15_s_pauses(value: float, demand: Demand) -> None:
    scene = begun(Scene((HR2,)), value)
    beat(scene, value, 14_999)
    assert scene.demand("HR2") is Demand.NONE
    beat(scene, value, 15_000)
    assert scene.demand("HR2") is demand


@pytest.mark.parametrize(("value", "is_clear"), [(49.0, False), (50.0, True), (120.0, True), (121.0, False)])
def test_the_pause_clears_between_50_and_120_for_two_minutes_once_acknowledged(
    value: float, is_clear: bool
) -> None:
    scene = begun(Scene((HR2,)), 150)
    beat(scene, 150, 15_000)
    beat(scene, value, 136_000)
    assert not scene.finding("HR2").is_releasable
    scene.acknowledge()
    scene.look()
    assert scene.finding("HR2").is_releasable is is_clear
