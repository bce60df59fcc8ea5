"""`./run mutants`: would the tests notice if the rules, the permit or the gate were subtly wrong?

Theory of operation. For every module that decides whether drug flows, each small wrong that `mutate.py` can make is made,
and the module's tests are run. A mutant that no test notices must stand in `docs/mutants.toml` with the argument why it
is equivalent or acceptable; one that stands there and is noticed after all, or exists no longer, must go. Either
fails the run, so the list is always the truth. A name there may end in `*` where one argument holds for several.

A full run takes minutes. `--sample N` tries N mutants that are not listed, chosen by `--seed`; without one by the text of
the modules, so that a build server tries others after every change and the same ones when asked again.
"""

import argparse
import hashlib
import json
import random
import subprocess
import sys
import tomllib
from collections import defaultdict
from collections.abc import Collection, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from time import perf_counter

sys.path.insert(0, str(Path(__file__).parent))
from mutate import Mutant, mutants

ROOT = Path(__file__).parents[1]
LIST = ROOT / "docs" / "mutants.toml"
WORKER = Path(__file__).with_name("mutant_worker.py")
#: Of the interlocks, what is not the evaluator: texts for people and for the manual, a check that runs in tests, words.
NOT_EVALUATOR = ("__init__", "condition_words", "describe", "findings", "lint", "site_table", "vocabulary")
ALSO = ("pumpd/core/restriction.py", "pumpd/core/gates.py", "drivers/gate.py")
SURVIVOR = "  survived "
LONG_LIMIT_S = 300.0


@dataclass
class Outcome:
    """What came of one module."""

    seconds: float = 0.0
    words: dict[str, int] = field(default_factory=lambda: defaultdict(int))
    survivors: list[str] = field(default_factory=list)
    killed: list[str] = field(default_factory=list)
    faults: list[str] = field(default_factory=list)


def targets(root: Path = ROOT) -> list[str]:
    """The modules whose mutants are tried, by path."""
    rules = sorted(
        path for path in (root / "interlocks").glob("*.py") if not path.stem.startswith(NOT_EVALUATOR)
    )
    return [str(path.relative_to(root)) for path in rules] + list(ALSO)


def suite_of(module: str, root: Path = ROOT, is_quick: bool = False) -> list[str]:
    """The test files of a module, its mirror first; for a part of the evaluator also those of the whole evaluator.

    Args:
        module: its path.
        root: of the repository.
        is_quick: without the rules' battery.
    """
    path = Path(module)
    mirror = root / "tests" / "unit" / path.parent / f"test_{path.stem}.py"
    found = [mirror] if mirror.exists() else []
    if path.parts[0] == "interlocks":
        folders = [root / "tests" / "unit" / "interlocks", root / "tests" / "rules"][: 1 if is_quick else 2]
        found += [one for folder in folders for one in sorted(folder.rglob("test_*.py")) if one != mirror]
    return [str(one.relative_to(root)) for one in found]


def listed(text: str) -> dict[str, str]:
    """Names and arguments of the survivors' list.

    Raises:
        ValueError: an entry without a name or argument, or twice the same name.
    """
    found: dict[str, str] = {}
    for entry in tomllib.loads(text).get("survivor", []):
        name, why = entry.get("mutant", ""), entry.get("why", "")
        if not name or len(why) < 20 or name in found or set(entry) != {"mutant", "why"}:
            raise ValueError(f"docs/mutants.toml: {entry}: a mutant, once, and why it may live")
        found[name] = why
    return found


def excuse_of(name: str, excused: Collection[str]) -> str | None:
    """The entry of the list that covers this mutant."""
    return next(
        (one for one in excused if one == name or (one.endswith("*") and name.startswith(one[:-1]))), None
    )


def chosen(
    found: dict[str, list[Mutant]], excused: dict[str, str], count: int, seed: str
) -> dict[str, list[Mutant]]:
    """A sample of the mutants that are not excused."""
    all_of_them = [(module, one) for module, some in found.items() for one in some]
    all_of_them = [pair for pair in all_of_them if excuse_of(pair[1].name, excused) is None]
    some = random.Random(seed).sample(all_of_them, min(count, len(all_of_them)))
    picked: dict[str, list[Mutant]] = defaultdict(list)
    for module, one in sorted(some, key=lambda pair: (pair[0], pair[1].index)):
        picked[module].append(one)
    return dict(picked)


def named(found: dict[str, list[Mutant]], log: str) -> dict[str, list[Mutant]]:
    """Those that an earlier run printed as survivors."""
    said = set(log.splitlines())
    left = {module: [one for one in some if SURVIVOR + one.name in said] for module, some in found.items()}
    return {module: some for module, some in left.items() if some}


def verdict(
    found: dict[str, list[Mutant]],
    excused: dict[str, str],
    outcomes: dict[str, Outcome],
    modules: Sequence[str],
) -> list[str]:
    """What is wrong: survivors without an excuse, excuses without a survivor, runs that did not run."""
    faults = [f"{module}: {fault}" for module, one in outcomes.items() for fault in one.faults]
    survivors = [name for one in outcomes.values() for name in one.survivors]
    killed = {name for one in outcomes.values() for name in one.killed}
    faults += [
        f"survived and is not listed: {name}" for name in survivors if excuse_of(name, excused) is None
    ]
    faults += [
        f"is listed and was noticed by a test: {name}" for name in sorted(killed) if excuse_of(name, excused)
    ]
    known = {excuse_of(one.name, excused) for some in found.values() for one in some}
    mine = [name for name in excused if name.split(" ")[0] in modules or name.split(" ")[0] not in targets()]
    return faults + [f"is listed and does not exist: {name}" for name in mine if name not in known]


