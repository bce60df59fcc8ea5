"""What the motor moves and what it counts."""

from decimal import Decimal

import pytest

from hil_sim.pumps.alaris_motor import AlarisQuirks, Memory, Motor
from hil_sim.pumps.syringe import travel_mm


def running(quirks: AlarisQuirks | None = None) -> Motor:
    return Motor(Memory(), quirks or AlarisQuirks(), is_infusing=True, rate_ml_h=Decimal("36.0"))


def test_it_counts_what_it_moves() -> None:
    motor = running()
    travel = motor.advance(2.0)
    assert motor.infused_nl == pytest.approx(20_000)
    assert travel == pytest.approx(travel_mm(20_000, 26.59))
    motor.is_infusing = False
    assert (motor.advance(2.0), motor.rate_nl_h) == (0.0, 0.0)


def test_a_fast_motor_is_counted_and_a_hidden_one_is_not() -> None:
    """Faults rows 9, 11."""
    fast, hidden = running(AlarisQuirks(motor_factor=1.2)), running(AlarisQuirks(hidden_factor=1.2))
    assert fast.advance(2.0) == pytest.approx(hidden.advance(2.0))
    assert (fast.infused_nl, hidden.infused_nl) == (pytest.approx(24_000), pytest.approx(20_000))


def test_the_watchdog_is_fifteen_seconds() -> None:
    assert Memory().safe_s == 15
