import asyncio
from pathlib import Path

from contract.rigs.new_era import NewEraRig

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.conformance.virtual_time import JumpingLoop
from drivers.contract import Motion


def test_a_bench_brings_a_pump_to_run_and_sees_a_start_too_many(tmp_path: Path) -> None:
    """I1, I24."""

    async def play() -> None:
        bench = Bench(NewEraRig(), Medium.MEMORY, tmp_path)
        await bench.line.plug()
        seat = await bench.infusing()
        assert (await seat.poll()).motion is Motion.INFUSING
        assert bench.can(Word.SWAP)
        assert bench.audit() == []
        start = next(frame for frame in bench.line.heard if frame.kind is Kind.START)
        bench.line.heard.append(start)
        assert bench.audit() == ["2 starts were written for 1 runs"]
        await bench.end()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        runner.run(play())
