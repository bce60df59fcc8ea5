"""`./run soak`: sessions drawn from seeds, run on a clock that jumps, judged at every step; what fails is shrunk.

Theory of operation. A seed is a session, and seeds know nothing of one another, so they run in as many processes as
wanted. What is printed for a seed that fails is a scenario that breaks the same invariant with as few acts as could be
found; `--plan` runs it again. The counters say of every fault how often it was drawn and in how many sessions it really
touched something, because a fault that never bites tests nothing.
"""

import argparse
import json
import sys
from collections import Counter
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from dataclasses import replace
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `soak` is the folder, beside the other test support

from soak.draw import draw, is_whole
from soak.plan import Plan, PlanError, from_toml, to_toml
from soak.session import Outcome, run_plan
from soak.shrink import Shrinker

from hil_sim.oracle.judge import Violation

SHRINK_RUNS = 40
SAME_COURSE = "same seed"


def run_seed(seed: int, is_twice: bool = False) -> Outcome:
    """The session of this seed; if it is run twice, another course the second time is a violation too."""
    outcome = run_plan(draw(seed), until_settled=not is_whole(seed))
    if is_twice:
        again = run_plan(draw(seed), until_settled=not is_whole(seed))
        if again.trace != outcome.trace:
            said = f"another course the second time: {outcome.trace[:16]}, {again.trace[:16]}"
            outcome = replace(outcome, violations=(*outcome.violations, Violation(SAME_COURSE, 0.0, said)))
    return outcome


def shrink(plan: Plan, invariant: str, runs: int = SHRINK_RUNS) -> Plan:
    """The smallest plan that breaks this invariant."""

    def breaks(some: Plan) -> float | None:
        found = [one.t_s for one in run_plan(some).violations if one.invariant == invariant]
        return min(found, default=None)

    return Shrinker(breaks, runs).shrink(plan)


class Tally:
    """What all sessions together came to."""

    def __init__(self) -> None:
        self.began_s = perf_counter()
        self.seeds: list[int] = []
        self.simulated_s = self.cpu_s = 0.0
        self.violations: list[dict[str, Any]] = []
        self.drawn: Counter[str] = Counter()
        self.bit: Counter[str] = Counter()
        self.phases: Counter[str] = Counter()
        self.traces: dict[int, str] = {}

    def add(self, outcome: Outcome) -> None:
        """One session more."""
        seed = outcome.plan.seed
        self.seeds.append(seed)
        self.traces[seed] = outcome.trace
        self.simulated_s += outcome.simulated_s
        self.cpu_s += outcome.cpu_s
        self.phases[outcome.phase or "no screen"] += 1
        for name, has_bitten in outcome.bites.items():
            self.drawn[name] += 1
            self.bit[name] += has_bitten
        for one in outcome.violations:
            self.violations.append(
                {"seed": seed, "invariant": one.invariant, "t_s": round(one.t_s, 3), "said": one.said}
            )

    def result(self) -> dict[str, Any]:
        """JSON-ready."""
        wall_s = perf_counter() - self.began_s
        return {
            "seeds": len(self.seeds),
            "first_seed": min(self.seeds, default=None),
            "simulated_s": round(self.simulated_s, 1),
            "wall_s": round(wall_s, 1),
            "cpu_s": round(self.cpu_s, 1),
            "ratio": round(self.simulated_s / wall_s, 1) if wall_s else 0.0,
            "violations": self.violations,
            "phases": dict(sorted(self.phases.items())),
            "sometimes": {
                name: {"drawn": self.drawn[name], "bit": self.bit[name]} for name in sorted(self.drawn)
            },
            "never_bit": sorted(name for name in self.drawn if not self.bit[name]),
        }


