"""What a bench gives to a daemon that runs in its process, and what it wants of it. Somebody else's may sit here too.

Theory of operation. An entry point of the group `hil_sim.daemons` names a callable `MakeSeat`. What crosses is plain: a
mapping that describes the bed, bytes on a pump's line, topics and payloads, lines of a console. So the simulator knows
no type of any daemon, and no daemon one of the simulator's; they meet by the shapes below.

The site's mapping: `bed`, `pump` (`family`, `port`, `options`), `monitors`, `users` (each `name`, `roles`, `pin`), and
where they are fitted `transducer`, `air_sensor`, `button`.
"""

import asyncio
from collections.abc import Callable, Mapping
from importlib.metadata import entry_points
from pathlib import Path
from typing import Any, Protocol, cast, runtime_checkable

GROUP = "hil_sim.daemons"


class Wires(Protocol):
    """What the daemon reaches the world by. Nothing here blocks; all times are the loop's."""

    def chance(self) -> float:
        """A number in 0..1 from the run's seed: the only chance that a daemon may take."""

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Open a pump's line. Raises OSError: it cannot be had."""

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """Say something to the broker."""

    def disk_s(self) -> float:
        """How long the next commit takes, s. Raises OSError: the disk is sick."""


class Seat(Protocol):
    """One life of a daemon."""

    @property
    def topics(self) -> tuple[str, ...]:
        """What it subscribes to, with MQTT's wildcards."""

    async def run(self, ready: Callable[[], None]) -> None:
        """Live until `stop` or cancelled; `ready` is called when people can come in."""

    def stop(self) -> None:
        """End in order, as on SIGTERM."""

    def die(self) -> None:
        """The process is gone: let go of files; whatever its tasks still do reaches nobody."""

    def link(self, is_up: bool, reason: str) -> None:
        """The broker's session stands, or has ended."""

    def heard(self, topic: str, payload: bytes, is_retained: bool) -> None:
        """The broker delivers."""

    def admit(self) -> asyncio.BufferedProtocol:
        """One more client of the console: the protocol to tie to a transport."""


@runtime_checkable
class KeepsRecord(Protocol):
    """A daemon whose record can be read after its death."""

    def record_said(self) -> str:
        """What is wrong with the record as it lies on the disk; empty: nothing."""


class MakeSeat(Protocol):
    """Makes one life; called on the loop it will run on."""

    def __call__(
        self,
        site: Mapping[str, Any],
        folder: Path,
        wires: Wires,
        monotonic_ns: Callable[[], int],
        wall_ns: Callable[[], int],
    ) -> Seat: ...


class DaemonUnknown(ValueError):
    """No daemon of this name is installed; the message names those that are."""


def daemon_of(name: str) -> MakeSeat:
    """What makes the lives of the daemon of this name.

    Raises:
        DaemonUnknown: nothing of the name is installed, or it cannot be loaded.
    """
    installed = {one.name: one for one in entry_points(group=GROUP)}
    if name not in installed:
        known = ", ".join(sorted(installed)) or "none"
        raise DaemonUnknown(f"{name!r}: no such daemon is installed for the bench; installed: {known}")
    try:
        return cast(MakeSeat, installed[name].load())
    except (ImportError, AttributeError) as error:
        raise DaemonUnknown(f"{name!r}: {installed[name].value} cannot be loaded: {error}") from error
