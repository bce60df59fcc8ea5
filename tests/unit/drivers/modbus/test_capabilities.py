"""What a map lets be promised."""

import pytest
from modbus_bench import CHONRY, DEFAULT

from drivers.contract import WatchdogKind
from drivers.modbus.capabilities import capabilities
from drivers.modbus.parse_map import parse_map


def test_the_maps_steps_and_limits() -> None:
    caps = capabilities(26_590, 2, parse_map(DEFAULT))
    assert (caps.rate_min_nl_h, caps.rate_max_nl_h) == (10_000, 1_500_000_000)
    assert caps.floor_rate(26_250_999) == 26_250_000
    assert caps.floor_rate(9_999) == 0
    assert caps.floor_rate(1_500_000_000) == 1_500_000_000
    assert caps.floor_volume(17_500_999) == 17_500_000
    assert (caps.watchdog, caps.watchdog_bound_ms) == (WatchdogKind.COMMUNICATION, 2000)
    assert caps.reports_pressure


def test_a_device_without_watchdog_limit_and_counter_offers_nothing_and_says_that_nothing_bounds_it() -> None:
    caps = capabilities(26_590, 2, parse_map(CHONRY))
    assert (caps.watchdog, caps.watchdog_bound_ms) == (WatchdogKind.NONE, 0)
    assert caps.floor_rate(26_250_000) == 0
    assert caps.floor_volume(17_500_000) == 0
    assert not caps.reports_pressure


@pytest.mark.parametrize("diameter_um", [0, -1, 65_536])
def test_a_diameter_the_register_cannot_hold_is_refused(diameter_um: int) -> None:
    with pytest.raises(ValueError, match="diameter"):
        capabilities(diameter_um, 2, parse_map(DEFAULT))
