"""`./run soak`: sessions drawn from seeds, run on a clock that jumps, judged at every step; what fails is shrunk.

Theory of operation. A seed is a session, and seeds know nothing of one another, so they run in as many processes as
wanted, one to a core. Each process has another `PYTHONHASHSEED`; with `--twice` each seed is run in two of them, and a
course that differs is a violation. What is printed for a seed that fails is a scenario file that breaks the same invariant
with as few acts as could be found: `hil-sim run FILE` shows it again.
"""

import argparse
import json
import os
import sys
from collections.abc import Iterator, Sequence
from concurrent.futures import FIRST_COMPLETED, Future, ProcessPoolExecutor, wait
from itertools import count
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `soak` is the folder, beside the other test support

from soak.draw import draw, is_whole
from soak.session import Outcome, run_story
from soak.shrink import Shrinker
from soak.tally import Tally

from hil_sim.bench.story import Story
from hil_sim.bench.story_text import story_text

SHRINK_RUNS = 40
SAME_COURSE = "same seed"
TOLD_EVERY_S = 30.0


def run_seed(seed: int) -> Outcome:
    """The session of this seed."""
    return run_story(draw(seed), until_settled=not is_whole(seed))


def shrink(story: Story, invariant: str, runs: int = SHRINK_RUNS) -> Story:
    """The smallest story that breaks this invariant."""

    def breaks(some: Story) -> float | None:
        found = [one.t_s for one in run_story(some).violations if one.invariant == invariant]
        return min(found, default=None)

    return Shrinker(breaks, runs).shrink(story)


class Hands:
    """Processes, each with a hash seed of its own."""

    def __init__(self, number: int) -> None:
        self._pools = [self._make(hand) for hand in range(number)]

    def _make(self, hand: int) -> ProcessPoolExecutor:
        before = os.environ.get("PYTHONHASHSEED")
        os.environ["PYTHONHASHSEED"] = str(1000 + hand)
        try:
            pool = ProcessPoolExecutor(1, mp_context=get_context("spawn"))
            pool.submit(int).result()  # it has begun, with the environment as it is now
        finally:
            if before is None:
                del os.environ["PYTHONHASHSEED"]
            else:
                os.environ["PYTHONHASHSEED"] = before
        return pool

    def __len__(self) -> int:
        return len(self._pools)

    def give(self, hand: int, seed: int) -> Future[Outcome]:
        """This hand runs this seed."""
        return self._pools[hand].submit(run_seed, seed)

    def shrink(self, failed: dict[str, Outcome]) -> dict[str, Story]:
        """The smallest story of each kind of failure."""
        tasks = [
            (name, self._pools[number % len(self)].submit(shrink, one.story, name))
            for number, (name, one) in enumerate(failed.items())
        ]
        return {name: task.result() for name, task in tasks}

    def leave(self) -> None:
        """End them."""
        for pool in self._pools:
            pool.shutdown()


def outcomes(hands: Hands, seeds: Iterator[int], ends_s: float | None, times: int = 1) -> Iterator[Outcome]:
    """Run each seed so many times, each time by another hand, until there is none left or it is `ends_s`."""
    queues: list[list[int]] = [[] for _ in range(len(hands))]
    running: dict[Future[Outcome], int] = {}
    free, is_more = list(range(len(hands))), True
    while True:
        for hand in list(free):
            while not queues[hand] and is_more:
                seed = next(seeds, None)
                is_more = seed is not None and (ends_s is None or perf_counter() < ends_s)
                if is_more and seed is not None:
                    for turn in range(times):
                        queues[(hand + turn) % len(hands)].append(seed)
            if queues[hand]:
                free.remove(hand)
                running[hands.give(hand, queues[hand].pop(0))] = hand
        if not running:
            return
        done, _ = wait(running, return_when=FIRST_COMPLETED)
        for one in done:
            free.append(running.pop(one))
            yield one.result()


