"""A planted defect: a patch whose head says in TOML what is wrong, what it breaks, who should see it, how to draw for it.

Theory of operation. A unified diff may begin with any text, so patch and description are one file that `git apply` takes as
it is. The description is read strictly: a key that nobody knows would be a hint that is not followed. A hint narrows what
is drawn (which acts, when, for how long, with which parameters); it never says what is wrong with a run, that is the
oracle's alone. Without a hint the soak's own plans are drawn.
"""

import re
import shutil
import subprocess
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path
from random import Random
from typing import Any

from soak.draw import draw as soak_draw
from soak.draw import is_whole, last_s

from hil_sim.bench.claims import Kept
from hil_sim.bench.settings import NurseSettings
from hil_sim.bench.story import Story, TimedAct, known_acts
from hil_sim.monitors.bedside import Fitted, MonitorSettings

HERE = Path(__file__).parent
ROOT = HERE.parents[1]
#: What a patch may touch, and what is copied for it.
PRODUCT = ("pumpd", "drivers", "interlocks")

_TOP = ("wrong", "breaks", "seen_by", "draw")
_DRAW = ("acts", "watch_s", "ends_s", "nurse", "air_sensor", "button")
_ACT = ("kind", "name", "at_s", "for_s", "params")
_NEEDED = ("wrong", "breaks", "seen_by")
_TARGET = re.compile(r"^\+\+\+ b/(\S+)", re.MULTILINE)
_BEGINS = re.compile(r"^(?:diff --git |--- a/)", re.MULTILINE)

#: Delivery begins at about 111 s by a nurse who does not dawdle.
AT_S = (113.0, 122.0)
WATCH_S = 8.0


class BadDefect(ValueError):
    """The patch cannot be used; the message names it and why."""


@dataclass(frozen=True, slots=True)
class Defect:
    """One patch.

    Attributes:
        wrong: in words.
        breaks: law, invariant, fault row.
        seen_by: invariants of the oracle, any of which finds it.
        hint: the `draw` table; None: as the soak draws.
        touches: files in the tree.
    """

    name: str
    path: Path
    wrong: str
    breaks: str
    seen_by: tuple[str, ...]
    hint: Mapping[str, Any] | None = field(default=None)
    touches: tuple[str, ...] = ()

    def story(self, seed: int, *, is_blind: bool = False) -> Story:
        """The story of this seed; `is_blind`: as the soak draws it, whatever the hint says."""
        is_hinted = self.hint is not None and not is_blind
        return _drawn(self.hint or {}, self.name, seed) if is_hinted else soak_draw(seed)

    def is_brief(self, seed: int, *, is_blind: bool = False) -> bool:
        """The run may end as soon as delivery has come to rest."""
        return (self.hint is None or is_blind) and not is_whole(seed)


def read(path: Path) -> Defect:
    """Read one patch. Raises BadDefect."""
    text = path.read_text(encoding="utf-8")
    begins = _BEGINS.search(text)
    if begins is None:
        raise BadDefect(f"{path.name}: no diff in it")
    try:
        head = tomllib.loads(text[: begins.start()])
        _refuse(head, _TOP)
        if missing := [key for key in _NEEDED if not head.get(key)]:
            raise ValueError(f"lacks {', '.join(missing)}")
        hint = head.get("draw")
        if hint is not None:
            _refuse(hint, _DRAW)
            for act in hint.get("acts", []):
                _check(act)
        seen_by = tuple(head["seen_by"])
    except (tomllib.TOMLDecodeError, ValueError, KeyError, TypeError) as error:
        raise BadDefect(f"{path.name}: {error}") from error
    touches = tuple(_TARGET.findall(text))
    return Defect(path.stem, path, head["wrong"], head["breaks"], seen_by, hint, touches)


def read_all(folder: Path = HERE) -> list[Defect]:
    """All of a folder, by name."""
    return [read(path) for path in sorted(folder.glob("*.patch"))]


def _refuse(raw: Mapping[str, object], known: tuple[str, ...]) -> None:
    if unknown := sorted(set(raw) - set(known)):
        raise ValueError(f"unknown {', '.join(unknown)}; known: {', '.join(known)}")


def _check(act: Mapping[str, Any]) -> None:
    _refuse(act, _ACT)
    there_is = known_acts(act["kind"])
    if act["name"] not in there_is:
        raise ValueError(f"no {act['kind']} {act['name']!r}")
    _refuse(act.get("params", {}), tuple(there_is[act["name"]]))


def copy_of(root: Path, into: Path) -> None:
    """The product's packages, byte-code included: what a patch touches is compiled anew by its time and size."""
    for name in PRODUCT:
        shutil.copytree(root / name, into / name)


def apply(defect: Defect, tree: Path) -> None:
    """Patch a copy. Raises BadDefect: the patch does not fit any more."""
    command = ["git", "apply", "--whitespace=nowarn", str(defect.path)]
    done = subprocess.run(command, cwd=tree, capture_output=True, text=True, check=False)
    if done.returncode != 0:
        said = done.stderr.strip().splitlines()[:1] or ["no reason given"]
        raise BadDefect(f"{defect.path.name} does not apply: {said[0]}")
    for touched in defect.touches:
        for stale in (tree / touched).parent.glob(f"__pycache__/{Path(touched).stem}.*"):
            stale.unlink()


def _drawn(hint: Mapping[str, Any], name: str, seed: int) -> Story:
    dice = Random(f"{name}/{seed}")
    acts = sorted((_act(one, dice) for one in hint.get("acts", [])), key=lambda one: one.at_s)
    story = Story(
        title=f"{name}, seed {seed}",
        seed=seed,
        # What ordinary stories have: the hints' times are counted on it.
        monitor=MonitorSettings(nibp_first_cycles_s=(5.0, 80.0)),
        fitted=Fitted(air_sensor=hint.get("air_sensor", False), button=hint.get("button", False)),
        nurse=NurseSettings(**hint.get("nurse", {})),
        timeline=tuple(acts),
        expect=(Kept(),),
    )
    until_s = max(last_s(story), AT_S[0]) + hint.get("watch_s", WATCH_S)
    return replace(story, ends_after_s=round(hint.get("ends_s", until_s), 3))


def _act(raw: Mapping[str, Any], dice: Random) -> TimedAct:
    params = {
        key: dice.choice(value) if isinstance(value, list) else value
        for key, value in raw.get("params", {}).items()
    }
    at_s, for_s = _between(raw.get("at_s", AT_S), dice), raw.get("for_s")
    return TimedAct(at_s, raw["kind"], raw["name"], params, None if for_s is None else _between(for_s, dice))


def _between(ends: object, dice: Random) -> float:
    if isinstance(ends, int | float):
        return float(ends)
    low, high = ends  # type: ignore[misc]
    return round(dice.uniform(low, high), 3)
