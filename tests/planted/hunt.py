"""The part of a hunt that runs beside the copy: seeds until the oracle says something, then the smallest story that does.

Theory of operation. This is a process of its own, because the copy must be what `import pumpd` finds; it refuses to run
on any other. It knows nothing of the defect but its name and its hint, and whatever invariant is broken counts.
"""

import argparse
import importlib
import json
import sys
from pathlib import Path
from time import process_time
from typing import Any

from planted.defect import PRODUCT, Defect, read
from soak.session import run_story
from soak.shrink import Shrinker

from hil_sim.bench.story import Story, read_story
from hil_sim.bench.story_text import story_text


def hunt(
    defect: Defect, first: int, seeds: int, budget_s: float, shrink_runs: int, is_blind: bool = False
) -> dict[str, Any]:
    """What was found, JSON-ready; `seed` None: nothing within the budget of CPU seconds."""
    began_s, simulated_s = process_time(), 0.0
    for seed in range(first, first + seeds):
        story = defect.story(seed, is_blind=is_blind)
        outcome = run_story(story, until_settled=defect.is_brief(seed, is_blind=is_blind))
        simulated_s += outcome.simulated_s
        if outcome.violations:
            wanted = [one for one in outcome.violations if one.invariant in defect.seen_by]
            one = (wanted or list(outcome.violations))[0]
            is_wordy = shrink_runs and story.timeline
            small = _smallest(story, one.invariant, shrink_runs) if is_wordy else story
            return {
                "seed": seed,
                "tried": seed - first + 1,
                "invariant": one.invariant,
                "is_expected": bool(wanted),
                "t_s": round(one.t_s, 3),
                "said": one.said,
                "all": sorted({each.invariant for each in outcome.violations}),
                "simulated_s": round(simulated_s, 1),
                "cpu_s": round(process_time() - began_s, 1),
                "acts_drawn": len(story.timeline),
                "acts": len(small.timeline),
                "story": story_text(small),
            }
        if process_time() - began_s >= budget_s:
            break
    spent_s = round(process_time() - began_s, 1)
    return {"seed": None, "tried": seed - first + 1, "simulated_s": round(simulated_s, 1), "cpu_s": spent_s}


def _smallest(story: Story, invariant: str, runs: int) -> Story:
    def breaks(some: Story) -> float | None:
        found = [one.t_s for one in run_story(some).violations if one.invariant == invariant]
        return min(found, default=None)

    # What was drawn by a hint is plain already: cut it off, and leave out what is not needed.
    return Shrinker(breaks, min(runs, 2 + 2 * len(story.timeline))).shrink(story)


def sound(stories: list[Story]) -> dict[str, Any]:
    """What the oracle says of these stories, as `INVARIANT: words`."""
    said = [str(one) for story in stories for one in run_story(story).violations]
    return {"violations": said}


def main() -> int:
    """Entry point; JSON on standard output, its last line."""
    parser = argparse.ArgumentParser()
    parser.add_argument("tree", type=Path)
    parser.add_argument("--defect", type=Path)
    parser.add_argument("--first-seed", type=int, default=1)
    parser.add_argument("--seeds", type=int, default=1000)
    parser.add_argument("--budget-s", type=float, default=120.0)
    parser.add_argument("--shrink-runs", type=int, default=12)
    parser.add_argument(
        "--sound", action="store_true", help="stories on standard input, a JSON list of texts"
    )
    parser.add_argument("--blind", action="store_true", help="without the hint")
    options = parser.parse_args()
    for name in PRODUCT:
        found = Path(importlib.import_module(name).__file__ or "").resolve()
        if options.tree.resolve() not in found.parents:
            print(f"hunt: {name} is {found}, not of {options.tree}", file=sys.stderr)
            return 2
    if options.sound:
        print(json.dumps(sound([read_story(text, "sound") for text in json.load(sys.stdin)])))
        return 0
    found_it = hunt(
        read(options.defect),
        options.first_seed,
        options.seeds,
        options.budget_s,
        options.shrink_runs,
        options.blind,
    )
    print(json.dumps(found_it))
    return 0


if __name__ == "__main__":
    sys.exit(main())
