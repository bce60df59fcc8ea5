"""The script in front of the real driver and the simulated pump, on a line in memory."""

import asyncio
from collections.abc import Callable
from pathlib import Path

import pytest
from contract.rigs.new_era import NewEraRig

from drivers.conformance.lines import Line, Medium, line_for
from drivers.conformance.rig import Kind, Word
from drivers.conformance.tampers import Harm
from pumpd.cli.dry_run import DryRun, Findings, Plan

pytestmark = pytest.mark.virtual_time

PLAN = Plan(26_590, 20_000_000, 10_000_000, 60_000, 6.0)


class Stage:
    """A line with a pump, and a dry run in front of it."""

    def __init__(self, folder: Path) -> None:
        self.rig = NewEraRig()
        self.line: Line = line_for(Medium.MEMORY, self.rig, folder)
        self.dry = DryRun(
            lambda hear: self.rig.driver("memory", hear, self.line.now_ms, self.line.connect),
            self.line.now_ms,
        )
        self.dry.findings.capabilities = self.dry.capabilities(26_590)

    async def run(self) -> Findings:
        await self.line.plug()
        try:
            return await self.dry.run(PLAN)
        finally:
            await self.line.end()

    def after(self, seconds: float, act: Callable[[], None]) -> None:
        asyncio.get_running_loop().call_later(seconds, act)

    def do(self, word: Word, number: int = 0) -> Callable[[], None]:
        return lambda: self.rig.do(word, number, self.line.now_ms())


async def test_a_good_pump_agrees_in_every_step_and_in_volume(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    found = await stage.run()
    assert found.failures == []
    assert [step.name for step in found.steps] == ["halt", "configure", "run", "rate", "halt"]
    assert all(step.agrees and step.outcome == "confirmed" for step in found.steps)
    assert found.counted_nl is not None
    assert found.expected_nl is not None
    # 3 s at 20 mL/h and 3 s at 10 mL/h are 25 uL; the tolerance is two of the counter's microlitres.
    assert found.expected_nl[0] < 25_000 < found.expected_nl[1]
    assert found.expected_nl[1] - found.expected_nl[0] < 6_000
    assert found.agrees
    assert not stage.rig.truth().is_moving


async def test_a_rate_that_is_not_taken_ends_the_script_and_the_pump_is_halted(tmp_path: Path) -> None:
    """Faults row 5."""
    stage = Stage(tmp_path)
    stage.after(2.0, stage.do(Word.IGNORE_RATE, 1))
    found = await stage.run()
    assert found.steps[-1].name == "rate"
    assert not found.steps[-1].agrees
    assert "rate: refused" in found.failures[0]
    assert found.is_halted
    assert not stage.rig.truth().is_moving


async def test_a_counter_that_lies_is_found(tmp_path: Path) -> None:
    """I15: set and read-back rate agree, the volume does not."""
    stage = Stage(tmp_path)
    stage.rig._pump.quirks.motor_factor = 1.5
    found = await stage.run()
    assert all(step.agrees for step in found.steps)
    assert "the counter moved by" in found.failures[0]
    assert not found.agrees


@pytest.mark.parametrize("word", [Word.PRESS_STOP, Word.STALL, Word.REBOOT])
async def test_what_happens_at_the_pump_meanwhile_ends_it(tmp_path: Path, word: Word) -> None:
    """Faults rows 6, 9, 15."""
    stage = Stage(tmp_path)
    stage.after(1.0, stage.do(word))
    found = await stage.run()
    assert found.failures
    assert found.is_halted
    assert not stage.rig.truth().is_moving


async def test_cancelled_it_halts_before_it_goes(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    running = asyncio.create_task(stage.run())
    await asyncio.sleep(1.5)
    assert stage.rig.truth().is_moving
    running.cancel()
    with pytest.raises(asyncio.CancelledError):
        await running
    assert stage.dry.findings.is_halted
    assert not stage.rig.truth().is_moving


async def test_a_pump_that_cannot_be_halted_is_told_aloud(tmp_path: Path) -> None:
    """Faults rows 3, 4: what remains is its own lease."""
    stage = Stage(tmp_path)
    stage.after(1.0, stage.do(Word.REFUSE_STOP, 1))
    found = await stage.run()
    assert not found.agrees
    assert not found.is_halted
    assert found.failures[-1] == (
        "NOT CONFIRMED HALTED: look at the pump and stop it there; it stops by itself within 2 s"
    )
    assert sum(frame.kind is Kind.HALT for frame in stage.line.heard) >= 8


async def test_nobody_there_is_said_and_nothing_is_sent_that_moves(tmp_path: Path) -> None:
    stage = Stage(tmp_path)
    stage.line.harm(Harm.LOSE_REQUEST, None, None)
    found = await stage.run()
    assert "does not answer" in found.failures[0] or "no answer" in found.failures[0]
    assert found.identity is None
    assert not {frame.kind for frame in stage.line.heard} & {Kind.START, Kind.RATE}
