"""What a line of the family looks like."""

import pytest

from drivers.harvard.binding import Binding
from drivers.harvard.driver import HarvardDriver, HarvardLine


def test_a_baud_that_the_family_does_not_have_is_refused_with_the_port() -> None:
    with pytest.raises(ValueError, match="dev/x: baud 1200"):
        HarvardLine("/dev/x", Binding("11 ELITE"), baud=1200)


def test_the_driver_tells_what_the_pump_can_do_before_any_line_is_open() -> None:
    driver = HarvardDriver(HarvardLine("/dev/x", Binding("11 ELITE", lease_s=3)), print, lambda: 0)
    assert driver.capabilities(26_590).watchdog_bound_ms == 3000
