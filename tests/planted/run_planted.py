"""`./run planted`: known defects, put into a copy one at a time; the soak's oracle has to find each, and nothing else.

Theory of operation. A net that has caught nothing may have holes; so here are fish of known sizes. Each patch is applied
to a copy of the product's packages, sessions are drawn from seeds until an invariant is broken, and the session is
shrunk. The very session, drawn and shrunk, is then run on the tree as it is: what is blamed there too is a fault of the
oracle, and counts as a failure as an unfound defect does. What nobody outside can see stands in README.md beside it.
"""

import argparse
import json
import subprocess
import sys
import tempfile
from collections.abc import Iterable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from os import environ
from pathlib import Path
from time import perf_counter
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `planted` is the folder, beside the other test support

from planted.defect import HERE, ROOT, BadDefect, Defect, apply, copy_of, read_all

from hil_sim.bench.story_text import story_text

SHRINK_RUNS = 12
FEW_ACTS = 3
#: Shrinking and starting up, beside the hunt's own budget; the machine may be shared.
GRACE_S = 900.0


def hunted(
    defect: Defect,
    budget_s: float,
    shrink_runs: int = SHRINK_RUNS,
    seeds: int = 1000,
    *,
    is_blind: bool = False,
) -> dict[str, Any]:
    """What became of one defect, JSON-ready: `status` is found, missed, blamed, or broken (the patch, or the hunt)."""
    began_s = perf_counter()
    memory = Path("/dev/shm")
    row: dict[str, Any] = {"name": defect.name, "status": "broken", "said": ""}
    with tempfile.TemporaryDirectory(dir=memory if memory.is_dir() else None) as folder:
        tree = Path(folder)
        try:
            copy_of(ROOT, tree)
            apply(defect, tree)
            hunt = [
                "--defect",
                str(defect.path),
                "--budget-s",
                str(budget_s),
                "--shrink-runs",
                str(shrink_runs),
                "--seeds",
                str(seeds),
                *(["--blind"] if is_blind else []),
            ]
            row |= _beside(tree, hunt, "", budget_s)
            row["status"] = "missed" if row["seed"] is None else "found"
            if row["seed"] is not None:
                drawn = story_text(defect.story(row["seed"], is_blind=is_blind))
                stories = list(dict.fromkeys((row["story"], drawn)))
                said = _beside(ROOT, ["--sound"], json.dumps(stories), budget_s)["violations"]
                row["blamed"] = said
                row["status"] = "blamed" if said else "found"
        except (BadDefect, subprocess.TimeoutExpired, RuntimeError) as error:
            row["said"] = str(error)
    row["wall_s"] = round(perf_counter() - began_s, 1)
    return row


def _beside(tree: Path, arguments: Sequence[str], given: str, budget_s: float) -> dict[str, Any]:
    """Run the hunt on this tree, and nothing of it in this process. Raises RuntimeError: it failed."""
    places = {"PYTHONPATH": f"{tree}:{HERE.parent}:{ROOT}", "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-B", str(HERE / "hunt.py"), str(tree), *arguments]
    done = subprocess.run(
        command,
        cwd=tree,
        env={**environ, **places},
        input=given,
        capture_output=True,
        text=True,
        timeout=budget_s * 4 + GRACE_S,
        check=False,
    )
    if done.returncode != 0:
        last = (done.stderr.strip().splitlines() or ["no word"])[-1]
        raise RuntimeError(f"the hunt ended with {done.returncode}: {last}")
    found: dict[str, Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def line_of(row: dict[str, Any]) -> str:
    """One row of the table."""
    if row["status"] in ("broken", "missed"):
        said = row["said"] or f"nothing in {row['tried']} seeds, {row['cpu_s']:.0f} CPU s"
        return f"{row['status'].upper():<7} {row['name']:<32} {said}"
    more = f"; BLAMES SOUND CODE: {row['blamed'][0]}" if row["blamed"] else ""
    beside = "" if row["is_expected"] else " (not the one that was expected)"
    return (
        f"{row['status']:<7} {row['name']:<32} seed {row['seed']:>3}  {row['invariant']:<12}"
        f" {row['simulated_s']:>7.0f} s  {row['acts_drawn']} -> {row['acts']} acts"
        f"  {row['cpu_s']:>6.1f} CPU s{beside}{more}"
    )


def is_found(row: dict[str, Any]) -> bool:
    """Found, and nothing else blamed."""
    return bool(row["status"] == "found")


def is_good(row: dict[str, Any]) -> bool:
    """Found, in few acts, and nothing else blamed."""
    return is_found(row) and bool(row["acts"] <= FEW_ACTS)


def _chosen(names: Iterable[str]) -> list[Defect]:
    every = {one.name: one for one in read_all()}
    if unknown := sorted(set(names) - set(every)):
        raise BadDefect(f"no defect {', '.join(unknown)}; there are: {', '.join(every)}")
    return [every[name] for name in names] or list(every.values())


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(prog="./run planted", description="Find known defects by simulation.")
    parser.add_argument(
        "--only", metavar="NAME", action="append", default=[], help="this one; may be repeated"
    )
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--budget-s", type=float, default=120.0, help="CPU seconds of search for each")
    parser.add_argument("--shrink-runs", type=int, default=SHRINK_RUNS, help="0: do not shrink")
    parser.add_argument("--stories", type=Path, metavar="FOLDER", help="write the smallest stories here")
    parser.add_argument("--blind", action="store_true", help="the soak's own seeds only, without the hints")
    parser.add_argument("--seeds", type=int, default=1000, help="seeds tried for each, at most")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, nothing else")
    options = parser.parse_args(argv)
    if options.workers < 1 or options.budget_s <= 0:
        parser.error("at least one worker and some time")
    try:
        chosen = _chosen(options.only)
    except BadDefect as bad:
        print(f"planted: {bad}", file=sys.stderr)
        return 2
    rows: list[dict[str, Any]] = []
    with ThreadPoolExecutor(options.workers) as pool:
        hunts = [
            pool.submit(
                hunted, one, options.budget_s, options.shrink_runs, options.seeds, is_blind=options.blind
            )
            for one in chosen
        ]
        for hunt in as_completed(hunts):
            row = hunt.result()
            rows.append(row)
            if not options.json:
                print(line_of(row), flush=True)
            if options.stories is not None and "story" in row:
                options.stories.mkdir(parents=True, exist_ok=True)
                (options.stories / f"{row['name']}.toml").write_text(row["story"], encoding="utf-8")
    rows.sort(key=lambda row: str(row["name"]))
    # What is looked for without a hint is found among many acts; how few would do is the hinted hunt's affair.
    good = sum(map(is_found if options.blind else is_good, rows))
    if options.json:
        print(json.dumps({"defects": len(rows), "found": good, "rows": rows}, indent=1))
    else:
        tried = sum(row.get("tried", 0) for row in rows)
        how = f"by ordinary seeds ({tried} sessions)" if options.blind else f"in {FEW_ACTS} acts or fewer"
        print(f"planted: {good} of {len(rows)} found, {how}, and nothing else blamed")
    return 0 if good == len(rows) else 1


if __name__ == "__main__":
    sys.exit(main())
