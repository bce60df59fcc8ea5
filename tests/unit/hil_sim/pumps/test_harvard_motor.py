"""What a target means, in each of the ways that the fact sheet leaves open."""

from decimal import Decimal

import pytest

from hil_sim.pumps.harvard_motor import Motor, Settings, TargetCounts, TargetRunning
from hil_sim.pumps.quirks import Quirks


@pytest.mark.parametrize(
    ("counts", "running", "ends_nl"),
    [
        ("clear", "taken", 15_000),
        ("start", "taken", 15_000),
        ("setting", "taken", 20_000),
        ("clear", "refused", 20_000),
        ("clear", "deferred", 20_000),
    ],
)
def test_a_target_set_while_it_runs(counts: TargetCounts, running: TargetRunning, ends_nl: int) -> None:
    """20 ul, and after 5 ul another target: 15 ul."""
    motor = Motor(Settings(rate_nl_h=Decimal(36_000_000)), Quirks(), counts, running)
    motor.set_target(Decimal(20_000))
    motor.start(1)
    motor.advance(0.5)
    assert motor.set_target(Decimal(15_000)) is (running != "refused")
    motor.advance(10.0)
    assert motor.infused_nl == pytest.approx(ends_nl)
    assert motor.is_at_target


def test_a_target_already_reached_ends_a_start_at_once() -> None:
    motor = Motor(Settings(), Quirks())
    motor.infused_nl = 500.0
    motor.set_target(Decimal(500))
    motor.start(1)
    assert (motor.is_moving, motor.is_at_target) == (False, True)


def test_withdrawing_has_its_own_counter_and_a_time_target_ends_a_run_too() -> None:
    motor = Motor(Settings(withdraw_nl_h=Decimal(3_600_000), target_s=Decimal(2)), Quirks())
    motor.start(-1)
    assert motor.advance(5.0) < 0.0
    assert (motor.infused_nl, motor.withdrawn_nl) == (0.0, pytest.approx(2000.0))
    assert motor.is_at_target


def test_a_power_cut_takes_counters_and_leaves_what_memory_held() -> None:
    motor = Motor(Settings(), Quirks())
    motor.infused_nl = 5.0
    motor.settings.diameter_mm = Decimal(20)
    motor.lose_power(Settings())
    assert (motor.infused_nl, motor.settings.diameter_mm) == (0.0, Decimal("14.4270"))
