"""Chemyx's commands: which of `turns.py` belongs to what was asked.

Theory of operation. There is no lease, so a poll only reads; `watchdog_ms` is reported as 0 in every report.
"""

from drivers.chemyx import turns
from drivers.chemyx.binding import Binding
from drivers.chemyx.capabilities import capabilities
from drivers.chemyx.counter import Counter
from drivers.chemyx.turns import Turn
from drivers.chemyx.wire import ChemyxWire
from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof


class ChemyxDialect:
    """One bound pump of the family. Implements `drivers.line.dialect.Dialect`."""

    lease_ms = 0

    def __init__(self, binding: Binding) -> None:
        self._binding = binding
        self._counter = Counter()

    def wire(self) -> ChemyxWire:
        """A new wire."""
        return ChemyxWire()

    def opening(self) -> Turn:
        """Hear who answers, read everything."""
        return turns.open_line(self._counter)

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        if isinstance(command, Run):
            return turns.run(command, self._counter)
        if isinstance(command, Adjust):
            return turns.adjust(command.rate_nl_h, self._counter)
        return turns.configure(command.diameter_um, self._counter)

    def poll(self, proof: Proof) -> Turn:
        """Read back; there is nothing to renew."""
        return turns.read(self._counter)

    def read_back(self) -> Turn:
        """The same."""
        return turns.read(self._counter)

    def halt(self, proof: Proof) -> Turn:
        """Stop until the status says it stands."""
        return turns.halt(proof, self._counter)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter the pump does not take."""
        return capabilities(diameter_um, self._binding)
