"""One pump of any family is a `PumpDriver`."""

import pytest
from toy_family import ToyDialect

from drivers.contract import Approval, DriverEvent, Ended, Halt, Outcome, PumpDriver
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver, check_baud


def test_any_dialect_on_a_chain_is_a_pump_driver_and_its_capabilities_are_the_familys() -> None:
    driver: PumpDriver = LineDriver(ToyDialect(), lambda _event: None, Chain("memory", 9600, lambda: 0))
    with pytest.raises(ValueError, match="a toy has no syringe"):
        driver.capabilities(26_590)


def test_a_speed_that_the_family_does_not_have_is_refused_with_those_it_has() -> None:
    check_baud("/dev/a", 9600, (9600, 19200))
    with pytest.raises(ValueError, match=r"/dev/a: baud 4800 is not one of \(9600, 19200\); set the pump"):
        check_baud("/dev/a", 4800, (9600, 19200))


async def test_before_it_runs_a_command_is_not_sent_and_an_approval_is_kept() -> None:
    heard: list[DriverEvent] = []
    driver = LineDriver(ToyDialect(), heard.append, Chain("memory", 9600, lambda: 0))
    driver.approve(Approval(1, 2))
    driver.submit(1, Halt())
    assert heard == [Ended(1, Outcome.NOT_SENT, "the line is down")]
    assert driver._seat.protocol._gate.approval == Approval(1, 2)
