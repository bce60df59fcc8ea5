"""What a Modbus line looks like."""

import pytest
from modbus_bench import CHONRY, DEFAULT

from drivers.contract import PumpDriver
from drivers.modbus.binding import Binding
from drivers.modbus.driver import ModbusDriver, ModbusLine, bus
from drivers.modbus.parse_map import parse_map

LAYOUT = parse_map(DEFAULT)


def test_it_is_a_pump_driver() -> None:
    line = ModbusLine("/dev/ttyUSB0", Binding("PUMPD-1"), LAYOUT, baud=19200, parity="E")
    driver: PumpDriver = ModbusDriver(line, lambda _event: None, lambda: 0)
    assert driver.capabilities(26_590).family == "modbus"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"transport": "ascii"}, "transport 'ascii'"),
        ({"transport": "tcp"}, "needs a port like tcp:HOST:502"),
        ({"baud": 1200}, "baud 1200"),
        ({"parity": "M"}, "parity 'M'"),
        ({"stop_bits": 3}, "stop_bits 3"),
        ({"layout": parse_map(CHONRY), "binding": Binding("WP110", serial="7")}, "serial 7"),
    ],
)
def test_a_line_that_cannot_be_is_refused_with_its_port(changes: dict[str, object], why: str) -> None:
    fields: dict[str, object] = {
        "port": "/dev/ttyS0",
        "binding": Binding("PUMPD-1"),
        "layout": LAYOUT,
        **changes,
    }
    with pytest.raises(ValueError, match=why) as refused:
        ModbusLine(**fields)  # type: ignore[arg-type]
    assert "/dev/ttyS0" in str(refused.value)


def test_several_units_share_a_bus_on_rtu_only() -> None:
    rtu = ModbusLine("/dev/ttyS0", Binding("PUMPD-1", unit=1), LAYOUT)
    chain = bus(rtu, lambda: 0)
    for unit in (1, 2):
        ModbusDriver(
            ModbusLine("/dev/ttyS0", Binding("PUMPD-1", unit=unit), LAYOUT), print, lambda: 0, chain=chain
        )
    tcp = ModbusLine("tcp:localhost:502", Binding("PUMPD-1"), LAYOUT, "tcp")
    with pytest.raises(ValueError, match="only RTU units share a bus"):
        ModbusDriver(tcp, print, lambda: 0, chain=chain)
