"""The stories that ship with the simulator, read once: which there are, what each uses, and the table of them for people.

Theory of operation. What a story shows is in its claims and its timeline; here that is collected, so that one test can
ask whether everything that can be shown is shown by somebody, and the manual's table cannot say anything else than the
files. `python tests/scenario_shelf.py > docs/scenarios.md` makes the table.
"""

import re
from collections.abc import Iterator, Mapping
from functools import cache
from pathlib import Path

from hil_sim.bench.claims import RuleShown, RulesLimited, Trips
from hil_sim.bench.story import Story, load_story

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "hil_sim" / "scenarios"
#: The kinds of acts in the order of the table's column.
_KINDS = ("fault", "event", "daemon", "operator")
_HEAD = """# The scenarios

<!-- Made by `python tests/scenario_shelf.py > docs/scenarios.md`. Edit the stories in hil_sim/scenarios, make it again. -->

`hil-sim run hil_sim/scenarios --junit out.xml --html out/` plays them all, over eight hours of treatment; each tells
its story in a comment at its top. "Rules" are those that a story claims to see; "what happens" is its timeline, people
left out unless nothing else happens.

| story | what it shows | rules | what happens | pump |
|---|---|---|---|---|
"""


@cache
def stories() -> Mapping[str, Story]:
    """Every story, by the stem of its file's name, sorted."""
    return {path.stem: load_story(path) for path in sorted(FOLDER.glob("*.toml"))}


def rules_shown(story: Story) -> tuple[str, ...]:
    """The rows that a story claims to see in force, each once."""
    return tuple(dict.fromkeys(_shown(story)))


def _shown(story: Story) -> Iterator[str]:
    for claim in story.expect:
        if isinstance(claim, RuleShown):
            yield claim.rule
        elif isinstance(claim, Trips):
            yield from (rule for rule, _ in claim.trips)


def rules_named(story: Story) -> set[str]:
    """All rows that a story's claims name, shown or not."""
    limited = {rule for claim in story.expect if isinstance(claim, RulesLimited) for rule in claim.rules}
    return limited | set(_shown(story))


def acts_of(story: Story, *kinds: str) -> tuple[str, ...]:
    """The names of a story's acts of these kinds, each once."""
    return tuple(dict.fromkeys(act.name for act in story.timeline if act.kind in kinds))


def markdown() -> str:
    """docs/scenarios.md."""
    rows = [_row(name, story) for name, story in stories().items()]
    return _HEAD + "\n".join(rows) + "\n"


def _row(name: str, story: Story) -> str:
    happens = acts_of(story, *_KINDS[:-1]) or acts_of(story, "operator")
    archetype = "" if story.patient.archetype == "typical" else f" ({story.patient.archetype})"
    cells = (
        f"`{name}`",
        re.sub(r"[|]", "/", story.title) + archetype,
        ", ".join(rules_shown(story)),
        ", ".join(f"`{one}`" for one in happens),
        story.pump.family,
    )
    return f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    print(markdown(), end="")
