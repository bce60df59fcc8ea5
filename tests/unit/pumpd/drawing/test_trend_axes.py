"""Where things go: every rule of the layout."""

import pytest

from pumpd.drawing.trend_axes import (
    MARK_R,
    Point,
    axis_ticks,
    mark_rows,
    minute_ticks,
    number,
    spread,
    thinned,
)


@pytest.mark.parametrize(
    ("reach", "height", "ticks"),
    [
        ((60, 180), 152, (60, 80, 100, 120, 140, 160, 180)),
        ((0, 308.2), 76, (0, 200, 400)),
        ((0, 26.2), 76, (0, 10, 20, 30)),
        ((0, 0), 76, (0, 0.5)),
        ((-3, 4), 60, (-5, 0, 5)),
        ((97, 97), 72, (50, 100)),
    ],
)
def test_an_axis_ends_on_round_numbers_that_cover_what_it_must(
    reach: tuple[float, float], height: float, ticks: tuple[float, ...]
) -> None:
    found = axis_ticks(reach, height)
    assert found == ticks
    assert found[0] <= reach[0] <= reach[1] <= found[-1]


def test_minutes_are_whole_and_few() -> None:
    assert minute_ticks(-6, 56) == tuple(float(one) for one in range(-5, 56, 5))
    assert minute_ticks(0, 3.5) == (0, 1, 2, 3)
    assert all(len(minute_ticks(0, length)) <= 14 for length in range(1, 3000))


def test_names_move_apart_keep_their_order_and_stay_in_the_lane() -> None:
    assert spread([10, 50], 12, 0, 100) == [10, 50]
    assert spread([10, 11, 12], 12, 0, 100) == [10, 22, 34]
    assert spread([90, 95, 99], 12, 0, 100) == [76, 88, 100]
    assert spread([], 12, 0, 100) == []


def test_marks_that_would_touch_go_into_the_next_row() -> None:
    apart = 2 * MARK_R + 2
    assert mark_rows([0, apart, 2 * apart]) == [0, 0, 0]
    assert mark_rows([0, 3, 6, apart + 6]) == [0, 1, 2, 0]


def test_thinning_keeps_every_extreme_and_every_gap() -> None:
    points: list[Point] = [(index / 100, 50.0) for index in range(10_000)]
    points[5_003], points[7_001], points[8_000] = (50.03, 310.0), (70.01, -4.0), (80.0, None)
    kept = thinned(points, 0, 100, 100)
    assert len(kept) <= 4 * 100 + 4
    assert {(50.03, 310.0), (70.01, -4.0), (80.0, None), points[0], points[-1]} <= set(kept)
    assert [minute for minute, _ in kept] == sorted(minute for minute, _ in kept)


def test_a_few_points_are_left_as_they_are() -> None:
    few: list[Point] = [(0.0, 1.0), (1.0, None), (2.0, 3.0)]
    assert thinned(few, 0, 2, 100) == few


def test_numbers_are_short_and_minus_is_a_minus() -> None:
    assert [number(one) for one in (-5.0, 0.0, 2.5)] == ["\N{MINUS SIGN}5", "0", "2.5"]
