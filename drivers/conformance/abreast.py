"""Checks on real wires, several at a time: they mostly wait, and a family has more than a hundred of them.

Theory of operation. Tests are run by pytest one after the other. When the turn of one comes, the next few begin with
it, on one event loop, and are often done before they are asked. Only neighbours in the order of tests begin early: the
loop stands still while pytest does anything else, and a check caught in that would see its time-outs run out. So a
group ends where another test stands, and its loop with it.
"""

import asyncio
from collections.abc import Callable, Coroutine, Sequence
from typing import Any, TypeVar

T = TypeVar("T")
Check = Callable[[], Coroutine[Any, Any, None]]

WIDTH = 12


class Abreast:
    """One group of neighbouring checks, in order, each by the name of its test."""

    def __init__(self, checks: Sequence[tuple[str, Check]], width: int = WIDTH) -> None:
        self._checks = dict(checks)
        self._order = [name for name, _ in checks]
        self._width = width
        self._runner = asyncio.Runner(loop_factory=asyncio.SelectorEventLoop)
        self._tasks: dict[str, asyncio.Task[None]] = {}

    def __contains__(self, name: str) -> bool:
        return name in self._checks

    def run(self, name: str) -> None:
        """Make this check, or fetch what has come of it. Raises what it raised."""
        try:
            self._runner.run(self._until(name))
        finally:
            if name == self._order[-1]:
                self.close()

    def close(self) -> None:
        """End what still runs."""
        self._checks.clear()
        self._runner.close()

    async def _until(self, name: str) -> None:
        at = self._order.index(name)
        for ahead in self._order[at : at + self._width]:
            if ahead not in self._tasks:
                self._tasks[ahead] = asyncio.ensure_future(self._checks[ahead]())
        await self._tasks[name]


def neighbours(tests: Sequence[tuple[str, T | None]], name: str) -> list[tuple[str, T]]:
    """This test and those that follow it without a break; None is somebody else's test."""
    names = [test for test, _ in tests]
    group: list[tuple[str, T]] = []
    for test, cell in tests[names.index(name) :]:
        if cell is None:
            break
        group.append((test, cell))
    return group
