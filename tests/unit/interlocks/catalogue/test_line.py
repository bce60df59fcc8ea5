"""Line pressure, sample by sample."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.line import LP1, LP2
from interlocks.evaluate import tightened
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Signal


def press(scene: Scene, *values: float) -> None:
    for value in values:
        scene.hear_at(scene.now.ms + 100, {Signal.LINE_PRESSURE: value})


def scene(*rules: Rule) -> Scene:
    return Scene(rules, has_line_pressure=True)


def test_three_in_a_row_pause_and_two_do_not() -> None:
    bed = scene(LP1)
    press(bed, 301, 301, 300, 301, 301)
    assert bed.demand("LP1") is Demand.NONE
    press(bed, 301)
    assert bed.demand("LP1") is Demand.PAUSE
    assert bed.finding("LP1").reason == "line pressure 301 mmHg > 300 mmHg"
    assert bed.finding("LP1").crossed.ms == 400


def test_the_same_sample_seen_again_is_not_a_second_one() -> None:
    bed = scene(LP2)
    press(bed, 500)
    bed.look(frozenset({Signal.LINE_PRESSURE}))
    assert bed.demand("LP2") is Demand.NONE
    press(bed, 500)
    assert bed.demand("LP2") is Demand.STOP


def test_it_clears_after_15_s_below_half_the_limit_and_a_break_starts_again() -> None:
    bed = scene(LP1)
    press(bed, 301, 301, 301)
    bed.acknowledge()
    press(bed, 149)
    start = bed.now.ms
    while bed.now.ms < start + 14_900:
        press(bed, 149)
    assert not bed.finding("LP1").is_releasable
    assert "for 15 s, has 15 s" in bed.finding("LP1").blocks_because
    press(bed, 150)
    press(bed, *[149] * 150)
    assert not bed.finding("LP1").is_releasable
    press(bed, 149)
    assert bed.finding("LP1").is_releasable
    bed.at(bed.now.ms + 2001)
    assert not bed.finding("LP1").is_releasable, "an old value proves nothing"


def test_silence_pauses_only_where_a_source_is_configured() -> None:
    bed = scene(LP1)
    press(bed, 20)
    bed.at(2100)
    assert bed.demand("LP1") is Demand.NONE
    bed.at(2101)
    assert bed.demand("LP1") is Demand.PAUSE
    assert bed.finding("LP1").reason == "no new line pressure for 2.001 s > 2 s"
    without = Scene((LP1,))
    without.at(3_600_000)
    assert without.demand("LP1") is Demand.NONE


@pytest.mark.parametrize(("limit", "pause", "stop"), [(300, 301, 451), (200, 201, 301), (50, 51, 76)])
def test_a_sites_limit_moves_both_rows(limit: int, pause: float, stop: float) -> None:
    bed = scene(*tightened((LP1, LP2), limit))
    press(bed, limit, limit, limit)
    assert bed.demand("LP1") is Demand.NONE
    press(bed, pause, pause, pause)
    assert (bed.demand("LP1"), bed.demand("LP2")) == (Demand.PAUSE, Demand.NONE)
    press(bed, stop, stop)
    assert bed.demand("LP2") is Demand.STOP
