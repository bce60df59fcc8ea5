"""A Chemyx Fusion pump on a serial port or behind a serial server; one pump a port."""

from collections.abc import Callable
from dataclasses import dataclass

from drivers import transport as lines
from drivers.chemyx.binding import Binding
from drivers.chemyx.dialect import ChemyxDialect
from drivers.contract import Listener
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver, check_baud

#: 4000 and 6000: 9600; Nanojet and OEM: 38400; 100 and 200: either (facts/protocols.md 3).
BAUDS = (9600, 38400)


@dataclass(frozen=True, slots=True)
class ChemyxLine:
    """Where the pump is. `port`: a device path or tcp:HOST:PORT."""

    port: str
    binding: Binding
    baud: int = 38400

    def __post_init__(self) -> None:
        check_baud(self.port, self.baud, BAUDS)


class ChemyxDriver(LineDriver):
    """One pump. `listener` hears every event; `link_ms` is the monotonic link clock."""

    def __init__(
        self,
        line: ChemyxLine,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: lines.Connect = lines.connect,
    ) -> None:
        chain = Chain(line.port, line.baud, link_ms, connect)
        super().__init__(ChemyxDialect(line.binding), listener, chain)
