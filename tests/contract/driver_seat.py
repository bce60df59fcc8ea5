"""Who sits in front of a driver: hears its events, waits for what it hears, and ends it."""

import asyncio
from collections.abc import Callable
from typing import TypeVar

from drivers.contract import DriverEvent, Ended, LinkDown, LinkUp, Outcome, PumpCommand, PumpReport, Reported
from drivers.line.chain import Chain
from drivers.new_era.binding import Binding
from drivers.new_era.driver import NewEraDriver, NewEraLine
from drivers.transport import Connect

T = TypeVar("T")


class DriverSeat:
    """One driver under way."""

    def __init__(
        self, port: str, connect: Connect, binding: Binding | None = None, chain: Chain | None = None
    ) -> None:
        loop = asyncio.get_running_loop()
        self.events: list[DriverEvent] = []
        self.times: list[float] = []
        self._news = asyncio.Event()
        line = NewEraLine(port, binding or Binding("NE1000"))
        self.driver = NewEraDriver(line, self._hear, lambda: int(loop.time() * 1000), connect, chain=chain)
        self.task = asyncio.create_task(self.driver.run())
        self._command_id = 0

    def _hear(self, event: DriverEvent) -> None:
        self.events.append(event)
        self.times.append(asyncio.get_running_loop().time())
        self._news.set()

    def submit(self, command: PumpCommand) -> int:
        """Submit and return the command's number."""
        self._command_id += 1
        self.driver.submit(self._command_id, command)
        return self._command_id

    async def until(self, is_there: Callable[[], bool], within_s: float) -> None:
        """Wait until it is so; TimeoutError with what was heard instead."""
        try:
            async with asyncio.timeout(within_s):
                while not is_there():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {within_s} s; heard {self.events}") from None

    async def outcome(self, command_id: int, within_s: float = 1.0) -> Outcome:
        """How the command ends."""
        await self.until(lambda: any(e.command_id == command_id for e in self.all(Ended)), within_s)
        return next(e for e in self.all(Ended) if e.command_id == command_id).outcome

    async def do(self, command: PumpCommand, within_s: float = 1.0) -> Outcome:
        """Submit and wait for the end."""
        return await self.outcome(self.submit(command), within_s)

    async def up(self, within_s: float = 4.0) -> "DriverSeat":
        """Wait for the line."""
        count = len(self.all(LinkUp))
        await self.until(
            lambda: len(self.all(LinkUp)) > count and isinstance(self.events[-1], Reported), within_s
        )
        return self

    async def report(self, is_it: Callable[[PumpReport], bool], within_s: float = 1.0) -> PumpReport:
        """Wait for a readback like this, from now on."""
        start = len(self.events)

        def found() -> list[PumpReport]:
            return [e.report for e in self.events[start:] if isinstance(e, Reported) and is_it(e.report)]

        await self.until(lambda: bool(found()), within_s)
        return found()[0]

    async def down(self, within_s: float) -> LinkDown:
        """Wait for the line to be lost."""
        count = len(self.all(LinkDown))
        await self.until(lambda: len(self.all(LinkDown)) > count, within_s)
        return self.all(LinkDown)[-1]

    def all(self, kind: type[T]) -> list[T]:
        """Everything of this kind heard so far."""
        return [event for event in self.events if isinstance(event, kind)]

    async def leave(self) -> None:
        """End the driver as its owner would."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
