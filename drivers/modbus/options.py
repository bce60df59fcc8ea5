"""What a site may write about a Modbus pump, and the driver made of it: the family's entry in `pumpd.drivers`."""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.contract import Capabilities, Listener
from drivers.errors import PortAddressError
from drivers.line.chain import Chain
from drivers.modbus.binding import Binding
from drivers.modbus.capabilities import capabilities
from drivers.modbus.driver import BAUDS, TRANSPORTS, ModbusDriver, ModbusLine, bus
from drivers.modbus.layout import RegisterMap
from drivers.modbus.library import load_map
from drivers.modbus.parse_map import MapRefused
from drivers.registry import Connect, Option, OptionsRefused, Value

OPTIONS = (
    Option("transport", str, "how frames travel: rtu or tcp", default="rtu", choices=TRANSPORTS),
    Option("baud", int, "bit/s of a serial port, as set in the pump", default=19200, choices=BAUDS),
    Option(
        "parity",
        str,
        "of a serial port, as set in the pump",
        default="N",
        choices=tuple(transport.PARITIES),
    ),
    Option(
        "stop_bits",
        int,
        "of a serial port, as set in the pump",
        default=1,
        choices=tuple(transport.STOP_BITS),
    ),
    Option("unit", int, "the unit (slave) number set in the pump", default=1, lowest=1, highest=247),
    Option(
        "map",
        str,
        "a register map that comes with pumpd, or the path of one (.toml)",
        default="pumpd-default",
    ),
    Option("model", str, "what the pump's model must begin with", pattern=r"\S{1,32}", loosest="P"),
    Option("firmware", str, "what its firmware must begin with; empty: any", default="", pattern=r"\S{0,32}"),
    Option("serial", str, "its whole serial number; empty: any", default="", pattern=r"\S{0,32}"),
    Option(
        "lease_s", int, "s; the pump stops itself after this much silence", default=2, lowest=1, highest=5
    ),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for a diameter it does not have."""
    return capabilities(diameter_um, int(options["lease_s"]), _layout(options))


def line_from(
    options: Mapping[str, Value], port: str, link_ms: Callable[[], int], connect: Connect | None = None
) -> Chain | None:
    """The bus that several RTU units share; on TCP each has a connection of its own."""
    if options["transport"] == "tcp":
        return None
    return bus(_place(options, port), link_ms, connect or transport.connect)


def driver_from(
    options: Mapping[str, Value],
    port: str,
    listener: Listener,
    link_ms: Callable[[], int],
    connect: Connect | None = None,
    line: object | None = None,
) -> ModbusDriver:
    """A driver of checked options.

    Raises:
        OptionsRefused: the map cannot be used, or cannot prove or set what is asked.
    """
    chain = line if isinstance(line, Chain) else None
    return ModbusDriver(_place(options, port), listener, link_ms, connect or transport.connect, chain=chain)


def _layout(options: Mapping[str, Value]) -> RegisterMap:
    try:
        return load_map(str(options["map"]))
    except MapRefused as refused:
        raise OptionsRefused((("map", f"map = {options['map']!r}: {refused}"),)) from refused


def _place(options: Mapping[str, Value], port: str) -> ModbusLine:
    bound = Binding(
        str(options["model"]),
        int(options["unit"]),
        str(options["firmware"]),
        str(options["serial"]),
        int(options["lease_s"]),
    )
    layout = _layout(options)
    try:
        return ModbusLine(
            port,
            bound,
            layout,
            str(options["transport"]),
            int(options["baud"]),
            str(options["parity"]),
            int(options["stop_bits"]),
        )
    except PortAddressError as refused:
        fault = f"transport = {options['transport']!r}: {refused}"
        raise OptionsRefused((("transport", fault),)) from refused
    except ValueError as refused:
        raise OptionsRefused((("map", str(refused)),)) from refused