class Teller:
    """One line that says how far it is: over and over on a terminal, now and then elsewhere."""

    def __init__(self, tally: Tally, is_quiet: bool) -> None:
        self._tally = tally
        self._is_quiet = is_quiet
        self._is_terminal = sys.stderr.isatty()
        self._told_s = perf_counter()

    def say(self, sentence: str) -> None:
        """Something worth a line of its own."""
        print(f"\r\x1b[K{sentence}" if self._is_terminal else sentence, file=sys.stderr, flush=True)

    def tell(self) -> None:
        """How far it is."""
        if self._is_quiet:
            return
        if self._is_terminal:
            print(f"\r\x1b[K{self._tally.line()}", end="", file=sys.stderr, flush=True)
        elif perf_counter() - self._told_s >= TOLD_EVERY_S:
            self._told_s = perf_counter()
            self.say(self._tally.line())


def soak(options: argparse.Namespace) -> int:
    """Run what was asked for; prints as it goes."""
    ends_s = perf_counter() + 60.0 * options.minutes if options.minutes else None
    first = options.first_seed
    seeds = count(first) if ends_s is not None else iter(range(first, first + options.seeds))
    hands = Hands(options.workers)
    tally, failed, waiting = Tally(), dict[str, Outcome](), dict[int, str]()
    teller = Teller(tally, options.json)
    for outcome in outcomes(hands, seeds, ends_s, 2 if options.twice else 1):
        seed = outcome.story.seed
        if options.twice and seed in waiting:
            before = waiting.pop(seed)
            tally.simulated_s += outcome.simulated_s
            tally.cpu_s += outcome.cpu_s
            if before != outcome.trace:
                said = f"another course the second time: {before[:16]}, {outcome.trace[:16]}"
                tally.violate(seed, SAME_COURSE, 0.0, said)
                teller.say(f"seed {seed}: {said}")
            continue
        waiting[seed] = outcome.trace
        tally.add(outcome)
        for one in outcome.violations:
            failed.setdefault(one.invariant, outcome)
            teller.say(f"seed {seed}: {one}")
        teller.tell()
    result = tally.result()
    if failed and not options.no_shrink:
        teller.say(f"soak: looking for the smallest story of {', '.join(failed)}")
        result["stories"] = {name: story_text(one) for name, one in hands.shrink(failed).items()}
    hands.leave()
    if options.json:
        print(json.dumps(result, indent=1))
        return 1 if tally.violations else 0
    for invariant, text in result.get("stories", {}).items():
        print(f"\n# breaks {invariant}; see it again: hil-sim run FILE\n{text}")
    for name, row in result["sometimes"].items():
        print(f"  {name:<28} drawn in {row['drawn']:>4}, bit in {row['bit']:>4}")
    print(f"never bit: {', '.join(tally.never_bit) or 'nothing'}")
    print(tally.line() + (", each seed run twice" if options.twice else ""))
    return 1 if tally.violations else 0


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run soak", description="Simulated sessions with faults, judged.")
    length = parser.add_mutually_exclusive_group()
    length.add_argument("--seeds", type=int, default=20, help="how many; default: %(default)s")
    length.add_argument("--minutes", type=float, help="begin new ones for so long")
    length.add_argument("--write", type=Path, metavar="FILE", help="only write the story of the first seed")
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument(
        "--workers", type=int, default=os.cpu_count() or 1, help="processes; default: the cores"
    )
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, nothing else")
    parser.add_argument("--twice", action="store_true", help="each seed in two processes: same course")
    parser.add_argument("--no-shrink", action="store_true", help="only report what fails")
    options = parser.parse_args(argv)
    if options.write is not None:
        options.write.write_text(story_text(draw(options.first_seed)), encoding="utf-8")
        return 0
    if min(options.seeds, options.workers) < 1 or (options.minutes is not None and options.minutes <= 0):
        parser.error("at least one session, one worker, and some time")
    if options.twice and options.workers < 2:
        parser.error("--twice needs two processes")
    return soak(options)


if __name__ == "__main__":
    sys.exit(main())
