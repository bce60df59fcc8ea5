"""Alaris's commands: which of `turns.py` belongs to what was asked.

Theory of operation. Every frame renews the pump's 15 s watchdog, but its remote control lapses by itself after
about a second and is renewed by the caller's polls alone. So long as nobody has polled, nothing can be changed
in the pump; 15 s after the last frame it stands.
"""

from drivers.alaris import turns
from drivers.alaris.binding import Binding
from drivers.alaris.capabilities import WATCHDOG_MS, capabilities
from drivers.alaris.turns import Hold, Turn
from drivers.alaris.wire import AlarisWire
from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof


class AlarisDialect:
    """One bound pump of the family. Implements `drivers.line.dialect.Dialect`."""

    lease_ms = WATCHDOG_MS

    def __init__(self, binding: Binding) -> None:
        self._hold = Hold(binding)

    def wire(self) -> AlarisWire:
        """A new wire."""
        return AlarisWire(self._hold.limit)

    def opening(self) -> Turn:
        """Serial number, remote control, everything read back. A limit in force goes on counting. Raises WrongPump."""
        return turns.open_line(self._hold)

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        if isinstance(command, Run):
            return turns.run(self._hold, command)
        if isinstance(command, Adjust):
            return turns.adjust(self._hold, command.rate_nl_h)
        return turns.configure(self._hold, command.diameter_um)

    def poll(self, proof: Proof) -> Turn:
        """Read back, halt at the limit, renew remote control."""
        return turns.poll(self._hold, proof)

    def read_back(self) -> Turn:
        """Read everything, write nothing."""
        return turns.read_back(self._hold)

    def halt(self, proof: Proof) -> Turn:
        """Stop until the state says it stands."""
        return turns.halt(self._hold, proof)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for another syringe than the one confirmed at the keypad."""
        return capabilities(diameter_um, self._hold.bound)
