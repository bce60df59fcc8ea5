"""What a family gives the suite so that it can be tested: its driver, a simulated pump, and words for what happens
to that pump.

Theory of operation. A rig is one pump, just switched on, and knows no transport: the suite puts it behind a line
in memory, a pty and a TCP port, and does by itself what can happen on a line (an answer lost, late, garbled, in
pieces; the cable off). For that it must know one thing of the family's language: what a frame asks for (`kind`).
What happens to the pump itself (a reboot, a hand at the keypad) only the rig can do, in one method, by name. A word
that this pump has no such thing for stands in `cannot` with the reason; its checks are then not made, and the table
says so. What is true of the plunger the rig tells past the wire (`truth`), so that the driver is never the witness in
its own case.

Units: nl, nl/h, um, link ms.
"""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.contract import Approval, Listener, PumpDriver, Run
from drivers.transport import Connect


class Kind(StrEnum):
    """What a frame of the host asks for. A frame that does several things has the first kind here that fits."""

    START = "start"  # the motor turns upon it
    HALT = "halt"
    RATE = "rate"  # sets a rate
    LIMIT = "limit"  # sets a volume target
    IDENTITY = "identity"  # asks who is there
    SESSION = "session"  # changes nothing of delivery: a poll mode, a safe mode, the watchdog armed
    READ = "read"  # asks for status, counter, rate: what a poll asks first
    OTHER = "other"


class Word(StrEnum):
    """What can happen to a pump. The number handed in with it is in brackets."""

    REBOOT = "reboot"  # power lost for a moment; it comes back at rest, and whatever it forgets is forgotten
    REBOOT_RUNNING = "reboot_running"  # as above, but it goes on by itself (faults row 6)
    FORGET = "forget"  # all settings are the factory's (row 7); it stands
    DISARM = "disarm"  # its communication watchdog is off, or not ours, and readable as such (row 8)
    PRESS_STOP = "press_stop"  # somebody stops it at its keypad (row 15)
    PRESS_RUN = "press_run"  # somebody starts it at its keypad
    TURN_RATE = "turn_rate"  # somebody sets another rate there [nl/h], running or not
    TURN_DIAMETER = (
        "turn_diameter"  # somebody sets another diameter there [um] (row 13), and the wire tells it
    )
    TURN_UNITS = "turn_units"  # somebody chooses other units there (row 14)
    CLEAR_COUNTER = "clear_counter"  # the counter falls to 0 (row 12)
    STALL = "stall"  # the motor cannot move: it stops, with an alarm where it has alarms (rows 9, 10)
    BATTERY = (
        "battery"  # [1] it says that its battery is low, and goes on; [0] it is empty, and it stops (row 17)
    )
    SWAP = "swap"  # from now on another pump of the family answers (row 21)
    REFUSE_STOP = "refuse_stop"  # [1] the stop is refused and it goes on; [0] no longer (row 3)
    IGNORE_STOP = "ignore_stop"  # [1] the stop is acknowledged and it goes on; [0] no longer (row 4)
    IGNORE_RATE = "ignore_rate"  # a rate is acknowledged and not taken (rows 5, 35)
    NEIGHBOUR = "neighbour"  # `neighbour` gives what a pump of another address would say (row 31)
    HOST_LOSS = "host_loss"  # not done by anybody: this pump stops by itself when the host is lost
    ALARMS = "alarms"  # not done by anybody: it tells a reboot and a stall apart from an ordinary rest
    IDENTITY = "identity"  # not done by anybody: it tells who it is, so that a wrong pump is known
    CHECK = "check"  # not done by anybody: its frames carry a check, so that a flipped bit is seen


@dataclass(frozen=True, slots=True)
class Truth:
    """The simulated pump as it is. `given_nl`: what its screw has moved since it was switched on, never cleared."""

    is_moving: bool
    rate_nl_h: float
    given_nl: float


@dataclass(frozen=True, slots=True)
class Case:
    """The figures the checks use; all must be settable exactly by this family.."""

    diameter_um: int = 26_590
    other_diameter_um: int = 21_590
    rate_nl_h: int = 26_250_000
    lower_nl_h: int = 13_120_000
    volume_nl: int = 17_500_000
    small_volume_nl: int = 20_000  # reached within seconds at `rate_nl_h`
    counter_step_nl: int = 1_000  # how finely the pump's counter is told

    @property
    def run(self) -> Run:
        """The ordinary run."""
        return Run(self.rate_nl_h, self.volume_nl)

    @property
    def approval(self) -> Approval:
        """What a person has approved for it: exactly this."""
        return Approval(self.rate_nl_h, self.volume_nl)


class Rig(Protocol):
    """One simulated pump, just switched on, and how to drive it. Made anew, without arguments, for every check."""

    family: str  # as in the table and in the entry point
    case: Case
    cannot: Mapping[Word, str]  # each with the reason, in a few words

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        """The driver, bound to this pump; or with `is_for_another` to one that is not this one.

        `port` is what a site would configure (a device path, tcp:HOST:PORT); in memory it is a name that only
        `connect` understands.
        """
        ...

    def kind(self, frame: bytes) -> Kind:
        """What this frame of the host asks for."""
        ...

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        """Bytes reach the pump; its answer, b"" while it has none."""
        ...

    def tick(self, now_ms: int) -> bytes:
        """Time has passed, some milliseconds of it; what the pump says unasked, or late."""
        ...

    def truth(self) -> Truth:
        """The pump as it is, at the time last handed in."""
        ...

    def do(self, word: Word, number: int, now_ms: int) -> None:
        """Let this happen to the pump now. Never called for what stands in `cannot`."""
        ...

    def neighbour(self) -> bytes:
        """A good answer of a pump at another address. Never called if NEIGHBOUR stands in `cannot`."""
        ...
