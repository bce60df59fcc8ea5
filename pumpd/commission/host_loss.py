"""What the pump does when its host dies: one is started, killed, and the pump asked afterwards.

Theory of operation. A program of its own runs the pump (`silent_host`) and is killed with SIGKILL; the port closes and the
line is silent. Nobody speaks until the family's bound and the measurement's own uncertainty are over. Then the pump is
opened anew and its first readback, before anything is said that could stop it, tells whether it stands. When it stopped:
a simulator's truth tells to the millisecond; else a pump whose watchdog is its own has a counter that went on with the
plunger, so what it grew by since the last readback, at the rate that was set, is how long it went on. The pump runs fast
for this, because the counter's last digit is a time at a rate. Where the counter cannot tell, what is known is that it
stood at the first look.

A pump without a watchdog stands at the end of the volume it was given; what passes is that it does not give more.
"""

import asyncio
import json
import sys
from asyncio.subprocess import PIPE, Process
from contextlib import suppress
from typing import Any

from drivers.contract import Motion, WatchdogKind
from pumpd.commission.bench import Bench
from pumpd.commission.bench_pump import Abandoned, held, now_ms
from pumpd.commission.limits import Limit, lease
from pumpd.commission.measured import Figure, StepResult, Verdict, disclosed, failed, judged, missing

NAME = "host-loss"
RATE_NL_H = 120_000_000
READBACKS = 6
RUNS_WITHIN_S = 20.0
#: A pump that only its volume ends is given so little of it, s of flow.
SHORT_RUN_S = 12.0
#: How long after the bound the line stays silent, ms.
SILENT_FURTHER_MS = 1000.0


async def measure(bench: Bench) -> StepResult:
    """Let a host die. Raises Abandoned, SimulatorGone."""
    # A truth needs no counter, and a simulator that runs fast would empty its syringe at the fast rate.
    rate = bench.settable(RATE_NL_H if bench.simulator is None else max(bench.rates_nl_h))
    is_watched = bench.offered.watchdog is not WatchdogKind.NONE
    bound_ms = bench.offered.watchdog_bound_ms if is_watched else round(SHORT_RUN_S * 1000)
    volume = bench.volume_nl(rate, bound_ms / 1000 * 10 * bench.speed) if is_watched else _short(bench, rate)
    bench.person.say(f"host-loss: a host runs the pump at {rate / 1e6:g} mL/h and is killed")
    bench.standing.was_moved = True  # by the program that is about to die
    killed_ms, last = await _killed_host(bench, rate, volume)
    limit = lease(bound_ms, _resolution_ms(bench, rate, last["counter_nl"]) if is_watched else 0.0)
    wait_s = (killed_ms + limit.most + SILENT_FURTHER_MS - now_ms()) / 1000
    bench.person.say(f"  killed; nobody speaks to the pump for {wait_s:.1f} s")
    await asyncio.sleep(max(wait_s, 0.0))
    truth = await bench.simulator.truth() if bench.simulator is not None else None
    looked_ms = now_ms()
    async with held(bench.bound, bench.standing) as pump:
        first = pump.shown
    figures = [_first_look(first.motion, looked_ms - killed_ms, limit)]
    if truth is not None:
        figures.append(_true_figure(truth, killed_ms, limit))
    elif first.motion is Motion.HALTED and bench.offered.watchdog is WatchdogKind.COMMUNICATION:
        figures += _counted_figure(bench, rate, killed_ms, last, first.infused_nl, limit)
    figures += _unwatched(volume) if not is_watched else []
    bench.person.say("  " + "; ".join(f"{one.name}: {one.verdict.value}" for one in figures))
    return StepResult(
        NAME, figures=tuple(figures), how=bench.told_by if truth else "the pump's own word and counter"
    )


def _short(bench: Bench, rate: int) -> int:
    """A volume that is over after `SHORT_RUN_S` of life."""
    volume = bench.offered.floor_volume(int(rate * SHORT_RUN_S * bench.speed / 3600))
    if volume <= 0:
        raise Abandoned("this pump cannot be told so small a volume")
    return volume


