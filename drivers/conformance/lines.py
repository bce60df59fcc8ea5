"""A rig behind a line: in memory, on a pty, on TCP. The three differ in how bytes travel and in nothing else.

Theory of operation. The far side lives in the check's own event loop: what the host writes is handed to the rig in
the call that read it, and every 5 ms the rig is told the time. On the pty and on TCP the bytes go through the kernel
and the driver opens them with its own transport, exactly as on a site; in memory the driver is handed a `connect`
of ours, and the clock may jump.

A pty's slave end is held open here too, because the kernel tears a pty down when its last slave closes (facts/protocols.md
0). To unplug is to close both ends and take the name away.
"""

import abc
import asyncio
import contextlib
import os
import tty
from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path

from drivers import transport as real
from drivers.conformance.rig import Kind, Rig
from drivers.conformance.tampers import Harm, Tamper, Tampers
from drivers.errors import PortError

TICK_S = 0.005
TURNAROUND_MS = 5


class Medium(StrEnum):
    """How bytes travel."""

    MEMORY = "memory"
    PTY = "pty"
    TCP = "tcp"


@dataclass(frozen=True, slots=True)
class HostFrame:
    """What the host wrote, when (the loop's seconds), and what it asked for. Whether it arrived is another matter."""

    at_s: float
    kind: Kind
    chunk: bytes


class Line(abc.ABC):
    """One rig behind one wire. A subclass carries the bytes."""

    port = ""
    connect: real.Connect = staticmethod(real.connect)

    def __init__(self, rig: Rig) -> None:
        self.rig = rig
        self.heard: list[HostFrame] = []
        self.tampers = Tampers()
        self.is_cut = False
        self.on_open: Callable[[], None] | None = None
        self.stuck_bytes = 0
        self._loop = asyncio.get_running_loop()
        self._is_plugged = False
        self._last_due_s = 0.0
        self._ticking: asyncio.TimerHandle | None = None

    def now_ms(self) -> int:
        """Link time, ms."""
        return int(self._loop.time() * 1000)

    def harm(self, harm: Harm, kind: Kind | None = None, count: int | None = 1, *, rate: float = 0.0) -> None:
        """Do this to the next `count` frames of that kind; None: to all of them, or until `heal`."""
        self.tampers.active.append(Tamper(harm, kind, count, rate))

    def heal(self) -> None:
        """The line is good again."""
        self.tampers.active.clear()
        self.is_cut = False

    async def plug(self) -> None:
        """Bring the line up; the rig's time begins to pass."""
        await self._open()
        self._is_plugged = True
        if self._ticking is None:
            self._tick()

    async def unplug(self) -> None:
        """The cable is off: the port is gone. The pump lives on."""
        self._is_plugged = False
        await self._close()

    async def end(self) -> None:
        """Everything down."""
        if self._ticking is not None:
            self._ticking.cancel()
        await self.unplug()

    def opened(self) -> None:
        """The host has opened the port."""
        if self.on_open is not None:
            self.on_open()

    def from_host(self, chunk: bytes) -> None:
        """The host wrote this."""
        kind = self.rig.kind(chunk)
        self.heard.append(HostFrame(self._loop.time(), kind, chunk))
        self._advance()
        arriving = b"" if self.is_cut else self.tampers.taken(chunk, kind)
        if arriving:
            answer = self.rig.receive(arriving, self.now_ms())
            if answer:
                self._answer(answer, kind, chunk)

    def say(self, chunk: bytes) -> None:
        """The host hears this, whoever said it."""
        self._later(0, chunk)

    def _answer(self, answer: bytes, kind: Kind | None, chunk: bytes = b"") -> None:
        if not self.is_cut:
            for after_ms, piece in self.tampers.pieces(answer, kind, chunk):
                self._later(after_ms + TURNAROUND_MS, piece)

    def _later(self, after_ms: int, piece: bytes) -> None:
        """A line keeps its order: what is late holds back what comes after it."""
        due_s = max(self._loop.time() + after_ms / 1000, self._last_due_s)
        self._last_due_s = due_s
        self._loop.call_at(due_s, self._deliver, piece)

    def _deliver(self, piece: bytes) -> None:
        if self._is_plugged and not self.is_cut:
            self._to_host(piece)

    def _advance(self) -> None:
        said = self.rig.tick(self.now_ms())
        if said:
            self._answer(said, None)

    def _tick(self) -> None:
        self._advance()
        self._ticking = self._loop.call_later(TICK_S, self._tick)

    @abc.abstractmethod
    async def _open(self) -> None:
        """Bring the far side up."""

    @abc.abstractmethod
    async def _close(self) -> None:
        """Take it away, port and all."""

    @abc.abstractmethod
    def _to_host(self, piece: bytes) -> None:
        """Carry these bytes, now."""


