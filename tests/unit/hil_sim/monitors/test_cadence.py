"""Samples come on a grid, never faster than the wire bears, and what was missed stays missed."""

import pytest

from hil_sim.monitors.cadence import Cadence, period_at_speed


def test_each_grid_point_is_due_once() -> None:
    cadence = Cadence(1.0)
    assert [cadence.is_due(now) for now in (0.0, 0.5, 0.99, 1.01, 1.5, 2.0)] == [
        True,
        False,
        False,
        True,
        False,
        True,
    ]


def test_a_late_look_neither_shifts_the_grid_nor_catches_up() -> None:
    cadence = Cadence(1.0)
    cadence.is_due(0.0)
    assert cadence.is_due(7.8)
    assert not cadence.is_due(7.9)
    assert cadence.is_due(8.0)


def test_ten_hertz_holds_up_to_speed_five_and_is_thinned_beyond() -> None:
    assert period_at_speed(0.1, 1.0) == 0.1
    assert period_at_speed(0.1, 5.0) == 0.1
    assert period_at_speed(0.1, 60.0) == pytest.approx(1.2)


def test_rounding_makes_no_point_due_twice() -> None:
    cadence = Cadence(0.1)
    assert sum(cadence.is_due(step * 0.05) for step in range(1200)) == 600


def test_a_period_of_nothing_is_refused() -> None:
    with pytest.raises(ValueError):
        Cadence(0.0)