def portions(picked: dict[str, list[Mutant]], workers: int) -> list[list[tuple[str, Mutant]]]:
    """What each process gets: only mutants that share their tests, which are rehearsed once for all of them."""
    families: dict[frozenset[str], list[tuple[str, Mutant]]] = defaultdict(list)
    for module, some in picked.items():
        families[frozenset(suite_of(module))].extend((module, one) for one in some)
    found = [family[at::workers] for family in families.values() for at in range(workers)]
    return sorted((portion for portion in found if portion), key=len, reverse=True)


def _work(
    portion: list[tuple[str, Mutant]], is_sample: bool, is_quick: bool, excused: Collection[str]
) -> dict[str, Outcome]:
    """Let a process of its own try these mutants; what survives is printed at once."""
    outcomes: dict[str, Outcome] = defaultdict(Outcome)
    names = {(module, one.index): one.name for module, one in portion}
    job = {
        "suites": {module: suite_of(module, is_quick=is_quick) for module in dict(portion)},
        "limit_s": LONG_LIMIT_S,
        "is_direct": is_sample,
        "mutants": [
            {
                "module": module,
                "index": one.index,
                "function": one.function,
                "is_excused": excuse_of(one.name, excused) is not None,
            }
            for module, one in portion
        ],
    }
    command = [sys.executable, str(WORKER)]
    with subprocess.Popen(
        command, cwd=ROOT, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as child:
        assert child.stdin is not None
        assert child.stdout is not None
        child.stdin.write(json.dumps(job))
        child.stdin.close()
        for said in child.stdout:
            line = json.loads(said)
            if "fault" in line:
                outcomes[portion[0][0]].faults.append(line["fault"])
                continue
            one = outcomes[line["module"]]
            name, word = names.pop((line["module"], line["index"])), line["outcome"]
            one.words[word] += 1
            one.seconds += line["seconds"]
            (one.survivors if word == "survived" else one.killed).append(name)
            if word == "survived":
                print(SURVIVOR + name, flush=True)
    if names and not any(one.faults for one in outcomes.values()):
        outcomes[portion[0][0]].faults.append(
            f"{len(names)} mutants were not tried (status {child.returncode})"
        )
    return dict(outcomes)


def attack(
    picked: dict[str, list[Mutant]], workers: int, is_sample: bool, is_quick: bool, excused: Collection[str]
) -> dict[str, Outcome]:
    """Try all of them; one line for each module in the end."""
    whole: dict[str, Outcome] = defaultdict(Outcome)
    act = partial(_work, is_sample=is_sample, is_quick=is_quick, excused=excused)
    with ThreadPoolExecutor(workers) as pool:
        for some in pool.map(act, portions(picked, workers)):
            for module, one in some.items():
                whole[module].seconds += one.seconds
                for name in ("survivors", "killed", "faults"):
                    getattr(whole[module], name).extend(getattr(one, name))
                for word, count in one.words.items():
                    whole[module].words[word] += count
    for module, one in sorted(whole.items()):
        words = ", ".join(f"{count} {word}" for word, count in sorted(one.words.items()))
        print(f"  {module:34} {words or 'nothing'}  ({one.seconds:.0f} s)", flush=True)
    return dict(whole)


def _arguments(argv: Sequence[str] | None) -> argparse.Namespace:
    parser = argparse.ArgumentParser(
        prog="./run mutants", description="Mutation test of what decides on delivery."
    )
    parser.add_argument("--module", action="append", metavar="PATH", help="only this module; may be repeated")
    parser.add_argument("--sample", type=int, metavar="N", help="only N mutants that are not listed")
    parser.add_argument("--seed", help="of the sample; default: the modules' text")
    parser.add_argument(
        "--again", type=Path, metavar="LOG", help="only what an earlier run's output names as survivors"
    )
    parser.add_argument("--quick", action="store_true", help="unit tests only, without the rules' battery")
    parser.add_argument("--workers", type=int, default=2)
    args = parser.parse_args(argv)
    unknown = [module for module in args.module or [] if module not in targets()]
    if unknown:
        parser.error(f"{', '.join(unknown)}: not among {', '.join(targets())}")
    return args


def main(argv: Sequence[str] | None = None) -> int:
    """Entry point; 0: every survivor is excused and every excuse is needed."""
    args = _arguments(argv)
    began = perf_counter()
    modules = args.module or targets()
    texts = {module: (ROOT / module).read_text(encoding="utf-8") for module in modules}
    found = {module: mutants(module, text) for module, text in texts.items()}
    excused = listed(LIST.read_text(encoding="utf-8"))
    picked = found
    if args.again is not None:
        picked = named(found, args.again.read_text(encoding="utf-8"))
    if args.sample is not None:
        seed = args.seed or hashlib.sha256("".join(texts.values()).encode()).hexdigest()[:12]
        picked = chosen(found, excused, args.sample, seed)
        print(f"mutants: a sample of {args.sample} of {sum(map(len, found.values()))}, seed {seed}")
    outcomes = attack(picked, args.workers, args.sample is not None, args.quick, excused)
    faults = verdict(found, excused, outcomes, modules)
    tried = sum(sum(one.words.values()) for one in outcomes.values())
    survivors = sum(len(one.survivors) for one in outcomes.values())
    print(
        f"mutants: {tried} tried, {survivors} survived, {len(excused)} listed, {perf_counter() - began:.0f} s"
    )
    for fault in faults:
        print(f"mutants: {fault}")
    return 1 if faults else 0


if __name__ == "__main__":
    sys.exit(main())
