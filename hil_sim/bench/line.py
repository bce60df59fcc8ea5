"""A pump's line in memory: bytes take the time they take at their baud rate, and the far side is a simulated world.

Theory of operation. What the host writes reaches the pump when its last bit would have; the world is brought to that
instant, answers, and what it says comes back the same way. A line keeps its order. One opening of the port is one
`MemoryTransport`; after a process has died its transports are deaf and mute.
"""

import asyncio
from collections.abc import Callable
from typing import Any

BITS_PER_BYTE = 10
#: The loop does not keep the order of timers that are due at one instant; a line does.
AFTER_S = 1e-6
TURNAROUND_S = 0.002


class MemoryTransport(asyncio.Transport):
    """One opening of a line, or one client of a console: `to_far` gets what is written (`carry`, which may be bent)."""

    def __init__(self, protocol: asyncio.BaseProtocol, to_far: Callable[[bytes], None]) -> None:
        super().__init__()
        self._protocol = protocol
        self.carry = to_far
        self._is_closing = False
        self._loop = asyncio.get_running_loop()

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._is_closing:
            self.carry(bytes(data))

    def get_write_buffer_size(self) -> int:
        return 0

    def set_write_buffer_limits(self, high: int | None = None, low: int | None = None) -> None:
        """Nothing is ever buffered."""

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return default

    def is_closing(self) -> bool:
        return self._is_closing

    def can_write_eof(self) -> bool:
        return False

    def close(self) -> None:
        self.hang_up(None)

    def abort(self) -> None:
        self.hang_up(None)

    def mute(self) -> None:
        """The process at this end is gone: nothing passes any more, and nobody is told."""
        self._is_closing = True

    def hang_up(self, error: Exception | None) -> None:
        """This opening has ended."""
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._protocol.connection_lost, error)

    def deliver(self, piece: bytes) -> None:
        """Bytes for the protocol at this end."""
        if self._is_closing:
            return
        if isinstance(self._protocol, asyncio.BufferedProtocol):
            rest = memoryview(piece)
            while rest and not self._is_closing:
                room = memoryview(self._protocol.get_buffer(len(rest)))
                taken = min(len(room), len(rest))
                room[:taken] = rest[:taken]
                self._protocol.buffer_updated(taken)
                rest = rest[taken:]
        elif isinstance(self._protocol, asyncio.Protocol):
            self._protocol.data_received(piece)


class PumpLine:
    """The wire between a daemon and a world's pump.

    Args:
        to_pump: takes what arrived at the pump; the answers come by `say`.
        chance: a number in 0..1 from the seed; spreads every delay a little.
        is_down: the port does not exist now.
    """

    def __init__(
        self, to_pump: Callable[[bytes], None], chance: Callable[[], float], is_down: Callable[[], bool]
    ) -> None:
        self._to_pump = to_pump
        self._chance = chance
        self._is_down = is_down
        self._byte_s = BITS_PER_BYTE / 19200
        self._there_s = self._here_s = 0.0
        self.transport: MemoryTransport | None = None

    def open(self, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Open the port.

        Raises:
            OSError: the port is gone.
        """
        if self._is_down():
            raise OSError("no such device; is the cable plugged in?")
        self._byte_s = BITS_PER_BYTE / baud
        transport = MemoryTransport(protocol, self._from_host)
        self.transport = transport
        asyncio.get_running_loop().call_soon(protocol.connection_made, transport)
        return transport

    def say(self, piece: bytes) -> None:
        """The pump says this."""
        loop = asyncio.get_running_loop()
        wait_s = TURNAROUND_S * (0.5 + self._chance()) + len(piece) * self._byte_s
        self._here_s = max(loop.time() + wait_s, self._here_s + AFTER_S)
        loop.call_at(self._here_s, self._deliver, self.transport, piece)

    def cut(self, error: Exception | None = None) -> None:
        """The port is gone under whoever had it open."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.hang_up(error or OSError("the device is gone"))

    def mute(self) -> None:
        """Whoever had the port open has died."""
        transport, self.transport = self.transport, None
        if transport is not None:
            transport.mute()

    def _deliver(self, transport: MemoryTransport | None, piece: bytes) -> None:
        if transport is not None and transport is self.transport and not self._is_down():
            transport.deliver(piece)

    def _from_host(self, chunk: bytes) -> None:
        loop = asyncio.get_running_loop()
        wait_s = len(chunk) * self._byte_s + 0.001 * self._chance()
        self._there_s = max(loop.time() + wait_s, self._there_s + AFTER_S)
        loop.call_at(self._there_s, self._arrive, chunk)

    def _arrive(self, chunk: bytes) -> None:
        if not self._is_down():
            self._to_pump(chunk)
