"""How long a stop takes: from the press to the pump's own word that it stands, several times over.

Theory of operation. Each press finds the pump running and the line in another phase of its polling, because a press that
falls into an exchange is the slow one. What counts is what the daemon counts: from the asking to the readback. Where a
simulator tells when the plunger really stood, that is told too.
"""

import asyncio
from statistics import median

from pumpd.commission.bench import Bench
from pumpd.commission.bench_pump import POLL_S, Abandoned, BenchPump, held
from pumpd.commission.limits import STOP
from pumpd.commission.measured import Figure, StepResult, disclosed, failed, judged

NAME = "stop"
#: It runs so long before a press, and then a different part of a poll's distance longer each time.
BEFORE_PRESS_S = 0.3
PHASE_S = 0.037


async def measure(bench: Bench) -> StepResult:
    """Press, `bench.presses` times. Raises Abandoned, SimulatorGone."""
    rate = bench.settable(max(bench.rates_nl_h))
    volume = bench.volume_nl(rate, bench.presses * 10 * bench.speed)
    bench.person.say(f"stop time: {bench.presses} presses at {rate / 1e6:g} mL/h")
    told: list[float] = []
    true: list[float] = []
    trouble = ""
    async with held(bench.bound, bench.standing) as pump:
        await pump.prepare(rate, volume)
        for number in range(bench.presses):
            await bench.started(pump, rate, volume)
            await pump.runs(BEFORE_PRESS_S + number * PHASE_S % POLL_S, rate)
            await asyncio.sleep(number * PHASE_S % POLL_S)
            try:
                await _press(bench, pump, told, true)
            except Abandoned as reason:
                trouble = f"press {number + 1}: {reason}"
                break
            bench.person.say(f"  press {number + 1}: {told[-1]:.0f} ms")
    rows = [[float(index + 1), value] for index, value in enumerate(told)]
    return StepResult(NAME, figures=_figures(told, true, trouble), series={"stops_ms": rows}, how=_how(bench))


async def _press(bench: Bench, pump: BenchPump, told: list[float], true: list[float]) -> None:
    before = await bench.simulator.truth() if bench.simulator is not None else None
    told.append(await pump.halt())
    if bench.simulator is not None and before is not None:
        # Both are looked at on one clock; what lies between the look and the press is counted against the pump.
        after = await bench.simulator.truth()
        true.append(after["halted_at_link_ms"] - before["link_ms"])


def _how(bench: Bench) -> str:
    return f"command to readback; {bench.told_by}" if bench.simulator else "command to readback"


def _figures(told: list[float], true: list[float], trouble: str) -> tuple[Figure, ...]:
    found: list[Figure] = []
    if told:
        count = f"{len(told)} presses"
        found.append(judged("stop to readback, median", median(told), STOP, count))
        found.append(judged("stop to readback, worst", max(told), STOP, count))
    if true:
        found.append(disclosed("stop to the plunger's stand-still, worst", max(true), "ms"))
    if trouble:
        found.append(failed("stop", "ms", trouble))
    return tuple(found)
