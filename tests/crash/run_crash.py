"""`./run crash`: kill the daemon at every step of a story, start it again, let a nurse resume by the book, judge.

Theory of operation. What a step is stands in `crash.steps`, how one story becomes thousands of branches in `crash.trunk`,
what is asked of a branch in `crash.afterlife`. Each story is played with each family of pumps named. Without `--repeats 0`
steps that are alike are played a few times and not every time. The table of a full run is kept in docs/crash.md.
"""

import argparse
import json
import sys
import tempfile
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, replace
from pathlib import Path
from time import perf_counter
from typing import Any

if __name__ == "__main__":
    sys.path[0] = str(Path(__file__).parents[1])  # `crash` is the folder, beside the other test support

from crash.trunk import play

from hil_sim.bench.settings import FAMILIES
from hil_sim.bench.story import Story, load_story
from hil_sim.bench.strict import StoryError

STORIES = Path(__file__).parent / "stories"
KINDS = ("wire", "commit begins", "commit ends", "says", "line")
PAGE_HEAD = """# Killed at every step

<!-- Made by `./run crash --page docs/crash.md`: {how}. -->

Each story is played on the virtual bench, and from every step a branch is taken in which the daemon is killed exactly
there, started again 0.3 or 3 s later on the disk as it lies there, and resumed by a nurse by the book. A step
is anything the
daemon does that outlives it (`tests/crash/steps.py`): a frame on the pump's wire, the beginning and the end of a commit, a
message to the broker, a line on a screen. Steps that are alike (the same words, the same screen, the same pump, the same
records waiting) are played {repeats}. "Twins" are the same death with the commit under way kept, or with the
journal's head file one commit old. "Stands" is the longest time from the death to the plunger's rest.

| story | pump | steps | deaths played | of them twins | resumed | over | blocked | not begun | stands | violations |
|---|---|---|---|---|---|---|---|---|---|---|
"""


@dataclass(frozen=True, slots=True)
class Row:
    """What came of one story with one family."""

    story: str
    family: str
    steps: int
    reports: list[dict[str, Any]]
    wall_s: float

    @property
    def violations(self) -> list[str]:
        return [
            f"{self.story}, {self.family}: death {one['step']} at {one['t_s']} s behind {one['kind']} {one['label']!r}"
            f"{' (' + one['twin'] + ')' if one['twin'] else ''}: {said}"
            for one in self.reports
            for said in one["violations"]
        ]

    @property
    def outcomes(self) -> Counter[str]:
        return Counter(one["outcome"] for one in self.reports)

    @property
    def longest_s(self) -> float:
        """From a death to the plunger's rest."""
        return max((one.get("stood_s") or 0.0 for one in self.reports), default=0.0)

    def as_json(self) -> dict[str, Any]:
        return {
            "story": self.story,
            "family": self.family,
            "steps": self.steps,
            "deaths": len(self.reports),
            "twins": sum(1 for one in self.reports if one["twin"]),
            "outcomes": dict(self.outcomes),
            "kinds": dict(Counter(one["kind"] for one in self.reports)),
            "longest_to_rest_s": self.longest_s,
            "simulated_s": round(sum(one.get("simulated_s", 0.0) for one in self.reports), 1),
            "wall_s": round(self.wall_s, 1),
            "violations": self.violations,
        }

    def as_line(self) -> str:
        """One row of the page."""
        told, got = self.as_json(), self.outcomes
        over = got["completed"] + got["stopped"]
        cells = (
            self.story,
            f"`{self.family}`",
            self.steps,
            len(self.reports),
            told["twins"],
            got["resumed"],
            over,
        )
        cells = (*cells, got["blocked"], got["not begun"], f"{self.longest_s:.1f} s", len(self.violations))
        return "| " + " | ".join(str(one) for one in cells) + " |"


def crash(story: Story, name: str, family: str, options: argparse.Namespace) -> Row:
    """Play one story with one family, and all its deaths."""
    story = replace(story, pump=replace(story.pump, family=family))
    memory, began_s = Path("/dev/shm"), perf_counter()
    with tempfile.TemporaryDirectory(prefix="crash-", dir=memory if memory.is_dir() else None) as folder:
        trunk, reports = play(
            story, Path(folder), options.workers, options.every, options.repeats, not options.no_twins
        )
    return Row(name, family, sum(trunk.steps.values()), reports, perf_counter() - began_s)


def page(rows: Sequence[Row], options: argparse.Namespace) -> str:
    """docs/crash.md."""
    how = f"--every {options.every} --repeats {options.repeats}"
    repeats = {0: "every time", 1: "once"}.get(
        options.repeats, f"{options.repeats} times, spread over the story"
    )
    lines = [row.as_line() for row in rows]
    deaths, wrong = sum(len(row.reports) for row in rows), sum(len(row.violations) for row in rows)
    simulated_h = sum(row.as_json()["simulated_s"] for row in rows) / 3600
    foot = f"\n{deaths} deaths, {simulated_h:.1f} h lived after them, {wrong} violations.\n"
    blocked = Counter(why for row in rows for one in row.reports for why in one.get("blocked_by", ()))
    if blocked:
        foot += "\nWhat stood in the way of a resume for the rest of a branch, and was told:\n\n"
        foot += "".join(f"- {why}: {count}\n" for why, count in sorted(blocked.items()))
    return PAGE_HEAD.format(how=how, repeats=repeats) + "\n".join(lines) + "\n" + foot


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point."""
    parser = argparse.ArgumentParser(
        prog="./run crash", description="Kill the daemon at every step of a story."
    )
    parser.add_argument(
        "--story", type=Path, nargs="+", metavar="FILE", default=sorted(STORIES.glob("*.toml"))
    )
    parser.add_argument("--family", nargs="+", choices=FAMILIES, default=["new_era", "modbus-tcp", "chemyx"])
    parser.add_argument("--every", type=int, default=1, metavar="N", help="only every N-th death")
    parser.add_argument(
        "--repeats",
        type=int,
        default=3,
        metavar="N",
        help="of deaths that are alike; 0: all; default: %(default)s",
    )
    parser.add_argument("--no-twins", action="store_true", help="only the disk as it lies there")
    parser.add_argument("--workers", type=int, default=2)
    parser.add_argument("--page", type=Path, metavar="FILE", help="write the table")
    parser.add_argument("--json", action="store_true", help="one JSON object at the end, nothing else")
    options = parser.parse_args(argv)
    if options.every < 1 or options.repeats < 0 or options.workers < 1:
        parser.error("--every and --workers are at least 1, --repeats at least 0")
    try:
        stories = [(path.stem, load_story(path)) for path in options.story]
        rows = []
        for family in options.family:
            for name, story in stories:
                rows.append(row := crash(story, name, family, options))
                if (
                    options.page is not None
                ):  # after each, so that a long run that is cut short leaves what it has
                    options.page.write_text(page(rows, options), encoding="utf-8")
                if not options.json:
                    told = row.as_json()
                    print(
                        f"{name}, {family}: {row.steps} steps, {told['deaths']} deaths, {told['outcomes']},"
                        f" {len(row.violations)} violations, {row.wall_s:.0f} s",
                        flush=True,
                    )
                    for said in row.violations[:20]:
                        print(f"  {said}", flush=True)
    except (StoryError, OSError) as error:
        print(f"crash: {error}", file=sys.stderr)
        return 2
    if options.json:
        print(json.dumps([row.as_json() for row in rows], indent=1))
    return 1 if any(row.violations for row in rows) else 0


if __name__ == "__main__":
    sys.exit(main())
