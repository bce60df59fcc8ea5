"""Who sits in front of a driver: hears its events, waits for what it hears, keeps its books, and ends it.

Theory of operation. Two promises of the contract hold whatever else happens, so they are kept here for every check
alike: a command ends once, and a poll never "ends" at all. `audit` says what was broken.
"""

import asyncio
from collections import Counter
from collections.abc import Callable
from typing import TypeVar

from drivers.contract import (
    DriverEvent,
    Ended,
    Halt,
    LinkDown,
    LinkUp,
    Listener,
    Outcome,
    Poll,
    PumpCommand,
    PumpDriver,
    PumpReport,
    Reported,
)

T = TypeVar("T")


class Seat:
    """One driver under way."""

    def __init__(self, make: Callable[[Listener], PumpDriver]) -> None:
        self.events: list[DriverEvent] = []
        self.then: Callable[[DriverEvent], None] | None = None
        self._news = asyncio.Event()
        self._commands: dict[int, PumpCommand] = {}
        self.driver = make(self._hear)
        self.task = asyncio.create_task(self.driver.run())

    def _hear(self, event: DriverEvent) -> None:
        self.events.append(event)
        self._news.set()
        if self.then is not None:
            self.then(event)

    def submit(self, command: PumpCommand) -> int:
        """Submit and return the command's number."""
        command_id = len(self._commands) + 1
        self._commands[command_id] = command
        self.driver.submit(command_id, command)
        return command_id

    def submitted(self, kind: type[PumpCommand]) -> int:
        """How many commands of this kind there were."""
        return sum(isinstance(command, kind) for command in self._commands.values())

    async def until(self, is_there: Callable[[], bool], within_s: float) -> None:
        """Wait until it is so; AssertionError with what was heard instead."""
        try:
            async with asyncio.timeout(within_s):
                while not is_there():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            raise AssertionError(f"not within {within_s} s; heard last {self.events[-6:]}") from None

    async def outcome(self, command_id: int, within_s: float = 3.0) -> Outcome:
        """How the command ends."""
        await self.until(lambda: any(e.command_id == command_id for e in self.all(Ended)), within_s)
        return next(e for e in self.all(Ended) if e.command_id == command_id).outcome

    async def do(self, command: PumpCommand, within_s: float = 3.0) -> Outcome:
        """Submit and wait for the end."""
        return await self.outcome(self.submit(command), within_s)

    async def halted(self, attempts: int = 12) -> None:
        """Halt until that is confirmed, over lines that are lost and come back meanwhile."""
        for _ in range(attempts):
            links = [event for event in self.events if isinstance(event, LinkUp | LinkDown)]
            if not links or isinstance(links[-1], LinkDown):
                await self.up(within_s=20.0)
            if await self.do(Halt(), within_s=4.0) is Outcome.CONFIRMED:
                return
        raise AssertionError(f"not halted in {attempts} attempts; heard last {self.events[-6:]}")

    async def up(self, within_s: float = 6.0) -> "Seat":
        """Wait for the line, and for the report that comes with it."""
        ups, start = len(self.all(LinkUp)), len(self.events)

        def is_up() -> bool:
            after = self.events[start:]
            return len(self.all(LinkUp)) > ups and any(isinstance(event, Reported) for event in after)

        await self.until(is_up, within_s)
        return self

    async def down(self, within_s: float) -> LinkDown:
        """Wait for the line to be lost, from now on."""
        count = len(self.all(LinkDown))
        await self.until(lambda: len(self.all(LinkDown)) > count, within_s)
        return self.all(LinkDown)[-1]

    async def report(self, is_it: Callable[[PumpReport], bool], within_s: float = 3.0) -> PumpReport:
        """Wait for a readback like this, from now on. Nothing is asked for it."""
        start = len(self.events)

        def found() -> list[PumpReport]:
            return [e.report for e in self.events[start:] if isinstance(e, Reported) and is_it(e.report)]

        await self.until(lambda: bool(found()), within_s)
        return found()[0]

    async def poll(self, within_s: float = 3.0) -> PumpReport:
        """Ask for one readback."""
        waiting = asyncio.create_task(self.report(lambda report: True, within_s))
        await asyncio.sleep(0)
        self.submit(Poll())
        return await waiting

    async def polled(
        self, is_it: Callable[[PumpReport], bool], polls: int = 12, every_s: float = 0.25
    ) -> PumpReport:
        """Ask until a readback like this comes, so many times at most."""
        for _ in range(polls):
            report = await self.poll()
            if is_it(report):
                return report
            await asyncio.sleep(every_s)
        raise AssertionError(f"not in {polls} polls; heard last {self.events[-6:]}")

    async def keep_polling(self, for_s: float, every_s: float = 0.25) -> None:
        """What a control cycle does, for so long. Lost answers are not waited for."""
        loop = asyncio.get_running_loop()
        end_s = loop.time() + for_s
        while loop.time() < end_s:
            self.submit(Poll())
            await asyncio.sleep(min(every_s, max(end_s - loop.time(), 0.001)))

    def all(self, kind: type[T]) -> list[T]:
        """Everything of this kind heard so far."""
        return [event for event in self.events if isinstance(event, kind)]

    @property
    def reports(self) -> list[PumpReport]:
        """All readbacks so far."""
        return [event.report for event in self.all(Reported)]

    def audit(self) -> list[str]:
        """What of the contract's bookkeeping was broken."""
        ends = Counter(event.command_id for event in self.all(Ended))
        wrong = [f"command {number} ended {count} times" for number, count in ends.items() if count > 1]
        wrong += [f"{number} was never submitted" for number in ends if number not in self._commands]
        return wrong + [f"poll {n} ended" for n in ends if isinstance(self._commands.get(n), Poll)]

    async def leave(self) -> None:
        """End the driver as its owner would."""
        self.task.cancel()
        await asyncio.gather(self.task, return_exceptions=True)
