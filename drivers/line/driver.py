"""One pump on a line: `drivers.contract.PumpDriver` for every family that speaks over a stream of bytes.

Theory of operation. The family is its `Dialect`; everything else is the line's. A family's own driver class says
what a line of it looks like (port, binding, bauds), makes the dialect and hands both up here. A pump alone on
its port is a `Chain` of one; pumps that share a port share the chain.
"""

from drivers.contract import Approval, Capabilities, Listener, PumpCommand
from drivers.line.chain import Chain
from drivers.line.dialect import Dialect


def check_baud(port: str, baud: int, bauds: tuple[int, ...]) -> None:
    """Raises ValueError for a speed that the family does not have, or at which an exchange lasts too long."""
    if baud not in bauds:
        raise ValueError(f"{port}: baud {baud} is not one of {bauds}; set the pump to one of them")


class LineDriver:
    """One pump. `listener` hears every event of it, and of no other pump on the chain."""

    def __init__(self, dialect: Dialect, listener: Listener, chain: Chain) -> None:
        self._dialect = dialect
        self._chain = chain
        self._seat = chain.join(dialect, listener)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """What this pump can do with that syringe. Raises ValueError for a diameter it does not have."""
        return self._dialect.capabilities(diameter_um)

    def approve(self, approval: Approval) -> None:
        """Set the gate. Before the first call nothing that adds drug passes."""
        self._seat.protocol.approve(approval)

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Write at once if the line is free, else queue; see `drivers.contract`."""
        self._chain.submit(self._seat, command_id, command)

    async def run(self) -> None:
        """Serve this pump until cancelled."""
        await self._chain.serve(self._seat)
