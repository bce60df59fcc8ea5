"""One pump run through its commands without a patient: what was asked, how it ended, what it read back.

Theory of operation. The same driver as in the daemon, in front of it a script instead of a core. A step agrees when
its outcome is CONFIRMED and the readback that came with it says what was asked; the whole agrees when every step does
and the counter has moved by what the rates and the times ask for. Between a command's leaving and its confirmation nobody
knows which rate ran, so the expected volume is an interval, and to it comes the tolerance: 5 %, or two steps of the
counter where that is more.

However the script ends (a refusal, Ctrl-C, a defect) the pump is halted and the readback awaited. If none comes, that
is said, with how long the pump goes on by itself.
"""

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from drivers.contract import (
    Adjust,
    Approval,
    Capabilities,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    Identity,
    LinkDown,
    LinkUp,
    Listener,
    Motion,
    Outcome,
    Poll,
    PumpCommand,
    PumpDriver,
    PumpReport,
    Reported,
    WatchdogKind,
)
from drivers.contract import Run as RunCommand

POLL_S = 0.25
OPEN_WITHIN_S = 8.0
END_WITHIN_S = 4.0
HALTS_TRIED = 8
TOLERANCE = 20  # one part in so many


@dataclass(frozen=True, slots=True)
class Plan:
    """What to do. `lower_nl_h` equals `rate_nl_h` where the pump has nothing lower."""

    diameter_um: int
    rate_nl_h: int
    lower_nl_h: int
    volume_nl: int
    seconds: float


@dataclass(frozen=True, slots=True)
class Step:
    """One command and what came of it. `counter_nl`: the pump's own, at the step's end."""

    name: str
    at_ms: int
    outcome: str
    detail: str
    motion: str
    rate_nl_h: int
    counter_nl: int
    agrees: bool


@dataclass(slots=True)
class Findings:
    """What a dry run found."""

    identity: Identity | None = None
    capabilities: Capabilities | None = None
    steps: list[Step] = field(default_factory=list)
    failures: list[str] = field(default_factory=list)
    counted_nl: int | None = None
    expected_nl: tuple[int, int] | None = None
    is_halted: bool = False

    @property
    def agrees(self) -> bool:
        """Everything was as asked."""
        return not self.failures and self.is_halted


class Abandoned(Exception):
    """The script cannot go on; `str()` says why."""


