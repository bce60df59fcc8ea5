"""The daemon's edges in a bench's process: a bus for a broker, a door without a socket, a disk that takes its time.

Theory of operation. Everything that is decided stays the daemon's own code: which message counts as a sample is the
router's, what a line on the console means is the console's. Only the carrying is replaced, and whoever carries is the
bench; so it can lose, delay and repeat as the real carriers do.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, Protocol

from drivers.errors import PortError
from pumpd import config as cfg
from pumpd.inprocess.journal import LoopJournal
from pumpd.machine import Machine
from pumpd.shell.bedside.sounder import Sounder
from pumpd.shell.console import Console
from pumpd.shell.feeds import topics
from pumpd.shell.feeds.arrivals import LinkChanged, Listener
from pumpd.shell.feeds.routing import BedBinding, FeedClock, Router
from pumpd.shell.journal import JournalEvent
from pumpd.shell.sdnotify import Overseer


class Wires(Protocol):
    """What a bench gives to a daemon in its process. Times are the bench's own; nothing here blocks."""

    def chance(self) -> float:
        """A number in 0..1 from the bench's seed."""

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Open a pump's line. Raises OSError: it cannot be had."""

    def publish(self, topic: str, payload: bytes, qos: int, retain: bool) -> None:
        """The daemon says this to the broker."""

    def disk_s(self) -> float:
        """How long the next commit takes, s. Raises OSError: the disk is sick."""


class BusFeed:
    """The broker's session, carried by the bench."""

    def __init__(
        self, wires: Wires, beds: tuple[BedBinding, ...], clock: FeedClock, listener: Listener, site: str
    ) -> None:
        self._wires = wires
        self._router = Router(beds, clock)
        self.topics = self._router.topics
        self._clock = clock
        self._listener = listener
        self._site = site
        self._is_up = False

    async def run(self) -> None:
        """The session is the bench's; nothing to keep."""
        await asyncio.get_running_loop().create_future()

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Say something, if there is somebody to say it to: the outbox of the real one drops old news too."""
        if self._is_up:
            self._wires.publish(topic, payload, qos, retain)

    def figures(self) -> dict[str, int]:
        """The bench carries at once."""
        return {"publish_waiting": 0, "publish_dropped": 0}

    def link(self, is_up: bool, reason: str) -> None:
        """The session stands, or has ended."""
        self._is_up = is_up
        if is_up:
            self.publish(topics.alive(self._site), topics.ONLINE, retain=True)
        self._listener(LinkChanged(is_up, reason, self._clock.stamp()))

    def heard(self, topic: str, payload: bytes, *, is_retained: bool) -> None:
        """The broker delivers."""
        received = self._clock.stamp()
        for arrival in self._router.route(topic, payload, is_retained=is_retained, received=received):
            self._listener(arrival)


class InnerConsole(Console):
    """A console that is entered by `admit` and has no socket."""

    @asynccontextmanager
    async def door(self) -> AsyncIterator[None]:
        """Nothing to open."""
        yield


class InnerMachine(Machine):
    """A machine inside a bench. Holds what the bench must reach."""

    console: type[Console] = InnerConsole
    feed_made: BusFeed
    journal_made: LoopJournal

    def __init__(self, wires: Wires) -> None:
        super().__init__()
        self._wires = wires
        self.connect = self._connect
        self.stop: Callable[[], None] = lambda: None

    def boot(self) -> str:
        """From the bench's seed."""
        return f"{int(self._wires.chance() * 2**32):08x}"

    def claim(self, port: str) -> None:
        """Nobody else is here."""

    def stop_on_signal(self, stop: Callable[[], None]) -> None:
        """A bench asks by `stop`."""
        self.stop = stop

    def overseer(self) -> Overseer:
        """Nobody: the bench's own manager, if it has one, is not to hear of this world's cycles."""
        return Overseer()

    def settle(self) -> None:
        """The process is the bench's; so is its memory."""

    def journal(
        self, path: Path, meta: dict[str, str], listener: Callable[[JournalEvent], None]
    ) -> LoopJournal:
        """On the bench's disk."""
        self.journal_made = LoopJournal(path, meta, listener, self._wires.disk_s)
        return self.journal_made

    def feed(
        self,
        broker: cfg.Broker,
        beds: tuple[BedBinding, ...],
        clock: FeedClock,
        listener: Listener,
        site: str,
    ) -> BusFeed:
        """On the bench's bus."""
        self.feed_made = BusFeed(self._wires, beds, clock, listener, site)
        return self.feed_made

    def sounders(self, sounders: tuple[cfg.Sounder, ...]) -> tuple[Sounder, ...]:
        """Nobody to hear them."""
        return ()

    async def _connect(self, port: str, baud: int, protocol: asyncio.Protocol, *_: Any) -> asyncio.Transport:
        try:
            return await self._wires.connect(port, baud, protocol)
        except OSError as error:
            raise PortError(port, str(error)) from error
