"""One pump in the hand of somebody who measures: opened, run, watched, and never left running.

Theory of operation. The same driver as in the daemon, in front of it a person's steps instead of a core. `held` is the
only way to have one, and however its body ends (done, a refusal, Ctrl-C, a defect) the pump is told to stop until a
readback says that it stands; what became of that is kept in `Standing` for whoever must say so. While the pump runs it is
polled four times a second, as the daemon does, so that its lease lives and whatever it does unasked ends the step.

All times are link ms on the machine's monotonic clock, which the simulator's truth uses too.
"""

import asyncio
import time
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass

from drivers.contract import (
    Approval,
    Capabilities,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    Identity,
    LinkDown,
    LinkUp,
    Motion,
    Outcome,
    Poll,
    PumpCommand,
    PumpDriver,
    PumpReport,
    Reported,
    Run,
    WatchdogKind,
)
from drivers.registry import Lines

POLL_S = 0.25
OPEN_WITHIN_S = 8.0
END_WITHIN_S = 4.0
#: Told to stop so many times before a person is told to look. After half of them there is a silence as long as the pump's
#: lease, because a pump that hears and does not obey is kept running by being spoken to (decision 0002).
HALTS_TRIED = 6
BETWEEN_HALTS_S = 0.25
LEASE_SLACK_S = 1.5


class Abandoned(Exception):
    """This step cannot go on; `str()` says why."""


@dataclass(slots=True)
class Standing:
    """What is known of the pump's rest; one object for a whole visit to the bench.

    Attributes:
        was_moved: something that can move it was sent since it was last proven to stand.
        proven_ms: link ms of the newest readback, at an end, that it stands.
        words: for people.
    """

    was_moved: bool = False
    proven_ms: int | None = None
    words: str = "the pump was not reached, and nothing was sent that moves it"

    @property
    def is_confirmed(self) -> bool:
        """It stands as far as anybody can know."""
        return not self.was_moved


@dataclass(frozen=True, slots=True)
class Bound:
    """The pump as the configuration names it."""

    driver: str
    options: dict[str, object]
    port: str
    diameter_um: int


def now_ms() -> int:
    """Link ms, monotonic."""
    return time.monotonic_ns() // 1_000_000