def outcomes(
    seeds: Iterator[int], workers: int, ends_s: float | None, is_twice: bool = False
) -> Iterator[Outcome]:
    """Run seeds until there are none, or until `perf_counter()` has reached `ends_s`."""
    with ProcessPoolExecutor(workers, mp_context=get_context("spawn")) as pool:
        running: set[Future[Outcome]] = set()
        more = True
        while True:
            while more and len(running) < workers:
                seed = next(seeds, None)
                more = seed is not None and (ends_s is None or perf_counter() < ends_s)
                if more and seed is not None:
                    running.add(pool.submit(run_seed, seed, is_twice))
            if not running:
                return
            done, running = wait(running, return_when=FIRST_COMPLETED)
            for one in done:
                yield one.result()


def soak(options: argparse.Namespace) -> int:
    """Run what was asked for; prints as it goes."""
    quiet = options.json
    ends_s = perf_counter() + 60.0 * options.minutes if options.minutes else None
    first = options.first_seed
    seeds = count(first) if ends_s is not None else iter(range(first, first + options.seeds))
    tally, failed = Tally(), dict[str, Outcome]()
    for outcome in outcomes(seeds, options.workers, ends_s, options.twice):
        tally.add(outcome)
        for one in outcome.violations:
            if one.invariant != SAME_COURSE:
                failed.setdefault(one.invariant, outcome)
            print(f"seed {outcome.plan.seed}: {one}", file=sys.stderr, flush=True)
        if not quiet:
            print(f"seed {outcome.plan.seed}: {outcome.simulated_s:.0f} s, {outcome.phase}", flush=True)
    result = tally.result()
    if failed and not options.no_shrink:
        with ProcessPoolExecutor(options.workers, mp_context=get_context("spawn")) as pool:
            small = pool.map(shrink, [one.plan for one in failed.values()], failed)
            result["plans"] = {name: to_toml(plan) for name, plan in zip(failed, small, strict=True)}
    if quiet:
        print(json.dumps(result, indent=1))
        return 1 if tally.violations else 0
    for invariant, text in result.get("plans", {}).items():
        print(f"\n# breaks {invariant}; run it with ./run soak --plan FILE\n{text}")
    for name, row in result["sometimes"].items():
        print(f"  {name:<28} drawn in {row['drawn']:>4}, bit in {row['bit']:>4}")
    print(
        f"soak: {result['seeds']} sessions, {result['simulated_s']:.0f} simulated s in {result['wall_s']:.0f} s"
        f" (x {result['ratio']:.0f}), {len(tally.violations)} violations"
    )
    return 1 if tally.violations else 0


def run_file(path: Path, is_json: bool) -> int:
    """Run one written plan."""
    try:
        plan = from_toml(path.read_text(encoding="utf-8"))
    except (PlanError, OSError) as error:
        print(f"soak: {path}: {error}", file=sys.stderr)
        return 2
    outcome = run_plan(plan)
    said = [str(one) for one in outcome.violations]
    if is_json:
        print(json.dumps({"trace": outcome.trace, "simulated_s": outcome.simulated_s, "violations": said}))
    else:
        print("\n".join([*said, f"{outcome.simulated_s:.0f} s, {outcome.phase}, trace {outcome.trace[:16]}"]))
    return 1 if said else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run soak", description="Simulated sessions with faults, judged.")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seeds", type=int, default=20, help="how many; default: %(default)s")
    length.add_argument("--minutes", type=float, help="begin new ones for so long")
    length.add_argument("--plan", type=Path, metavar="FILE", help="run one written session")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, nothing else")
    parser.add_argument("--twice", action="store_true", help="each seed twice: its course must be the same")
    parser.add_argument("--no-shrink", action="store_true", help="only report what fails")
    options = parser.parse_args(argv)
    if options.plan is not None:
        return run_file(options.plan, options.json)
    if min(options.seeds, options.workers) < 1 or (options.minutes is not None and options.minutes <= 0):
        parser.error("at least one session, one worker, and some time")
    return soak(options)


if __name__ == "__main__":
    sys.exit(main())
