"""The suite's line in memory and its seat, with the small New Era fakes at the far end: one, or several on a chain."""

import asyncio
from collections.abc import Mapping

from contract.fake_new_era import FakeNewEra
from contract.memory_chain import FakeChain

from drivers.conformance import lines
from drivers.conformance.rig import Case, Kind, Truth, Word
from drivers.conformance.seat import Seat
from drivers.contract import Listener
from drivers.line.chain import Chain
from drivers.new_era.binding import Binding
from drivers.new_era.driver import NewEraDriver, NewEraLine
from drivers.transport import Connect


class _FakeRig:
    """Fakes in the place of a rig: they answer, and nothing else is ever asked of them."""

    family = "new_era"
    case = Case()
    cannot: Mapping[Word, str] = {}

    def __init__(self, chain: FakeChain) -> None:
        self._chain = chain

    def driver(self, *args: object, is_for_another: bool = False) -> NewEraDriver:
        raise AssertionError("a `driver_seat` makes its own")

    def kind(self, frame: bytes) -> Kind:
        return Kind.OTHER

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        return self._chain.feed(chunk, now_ms)

    def tick(self, now_ms: int) -> bytes:
        return self._chain.tick(now_ms)

    def truth(self) -> Truth:
        raise AssertionError("a fake has no mechanics")

    def do(self, word: Word, number: int, now_ms: int) -> None:
        raise AssertionError(f"{word}: say it to the fake")

    def neighbour(self) -> bytes:
        raise AssertionError("put it on the chain")


class MemoryLine(lines.MemoryLine):
    """Plugged in from the beginning. `connect` is what the driver is given instead of a port."""

    def __init__(self, pump: FakeNewEra | None = None, *neighbours: FakeNewEra) -> None:
        self.pump = pump or FakeNewEra()
        super().__init__(_FakeRig(FakeChain(self.pump, *neighbours)))
        self.openings: list[float] = []
        self.is_missing = False
        self._tick()

    @property
    def written(self) -> list[tuple[float, bytes]]:
        """When what was written."""
        return [(frame.at_s, frame.chunk) for frame in self.heard]

    @property
    def is_missing(self) -> bool:
        """The port cannot be opened."""
        return not self._is_plugged

    @is_missing.setter
    def is_missing(self, is_missing: bool) -> None:
        self._is_plugged = not is_missing

    @property
    def transport(self) -> asyncio.Transport | None:
        """The newest opening."""
        return self._transport

    async def _connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        self.openings.append(self._loop.time())
        return await super()._connect(port, baud, protocol)

    def pull(self) -> None:
        """Pull the cable."""
        self.is_missing = True
        if self._transport is not None:
            self._transport.end(OSError(5, "Input/output error"))


def driver_seat(
    port: str, connect: Connect, binding: Binding | None = None, chain: Chain | None = None
) -> Seat:
    """One New Era driver under way."""
    loop = asyncio.get_running_loop()
    line = NewEraLine(port, binding or Binding("NE1000"))

    def make(hear: Listener) -> NewEraDriver:
        return NewEraDriver(line, hear, lambda: int(loop.time() * 1000), connect, chain=chain)

    return Seat(make)