class BenchPump:
    """An open line to one pump. Made by `held`."""

    def __init__(self, bound: Bound, standing: Standing) -> None:
        self._bound = bound
        self._standing = standing
        self._driver: PumpDriver = Lines(now_ms).driver(bound.driver, bound.options, bound.port, self._hear)
        self._news = asyncio.Event()
        self._ends: dict[int, Ended] = {}
        self._down: LinkDown | None = None
        self._last_id = 0
        self.identity: Identity | None = None
        self.report: PumpReport | None = None
        self.reports = 0

    @property
    def capabilities(self) -> Capabilities:
        """Of this pump with the bound syringe."""
        return self._driver.capabilities(self._bound.diameter_um)

    @property
    def shown(self) -> PumpReport:
        """The newest readback. Raises Abandoned: there is none."""
        if self.report is None:
            raise Abandoned("nothing was read back")
        return self.report

    async def prepare(self, rate_nl_h: int, volume_nl: int) -> None:
        """Halt, set up for the syringe, approve so much and no more. Raises Abandoned."""
        await self.halt()
        await self.command(
            "configure", Configure(self._bound.diameter_um), lambda r: r.motion is Motion.HALTED
        )
        self._driver.approve(Approval(rate_nl_h, volume_nl))

    async def start(self, rate_nl_h: int, volume_nl: int) -> None:
        """Run from rest. Raises Abandoned unless it reads back that it runs at this rate."""
        self._standing.was_moved = True
        await self.command(
            "run",
            Run(rate_nl_h, volume_nl),
            lambda r: (r.motion, r.rate_nl_h) == (Motion.INFUSING, rate_nl_h),
        )

    async def halt(self) -> float:
        """Stop; ms from the asking to the readback that it stands. Raises Abandoned."""
        asked_ms = time.monotonic_ns() / 1e6
        await self.command("halt", Halt(), lambda r: r.motion is Motion.HALTED)
        return time.monotonic_ns() / 1e6 - asked_ms

    async def command(self, name: str, command: PumpCommand, is_right: Callable[[PumpReport], bool]) -> None:
        """Raises Abandoned unless it is confirmed and its readback agrees."""
        reports = self.reports
        ended = await self._end_of(command)
        if ended is None:
            raise Abandoned(f"{name}: nothing was heard in {END_WITHIN_S:g} s")
        shown = self.shown
        if ended.outcome is not Outcome.CONFIRMED or self.reports == reports or not is_right(shown):
            said = f"reads back {shown.motion.value}, {shown.rate_nl_h / 1e6:g} mL/h"
            raise Abandoned(f"{name}: {ended.outcome.value}: {ended.detail}; {said}")

    async def poll(self) -> PumpReport:
        """A fresh readback. Raises Abandoned: none came."""
        reports = self.reports
        self._last_id += 1
        self._driver.submit(self._last_id, Poll())
        await self._until(lambda: self.reports > reports or self._down is not None, END_WITHIN_S)
        if self.reports == reports:
            raise Abandoned(self._down.reason if self._down is not None else "polls are not answered")
        return self.shown

    async def runs(self, seconds: float, rate_nl_h: int, is_over: Callable[[], bool] = lambda: False) -> None:
        """Keep it running for so long, or until `is_over`. Raises Abandoned: it does something else."""
        end_ms = now_ms() + seconds * 1000
        while (left_ms := end_ms - now_ms()) > 0 and not is_over():
            shown = await self.poll()
            if (shown.motion, shown.rate_nl_h) != (Motion.INFUSING, rate_nl_h) or shown.alarms:
                raise Abandoned(f"a poll read back {words_of(shown)}, and nobody had asked for that")
            await asyncio.sleep(min(POLL_S, left_ms / 1000))

    async def serve(self) -> None:
        """The line, until cancelled."""
        await self._driver.run()

    async def open(self) -> None:
        """Until it has said who it is and how it stands. Raises Abandoned."""
        await self._until(
            lambda: self.report is not None or (self._down is not None and self.identity is None),
            OPEN_WITHIN_S,
        )
        if self.identity is None or self.report is None:
            raise Abandoned(self._down.reason if self._down is not None else "the pump does not answer")

    async def come_to_rest(self, standing: Standing) -> None:
        """Halt until a readback says so; `standing` keeps what came of it."""
        if self.identity is None:
            if standing.was_moved:
                standing.words = "NOT CONFIRMED HALTED: the pump is not reached; look at it and stop it there"
            return
        for number in range(HALTS_TRIED):
            ended = await self._end_of(Halt())
            if (
                ended is not None
                and ended.outcome is Outcome.CONFIRMED
                and self.shown.motion is Motion.HALTED
            ):
                standing.was_moved, standing.proven_ms = False, now_ms()
                standing.words = "the pump is halted: it reads back that it stands"
                return
            is_half = number == HALTS_TRIED // 2 - 1
            await asyncio.sleep(self._lease_s() + LEASE_SLACK_S if is_half else BETWEEN_HALTS_S)
        standing.was_moved = True
        standing.words = f"NOT CONFIRMED HALTED: look at the pump and stop it there; {self._alone()}"

    def _lease_s(self) -> float:
        offered = self.capabilities
        return 0.0 if offered.watchdog is WatchdogKind.NONE else offered.watchdog_bound_ms / 1000

    def _alone(self) -> str:
        offered = self.capabilities
        if offered.watchdog is WatchdogKind.NONE:
            return "it does NOT stop by itself before the end of its volume"
        return f"it stops by itself within {offered.watchdog_bound_ms / 1000:g} s of silence"

    async def _end_of(self, command: PumpCommand) -> Ended | None:
        self._last_id += 1
        number = self._last_id
        self._driver.submit(number, command)
        await self._until(lambda: number in self._ends, END_WITHIN_S)
        return self._ends.pop(number, None)

    def _hear(self, event: DriverEvent) -> None:
        match event:
            case LinkUp(identity):
                self.identity, self._down = identity, None
            case LinkDown():
                self._down = event
            case Reported(report):
                self.report = report
                self.reports += 1
            case Ended():
                self._ends[event.command_id] = event
        self._news.set()

    async def _until(self, is_there: Callable[[], bool], within_s: float) -> None:
        try:
            async with asyncio.timeout(within_s):
                while not is_there():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return


@asynccontextmanager
async def held(bound: Bound, standing: Standing) -> AsyncIterator[BenchPump]:
    """An open pump, brought to rest at the end whatever happens; `standing` tells what came of that.

    Raises:
        Abandoned: it does not answer, or is not the one that is configured.
    """
    pump = BenchPump(bound, standing)
    serving = asyncio.create_task(pump.serve(), name="pump")
    try:
        await pump.open()
        yield pump
    finally:
        try:
            await pump.come_to_rest(standing)
        finally:
            serving.cancel()
            await asyncio.gather(serving, return_exceptions=True)


def words_of(report: PumpReport) -> str:
    """A readback for people."""
    return ", ".join([report.motion.value, f"{report.rate_nl_h / 1e6:g} mL/h", *report.alarms])
