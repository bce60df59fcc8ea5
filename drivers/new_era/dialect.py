"""New Era's commands: which of `turns.py` belongs to what was asked, and what a poll reads each time.

Theory of operation. The pump's lease is its own communication watchdog, which every frame renews; so a poll
only reads. Status, counter and rate are read each time; the diameter every fourth time and the volume target
with the watchdog every eighth, because a round of everything takes half of the 250 ms between polls.
"""

from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof
from drivers.new_era import turns
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import NE_1000, Motor, capabilities
from drivers.new_era.turns import Turn
from drivers.new_era.wire import NewEraWire

DIAMETER_EVERY = 4  # polls
TARGET_EVERY = 8


class NewEraDialect:
    """One bound pump of the family. Implements `drivers.line.dialect.Dialect`."""

    def __init__(self, binding: Binding, motor: Motor = NE_1000) -> None:
        self._binding = binding
        self._motor = motor
        self._polls = 0

    @property
    def lease_ms(self) -> int:
        """The watchdog that the opening sets, link ms."""
        return self._binding.lease_s * 1000

    def wire(self) -> NewEraWire:
        """A new wire for this address."""
        return NewEraWire(self._binding.address)

    def opening(self) -> Turn:
        """SAF, VER, everything read back. Raises WrongPump."""
        bound = self._binding
        return turns.open_line(bound.address, bound.model, bound.firmware, bound.lease_s)

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        if isinstance(command, Run):
            return turns.run(command, self._binding.lease_s)
        if isinstance(command, Adjust):
            return turns.adjust(command.rate_nl_h)
        return turns.configure(command.diameter_um)

    def poll(self, proof: Proof) -> Turn:
        """Read back; every frame renews the lease."""
        return self._read()

    def read_back(self) -> Turn:
        """Read everything back."""
        return self._read(is_full=True)

    def halt(self, proof: Proof) -> Turn:
        """Stop until the status says it stands."""
        return turns.halt(proof)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter the pump's table does not hold."""
        return capabilities(diameter_um, self._binding.lease_s, self._motor)

    def _read(self, *, is_full: bool = False) -> Turn:
        self._polls += 1
        return turns.poll(
            with_diameter=is_full or self._polls % DIAMETER_EVERY == 0,
            with_target=is_full or self._polls % TARGET_EVERY == 0,
        )
