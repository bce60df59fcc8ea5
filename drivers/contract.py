"""What the daemon may ask of any pump, and what any pump may answer.

Theory of operation. Commands are absolute and idempotent: "run at this rate, at most to this volume", never
"a little more". A command ends in exactly one of four outcomes, and only a readback can confirm. A report
is what the pump said, in our units, with nothing inferred. A driver is one object per line: `submit` is
synchronous and writes at once when the line is free, a `Halt` takes the next turn ahead of everything and drops
what was queued; everything the pump tells us arrives through the one `listener` callback, called from the same
stack that read the bytes, so no task hop stands between the wire and the decision.

Units: integer nanolitres, nanolitres per hour, micrometres, milliseconds (link time).
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from typing import Literal, NamedTuple, Protocol


class Outcome(StrEnum):
    """How a command ended."""

    CONFIRMED = "confirmed"  # a readback agrees
    REFUSED = "refused"  # the pump, or our own gate, said no; nothing changed
    NOT_SENT = "not_sent"  # certain not to have reached the wire (link down, superseded by a halt)
    UNKNOWN = "unknown"  # sent, and nobody can say: dose is an interval until a readback resolves it


class Motion(StrEnum):
    """What the pump says its motor does."""

    INFUSING = "infusing"
    HALTED = "halted"  # stopped or paused: no motion
    WITHDRAWING = "withdrawing"
    PURGING = "purging"
    WAITING = "waiting"  # stands still but may start by itself (timed pause, trigger)


class PumpAlarm(StrEnum):
    """Alarms common to the families."""

    RESET = "reset"  # the pump lost power
    STALL = "stall"  # motor cannot move: occlusion, end of travel
    HOST_SILENT = "host_silent"  # the communication watchdog expired
    PROGRAM = "program"  # program error or phase out of range
    BATTERY = "battery"  # low, or empty: it will stop, or has


@dataclass(frozen=True, slots=True)
class Identity:
    """Who answers on the line, read after every open. Empty serial: the family has none.

    A pump at another address does not answer at all, so the address is proven by the answer.
    """

    model: str
    firmware: str
    address: int
    serial: str = ""


@dataclass(frozen=True, slots=True)
class Step:
    """Below `below` (exclusive) the pump can set multiples of `step`; both in the same unit."""

    below: int
    step: int


class WatchdogKind(StrEnum):
    """What stops the pump when the host falls silent."""

    COMMUNICATION = "communication"
    VOLUME_TARGET = "volume_target"
    NONE = "none"


@dataclass(frozen=True, slots=True)
class Capabilities:
    """What this pump with this syringe can do. Rates in nl/h, volumes in nl, times in link ms.

    `limits_volume`: the pump itself holds the limit of a `Run` and rests there, whatever becomes of the host. False:
    the driver halts it at its polls, so without a host only the watchdog bounds what is given.
    """

    family: str
    rate_min_nl_h: int
    rate_max_nl_h: int
    rate_steps: tuple[Step, ...]
    volume_steps: tuple[Step, ...]
    watchdog: WatchdogKind
    watchdog_bound_ms: int
    reports_pressure: bool
    limits_volume: bool = True

    def floor_rate(self, rate_nl_h: int) -> int:
        """Largest settable rate not above `rate_nl_h`; 0 if that is below the pump's minimum."""
        rate = _floor(rate_nl_h, self.rate_steps)
        return rate if rate >= self.rate_min_nl_h else 0

    def floor_volume(self, volume_nl: int) -> int:
        """Largest settable volume limit not above `volume_nl`."""
        return _floor(volume_nl, self.volume_steps)


def _floor(value: int, steps: tuple[Step, ...]) -> int:
    for row in steps:
        if value < row.below:
            return value - value % row.step
    last = steps[-1]
    return last.below - last.step


@dataclass(frozen=True, slots=True)
class Configure:
    """Make the halted pump ready for this syringe: diameter, units, direction, no program, counter kept."""

    diameter_um: int
    kind: Literal["configure"] = "configure"


@dataclass(frozen=True, slots=True)
class Run:
    """From rest: infuse at `rate_nl_h`, and come to rest by yourself after `volume_limit_nl` more.

    A pump found running is not touched: REFUSED. A limit of 0 would mean no end: REFUSED.
    """

    rate_nl_h: int
    volume_limit_nl: int
    kind: Literal["run"] = "run"


