"""Scripted changes ramp, add up, leave again, and never grow without bound."""

import pytest

from hil_sim.patient.drift import MAX_RAMPS, Drift


def test_a_change_ramps_in_evenly_and_stays() -> None:
    drift = Drift()
    drift.shift(100.0, 20.0, over_s=60.0, for_s=None)
    assert [drift.at(now) for now in (100.0, 130.0, 160.0, 900.0)] == [0.0, 10.0, 20.0, 20.0]


def test_a_change_without_ramp_is_there_at_once() -> None:
    drift = Drift()
    drift.shift(5.0, -7.0, over_s=0.0, for_s=None)
    assert drift.at(5.0) == -7.0


def test_a_change_for_a_time_is_taken_back_equally_slowly() -> None:
    drift = Drift()
    drift.shift(0.0, 10.0, over_s=10.0, for_s=100.0)
    assert [drift.at(now) for now in (50.0, 105.0, 110.0)] == [10.0, 5.0, 0.0]


def test_changes_add_up() -> None:
    drift = Drift()
    drift.shift(0.0, 10.0, over_s=10.0, for_s=None)
    drift.shift(5.0, -4.0, over_s=0.0, for_s=None)
    assert drift.at(10.0) == 6.0


def test_finished_changes_do_not_pile_up_but_running_ones_are_limited() -> None:
    drift = Drift()
    for second in range(10 * MAX_RAMPS):
        drift.shift(float(second), 1.0, over_s=0.0, for_s=None)
        drift.at(float(second))
    assert drift.at(1e6) == 10 * MAX_RAMPS
    for _ in range(MAX_RAMPS - 1):
        drift.shift(1e6, 1.0, over_s=1e6, for_s=None)
    with pytest.raises(ValueError, match="at once"):
        drift.shift(1e6, 1.0, over_s=1e6, for_s=None)


@pytest.mark.parametrize(("over_s", "for_s"), [(-1.0, None), (0.0, -1.0)])
def test_negative_times_are_refused(over_s: float, for_s: float | None) -> None:
    with pytest.raises(ValueError):
        Drift().shift(0.0, 1.0, over_s=over_s, for_s=for_s)
