import asyncio
from collections.abc import Callable

import pytest

from drivers.conformance.seat import Seat
from drivers.contract import (
    Approval,
    Capabilities,
    DriverEvent,
    Ended,
    Halt,
    Outcome,
    Poll,
    PumpCommand,
    PumpDriver,
)


class Echoing:
    """Ends every command twice, polls included."""

    def __init__(self, listener: Callable[[DriverEvent], None]) -> None:
        self._listener = listener

    def capabilities(self, diameter_um: int) -> Capabilities:
        raise NotImplementedError

    def approve(self, approval: Approval) -> None:
        raise NotImplementedError

    def submit(self, command_id: int, command: PumpCommand) -> None:
        for _ in range(2):
            self._listener(Ended(command_id, Outcome.CONFIRMED, ""))

    async def run(self) -> None:
        await asyncio.Event().wait()


async def test_the_books_show_what_ended_twice_and_what_may_not_end() -> None:
    def make(listener: Callable[[DriverEvent], None]) -> PumpDriver:
        return Echoing(listener)

    seat = Seat(make)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    seat.submit(Poll())
    seat._hear(Ended(77, Outcome.CONFIRMED, ""))
    await seat.leave()
    wrong = seat.audit()
    assert wrong == [
        "command 1 ended 2 times",
        "command 2 ended 2 times",
        "77 was never submitted",
        "poll 2 ended",
    ]
    assert seat.submitted(Halt) == 1


async def test_what_does_not_come_is_told_with_what_came() -> None:
    seat = Seat(Echoing)
    with pytest.raises(AssertionError, match="not within"):
        await seat.down(within_s=0.01)
    await seat.leave()
