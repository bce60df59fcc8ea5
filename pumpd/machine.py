"""What the daemon takes from the machine it runs on, in one place: disk, broker, console, ports, chance, signals.

Theory of operation. `app.Daemon` says how the parts meet; this says what the outermost ones are. On a site that is the
class below. A test bench that plays the whole world in one process on a clock of its own gives another one
(`pumpd.inprocess`) and gets the same daemon: the same kernel, drivers, router, console and journal, with nothing behind
them that takes real time.
"""

import asyncio
import contextlib
import gc
import random
import secrets
import signal
import time
from collections.abc import Callable
from pathlib import Path
from typing import Protocol

from drivers.registry import Connect
from pumpd import config as cfg
from pumpd.shell.bedside.bedside import UnknownSounder, sounder_of
from pumpd.shell.bedside.sounder import Sounder
from pumpd.shell.console import Console
from pumpd.shell.feeds.arrivals import Listener
from pumpd.shell.feeds.mqtt import BrokerSettings, MqttFeed, TlsFiles
from pumpd.shell.feeds.routing import BedBinding, FeedClock
from pumpd.shell.journal import Journal, JournalEvent
from pumpd.shell.journal_room import Room, RoomWatch
from pumpd.shell.port_claim import PortClaims
from pumpd.shell.sdnotify import Overseer, from_environment


class Feed(Protocol):
    """The daemon's end of the broker."""

    async def run(self) -> None:
        """Keep a session, for ever."""

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Leave a message to be sent; returns at once."""

    def figures(self) -> dict[str, int]:
        """What waits and what was dropped, for metrics."""


class Machine:
    """The real one.

    Attributes:
        connect: opens a pump's line; None: the family's own way, a serial port or TCP.
        console: where people come in.
    """

    connect: Connect | None = None
    console: type[Console] = Console

    def __init__(self) -> None:
        self._claims = PortClaims()

    def boot(self) -> str:
        """A name for this life of the daemon that no other has."""
        return secrets.token_hex(4)

    def claim(self, port: str) -> None:
        """Keep every other daemon off this port. Raises PortTaken."""
        self._claims.take(port)

    def release(self) -> None:
        """Let all ports go."""
        self._claims.release()

    def stop_on_signal(self, stop: Callable[[], None]) -> None:
        """Call `stop` when the process is asked to end."""
        loop = asyncio.get_running_loop()
        for number in (signal.SIGTERM, signal.SIGINT):
            loop.add_signal_handler(number, stop)

    def overseer(self) -> Overseer:
        """Who started us and watches over us."""
        return from_environment()

    def settle(self) -> None:
        """Everything that lives as long as the process has been made."""
        gc.collect()
        gc.freeze()

    def journal(self, path: Path, meta: dict[str, str], listener: Callable[[JournalEvent], None]) -> Journal:
        """The record on this disk; nothing is opened yet."""
        loop = asyncio.get_running_loop()

        def tell(room: Room) -> None:
            with contextlib.suppress(RuntimeError):  # a loop that is closed has nobody left to tell
                loop.call_soon_threadsafe(listener, room)

        return Journal(path, meta, listener, loop, RoomWatch(path.parent, tell, time.monotonic).look)

    def feed(
        self,
        broker: cfg.Broker,
        beds: tuple[BedBinding, ...],
        clock: FeedClock,
        listener: Listener,
        site: str,
    ) -> Feed:
        """The broker's session. Raises ConfigRefused: a file that the configuration names cannot be used."""
        return MqttFeed(broker_settings(broker), beds, clock, listener, site, jitter=random.Random().random)

    def sounders(self, sounders: tuple[cfg.Sounder, ...]) -> tuple[Sounder, ...]:
        """Bells and lights. Raises ConfigRefused: there is no such kind."""
        return tuple(_sounder(index, one) for index, one in enumerate(sounders))


def _sounder(index: int, sounder: cfg.Sounder) -> Sounder:
    try:
        return sounder_of(sounder.kind, sounder.device, sounder.light)
    except UnknownSounder as unknown:
        raise cfg.ConfigRefused((f"sounders[{index + 1}].kind: {unknown}",)) from None


def broker_settings(broker: cfg.Broker) -> BrokerSettings:
    """Where the broker is and how to talk to it. Raises ConfigRefused: the password cannot be read."""
    tls = None
    if broker.tls:
        tls = TlsFiles(broker.ca_file or "", broker.cert_file, broker.key_file)
    password = None
    if broker.password_file:
        password = _first_line(Path(broker.password_file))
    return BrokerSettings(
        broker.host, broker.port, tls, broker.username, password, keepalive_s=broker.keepalive_s
    )


def _first_line(file: Path) -> str:
    try:
        line = file.read_text(encoding="utf-8").partition("\n")[0].strip()
    except (OSError, UnicodeDecodeError) as error:
        raise cfg.ConfigRefused((f"{file}: the broker's password cannot be read: {error}",)) from None
    if not line:
        raise cfg.ConfigRefused((f"{file}: the first line, the broker's password, is empty",))
    return line
