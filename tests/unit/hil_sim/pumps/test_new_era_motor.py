"""Memory, program and motor of the NE-1000 (facts/protocols.md 1)."""

import tomllib
from decimal import Decimal
from pathlib import Path
from typing import Any

import pytest

from hil_sim.pumps.new_era_motor import Memory, Motion, Motor, Phase
from hil_sim.pumps.quirks import Quirks
from hil_sim.pumps.syringe import travel_mm

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "new_era.toml").read_text(encoding="utf-8")
)


def a_motor(rate_ml_h: str = "36", volume_ml: str = "0", **phases: Phase) -> Motor:
    memory = Memory()
    memory.set_diameter(Decimal("26.59"))
    memory.phases[1] = Phase("RAT", Decimal(rate_ml_h), "MH", Decimal(volume_ml))
    for name, phase in phases.items():
        memory.phases[int(name[1:])] = phase
    return Motor(memory, Quirks())


@pytest.mark.parametrize("row", VECTORS["rate_range"], ids=lambda row: row["diameter_mm"])
def test_the_rate_range_of_each_diameter_is_the_published_one(row: dict[str, str]) -> None:
    memory = Memory()
    memory.set_diameter(Decimal(row["diameter_mm"]))
    low, high = Decimal(row["min_ul_h"]), Decimal(row["max_ml_h"])

    assert memory.is_rate_held(low * Decimal("1.001"), "UH")
    assert not memory.is_rate_held(low * Decimal("0.998"), "UH")
    assert memory.is_rate_held(high * Decimal("0.999"), "MH")
    assert not memory.is_rate_held(high * Decimal("1.002"), "MH")


@pytest.mark.parametrize(("diameter_mm", "unit"), [("14.0", "UL"), ("14.01", "ML"), ("4.699", "UL")])
def test_volume_units_change_at_14_mm(diameter_mm: str, unit: str) -> None:
    """faults row 14."""
    memory = Memory()
    memory.set_diameter(Decimal(diameter_mm))

    assert memory.volume_unit == unit


def test_volume_is_rate_times_time_at_the_programmed_diameter() -> None:
    motor = a_motor("36")
    assert motor.begin(1)

    assert motor.advance(10.0) == pytest.approx(travel_mm(100_000.0, 26.59))
    assert motor.infused_nl == pytest.approx(100_000.0)


def test_a_volume_target_ends_the_run_to_the_nanolitre_when_phase_2_stops() -> None:
    motor = a_motor("36", "0.1", p2=Phase("STP"))
    motor.begin(1)
    travel = sum(motor.advance(0.7) for _ in range(30))

    assert motor.motion is Motion.STOPPED
    assert motor.infused_nl == pytest.approx(100_000.0, abs=1e-3)
    assert travel == pytest.approx(travel_mm(100_000.0, 26.59))


def test_at_the_end_of_phase_1_the_pump_goes_on_with_phase_2() -> None:
    motor = a_motor("36", "0.1", p2=Phase("RAT", Decimal(72), "MH"))
    motor.begin(1)
    motor.advance(20.0)

    assert motor.motion is Motion.RUNNING
    assert motor.phase_number == 2
    assert motor.infused_nl == pytest.approx(100_000.0 + 200_000.0)


def test_a_pause_phase_waits_and_goes_on() -> None:
    motor = a_motor("36", "0.1", p2=Phase("PAS", pause_s=5), p3=Phase("RAT", Decimal(36), "MH"))
    motor.begin(1)
    motor.advance(12.0)
    assert motor.motion is Motion.TIMED
    motor.advance(8.0)

    assert motor.infused_nl == pytest.approx(150_000.0)


def test_a_paused_target_counts_on_after_resuming() -> None:
    motor = a_motor("36", "0.1", p2=Phase("STP"))
    motor.begin(1)
    motor.advance(6.0)
    motor.pause()
    motor.advance(100.0)
    motor.resume()
    motor.advance(100.0)

    assert motor.infused_nl == pytest.approx(100_000.0)


def test_withdrawing_counts_apart_and_travels_back() -> None:
    motor = a_motor("36")
    motor.memory.phases[1].direction = "WDR"
    motor.begin(1)

    assert motor.advance(10.0) == pytest.approx(-travel_mm(100_000.0, 26.59))
    assert (motor.infused_nl, motor.withdrawn_nl) == (0.0, pytest.approx(100_000.0))


@pytest.mark.parametrize("rate_ml_h", ["0", "0.001", "5000"])
def test_a_rate_the_screw_cannot_turn_does_not_start(rate_ml_h: str) -> None:
    motor = a_motor(rate_ml_h)

    assert not motor.begin(1)
    assert motor.motion is Motion.STOPPED


def test_a_fast_motor_is_seen_by_the_counter_and_a_hidden_gain_is_not() -> None:
    """faults rows 9 and 11."""
    counted, hidden = a_motor("36"), a_motor("36")
    counted.quirks.motor_factor = 1.2
    hidden.quirks.hidden_factor = 1.2
    for motor in (counted, hidden):
        motor.begin(1)
        assert motor.advance(10.0) == pytest.approx(travel_mm(120_000.0, 26.59))

    assert counted.infused_nl == pytest.approx(120_000.0)
    assert hidden.infused_nl == pytest.approx(100_000.0)


def test_purging_runs_at_top_speed_without_a_target() -> None:
    motor = a_motor("36", "0.001")
    motor.purge()
    motor.advance(3600.0)

    assert motor.motion is Motion.PURGING
    assert motor.infused_nl == pytest.approx(1699e6, rel=1e-3)


def test_a_reset_memory_is_the_factorys() -> None:
    motor = a_motor()
    motor.memory.safe_s = 30
    motor.memory.reset()

    assert motor.memory == Memory()