class DryRun:
    """One pump, one script. `on_step`: told each step as it ends."""

    def __init__(
        self,
        make: Callable[[Listener], PumpDriver],
        link_ms: Callable[[], int],
        on_step: Callable[[Step], None] = lambda step: None,
    ) -> None:
        self._driver = make(self._hear)
        self._link_ms = link_ms
        self._on_step = on_step
        self._news = asyncio.Event()
        self._ends: dict[int, Ended] = {}
        self._report: PumpReport | None = None
        self._reports = 0
        self._down: LinkDown | None = None
        self._last_id = 0
        self._began_ms = link_ms()
        self.findings = Findings()

    def capabilities(self, diameter_um: int) -> Capabilities:
        """Of this pump with that syringe. Raises ValueError."""
        return self._driver.capabilities(diameter_um)

    async def run(self, plan: Plan) -> Findings:
        """The whole script; the pump is halted at its end. Never raises for what the pump does."""
        carrying = asyncio.create_task(self._driver.run())
        try:
            await self._script(plan)
        except Abandoned as reason:
            self.findings.failures.append(str(reason))
        finally:
            await self._come_to_rest(plan)
            carrying.cancel()
            await asyncio.gather(carrying, return_exceptions=True)
        return self.findings

    async def _script(self, plan: Plan) -> None:
        await self._open()
        await self._step("halt", Halt(), lambda r: r.motion is Motion.HALTED)
        await self._step(
            "configure",
            Configure(plan.diameter_um),
            lambda r: r.motion is Motion.HALTED and r.diameter_um in (None, plan.diameter_um),
        )
        self._driver.approve(Approval(plan.rate_nl_h, plan.volume_nl))
        await self._deliver(plan)

    async def _deliver(self, plan: Plan) -> None:
        stood_nl = self._shown().infused_nl
        marks = [self._link_ms()]

        def runs_at(rate_nl_h: int) -> Callable[[PumpReport], bool]:
            return lambda r: (r.motion, r.rate_nl_h) == (Motion.INFUSING, rate_nl_h)

        command = RunCommand(plan.rate_nl_h, plan.volume_nl)
        await self._step("run", command, runs_at(plan.rate_nl_h))
        marks.append(self._link_ms())
        await self._keep_polling(plan.seconds / 2, runs_at(plan.rate_nl_h))
        marks.append(self._link_ms())
        await self._step("rate", Adjust(plan.lower_nl_h), runs_at(plan.lower_nl_h))
        marks.append(self._link_ms())
        await self._keep_polling(plan.seconds / 2, runs_at(plan.lower_nl_h))
        marks.append(self._link_ms())
        await self._step("halt", Halt(), lambda r: r.motion is Motion.HALTED)
        marks.append(self._link_ms())
        await self._poll(lambda r: r.motion is Motion.HALTED)
        self._weigh_volume(plan, self._shown().infused_nl - stood_nl, marks)

    def _weigh_volume(self, plan: Plan, counted_nl: int, marks: Sequence[int]) -> None:
        """`marks`: run asked, run confirmed, change asked, change confirmed, halt asked, halt confirmed; link ms."""
        asked, running, changing, changed, halting, halted = marks
        low_nl_h, high_nl_h = sorted((plan.rate_nl_h, plan.lower_nl_h))
        sure = plan.rate_nl_h * (changing - running) + plan.lower_nl_h * (halting - changed)
        low = (sure + low_nl_h * (changed - changing)) // 3_600_000
        unsure = high_nl_h * (changed - changing + running - asked) + plan.lower_nl_h * (halted - halting)
        high = -(-(sure + unsure) // 3_600_000)
        slack_nl = max(high // TOLERANCE, 2 * self._counter_step_nl())
        self.findings.counted_nl = counted_nl
        self.findings.expected_nl = low - slack_nl, high + slack_nl
        if not low - slack_nl <= counted_nl <= high + slack_nl:
            self.findings.failures.append(
                f"the counter moved by {counted_nl / 1e6:g} mL; the rates and times ask for "
                f"{low / 1e6:g} to {high / 1e6:g} mL, within {slack_nl / 1e6:g} mL"
            )

    def _counter_step_nl(self) -> int:
        offered, value = self.findings.capabilities, self._shown().infused_nl
        assert offered is not None
        return next(
            (row.step for row in offered.volume_steps if value < row.below), offered.volume_steps[-1].step
        )

    async def _open(self) -> None:
        await self._until(
            lambda: (self.findings.identity is not None and self._report is not None) or self._is_hopeless(),
            OPEN_WITHIN_S,
        )
        if self.findings.identity is None or self._report is None:
            raise Abandoned(self._down.reason if self._down is not None else "the pump does not answer")

    def _is_hopeless(self) -> bool:
        return self._down is not None and self.findings.identity is None

    async def _step(self, name: str, command: PumpCommand, is_right: Callable[[PumpReport], bool]) -> None:
        """Raises Abandoned unless it is confirmed and its readback agrees."""
        reports = self._reports
        ended = await self._end_of(command)
        shown = self._shown()
        has_read = self._reports > reports
        agrees = ended is not None and ended.outcome is Outcome.CONFIRMED and has_read and is_right(shown)
        outcome = ended.outcome.value if ended is not None else "no end"
        detail = ended.detail if ended is not None else f"nothing was heard in {END_WITHIN_S:g} s"
        at_ms = self._link_ms() - self._began_ms
        step = Step(
            name, at_ms, outcome, detail, shown.motion.value, shown.rate_nl_h, shown.infused_nl, agrees
        )
        self.findings.steps.append(step)
        self._on_step(step)
        if not agrees:
            raise Abandoned(
                f"{name}: {outcome}: {detail}; reads back {shown.motion.value}, {shown.rate_nl_h} nl/h"
            )

    async def _end_of(self, command: PumpCommand) -> Ended | None:
        self._last_id += 1
        number = self._last_id
        self._driver.submit(number, command)
        await self._until(lambda: number in self._ends, END_WITHIN_S)
        return self._ends.get(number)

    async def _keep_polling(self, seconds: float, is_right: Callable[[PumpReport], bool]) -> None:
        end_ms = self._link_ms() + int(seconds * 1000)
        while (left_ms := end_ms - self._link_ms()) > 0:
            await self._poll(is_right)
            await asyncio.sleep(min(POLL_S, left_ms / 1000))

    async def _poll(self, is_right: Callable[[PumpReport], bool]) -> None:
        reports = self._reports
        self._last_id += 1
        self._driver.submit(self._last_id, Poll())
        await self._until(lambda: self._reports > reports or self._down is not None, END_WITHIN_S)
        shown = self._shown()
        if self._reports == reports:
            raise Abandoned(self._down.reason if self._down is not None else "polls are not answered")
        if not is_right(shown) or shown.alarms:
            said = ", ".join([shown.motion.value, f"{shown.rate_nl_h} nl/h", *shown.alarms])
            raise Abandoned(f"a poll read back {said}, and nobody had asked for that")

    async def _come_to_rest(self, plan: Plan) -> None:
        """Halt until a readback says so. A pump that was never reached was never started by us."""
        found = self.findings
        if found.identity is None:
            found.is_halted = True
            return
        for _ in range(HALTS_TRIED):
            ended = await self._end_of(Halt())
            if ended is not None and ended.outcome is Outcome.CONFIRMED:
                found.is_halted = True
                return
            await asyncio.sleep(POLL_S)
        offered = self.capabilities(plan.diameter_um)
        bound_s = offered.watchdog_bound_ms / 1000
        is_watched = offered.watchdog is not WatchdogKind.NONE
        alone = f"it stops by itself within {bound_s:g} s" if is_watched else "it does NOT stop by itself"
        found.failures.append(f"NOT CONFIRMED HALTED: look at the pump and stop it there; {alone}")

    def _shown(self) -> PumpReport:
        if self._report is None:
            raise Abandoned("nothing was read back")
        return self._report

    def _hear(self, event: DriverEvent) -> None:
        match event:
            case LinkUp(identity):
                self.findings.identity = identity
                self._down = None
            case LinkDown():
                self._down = event
            case Reported(report):
                self._report = report
                self._reports += 1
            case Ended():
                self._ends[event.command_id] = event
        self._news.set()

    async def _until(self, is_there: Callable[[], bool], within_s: float) -> None:
        """Return when it is so, or when the time is over."""
        try:
            async with asyncio.timeout(within_s):
                while not is_there():
                    self._news.clear()
                    await self._news.wait()
        except TimeoutError:
            return