async def _killed_host(bench: Bench, rate: int, volume: int) -> tuple[int, dict[str, Any]]:
    """Link ms of the kill, and the last readback of the host that died."""
    order = {
        "driver": bench.bound.driver,
        "options": bench.bound.options,
        "port": bench.bound.port,
        "diameter_um": bench.bound.diameter_um,
        "rate_nl_h": rate,
        "volume_nl": volume,
    }
    argv = (sys.executable, "-m", "pumpd.commission.silent_host")
    # A session of its own: the terminal's Ctrl-C is ours to act on, and must not stop the pump through it.
    host = await asyncio.create_subprocess_exec(*argv, stdin=PIPE, stdout=PIPE, start_new_session=True)
    try:
        assert host.stdin is not None
        host.stdin.write(json.dumps(order).encode() + b"\n")
        await host.stdin.drain()
        last = await _last_readback(host)
    finally:
        with suppress(ProcessLookupError):
            host.kill()
        killed_ms = now_ms()
        await host.wait()
    return killed_ms, last


async def _last_readback(host: Process) -> dict[str, Any]:
    assert host.stdout is not None
    last: dict[str, Any] = {}
    seen = 0
    try:
        async with asyncio.timeout(RUNS_WITHIN_S):
            while seen < READBACKS:
                line = await host.stdout.readline()
                last = json.loads(line) if line else {"abandoned": "the host ended by itself"}
                if "abandoned" in last:
                    raise Abandoned(str(last["abandoned"]))
                if last["motion"] != Motion.INFUSING:
                    raise Abandoned(f"the pump was {last['motion']} before the host died")
                seen += 1
    except TimeoutError:
        raise Abandoned(f"the pump did not run within {RUNS_WITHIN_S:g} s") from None
    return last


def _resolution_ms(bench: Bench, rate: int, counter_nl: int) -> float:
    if bench.simulator is not None:
        return 0.0
    steps = bench.offered.volume_steps
    step = next((row.step for row in steps if counter_nl < row.below), steps[-1].step)
    return step * 3_600_000 / rate


def _first_look(motion: Motion, after_ms: int, limit: Limit) -> Figure:
    name = "stood at the first look after the silence"
    if motion is Motion.HALTED:
        note = f"it is asked {SILENT_FURTHER_MS:.0f} ms after the limit, and told nothing before"
        return Figure(name, float(after_ms), "ms", Verdict.PASSED, source=limit.source, note=note)
    return failed(
        name, "ms", f"{after_ms} ms after the kill it was still {motion.value}; limit {limit.most:.0f} ms"
    )


def _true_figure(truth: dict[str, Any], killed_ms: int, limit: Limit) -> Figure:
    name = "kill to the plunger's stand-still"
    if truth["running"]:
        after_ms = truth["link_ms"] - killed_ms
        return failed(
            name, "ms", f"{after_ms:.0f} ms after the kill the plunger still moves; limit {limit.most:.0f} ms"
        )
    return judged(name, max(truth["halted_at_link_ms"] - killed_ms, 0.0), limit)


def _counted_figure(
    bench: Bench, rate: int, killed_ms: int, last: dict[str, Any], counter_nl: int, limit: Limit
) -> list[Figure]:
    """Only of a watchdog of the pump's own: a lease that is a volume begins the counter anew with each piece."""
    name = "kill to stand-still, by the pump's counter"
    if counter_nl < last["counter_nl"]:
        return [missing(name, "ms", "the counter fell: it began anew when the pump stopped")]
    ran_on_ms = (counter_nl - last["counter_nl"]) * 3_600_000 / rate
    since_kill_ms = ran_on_ms - (killed_ms - last["link_ms"])
    resolution = f"resolved to {_resolution_ms(bench, rate, counter_nl):.0f} ms"
    return [judged(name, max(since_kill_ms, 0.0), limit, resolution)]


def _unwatched(volume: int) -> list[Figure]:
    note = "nothing but the end of this volume stops this pump when the host dies"
    return [disclosed("the volume that was set", volume / 1e6, "mL", note)]
