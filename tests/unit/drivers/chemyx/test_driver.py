"""What the family promises over a line is checked by the suite (tests/contract/test_conformance.py); here its settings."""

import pytest

from drivers.chemyx.binding import Binding
from drivers.chemyx.driver import ChemyxDriver, ChemyxLine
from drivers.contract import WatchdogKind


def test_a_speed_that_no_fusion_has_is_refused() -> None:
    with pytest.raises(ValueError, match="baud 19200 is not one of"):
        ChemyxLine("/dev/a", Binding(1, 2), 19200)


def test_the_driver_knows_what_the_pump_can_do() -> None:
    driver = ChemyxDriver(ChemyxLine("/dev/a", Binding(42_050, 3_060_300_000)), lambda event: None, lambda: 0)
    assert driver.capabilities(26_590).watchdog is WatchdogKind.NONE
