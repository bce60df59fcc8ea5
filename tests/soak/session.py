"""One story run from the first second to the last under the oracle's eyes, and what came of it.

Theory of operation. The bench is the very one of `hil-sim run` (`hil_sim.bench.virtual_run`), so what is found here is
found there too. A short session ends as soon as nothing is left to happen and delivery is at rest. What it makes is freed
by counting references; rings of them wait for its end.
"""

import gc
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from time import perf_counter, process_time

import structlog
from soak.bites import Bites

from hil_sim.bench.seat import MakeSeat, daemon_of
from hil_sim.bench.story import Story
from hil_sim.bench.virtual_run import VirtualRun, run_to_end
from hil_sim.oracle.judge import Violation


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a run. `trace`: the fingerprint; `phase`: as shown last; `words`, `rules`: whatever was shown."""

    story: Story
    violations: tuple[Violation, ...]
    trace: str
    motions: tuple[tuple[float, float], ...]
    simulated_s: float
    wall_s: float
    cpu_s: float
    phase: str
    words: frozenset[str]
    rules: frozenset[str]
    bites: Mapping[str, bool]


def run_story(
    story: Story, *, until_settled: bool = False, seat: Callable[[], MakeSeat] = lambda: daemon_of("pumpd")
) -> Outcome:
    """Run a story on a loop of its own. `until_settled`: end as soon as all acts are over and delivery is at rest."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    began_s, began_cpu_s = perf_counter(), process_time()
    bites: list[Bites] = []
    was_collecting = gc.isenabled()
    gc.freeze()  # what was there before is not looked through again, neither during the session nor after it
    gc.disable()

    def make(folder: Path) -> VirtualRun:
        run = VirtualRun(story, story.seed, folder, seat(), is_watched=True, until_settled=until_settled)
        bites.append(Bites(run.bench))
        run.told.append(bites[0].told)
        return run

    try:
        run = run_to_end(make)
    finally:
        structlog.configure(**before)
        if was_collecting:
            gc.enable()
        gc.collect()
    watch = run.watch
    assert watch is not None
    return Outcome(
        story,
        watch.violations,
        run.trace,
        tuple(watch.motions),
        run.simulated_s,
        perf_counter() - began_s,
        process_time() - began_cpu_s,
        watch.phase,
        frozenset(watch.words),
        frozenset(watch.rules),
        bites[0].result(),
    )
