"""What a line of this family looks like."""

import pytest

from drivers.alaris.binding import Binding
from drivers.alaris.driver import IS_EXPERIMENTAL, AlarisDriver, AlarisLine

BOUND = Binding("8003-00417", 26_590, 1_200_000_000)


def test_there_is_one_speed_and_another_is_refused_by_name() -> None:
    assert AlarisLine("/dev/ttyUSB0", BOUND).baud == 38400
    with pytest.raises(ValueError, match="/dev/ttyUSB0: baud 19200"):
        AlarisLine("/dev/ttyUSB0", BOUND, 19200)


def test_the_family_says_that_it_is_experimental() -> None:
    assert IS_EXPERIMENTAL
    assert "Experimental" in (AlarisDriver.__init__.__globals__["__doc__"] or "")


def test_what_the_pump_can_do_is_known_before_the_line_is_open() -> None:
    driver = AlarisDriver(AlarisLine("/dev/ttyUSB0", BOUND), lambda event: None, lambda: 0)
    assert driver.capabilities(26_590).family == "alaris"
