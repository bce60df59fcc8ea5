"""A New Era pump on a serial port or behind a serial server, alone or in a chain of up to a hundred.

Theory of operation. Here stands what a line of this family looks like; what is said on it is in `dialect.py`
and `turns.py`, how it is said in `wire.py`, and all scheduling and carrying in `drivers/line`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers import transport as lines
from drivers.contract import Listener
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import NE_1000, Motor
from drivers.new_era.dialect import NewEraDialect

#: At 2400 baud and below, question and answer alone take most of the 200 ms an exchange may last.
BAUDS = (19200, 9600)


@dataclass(frozen=True, slots=True)
class NewEraLine:
    """Where the pump is and which one it must be.

    `port`: a device path (best one of /dev/serial/by-path) or tcp:HOST:PORT. `baud`: as set in the pump.
    """

    port: str
    binding: Binding
    baud: int = 19200
    motor: Motor = field(default=NE_1000)

    def __post_init__(self) -> None:
        if self.baud not in BAUDS:
            raise ValueError(
                f"{self.port}: baud {self.baud} is not one of {BAUDS}; set the pump to one of them"
            )


class NewEraDriver(LineDriver):
    """One pump. `listener` hears every event; `link_ms` is the monotonic link clock.

    `chain`: the open line it shares with other pumps, whose port, baud and clock then count; None: alone on its own.
    """

    def __init__(
        self,
        line: NewEraLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
        *,
        chain: Chain | None = None,
    ) -> None:
        dialect = NewEraDialect(line.binding, line.motor)
        super().__init__(dialect, listener, chain or Chain(line.port, line.baud, link_ms, connect))
