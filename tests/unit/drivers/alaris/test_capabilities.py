"""What the pump can do: tenths of a ml/h, and a watchdog longer than this project asks for."""

import pytest

from drivers.alaris.binding import Binding
from drivers.alaris.capabilities import capabilities
from drivers.contract import WatchdogKind

BOUND = Binding("8003-00417", 26_590, 1_200_050_000, 100_000)


def test_rates_are_tenths_up_to_what_the_site_has_stated() -> None:
    offered = capabilities(26_590, BOUND)
    assert (offered.rate_min_nl_h, offered.rate_max_nl_h) == (100_000, 1_200_000_000)
    assert offered.floor_rate(26_250_000) == 26_200_000
    assert offered.floor_rate(99_999) == 0
    assert offered.floor_rate(5_000_000_000) == 1_200_000_000


def test_volumes_are_whole_steps_of_its_counter() -> None:
    assert capabilities(26_590, BOUND).floor_volume(17_550_000) == 17_500_000


def test_the_bound_on_a_lost_host_is_fifteen_seconds_and_said() -> None:
    """facts/protocols.md 5; design law 7 asks for 2 s elsewhere."""
    offered = capabilities(26_590, BOUND)
    assert (offered.watchdog, offered.watchdog_bound_ms) == (WatchdogKind.COMMUNICATION, 15_000)
    assert not offered.reports_pressure


def test_that_the_pump_holds_no_volume_limit_is_said() -> None:
    assert not capabilities(26_590, BOUND).limits_volume


def test_another_syringe_than_the_one_in_the_clamp_is_refused() -> None:
    with pytest.raises(ValueError, match="confirmed at this pump's keypad has 26590 um"):
        capabilities(21_590, BOUND)
