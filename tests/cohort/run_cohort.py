"""`./run cohort`: treat a simulated population and write down what the rules did.

Theory of operation. Sessions know nothing of one another and each is drawn from its own number, so they run in as many
processes as wanted and come to the same page whatever that number is.
"""

import argparse
import sys
from collections.abc import Sequence
from functools import partial
from multiprocessing import get_context
from pathlib import Path
from time import perf_counter

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `cohort` is the folder, beside the other test support

from cohort.table import page
from cohort.treatment import Outcome, treat

ROOT = Path(__file__).parents[2]
PAGE = ROOT / "docs" / "cohort.md"


def treat_all(sessions: int, seed: int, workers: int) -> list[Outcome]:
    """Every session of the population, in order of its number."""
    if workers == 1:
        return [treat(seed, number) for number in range(sessions)]
    with get_context("spawn").Pool(workers) as pool:
        return pool.map(partial(treat, seed), range(sessions), chunksize=1)


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run cohort", description="Treat a simulated population.")
    parser.add_argument("--sessions", type=int, default=500)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--out", type=Path, default=PAGE, help="page to write; default: %(default)s")
    args = parser.parse_args(argv)
    if min(args.sessions, args.workers) < 1:
        parser.error("at least one session and one worker")
    began = perf_counter()
    outcomes = treat_all(args.sessions, args.seed, args.workers)
    text = page(outcomes, args.seed, f"./run cohort --sessions {args.sessions} --seed {args.seed}")
    args.out.write_text(text, encoding="utf-8")
    print(text)
    print(f"cohort: {args.sessions} sessions in {perf_counter() - began:.0f} s, written to {args.out}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
