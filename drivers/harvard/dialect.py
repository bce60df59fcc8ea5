"""The family's commands: which turn belongs to what was asked, and what a poll reads each time.

Theory of operation. No frame renews anything on this wire but the target that the caller's poll writes
(`run_turns.py`); the readback after a loss writes nothing, so it cannot keep a pump alive. Rate, counter and motion
are read each time; the diameter every fourth time and the target every eighth: it is read back where it is written.
"""

from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.harvard import run_turns, turns
from drivers.harvard.binding import Binding
from drivers.harvard.capabilities import ELEVEN_ELITE, Motor, capabilities
from drivers.harvard.counter import Counter
from drivers.harvard.lease import Lease
from drivers.harvard.signs import Signs
from drivers.harvard.turns import Pump, Turn
from drivers.harvard.wire import HarvardWire
from drivers.line.turns import Proof

DIAMETER_EVERY = 4  # polls
TARGET_EVERY = 8


class HarvardDialect:
    """One bound pump of the family. Implements `drivers.line.dialect.Dialect`."""

    def __init__(self, binding: Binding, motor: Motor = ELEVEN_ELITE) -> None:
        lease = Lease(binding.lease_s * 1000, binding.lease_form, binding.pace)
        self._pump = Pump(binding, motor, Counter(), lease, Signs(lease))
        self._polls = 0

    @property
    def lease_ms(self) -> int:
        """How far ahead of the plunger the target is kept, link ms."""
        return self._pump.binding.lease_s * 1000

    @property
    def lease(self) -> Lease:
        """What is known of the pump's targets."""
        return self._pump.lease

    def wire(self) -> HarvardWire:
        """A new wire for this address."""
        return HarvardWire(self._pump.binding, self._pump.signs)

    def opening(self) -> Turn:
        """Poll mode, version, everything read back. Raises WrongPump."""
        self._pump.lease.renew_knowledge()
        self._pump.signs.renew()
        return turns.open_line(self._pump)

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command."""
        if isinstance(command, Run):
            return run_turns.run(self._pump, command)
        if isinstance(command, Adjust):
            return run_turns.adjust(self._pump, command.rate_nl_h)
        return turns.configure(self._pump, command.diameter_um)

    def poll(self, proof: Proof) -> Turn:
        """Read back, and move the target on."""
        self._polls += 1
        return run_turns.poll(
            self._pump,
            proof,
            with_diameter=self._polls % DIAMETER_EVERY == 0,
            with_target=self._polls % TARGET_EVERY == 0,
        )

    def read_back(self) -> Turn:
        """Read everything back, and nothing written."""
        return turns.read_all(self._pump)

    def halt(self, proof: Proof) -> Turn:
        """Stop until the prompt says it stands."""
        return turns.halt(self._pump, proof)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """Whatever can add drug at the caller's word. A poll goes on, and reports it."""
        return isinstance(command, Run | Adjust)

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Raises ValueError for a diameter the pump's table does not hold."""
        return capabilities(diameter_um, self._pump.binding.lease_s, self._pump.motor)
