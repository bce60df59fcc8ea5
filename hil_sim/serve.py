"""The simulator on real wires: a pty or a TCP port, real time at speed N, a control socket, a truth file.

One task ticks the world, and every byte that arrives first brings the world up to the present and is then
answered in the same call stack: read, advance, handle, write. So the plunger's truth at each byte is exact,
and no task switch adds to the pump's answering time. Mechanics never lag by more than a tick.

The pty's slave end is also held open here. The kernel tears a pty down when its last slave closes; held
open, the client may close and open again as with a real port (facts/protocols.md 0). A port that is "gone"
(`line_down`) is another matter: the pty is torn down and the link's name removed, and a new pair is made
when it comes back. The slave of one torn down stays open for a while: a daemon that started on it claims its
number still, and the kernel would give the number to the next simulator on the machine.
"""

from __future__ import annotations

import asyncio
import contextlib
import os
import signal
import tty
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from typing import Protocol

from hil_sim.addresses import PORT_MAX
from hil_sim.clock import SimClock
from hil_sim.tape import HOST, PUMP, TapeFile
from hil_sim.world import World

TICK_S = 0.005
READ_BYTES = 4096
#: Ports torn down whose numbers are kept from others.
NUMBERS_KEPT = 16


class Port(Protocol):
    """One end of the pump's wire."""

    @property
    def name(self) -> str: ...
    async def open(self) -> None: ...
    def write(self, chunk: bytes) -> None: ...
    def close(self) -> None: ...


class PtyPort:
    """A pseudo terminal whose slave is reachable under a fixed name.

    Args:
        link: the symbolic link to make (and to remove at the end).
        on_bytes: called with what the client wrote.
    """

    def __init__(self, link: Path, on_bytes: Callable[[bytes], None]) -> None:
        self._link = link
        self._on_bytes = on_bytes
        self._fds: tuple[int, int] | None = None
        self._torn_down: deque[int] = deque()

    @property
    def name(self) -> str:
        return str(self._link)

    async def open(self) -> None:
        if not self._link.parent.is_dir():
            raise FileNotFoundError(f"--listen pty:{self._link}: there is no folder {self._link.parent}")
        if self._link.exists() and not self._link.is_symlink():
            raise FileExistsError(f"--listen pty:{self._link}: something that is no link has this name")
        master, slave = os.openpty()
        tty.setraw(slave)
        os.set_blocking(master, False)
        self._fds = (master, slave)
        # Made aside and renamed, so that a client never meets a half-made name and an old link is replaced.
        aside = self._link.with_name(f".{self._link.name}.{os.getpid()}")
        aside.unlink(missing_ok=True)
        aside.symlink_to(os.ttyname(slave))
        aside.replace(self._link)
        asyncio.get_running_loop().add_reader(master, self._readable)

    def write(self, chunk: bytes) -> None:
        # A client that does not read fills 4 KiB of kernel buffer; what comes then is lost, as on a wire.
        if self._fds is not None:
            with contextlib.suppress(BlockingIOError):
                os.write(self._fds[0], chunk)

    def close(self) -> None:
        if self._fds is None:
            return
        master, slave = self._fds
        self._fds = None
        asyncio.get_running_loop().remove_reader(master)
        with contextlib.suppress(OSError):
            if self._link.readlink() == Path(os.ttyname(slave)):
                self._link.unlink()
        os.close(master)
        self._torn_down.append(slave)
        if len(self._torn_down) > NUMBERS_KEPT:
            os.close(self._torn_down.popleft())

    def _readable(self) -> None:
        if self._fds is None:
            return
        with contextlib.suppress(BlockingIOError):
            self._on_bytes(os.read(self._fds[0], READ_BYTES))


