"""New Era's commands: which of `turns.py` belongs to what was asked, and what a poll reads each time.

Theory of operation. The pump's lease is its own communication watchdog, which every frame renews; so a poll
only reads. Status, counter and rate are read each time; the diameter every fourth time and the volume target
with the watchdog every eighth, because a round of everything takes half of the 250 ms between polls.

In basic mode nothing renews anything, and every turn's answers are given twice (`basic.py`).
"""

from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof
from drivers.new_era import turns
from drivers.new_era.basic import seen_twice
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import NE_1000, Motor, capabilities
from drivers.new_era.turns import Turn
from drivers.new_era.wire import BasicWire, NewEraWire

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
        """The watchdog that the opening sets, link ms; 0: there is none to wait for."""
        return self._binding.watch_s * 1000

    def wire(self) -> NewEraWire:
        """A new wire for this address."""
        return (BasicWire if self._binding.is_basic else NewEraWire)(self._binding.address)

    def opening(self) -> Turn:
        """SAF, VER, everything read back. Raises WrongPump."""
        bound = self._binding
        return self._told(turns.open_line(bound.address, bound.model, bound.firmware, bound.watch_s))

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        if isinstance(command, Run):
            return self._told(turns.run(command, self._binding.watch_s))
        if isinstance(command, Adjust):
            return self._told(turns.adjust(command.rate_nl_h))
        return self._told(turns.configure(command.diameter_um, self._binding.watch_s))

    def poll(self, proof: Proof) -> Turn:
        """Read back; every frame renews the lease, if there is one."""
        return self._read()

    def read_back(self) -> Turn:
        """Read everything back."""
        return self._read(is_full=True)

    def halt(self, proof: Proof) -> Turn:
        """Stop until the status says it stands."""
        return self._told(turns.halt(proof))

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter the pump's table does not hold."""
        return capabilities(diameter_um, self._binding.watch_s, self._motor)

    def _told(self, turn: Turn) -> Turn:
        return seen_twice(turn) if self._binding.is_basic else turn

    def _read(self, *, is_full: bool = False) -> Turn:
        self._polls += 1
        return self._told(
            turns.poll(
                with_diameter=is_full or self._polls % DIAMETER_EVERY == 0,
                with_target=is_full or self._polls % TARGET_EVERY == 0,
                watch_s=self._binding.watch_s,
            )
        )
