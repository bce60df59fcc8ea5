"""`./run faults`: each fault that can be injected, thirty seeds, a treatment in which it falls; judged and counted.

Theory of operation. What is injected stands in `faulting.rows`, how one trial goes in `faulting.trial`. The seeds of a
fault go in turn over the families that it can touch. The table says how often the fault really bit, what the
daemon answered,
how long the plunger went on, and what the oracle found; that of a full run is kept in docs/fault-seeds.md.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from pathlib import Path
from time import perf_counter
from typing import Any

import structlog

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `faulting` is the folder, beside the other test support

from crash.trunk import Branches
from faulting.rows import NOT_INJECTED, Row, all_rows
from faulting.trial import reports_of

from hil_sim.bench.settings import FAMILIES

MOST_ANSWERS = 5
PAGE_HEAD = """# Every fault, many times

<!-- Made by `./run faults --page docs/fault-seeds.md`. -->

Each fault that can be injected ({how}) falls at a drawn moment, for a drawn time and with drawn parameters into a treatment
that flows; the seeds go in turn over the pumps named. The oracle judges every step against the plunger's truth
(facts/faults.md 5). "Rows" are those of the fault catalogue or of the interlock table. "Bit" counts the trials in which
the fault had something to act upon. "Answered" is what the daemon showed in most trials: rows, holds and alarms. "Stood"
says in how many trials the plunger stood still afterwards, and the longest time it took.

| fault | rows | pumps | seeds | bit | the daemon answered | stood | longest | violations |
|---|---|---|---|---|---|---|---|---|
"""


def jobs_of(rows: Iterable[Row], seeds: Iterable[int]) -> dict[str, list[tuple[Row, int]]]:
    """By family, which faults with which seeds."""
    jobs: dict[str, list[tuple[Row, int]]] = defaultdict(list)
    for row in rows:
        for seed in seeds:
            jobs[row.families[seed % len(row.families)]].append((row, seed))
    return jobs


def trials(
    rows: Sequence[Row], seeds: Sequence[int], workers: int, is_quiet: bool = True
) -> list[dict[str, Any]]:
    """Play them all; one report each."""
    before = structlog.get_config()
    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(50))
    memory = Path("/dev/shm")
    try:
        with tempfile.TemporaryDirectory(prefix="faults-", dir=memory if memory.is_dir() else None) as folder:
            branches = Branches(Path(folder), workers)
            for family, jobs in jobs_of(rows, seeds).items():
                began_s = perf_counter()
                reports_of(family, jobs, Path(folder), branches)
                branches.finish()
                if not is_quiet:
                    print(f"{family}: {len(jobs)} trials in {perf_counter() - began_s:.0f} s", flush=True)
            return branches.reports
    finally:
        structlog.configure(**before)


def violations(reports: Iterable[dict[str, Any]]) -> list[str]:
    """Each with its trial."""
    return [
        f"{one['label']}, {one['family']}, seed {one['seed']} {one.get('params', '')}: {said}"
        for one in reports
        for said in one["violations"]
    ]


def summary(row: Row, reports: list[dict[str, Any]]) -> dict[str, Any]:
    """One fault, JSON-ready."""
    mine = [one for one in reports if one["label"] == row.label]
    seen = Counter(name for one in mine for name in one.get("seen", ()))
    stood = [one["stood_s"] for one in mine if one.get("stood_s") is not None]
    return {
        "fault": row.label,
        "rows": row.entry.rows,
        "families": list(row.families),
        "seeds": len(mine),
        "bit": sum(bool(one.get("bit")) for one in mine),
        "answered": dict(seen.most_common(MOST_ANSWERS)),
        "stood": len(stood),
        "longest_to_still_s": round(max(stood), 2) if stood else None,
        "simulated_s": round(sum(one.get("simulated_s", 0.0) for one in mine)),
        "violations": violations(mine),
    }


def line_of(one: dict[str, Any]) -> str:
    """One line of the page."""
    pumps = (
        "all" if len(one["families"]) == len(FAMILIES) else ", ".join(f"`{name}`" for name in one["families"])
    )
    answered = ", ".join(f"{name} ({count})" for name, count in one["answered"].items()) or "nothing"
    longest = "-" if one["longest_to_still_s"] is None else f"{one['longest_to_still_s']:.1f} s"
    cells = (
        f"`{one['fault']}`",
        one["rows"] or "-",
        pumps,
        one["seeds"],
        one["bit"],
        answered,
        one["stood"],
        longest,
    )
    return "| " + " | ".join(str(cell) for cell in (*cells, len(one["violations"]))) + " |"


def page(table: Sequence[dict[str, Any]]) -> str:
    """docs/fault-seeds.md."""
    count, wrong = sum(one["seeds"] for one in table), sum(len(one["violations"]) for one in table)
    hours = sum(one["simulated_s"] for one in table) / 3600
    foot = f"\n{count} trials, {hours:.1f} h of treatment, {wrong} violations.\n"
    left_out = "".join(f"- `{name}`: {why}\n" for name, why in sorted(NOT_INJECTED.items()))
    how = f"{len(table)} of them, `hil-sim faults`"
    return PAGE_HEAD.format(how=how) + "\n".join(map(line_of, table)) + f"\n{foot}\nLeft out:\n\n{left_out}"


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    rows = all_rows()
    names = {row.label: row for row in rows}
    parser = argparse.ArgumentParser(prog="./run faults", description="Each fault with many seeds, judged.")
    parser.add_argument("--seeds", type=int, default=30)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--row", nargs="+", metavar="NAME", help="only these faults")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the table")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, nothing else")
    options = parser.parse_args(argv)
    if min(options.seeds, options.workers) < 1:
        parser.error("at least one seed and one worker")
    if unknown := sorted(set(options.row or ()) - set(names)):
        parser.error(f"no such fault: {', '.join(unknown)}; known: {', '.join(names)}")
    chosen = [names[name] for name in options.row] if options.row else list(rows)
    seeds = range(options.first_seed, options.first_seed + options.seeds)
    began_s = perf_counter()
    reports = trials(chosen, seeds, options.workers, options.json)
    table = [summary(row, reports) for row in chosen]
    wrong = violations(reports)
    if options.page is not None:
        options.page.write_text(page(table), encoding="utf-8")
    if options.json:
        print(json.dumps({"faults": table, "wall_s": round(perf_counter() - began_s, 1)}, indent=1))
        return 1 if wrong else 0
    for one in table:
        print(line_of(one))
    for said in wrong:
        print(f"  {said}")
    never = [one["fault"] for one in table if not one["bit"]]
    print(
        f"faults: {len(reports)} trials of {len(table)} faults in {perf_counter() - began_s:.0f} s,"
        f" {len(wrong)} violations; never bit: {', '.join(never) or 'none'}"
    )
    return 1 if wrong else 0


if __name__ == "__main__":
    sys.exit(main())
