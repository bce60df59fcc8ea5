"""A pump of the "ultra" command set on USB or a serial port, behind a serial server, or in an RS-485 chain.

Theory of operation. Here stands what a line of this family looks like; what is said on it is in `dialect.py` and the
turns, how it is said in `wire.py`, and all scheduling and carrying in `drivers/line`.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers import transport as lines
from drivers.contract import Listener
from drivers.harvard.binding import Binding
from drivers.harvard.capabilities import ELEVEN_ELITE, Motor
from drivers.harvard.dialect import HarvardDialect
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver, check_baud

#: USB CDC takes any; PHD ULTRA RS-232 9600-115200, the Elite's chain to 921600 (facts/protocols.md 2).
BAUDS = (9600, 19200, 38400, 57600, 115200, 128000, 230400, 460800, 921600)


@dataclass(frozen=True, slots=True)
class HarvardLine:
    """Where the pump is and which one it must be.

    `port`: a device path (best one of /dev/serial/by-path) or tcp:HOST:PORT. `baud`: as set in the pump.
    """

    port: str
    binding: Binding
    baud: int = 115200
    motor: Motor = field(default=ELEVEN_ELITE)

    def __post_init__(self) -> None:
        check_baud(self.port, self.baud, BAUDS)


class HarvardDriver(LineDriver):
    """One pump. `listener` hears every event; `link_ms` is the monotonic link clock.

    `chain`: the open line it shares with other pumps, whose port, baud and clock then count; None: alone on its own.
    """

    def __init__(
        self,
        line: HarvardLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
        *,
        chain: Chain | None = None,
    ) -> None:
        dialect = HarvardDialect(line.binding, line.motor)
        super().__init__(dialect, listener, chain or Chain(line.port, line.baud, link_ms, connect))
