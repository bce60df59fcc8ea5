"""A line in memory: what the driver writes, the fake pump answers 5 ms later, in the loop's time."""

import asyncio

from contract.fake_new_era import FakeNewEra
from contract.memory_chain import FakeChain

from drivers.errors import PortError

TURNAROUND_S = 0.005
TICK_S = 0.01


class MemoryTransport(asyncio.Transport):
    """One opening of the line."""

    def __init__(self, line: "MemoryLine", protocol: asyncio.BaseProtocol) -> None:
        super().__init__()
        self._line = line
        self._protocol = protocol
        self._loop = asyncio.get_running_loop()
        self._is_closing = False
        self._loop.call_later(TICK_S, self._tick)

    def write(self, data: bytes | bytearray | memoryview) -> None:
        if not self._is_closing:
            self._line.written.append((self._loop.time(), bytes(data)))
            self._later(self._line.far_end.feed(bytes(data), self._now()))

    def get_write_buffer_size(self) -> int:
        return self._line.stuck_bytes

    def get_extra_info(self, name: str, default: object = None) -> object:
        return default

    def is_closing(self) -> bool:
        return self._is_closing

    def abort(self) -> None:
        self.end(None)

    def end(self, error: Exception | None) -> None:
        """The line is gone."""
        if not self._is_closing:
            self._is_closing = True
            self._loop.call_soon(self._protocol.connection_lost, error)

    def _now(self) -> int:
        return int(self._loop.time() * 1000)

    def _later(self, answer: bytes) -> None:
        if answer:
            self._loop.call_later(TURNAROUND_S, self._deliver, answer)

    def _deliver(self, answer: bytes) -> None:
        if not self._is_closing and isinstance(self._protocol, asyncio.Protocol):
            self._protocol.data_received(answer)

    def _tick(self) -> None:
        if not self._is_closing:
            self._later(self._line.far_end.tick(self._now()))
            self._loop.call_later(TICK_S, self._tick)


class MemoryLine:
    """`connect` is what the driver is given instead of a port."""

    def __init__(self, pump: FakeNewEra | None = None, *neighbours: FakeNewEra) -> None:
        self.pump = pump or FakeNewEra()
        self.far_end = FakeChain(self.pump, *neighbours)
        self.written: list[tuple[float, bytes]] = []
        self.openings: list[float] = []
        self.is_missing = False
        self.stuck_bytes = 0
        self.transport: MemoryTransport | None = None

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        """Raises PortError while the port is missing."""
        self.openings.append(asyncio.get_running_loop().time())
        if self.is_missing:
            raise PortError(port, "no such device")
        self.transport = MemoryTransport(self, protocol)
        return self.transport

    def unplug(self) -> None:
        """Pull the cable."""
        self.is_missing = True
        if self.transport is not None:
            self.transport.end(OSError(5, "Input/output error"))
