"""What the scheduler must be told of a family: which questions make a command. A family implements `Dialect`.

Theory of operation. One dialect stands for one bound pump and lives as long as its driver, over all openings of
the line; what it remembers from one turn to the next (how often it was polled, up to where a run may go) it
keeps itself, and `opening` begins that anew. Its methods only make generators: nothing runs, and nothing it
remembers is looked at, before the first ask of a turn is due.

No turn renews a lease but `poll`, `turn_for` and `halt`, which run for the caller's commands alone (design law
7). In a family where every frame renews it, `read_back` cannot help it; where renewing means writing, it must
not.
"""

from typing import Protocol

from drivers.contract import Adjust, Capabilities, Configure, PumpCommand, Run
from drivers.line.turns import Proof, Turn
from drivers.line.wire import Wire


class Dialect(Protocol):
    """One family's commands, for one bound pump."""

    @property
    def lease_ms(self) -> int:
        """Link ms after which a pump that hears nothing stands; so long a silent one is left alone."""
        ...

    def wire(self) -> Wire:
        """A new wire, for a port just opened."""
        ...

    def opening(self) -> Turn:
        """Learn who answers, arm what watches over the host, read everything back.

        One ask of it must have `proves_identity` set; it writes nothing but the watchdog before that is answered.
        Its `Ending` carries `identity` and a full `report`. Raises WrongPump.
        """
        ...

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        """The turn of this command. CONFIRMED only upon a readback. Raises Refused."""
        ...

    def poll(self, proof: Proof) -> Turn:
        """The caller's poll: read back, and renew the lease if that takes writing.

        Whoever renews first sets `proof.ending` with the report: it is told even if the renewal is lost, refused or
        barred. A renewal writes an absolute value, with `Risk.DELIVERY` at least.
        """
        ...

    def read_back(self) -> Turn:
        """Everything, read and nothing written: the scheduler's own question after a loss or an alarm."""
        ...

    def halt(self, proof: Proof) -> Turn:
        """Stop until a readback says it stands; set `proof.ending` when one has. An ask with `is_halt` comes first.

        If that ask's answer is lost, `Unanswered` is thrown in: go on, and read what it achieved.
        """
        ...

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        """An alarm ends this command's turn instead of being met on the way. True for whatever can add drug."""
        ...

    def capabilities(self, diameter_um: int) -> Capabilities:
        """What this pump can do with that syringe. Raises ValueError for a diameter it does not have."""
        ...