class TcpPort(asyncio.Protocol):
    """A serial-to-network box: one client at a time, bytes as they are; a second one is turned away."""

    def __init__(self, port: int, on_bytes: Callable[[bytes], None]) -> None:
        self._port = port
        self._on_bytes = on_bytes
        self._server: asyncio.Server | None = None
        self._client: asyncio.Transport | None = None

    @property
    def name(self) -> str:
        return f"127.0.0.1:{self._port}"

    async def open(self) -> None:
        loop = asyncio.get_running_loop()
        try:
            self._server = await loop.create_server(lambda: _TcpClient(self), "127.0.0.1", self._port)
        except OSError as error:
            said = os.strerror(error.errno) if error.errno else str(error)
            raise OSError(f"--listen tcp:{self._port}: {said}") from error
        self._port = self._server.sockets[0].getsockname()[1]

    def write(self, chunk: bytes) -> None:
        if self._client is not None:
            self._client.write(chunk)

    def close(self) -> None:
        if self._server is not None:
            self._server.close()
            self._server = None
        if self._client is not None:
            self._client.abort()
            self._client = None

    def admit(self, client: asyncio.Transport) -> bool:
        """Take the first client; False turns a further one away."""
        if self._client is not None:
            return False
        self._client = client
        return True

    def dismiss(self, client: asyncio.Transport) -> None:
        if self._client is client:
            self._client = None

    def heard(self, chunk: bytes) -> None:
        self._on_bytes(chunk)


class _TcpClient(asyncio.Protocol):
    def __init__(self, port: TcpPort) -> None:
        self._port = port
        self._transport: asyncio.Transport | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        assert isinstance(transport, asyncio.Transport)
        if self._port.admit(transport):
            self._transport = transport
        else:
            transport.abort()

    def data_received(self, data: bytes) -> None:
        if self._transport is not None:
            self._port.heard(data)

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._port.dismiss(self._transport)


@dataclass
class LivePump:
    """A world kept in step with a clock and joined to a port; `tape` keeps what passes there."""

    world: World
    clock: SimClock
    port: Port | None = None
    tape: TapeFile | None = None
    _was_down: bool = False

    def on_bytes(self, chunk: bytes) -> None:
        """Bytes from the host: catch up, handle, answer."""
        now_link_ms = self.catch_up()
        if self.tape is not None:
            self.tape.note(HOST, chunk, now_link_ms)
        self.world.receive(chunk, now_link_ms)
        self._write_due()

    def catch_up(self) -> float:
        """Bring the world to the present; returns the present as link time in ms."""
        treatment_s, link_ms = self.clock.read()
        self.world.advance(max(treatment_s - self.world.treatment_s, 0.0), link_ms)
        return link_ms

    async def run(self) -> None:
        """Tick for ever."""
        while True:
            self.catch_up()
            self._write_due()
            await self._follow_line()
            await asyncio.sleep(TICK_S)

    def _write_due(self) -> None:
        for piece in self.world.due(self.clock.link_ms()):
            if self.port is not None and not self._was_down:
                self.port.write(piece)
                if self.tape is not None:
                    self.tape.note(PUMP, piece, self.clock.link_ms())

    async def _follow_line(self) -> None:
        if self.port is None or self.world.wire.is_down == self._was_down:
            return
        if self.world.wire.is_down:
            self._was_down = True
            self.port.close()
        else:
            await self.port.open()
            self._was_down = False


def make_port(listen: str, on_bytes: Callable[[bytes], None]) -> Port:
    """`pty:LINKPATH` or `tcp:PORT` (0: any). Raises ValueError for anything else."""
    kind, _, where = listen.partition(":")
    if kind == "pty" and where:
        return PtyPort(Path(where), on_bytes)
    if kind == "tcp" and where.isdecimal() and int(where) <= PORT_MAX:
        return TcpPort(int(where), on_bytes)
    raise ValueError(f"--listen is pty:LINKPATH or tcp:PORT, not {listen!r}")


async def until_signalled() -> None:
    """Return on SIGTERM or SIGINT."""
    stopped = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stopped.set)
    await stopped.wait()
