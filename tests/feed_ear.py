"""A listener that remembers, and lets a test wait for what it has heard without sleeping."""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import TypeVar

from interlocks.vocabulary import Stamp
from pumpd.shell.feeds.arrivals import Arrival, LinkChanged, SampleRefused, SamplesArrived
from pumpd.shell.feeds.mqtt import MqttFeed

T = TypeVar("T", LinkChanged, SampleRefused, SamplesArrived)


class WallClock:
    """Real time at speed 1; treatment time 0 is the making of it."""

    def __init__(self) -> None:
        self._wall_ms = time.time_ns() // 1_000_000
        self._mono_ns = time.monotonic_ns()

    def stamp(self) -> Stamp:
        now_ms = (time.monotonic_ns() - self._mono_ns) // 1_000_000
        return Stamp(now_ms, now_ms)

    def to_ms(self, wall_treatment_ms: int, /) -> int:
        return wall_treatment_ms - self._wall_ms

    def wall_ms(self) -> int:
        """Treatment wall clock now, as a device would stamp it."""
        return self._wall_ms + self.stamp().ms


class Ear:
    """Call it with arrivals."""

    def __init__(self) -> None:
        self.heard: list[Arrival] = []
        self._news = asyncio.Event()

    def __call__(self, arrival: Arrival) -> None:
        self.heard.append(arrival)
        self._news.set()

    def of(self, kind: type[T]) -> list[T]:
        """What was heard of one kind, in order."""
        return [arrival for arrival in self.heard if isinstance(arrival, kind)]

    async def until(self, holds: Callable[[], bool], within_s: float = 15.0) -> None:
        """Wait until `holds()`; looked at after each arrival. Raises TimeoutError."""
        async with asyncio.timeout(within_s):
            while not holds():
                self._news.clear()
                await self._news.wait()

    async def until_link(self, is_up: bool, times: int = 1, within_s: float = 15.0) -> LinkChanged:
        """Wait for the link to have gone up (or down) that many times."""
        await self.until(
            lambda: sum(change.is_up == is_up for change in self.of(LinkChanged)) >= times, within_s
        )
        return [change for change in self.of(LinkChanged) if change.is_up == is_up][-1]


@asynccontextmanager
async def running(feed: MqttFeed) -> AsyncIterator["asyncio.Task[None]"]:
    """Own the feed's task for the length of the context."""
    task = asyncio.create_task(feed.run())
    try:
        yield task
    finally:
        task.cancel()
        await asyncio.gather(task, return_exceptions=True)
