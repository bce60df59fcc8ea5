"""Drivers and pumps that do one thing wrong, to show that the suite sees it."""

import asyncio
from collections.abc import Callable
from types import MappingProxyType
from typing import Any

import pytest
from contract.rigs.new_era import NewEraRig

from drivers.conformance.checks import all_checks
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Word
from drivers.conformance.suite import Cell
from drivers.conformance.virtual_time import JumpingLoop
from drivers.contract import Approval, Capabilities, DriverEvent, Listener, PumpCommand, PumpDriver

#: What becomes of an event on its way to the listener; None: nothing is told.
Bend = Callable[[DriverEvent], DriverEvent | None]


class Crooked:
    """A driver in front of another one."""

    def __init__(
        self, inner: PumpDriver, swap: Callable[[PumpCommand], PumpCommand] = lambda command: command
    ) -> None:
        self._inner = inner
        self._swap = swap

    def capabilities(self, diameter_um: int) -> Capabilities:
        return self._inner.capabilities(diameter_um)

    def approve(self, approval: Approval) -> None:
        self._inner.approve(approval)

    def submit(self, command_id: int, command: PumpCommand) -> None:
        self._inner.submit(command_id, self._swap(command))

    async def run(self) -> None:
        await self._inner.run()


def bent(bend: Bend) -> type[NewEraRig]:
    """A rig whose driver tells events bent."""

    class BentRig(NewEraRig):
        family = "bent"
        cannot = MappingProxyType({})

        def driver(self, port: str, listener: Listener, *rest: Any, **named: Any) -> PumpDriver:
            def hear(event: DriverEvent) -> None:
                told = bend(event)
                if told is not None:
                    listener(told)

            return Crooked(super().driver(port, hear, *rest, **named))

    return BentRig


def swapping(swap: Callable[[PumpCommand], PumpCommand]) -> type[NewEraRig]:
    """A rig whose driver does something else than it was told."""

    class SwappingRig(NewEraRig):
        family = "swapping"

        def driver(self, *rest: Any, **named: Any) -> PumpDriver:
            return Crooked(super().driver(*rest, **named), swap)

    return SwappingRig


def cell(rig: type[NewEraRig], name: str) -> Cell:
    """This check of that rig, in memory."""
    check = next(one for one in all_checks() if one.name == name)
    return Cell(rig, Medium.MEMORY, check)


def make(one: Cell) -> None:
    """Make it. Raises AssertionError."""
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(one.make())


def fails(rig: type[NewEraRig], name: str) -> None:
    """AssertionError unless the good rig passes this check and this one does not."""
    make(cell(NewEraRig, name))
    with pytest.raises(AssertionError):
        make(cell(rig, name))


def broken(change: Callable[[NewEraRig], None]) -> type[NewEraRig]:
    """A rig with something wrong in its pump."""

    class BrokenRig(NewEraRig):
        family = "broken"

        def __init__(self) -> None:
            super().__init__()
            change(self)

    return BrokenRig


def without(word: Word) -> type[NewEraRig]:
    """A rig that says it has no such thing."""

    class LackingRig(NewEraRig):
        family = "lacking"
        cannot = MappingProxyType({word: "left out"})

    return LackingRig