class _MemoryTransport(asyncio.Transport):
    """One opening of the line in memory."""

    def __init__(self, line: "MemoryLine", protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self._line = line
        self._protocol = protocol
        self._is_closing = False

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._is_closing:
            self._line.from_host(bytes(data))

    def get_write_buffer_size(self) -> int:
        return self._line.stuck_bytes

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    def is_closing(self) -> bool:
        return self._is_closing

    def close(self) -> None:
        self.end(None)

    def abort(self) -> None:
        self.end(None)

    def end(self, error: Exception | None) -> None:
        """The line is gone."""
        if not self._is_closing:
            self._is_closing = True
            asyncio.get_running_loop().call_soon(self._protocol.connection_lost, error)

    def deliver(self, piece: bytes) -> None:
        if not self._is_closing and isinstance(self._protocol, asyncio.Protocol):
            self._protocol.data_received(piece)


class MemoryLine(Line):
    """No kernel in between."""

    port = "memory"

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig)
        self.connect = self._connect
        self._transport: _MemoryTransport | None = None

    async def _connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        if not self._is_plugged:
            raise PortError(port, "no such device")
        self._transport = _MemoryTransport(self, protocol)
        protocol.connection_made(self._transport)
        self.opened()
        return self._transport

    async def _open(self) -> None:
        pass

    async def _close(self) -> None:
        if self._transport is not None:
            self._transport.end(OSError(5, "Input/output error"))

    def _to_host(self, piece: bytes) -> None:
        if self._transport is not None:
            self._transport.deliver(piece)


class PtyLine(Line):
    """A pseudo terminal under a fixed name, as a by-path link would be."""

    def __init__(self, rig: Rig, name: Path) -> None:
        super().__init__(rig)
        self.port = str(name)
        self._name = name
        self._fds: tuple[int, int] | None = None
        self.connect = self._connect

    async def _connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        transport = await real.connect(port, baud, protocol)
        self.opened()
        return transport

    async def _open(self) -> None:
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._fds = (master, slave)
        self._name.unlink(missing_ok=True)
        self._name.symlink_to(os.ttyname(slave))
        self._loop.add_reader(master, self._readable)

    async def _close(self) -> None:
        if self._fds is not None:
            self._loop.remove_reader(self._fds[0])
            for fd in self._fds:
                os.close(fd)
            self._fds = None
            self._name.unlink(missing_ok=True)

    def _readable(self) -> None:
        if self._fds is not None:
            with contextlib.suppress(BlockingIOError, OSError):
                self.from_host(os.read(self._fds[0], 4096))

    def _to_host(self, piece: bytes) -> None:
        if self._fds is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._fds[0], piece)


class TcpLine(Line):
    """A serial server: one client at a time."""

    def __init__(self, rig: Rig) -> None:
        super().__init__(rig)
        self._number = 0
        self._server: asyncio.Server | None = None
        self._client: asyncio.Transport | None = None

    async def _open(self) -> None:
        self._server = await self._loop.create_server(lambda: _TcpEnd(self), "127.0.0.1", self._number)
        self._number = self._server.sockets[0].getsockname()[1]
        self.port = f"tcp:127.0.0.1:{self._number}"

    async def _close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._client is not None:
            self._client.abort()
            self._client = None

    def take(self, client: asyncio.Transport) -> None:
        """Somebody has connected; a second one is turned away."""
        if self._client is None:
            self._client = client
            self.opened()
        else:
            client.abort()

    def lose(self, client: asyncio.Transport) -> None:
        """It has gone."""
        if self._client is client:
            self._client = None

    def _to_host(self, piece: bytes) -> None:
        if self._client is not None:
            self._client.write(piece)


class _TcpEnd(asyncio.Protocol):
    def __init__(self, line: TcpLine) -> None:
        self._line = line
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        self._transport = transport
        self._line.take(transport)

    def data_received(self, data: bytes) -> None:
        self._line.from_host(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._line.lose(self._transport)


def line_for(medium: Medium, rig: Rig, folder: Path) -> Line:
    """The rig behind this kind of line, not yet plugged in. `folder`: where a pty's name may stand."""
    if medium is Medium.MEMORY:
        return MemoryLine(rig)
    return PtyLine(rig, folder / "pump") if medium is Medium.PTY else TcpLine(rig)
