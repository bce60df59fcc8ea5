"""What one decision costs, and how much faster than life the whole daemon runs on the virtual bench; printed as JSON.

Theory of operation. A quiet infusion is played on the virtual bench with the whole daemon in it. The states, events and
policies of half a minute of it are kept and decided again and again, by kind of event, garbage collection frozen; CPU time
of the best of some rounds counts, because whatever else the machine does only ever adds. The speed is that of the play
itself: simulated seconds per second of this process's CPU time, bench and patient included. Figures of two machines, or of
two hours of one that is shared, cannot be compared: ratios of the same minutes can.

    .venv/bin/python tests/bench/decision.py [--seconds 300] [--rounds 9]
"""

import argparse
import asyncio
import gc
import json
import tempfile
from collections.abc import Sequence
from pathlib import Path
from time import process_time, process_time_ns
from typing import Any

import structlog

from hil_sim.bench.loop import JumpingLoop
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.story import read_story
from hil_sim.bench.virtual_run import VirtualRun
from interlocks.vocabulary import Signal
from pumpd.core import events as ev
from pumpd.core.decide import decide
from pumpd.core.state import ChannelState, Policy
from pumpd.shell import kernel

Case = tuple[ChannelState, ev.Event, Policy]

#: A plain treatment: no fault, and it begins to flow after some 110 s.
STORY = 'title = "quiet"\n'
KEPT_MS = (150_000, 180_000)
LEAST = 20  # of a kind, or its figure says nothing


def kind_of(event: ev.Event) -> str:
    """Tick, line sample, vitals, or the event's own name."""
    if isinstance(event, ev.SamplesArrived):
        is_line = any(one.signal is Signal.LINE_PRESSURE for one in event.samples)
        return "line_sample" if is_line else "vitals"
    return event.kind


def played(seconds: float) -> tuple[list[Case], float]:
    """What was decided while the infusion ran, and simulated seconds per CPU second."""
    cases: list[Case] = []

    def spied(state: ChannelState, event: ev.Event, policy: Policy) -> Any:
        if KEPT_MS[0] <= event.at.ms < KEPT_MS[1]:
            cases.append((state, event, policy))
        return decide(state, event, policy)

    async def play(folder: Path) -> float:
        run = VirtualRun(read_story(STORY, "quiet"), 1, folder, daemon_of("pumpd"))
        run.bench.begin()
        run.bench.start_daemon()
        began_s = process_time()
        await asyncio.sleep(seconds)
        speed = run.bench.now_s / (process_time() - began_s)
        await run.bench.end()
        return speed

    kernel.decide = spied
    loop = JumpingLoop()
    asyncio.set_event_loop(loop)
    memory = Path("/dev/shm")
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        return cases, loop.run_until_complete(play(Path(folder)))


def cost_us(cases: Sequence[Case], rounds: int) -> float:
    """Of one decision, the best of so many rounds, us."""
    best_ns: float = float("inf")
    for _ in range(rounds):
        began_ns = process_time_ns()
        for case in cases:
            decide(*case)
        best_ns = min(best_ns, process_time_ns() - began_ns)
    return round(best_ns / len(cases) / 1000, 1)


def main() -> None:
    """Entry point."""
    parser = argparse.ArgumentParser(description=__doc__.partition("\n")[0])
    parser.add_argument("--seconds", type=float, default=300.0, help="simulated; default: %(default)s")
    parser.add_argument("--rounds", type=int, default=9)
    options = parser.parse_args()
    if options.seconds * 1000 < KEPT_MS[1]:
        parser.error(f"at least {KEPT_MS[1] / 1000:g} s: earlier nothing flows")
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    cases, speed = played(options.seconds)
    gc.collect()
    gc.freeze()
    by_kind: dict[str, list[Case]] = {}
    for case in cases:
        by_kind.setdefault(kind_of(case[1]), []).append(case)
    costs = {
        kind: cost_us(some, options.rounds) for kind, some in sorted(by_kind.items()) if len(some) >= LEAST
    }
    print(json.dumps({"decision_us": costs, "simulated_s_per_cpu_s": round(speed, 1)}, indent=1))


if __name__ == "__main__":
    main()
