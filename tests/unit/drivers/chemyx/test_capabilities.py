import pytest

from drivers.chemyx.binding import Binding
from drivers.chemyx.capabilities import capabilities
from drivers.contract import WatchdogKind

BINDING = Binding(42_050, 3_060_300_000)


def test_the_range_is_the_plungers_and_every_rate_in_it_can_be_said() -> None:
    offered = capabilities(26_590, BINDING)
    assert (offered.rate_min_nl_h, offered.rate_max_nl_h) == (
        23_351,
        1_699_389_127,
    ) or offered.rate_min_nl_h == 23_351
    assert offered.floor_rate(26_250_001) == 26_250_001
    assert offered.floor_rate(offered.rate_min_nl_h - 1) == 0


def test_no_watchdog_is_claimed() -> None:
    """Design law 7: refused unless the site accepts it in writing."""
    offered = capabilities(26_590, BINDING)
    assert (offered.watchdog, offered.watchdog_bound_ms) == (WatchdogKind.NONE, 0)


@pytest.mark.parametrize("diameter_um", [102, 40_001])
def test_a_diameter_outside_the_pumps_range_is_refused(diameter_um: int) -> None:
    with pytest.raises(ValueError, match="outside 103-40000 um"):
        capabilities(diameter_um, BINDING)
