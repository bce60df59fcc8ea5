"""The motor behind the registers."""

import pytest

from hil_sim.pumps.modbus_motor import ModbusMemory, ModbusMotor, ModbusQuirks


def motor(rate_nl_h: float = 36e6, target_nl: float = 0.0) -> ModbusMotor:
    return ModbusMotor(ModbusMemory(rate_nl_h=rate_nl_h, target_nl=target_nl), ModbusQuirks())


def test_it_counts_what_it_moves_and_stands_at_its_target() -> None:
    one = motor(target_nl=15_000.0)
    assert one.begin()
    one.advance(1.0)
    assert one.infused_nl == pytest.approx(10_000)
    one.advance(1.0)
    assert (one.infused_nl, one.is_running) == (pytest.approx(15_000), False)


def test_a_target_counts_from_each_start() -> None:
    one = motor(target_nl=5_000.0)
    for _ in range(2):
        assert one.begin()
        one.advance(10.0)
    assert one.infused_nl == pytest.approx(10_000)


def test_it_does_not_start_without_a_rate_or_with_an_alarm() -> None:
    assert not motor(0.0).begin()
    one = motor()
    one.alarms.add("stall")
    assert not one.begin()
    assert one.rate_nl_h == 0.0


def test_withdrawing_counts_nothing_as_given() -> None:
    one = motor()
    one.is_withdrawing = True
    one.begin()
    one.advance(1.0)
    assert (one.infused_nl, one.moved_nl) == (0.0, pytest.approx(-10_000))


def test_a_fast_motor_counts_it_and_a_slipping_one_does_not() -> None:
    one = motor()
    one.begin()
    honest = one.advance(1.0)
    one.quirks.motor_factor, one.quirks.hidden_factor = 2.0, 1.5
    assert one.advance(1.0) == pytest.approx(3 * honest)
    assert one.infused_nl == pytest.approx(30_000)
