"""Breathing, where a monitor tells of it."""

import pytest
from rule_scene import CALM, Scene

from interlocks.catalogue.respiration import RR1, RR2
from interlocks.vocabulary import Demand, Signal


def breathe(scene: Scene, until_ms: int, **values: float) -> None:
    while scene.now.ms < until_ms:
        heard = {Signal(name): value for name, value in values.items()}
        scene.hear_at(min(scene.now.ms + 1000, until_ms), heard)


@pytest.mark.parametrize(
    ("rate", "demand"), [(10.0, Demand.NONE), (9.0, Demand.SLOW), (30.0, Demand.NONE), (31.0, Demand.SLOW)]
)
def test_under_10_or_over_30_for_30_s_slows(rate: float, demand: Demand) -> None:
    scene = Scene((RR1,))
    scene.hear({Signal.RR: rate})
    breathe(scene, 29_999, rr=rate)
    assert scene.demand("RR1") is Demand.NONE
    breathe(scene, 30_000, rr=rate)
    assert scene.demand("RR1") is demand


@pytest.mark.parametrize(("rate", "is_clear"), [(11.0, False), (12.0, True), (25.0, True), (26.0, False)])
def test_12_to_25_for_a_minute_clears_the_slow(rate: float, is_clear: bool) -> None:
    scene = Scene((RR1,))
    scene.hear({Signal.RR: 8.0})
    breathe(scene, 30_000, rr=8.0)
    breathe(scene, 90_999, rr=rate)
    assert not scene.finding("RR1").is_releasable
    breathe(scene, 91_000, rr=rate)
    assert scene.finding("RR1").is_releasable is is_clear


@pytest.mark.parametrize(("rate", "demand"), [(8.0, Demand.NONE), (7.0, Demand.PAUSE)])
def test_under_8_for_15_s_pauses(rate: float, demand: Demand) -> None:
    scene = Scene((RR2,))
    scene.hear({Signal.RR: rate})
    breathe(scene, 14_999, rr=rate)
    assert scene.demand("RR2") is Demand.NONE
    breathe(scene, 15_000, rr=rate)
    assert scene.demand("RR2") is demand


@pytest.mark.parametrize(("gap_s", "demand"), [(19.0, Demand.NONE), (20.0, Demand.PAUSE)])
def test_no_breath_for_20_s_pauses_at_once(gap_s: float, demand: Demand) -> None:
    scene = Scene((RR2,))
    scene.hear({Signal.BREATH_GAP: gap_s})
    assert scene.demand("RR2") is demand


def test_a_monitor_that_tells_nothing_of_breathing_trips_nothing() -> None:
    scene = Scene((RR1, RR2), baseline=None)
    for ms in range(0, 600_000, 1000):
        scene.hear_at(ms, CALM)
    assert scene.last.findings == ()


@pytest.mark.parametrize(
    ("values", "is_clear"),
    [
        ({"rr": 10.0}, True),
        ({"rr": 9.0}, False),
        ({"breath_gap": 10.0}, False),
        ({"rr": 10.0, "breath_gap": 10.0}, True),
        ({"rr": 10.0, "breath_gap": 11.0}, False),
    ],
)
def test_the_pause_clears_by_what_the_monitor_sends(values: dict[str, float], is_clear: bool) -> None:
    """A rate that was too low is taken back by a rate, not by a gap alone."""
    scene = Scene((RR2,))
    scene.hear({Signal.RR: 7.0})
    breathe(scene, 15_000, rr=7.0)
    scene.acknowledge()
    breathe(scene, 136_000, **values)
    assert scene.finding("RR2").is_releasable is is_clear


def test_a_monitor_that_sends_only_the_gap_clears_by_the_gap() -> None:
    scene = Scene((RR2,))
    scene.hear({Signal.BREATH_GAP: 25.0})
    scene.acknowledge()
    breathe(scene, 120_999, breath_gap=3.0)
    assert not scene.finding("RR2").is_releasable
    breathe(scene, 121_000, breath_gap=3.0)
    assert scene.finding("RR2").is_releasable
