"""An Alaris GH or CC (Asena) pump on a serial port or behind a serial server. Experimental.

Theory of operation. Here stands what a line of this family looks like; what is said on it is in `dialect.py` and
`turns.py`, how it is said in `wire.py` and `codec.py`, and all scheduling and carrying in `drivers/line`.

**Experimental**: written from what is public of the protocol, which is not all of it (`codec.py` lists what is
assumed), and proven against the simulator only. It has never spoken with a pump.
"""

from collections.abc import Callable
from dataclasses import dataclass

from drivers import transport as lines
from drivers.alaris.binding import BAUD, Binding
from drivers.alaris.dialect import AlarisDialect
from drivers.contract import Listener
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver

IS_EXPERIMENTAL = True


@dataclass(frozen=True, slots=True)
class AlarisLine:
    """Where the pump is and which one it must be. `port`: a device path or tcp:HOST:PORT. 8N1."""

    port: str
    binding: Binding
    baud: int = BAUD

    def __post_init__(self) -> None:
        if self.baud != BAUD:
            raise ValueError(f"{self.port}: baud {self.baud} is not {BAUD}, the only one this pump has")


class AlarisDriver(LineDriver):
    """One pump, alone on its line: the protocol has no addresses. `listener` hears every event."""

    def __init__(
        self,
        line: AlarisLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
    ) -> None:
        super().__init__(AlarisDialect(line.binding), listener, Chain(line.port, line.baud, link_ms, connect))
