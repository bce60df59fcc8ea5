"""Scaled time."""

import pytest

from hil_sim.clock import SimClock


class Times:
    """Two hands to be moved by the test."""

    def __init__(self, wall_s: float, mono_s: float) -> None:
        self.wall_s, self.mono_s = wall_s, mono_s

    def clock(self, speed: float = 1.0, epoch_ms: int | None = None) -> SimClock:
        return SimClock(speed, epoch_ms, wall_s=lambda: self.wall_s, mono_s=lambda: self.mono_s)


def test_treatment_time_is_scaled_and_link_time_is_not() -> None:
    times = Times(1000.0, 50.0)
    clock = times.clock(speed=60.0)
    times.mono_s = 52.0

    assert clock.treatment_s() == 120.0
    assert clock.link_ms() == 52_000.0
    assert clock.wall_treatment_ms() == 1_120_000


def test_two_processes_with_one_epoch_agree_on_treatment_wall_time() -> None:
    times = Times(1000.0, 50.0)
    first = times.clock(speed=60.0, epoch_ms=990_000)
    times.wall_s, times.mono_s = 1007.0, 57.0
    second = times.clock(speed=60.0, epoch_ms=990_000)
    times.mono_s = 60.0

    assert first.wall_treatment_ms() == second.wall_treatment_ms() == 990_000 + 60 * 20_000


def test_a_later_jump_of_the_wall_clock_changes_nothing() -> None:
    times = Times(1000.0, 50.0)
    clock = times.clock()
    times.wall_s = 5.0

    assert clock.wall_treatment_ms() == 1_000_000


@pytest.mark.parametrize("speed", [0.0, -1.0, float("nan")])
def test_time_does_not_stand_still_or_run_backwards(speed: float) -> None:
    with pytest.raises(ValueError, match="speed"):
        SimClock(speed)
