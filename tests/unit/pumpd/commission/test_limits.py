"""Where the limits come from."""

import pytest

from pumpd.commission import limits


def test_a_stop_has_a_second_as_the_facts_say() -> None:
    """faults.md 0, T_s."""
    assert (limits.STOP.most, limits.STOP.unit) == (1000.0, "ms")


def test_a_lease_is_held_against_its_bound_and_what_the_measuring_may_be_wrong_by() -> None:
    found = limits.lease(2000, 300.0)
    assert found.most == 2400.0
    assert "2000 ms" in found.source
    assert "400 ms" in found.source


@pytest.mark.parametrize(
    ("nominal_ml", "seconds"),
    [(10, 0.7 * 300 / 5 * 3.6), (20, 1.2 * 300 / 5 * 3.6), (50, 2.8 * 300 / 5 * 3.6)],
)
def test_the_softest_line_is_the_latest_alarm(nominal_ml: int, seconds: float) -> None:
    """clinical.md 7: C x P / Q; 2.8 uL/mmHg at 300 mmHg and 5 mL/h is ten minutes."""
    assert limits.time_to_alarm(300.0, 5_000_000, nominal_ml).most == pytest.approx(seconds)


def test_pressure_and_bolus_are_bounded_as_the_requirements_say() -> None:
    """requirements.md 38, 41; clinical.md 3.2 LP2."""
    assert limits.HIGHEST_PRESSURE.most == 1034.0
    assert limits.RELEASED.most == 0.5
    assert limits.overshoot(200.0).most == 300.0