@dataclass(frozen=True, slots=True)
class Adjust:
    """Change the rate of a running pump, nothing else; the limit set at the start goes on counting.

    A pump found at rest stays at rest: REFUSED. Somebody stopped it, and only a `Run` may start it.
    """

    rate_nl_h: int
    kind: Literal["adjust"] = "adjust"


@dataclass(frozen=True, slots=True)
class Halt:
    """Motor off, now. Never refused by us, never queued."""

    kind: Literal["halt"] = "halt"


@dataclass(frozen=True, slots=True)
class Poll:
    """Read back status, counter, rate; renews the pump's lease. Dropped when the line is busy."""

    kind: Literal["poll"] = "poll"


#: `kind` tells them apart in a record, where a halt and a poll would otherwise both be an empty object.
PumpCommand = Configure | Run | Adjust | Halt | Poll


class CounterReading(NamedTuple):
    """A volume counter as a driver tells it, nl: of `infused`, `cleared` is the sum of what the driver cleared from it."""

    infused: int
    cleared: int = 0

    @property
    def shown(self) -> int:
        """What stands on the pump's own counter."""
        return self.infused - self.cleared

    def since(self, before: "CounterReading") -> int:
        """What was counted since `before`, nl; below 0: another hand cleared it, or the pump restarted.

        A driver that begins anew does not know what an earlier one cleared: what the pump shows is held against what it
        showed.
        """
        if self.cleared < before.cleared:
            return self.shown - before.shown
        return self.infused - before.infused


@dataclass(frozen=True, slots=True)
class PumpReport:
    """One believed, self-consistent readback.

    Attributes:
        motion: what the motor does.
        infused_nl: the pump's own counter of volume given, as it stands (may be cleared, may roll over), and `cleared_nl`.
        rate_nl_h: the rate set in the pump.
        diameter_um: syringe diameter set in the pump; None when not read in this round.
        volume_limit_nl: its volume target; None when not read in this round; 0 = continuous.
        watchdog_ms: communication watchdog in force; 0 = off; None when not read in this round.
        alarms: pending or just acknowledged alarms that came with this readback.
        pressure_mmhg: line pressure if the pump measures it.
        cleared_nl: what stood on the counter each time this driver cleared it; None: it never does.
    """

    motion: Motion
    infused_nl: int
    rate_nl_h: int
    diameter_um: int | None = None
    volume_limit_nl: int | None = None
    watchdog_ms: int | None = None
    alarms: tuple[PumpAlarm, ...] = ()
    pressure_mmhg: float | None = None
    cleared_nl: int | None = None

    @property
    def counter(self) -> CounterReading:
        """The volume counter as told here."""
        return CounterReading(self.infused_nl, self.cleared_nl or 0)


@dataclass(frozen=True, slots=True)
class LinkUp:
    """The line is open and the pump behind it has said who it is, and it is who it should be."""

    identity: Identity


@dataclass(frozen=True, slots=True)
class LinkDown:
    """Nothing can be said about the pump from here on.

    `is_wrong_pump`: somebody answered, but not the bound identity; nothing but identity was sent.
    """

    reason: str
    is_wrong_pump: bool = False


@dataclass(frozen=True, slots=True)
class Reported:
    """A readback arrived."""

    report: PumpReport


@dataclass(frozen=True, slots=True)
class Ended:
    """The command with this id ended. `detail` names the exchange and the pump's words."""

    command_id: int
    outcome: Outcome
    detail: str


DriverEvent = LinkUp | LinkDown | Reported | Ended
Listener = Callable[[DriverEvent], None]


@dataclass(frozen=True, slots=True)
class Approval:
    """The most a person has approved. The gate refuses every frame that would exceed it; a halt always passes."""

    max_rate_nl_h: int
    max_volume_nl: int


class PumpDriver(Protocol):
    """One pump on one line."""

    def capabilities(self, diameter_um: int) -> Capabilities:
        """What this pump can do with that syringe. Pure."""
        ...

    def approve(self, approval: Approval) -> None:
        """Set the gate. Before the first call nothing that adds drug passes."""
        ...

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Send or queue; never blocks, never raises for link trouble. Ends in one `Ended` (a Poll only in `Reported`)."""
        ...

    async def run(self) -> None:
        """Own the line until cancelled: open, identify, serve, reopen with back-off. On cancel: abort the transport."""
        ...
