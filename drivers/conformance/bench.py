"""One rig, one line, and the drivers put in front of it: what a check is given.

Theory of operation. A check says what happens and what must follow. That a start was never written more often than
somebody asked for one, and that every command ended once, is looked at after every check, whatever it was about
(facts/faults.md I1, I24, row 37).
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from drivers.conformance.lines import Line, Medium, line_for
from drivers.conformance.rig import Case, Kind, Rig, Truth, Word
from drivers.conformance.seat import Seat
from drivers.contract import Configure, Halt, Outcome, Run


class Bench:
    """What a check is given. Times are the loop's seconds."""

    def __init__(self, rig: Rig, medium: Medium, folder: Path) -> None:
        self.rig = rig
        self.case: Case = rig.case
        self.medium = medium
        self.line: Line = line_for(medium, rig, folder)
        self._seats: list[Seat] = []

    @property
    def now_s(self) -> float:
        """The loop's clock."""
        return asyncio.get_running_loop().time()

    @property
    def truth(self) -> Truth:
        """The simulated pump as it is now."""
        return self.rig.truth()

    async def seat(self, *, is_for_another: bool = False) -> Seat:
        """A driver in front of the line, running. `is_for_another`: bound to a pump that is not there."""
        line = self.line
        seat = Seat(
            lambda hear: self.rig.driver(
                line.port, hear, line.now_ms, line.connect, is_for_another=is_for_another
            )
        )
        self._seats.append(seat)
        return seat

    async def ready(self) -> Seat:
        """Up, halted, set up, approved."""
        seat = await (await self.seat()).up()
        await self.prepare(seat)
        return seat

    async def prepare(self, seat: Seat) -> None:
        """Halt, set up, approve."""
        assert await seat.do(Halt()) is Outcome.CONFIRMED
        assert await seat.do(Configure(self.case.diameter_um)) is Outcome.CONFIRMED
        seat.driver.approve(self.case.approval)

    async def infusing(self) -> Seat:
        """Ready, and running at the case's rate."""
        seat = await self.ready()
        assert await seat.do(self.case.run) is Outcome.CONFIRMED
        assert self.truth.is_moving
        return seat

    def do(self, word: Word, number: int = 0) -> None:
        """Let this happen to the pump."""
        self.rig.do(word, number, self.line.now_ms())

    def can(self, word: Word) -> bool:
        """This pump has such a thing."""
        return word not in self.rig.cannot

    def asked(self, kind: Kind, since: int = 0) -> list[float]:
        """When the host asked for this, from the frame of that number on."""
        return [frame.at_s for frame in self.line.heard[since:] if frame.kind is kind]

    def bound_s(self, seat: Seat) -> float:
        """How long this pump may go on without its host."""
        return seat.driver.capabilities(self.case.diameter_um).watchdog_bound_ms / 1000

    async def until(self, is_so: Callable[[Truth], bool], within_s: float) -> float:
        """Wait until it is true of the plunger; how long that took. AssertionError if it does not come."""
        began_s = self.now_s
        while not is_so(self.truth):
            assert self.now_s - began_s < within_s, f"not within {within_s} s; the pump is {self.truth}"
            await asyncio.sleep(0.01)
        return self.now_s - began_s

    async def stands_for(self, seconds: float) -> None:
        """AssertionError if the plunger moves meanwhile."""
        before = self.truth.given_nl
        await asyncio.sleep(seconds)
        assert not self.truth.is_moving, f"it moves: {self.truth}"
        assert self.truth.given_nl == before

    def audit(self) -> list[str]:
        """What no check may leave behind."""
        wrong = [word for seat in self._seats for word in seat.audit()]
        asked = sum(seat.submitted(Run) for seat in self._seats)
        starts = len(self.asked(Kind.START))
        return [*wrong, f"{starts} starts were written for {asked} runs"] if starts > asked else wrong

    async def end(self) -> None:
        """Everything down."""
        for seat in self._seats:
            await seat.leave()
        await self.line.end()
