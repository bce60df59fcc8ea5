"""The pieces of a plot keep what is true: no spike is lost, the unknown is a gap, names do not overlap."""

from itertools import pairwise
from xml.etree import ElementTree

import pytest

from hil_sim.bench.svg import (
    Point,
    Scale,
    band_path,
    changes,
    clock_words,
    line_path,
    nice_ticks,
    number,
    path,
    rect,
    spread,
    step_path,
    text,
    thinned,
    time_ticks,
)

X = Scale(0.0, 100.0, 0.0, 100.0)
Y = Scale(0.0, 10.0, 100.0, 0.0)


def test_a_scale_maps_ends_to_ends() -> None:
    assert [Y(each) for each in (0.0, 5.0, 10.0)] == [100.0, 50.0, 0.0]


@pytest.mark.parametrize(
    ("low", "high", "most", "ticks"),
    [
        (0.0, 26.2, 4, [0.0, 10.0, 20.0, 30.0]),
        (-0.1, 0.15, 3, [-0.2, 0.0, 0.2]),
        (60.0, 171.0, 5, [50.0, 100.0, 150.0, 200.0]),
        (5.0, 5.0, 3, None),
        (0.0, 0.0, 3, None),
        (0.0, 1e-12, 3, None),
    ],
)
def test_ticks_are_round_and_enclose_the_values(
    low: float, high: float, most: int, ticks: list[float] | None
) -> None:
    found = nice_ticks(low, high, most)
    assert found[0] <= low
    assert found[-1] >= high - 1e-9
    assert 2 <= len(found) <= most + 2
    if ticks is not None:
        assert found == pytest.approx(ticks)


@pytest.mark.parametrize(("until_s", "step"), [(10.0, 1), (7200.0, 600), (3000.0, 300), (90_000.0, 14_400)])
def test_times_are_named_in_steps_people_count_by(until_s: float, step: int) -> None:
    ticks = time_ticks(until_s)
    assert ticks[:2] == [0, step]
    assert len(ticks) <= 13
    assert ticks[-1] <= until_s


def test_a_clock_reads_as_a_clock() -> None:
    assert [clock_words(each) for each in (0.0, 59.99, 60.0, 3599.0, 3600.0, 36_061.0)] == [
        "0:00",
        "0:59",
        "1:00",
        "59:59",
        "1:00:00",
        "10:01:01",
    ]
    assert number(-0.2) == "\u22120.2"


def test_thinning_keeps_every_spike_and_every_gap() -> None:
    points: list[Point] = [(index / 100.0, 1.0) for index in range(10_000)]
    points[5_001] = (50.01, 9.0)
    points[7_003] = (70.03, -9.0)
    points[3_000] = (30.0, None)
    kept = thinned(points, X)
    assert len(kept) < 400
    assert {(50.01, 9.0), (70.03, -9.0), (30.0, None), points[0], points[-1]} <= set(kept)
    assert kept == sorted(kept, key=lambda one: one[0])


def test_few_points_are_all_kept() -> None:
    points: list[Point] = [(float(index), float(index % 3)) for index in range(50)]
    assert thinned(points, X) == points


def test_a_curve_breaks_where_nothing_is_known() -> None:
    assert line_path([(0.0, 0.0), (10.0, 5.0), (20.0, None), (30.0, 5.0), (40.0, 10.0)], X, Y) == (
        "M0.0 100.0L10.0 50.0M30.0 50.0L40.0 0.0"
    )
    assert line_path([], X, Y) == ""


def test_a_step_stays_until_it_changes_and_ends_where_nothing_is_known() -> None:
    points: list[Point] = [(0.0, 0.0), (10.0, 0.0), (20.0, 5.0), (30.0, None), (40.0, 5.0), (50.0, 5.0)]
    assert changes(points) == [(0.0, 0.0), (20.0, 5.0), (30.0, None), (40.0, 5.0)]
    assert step_path(points, X, Y) == "M0.0 100.0H20.0V50.0H30.0M40.0 50.0H50.0"
    assert step_path([], X, Y) == step_path([(0.0, None)], X, Y) == ""


def test_a_step_shorter_than_a_column_is_still_drawn() -> None:
    points: list[Point] = [(0.0, 0.0), (50.01, 10.0), (50.02, 0.0), (100.0, 0.0)]
    assert "V0.0" in step_path(points, X, Y)


def test_a_band_lies_between_its_curves_and_has_gaps() -> None:
    lows: list[Point] = [(0.0, 0.0), (10.0, 1.0), (20.0, None), (30.0, 0.0), (40.0, 0.0)]
    highs: list[Point] = [(0.0, 5.0), (10.0, 6.0), (20.0, None), (30.0, 5.0), (40.0, 5.0)]
    assert band_path(lows, highs, X, Y) == (
        "M0.0 50.0L10.0 40.0L10.0 90.0L0.0 100.0ZM30.0 50.0L40.0 50.0L40.0 100.0L30.0 100.0Z"
    )


def test_names_keep_apart_and_within_the_lane_where_they_fit() -> None:
    places = spread([50.0, 51.0, 52.0, 99.0], 12.0, 0.0, 100.0)
    assert all(after - before >= 12.0 - 1e-9 for before, after in pairwise(places))
    assert places[0] >= 0.0
    assert places[-1] <= 100.0
    assert spread([10.0, 60.0], 12.0, 0.0, 100.0) == [10.0, 60.0]
    assert spread([], 12.0, 0.0, 100.0) == []


def test_words_are_escaped_and_every_piece_is_well_formed() -> None:
    for piece in (
        text(1, 2, '<a> & "b"', "name", "end"),
        rect(1, 2, 0.0, 3, "bar", "<tip>"),
        path("M0 0", "t"),
    ):
        ElementTree.fromstring(piece)
    assert path("", "t") == ""
    assert 'width="0.8"' in rect(1, 2, 0.0, 3, "bar")
