"""What a New Era line looks like; how it is carried is tested in `line/test_chain.py`."""

import pytest

from drivers.contract import PumpDriver
from drivers.new_era.binding import Binding
from drivers.new_era.driver import NewEraDriver, NewEraLine

LINE = NewEraLine("memory", Binding("NE1000"))


def test_it_is_a_pump_driver() -> None:
    driver: PumpDriver = NewEraDriver(LINE, lambda _event: None, lambda: 0)
    assert driver.capabilities(26_590).watchdog_bound_ms == 2_000
    with pytest.raises(ValueError, match="diameter"):
        driver.capabilities(0)


@pytest.mark.parametrize("baud", [300, 2400, 115200])
def test_a_line_too_slow_for_200_ms_is_refused_by_name(baud: int) -> None:
    with pytest.raises(ValueError, match=f"/dev/ttyS0: baud {baud}"):
        NewEraLine("/dev/ttyS0", Binding("NE1000"), baud)
