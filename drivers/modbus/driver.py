"""A Modbus pump: RTU on a serial port or behind a serial server, alone or several on one bus; or TCP.

Theory of operation. Here stands what a line of this family looks like; what is said on it is in `dialect.py` and
`turns.py`, how it is said in `wire.py` and `codec.py`, and all scheduling and carrying in `drivers/line`. Several units
on one RTU bus are several drivers on one `Chain`. A Modbus/TCP device is a line of its own; behind a gateway that
serves several units, each driver may open its own connection.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers import transport as lines
from drivers.contract import Listener
from drivers.errors import PortAddressError
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver, check_baud
from drivers.modbus.binding import Binding, check_binding
from drivers.modbus.dialect import ModbusDialect
from drivers.modbus.layout import RegisterMap
from drivers.modbus.wire import gap_ms

#: Slower, and a block of a dozen registers takes most of the 200 ms that an exchange may last.
BAUDS = (9600, 19200, 38400, 57600, 115200)
TRANSPORTS = ("rtu", "tcp")


@dataclass(frozen=True, slots=True)
class ModbusLine:
    """Where the pump is, which one it must be, and how its registers lie.

    `port`: a device path (best one of /dev/serial/by-path) or tcp:HOST:PORT; with `transport` rtu the latter is a
    serial server that carries RTU frames. `baud`, `parity`, `stop_bits`: of a serial port, as set in the pump.
    """

    port: str
    binding: Binding
    layout: RegisterMap
    transport: str = "rtu"
    baud: int = 19200
    parity: str = "N"
    stop_bits: int = 1

    def __post_init__(self) -> None:
        if self.transport not in TRANSPORTS:
            raise ValueError(f"{self.port}: transport {self.transport!r} is not one of {TRANSPORTS}")
        check_baud(self.port, self.baud, BAUDS)
        if self.parity not in lines.PARITIES:
            raise ValueError(f"{self.port}: parity {self.parity!r} is not one of {tuple(lines.PARITIES)}")
        if self.stop_bits not in lines.STOP_BITS:
            raise ValueError(
                f"{self.port}: stop_bits {self.stop_bits} is not one of {tuple(lines.STOP_BITS)}"
            )
        if self.transport == "tcp" and lines.parse_tcp(self.port) is None:
            raise PortAddressError(f"{self.port}: transport tcp needs a port like tcp:HOST:502")
        try:
            check_binding(self.binding, self.layout)
        except ValueError as error:
            raise ValueError(f"{self.port}: {error}") from error


class ModbusDriver(LineDriver):
    """One pump. `listener` hears every event; `link_ms` is the monotonic link clock.

    `chain`: the open bus it shares with other units, whose port, serial settings and clock then count (RTU only).
    """

    def __init__(
        self,
        line: ModbusLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
        *,
        chain: Chain | None = None,
    ) -> None:
        is_tcp = line.transport == "tcp"
        if chain is not None and is_tcp:
            raise ValueError(f"{line.port}: only RTU units share a bus")
        dialect = ModbusDialect(
            line.binding, line.layout, link_ms, is_tcp=is_tcp, gap_ms=0 if is_tcp else gap_ms(line.baud)
        )
        super().__init__(dialect, listener, chain or bus(line, link_ms, connect))


def bus(line: ModbusLine, link_ms: Callable[[], int], connect: lines.Connect = lines.connect) -> Chain:
    """The line's port, for one unit or several."""
    framed = lines.with_frame(connect, line.parity, line.stop_bits)
    return Chain(line.port, line.baud, link_ms, framed, f"8{line.parity}{line.stop_bits}")
