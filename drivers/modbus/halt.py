"""How a Modbus pump is stopped without its driver: `drivers.line.halts`."""

from collections.abc import Mapping

from drivers.line.halting import PortSettings
from drivers.modbus.binding import Binding
from drivers.modbus.dialect import ModbusDialect
from drivers.modbus.library import load_map
from drivers.modbus.wire import gap_ms

DEFAULTS: Mapping[str, int | str | bool] = {
    "transport": "rtu",
    "baud": 19200,
    "parity": "N",
    "stop_bits": 1,
    "unit": 1,
    "map": "pumpd-default",
    "lease_s": 2,
}
#: Whoever answers is stopped.
_ANY = "any"


def settings_from(options: Mapping[str, int | str | bool]) -> PortSettings:
    """As set in the pump; on TCP it is the far end's affair."""
    return PortSettings(int(options["baud"]), str(options["parity"]), int(options["stop_bits"]))


def dialects_from(options: Mapping[str, int | str | bool]) -> tuple[ModbusDialect, ...]:
    """One. Raises ValueError for a map that cannot be used."""
    is_tcp, baud = options["transport"] == "tcp", int(options["baud"])
    bound = Binding(_ANY, int(options["unit"]), lease_s=int(options["lease_s"]))
    layout = load_map(str(options["map"]))
    gap = 0 if is_tcp else gap_ms(baud)
    # The clock tells a pump that was left alone from one that was not; a stop comes first either way.
    return (ModbusDialect(bound, layout, lambda: 0, is_tcp=is_tcp, gap_ms=gap),)
