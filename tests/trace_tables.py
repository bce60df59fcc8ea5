"""The hand-kept tables of hazards, requirements, faults and pumps, read strictly, and held to what is there.

Theory of operation. A table of hazards rots in two ways: a name in it comes to stand for nothing, or something new
(a row of the interlock table, a fault) is in none of its lines. `wrongs` looks for both. A test is named by its file
below tests/ and its function, without parameters, and is looked for in the file's syntax tree, so nothing is imported
or run. What a test shows is a person's word; that it exists, and what it is called, is not.
"""

import ast
import tomllib
from collections.abc import Collection, Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.faults import EVENTS, FAULTS
from hil_sim.monitors.faults import MONITOR_FAULTS
from hil_sim.oracle.judge import PREDICATES
from interlocks.catalogue.table import DEFAULT_RULES

ROOT = Path(__file__).parent.parent
TRACES = ROOT / "tests" / "traces"
VERDICTS = ("met", "adapted", "not met", "not applicable")
SEVERITIES = ("death", "serious", "moderate", "minor")
DANGERS = ("high", "medium", "low")
REQUIREMENTS = range(1, 123)
#: Rows 1 to 40 are in docs/fault-rows.md, made from what checks and tests cite.
FAULT_ROWS = range(41, 111)
INVARIANTS = tuple(f"I{number}" for number in range(1, 27))
#: The families of docs/pumps.md, a line of its own for each wire.
PUMPS = ("new_era", "new_era-basic", "harvard", "modbus-rtu", "modbus-tcp", "alaris", "chemyx")

Entry = Mapping[str, Any]

_HAZARD = {
    "id",
    "group",
    "situation",
    "sequence",
    "harm",
    "severity",
    "controls",
    "tests",
    "residual",
    "bearer",
}
_SHAPES: Mapping[str, tuple[frozenset[str], frozenset[str]]] = {
    "hazard": (frozenset(_HAZARD), frozenset({"shown"})),
    "requirement": (frozenset({"number", "says", "verdict", "how"}), frozenset({"tests", "danger"})),
    "clash": (frozenset({"number", "says", "decided", "where", "tests"}), frozenset()),
    "row": (frozenset({"number", "says"}), frozenset({"tests", "gap", "unshown", "danger"})),
    "invariant": (frozenset({"id", "says", "tests"}), frozenset({"gap", "danger"})),
    "threat": (frozenset({"says", "tests"}), frozenset({"gap", "danger"})),
    "pump": (frozenset({"family", "lost_host", "stop_all", "blind", "residual", "hazards"}), frozenset()),
}


@dataclass(frozen=True, slots=True)
class Traces:
    """Every table: its entries in the order of their file."""

    hazard: tuple[Entry, ...]
    requirement: tuple[Entry, ...]
    clash: tuple[Entry, ...]
    row: tuple[Entry, ...]
    invariant: tuple[Entry, ...]
    threat: tuple[Entry, ...]
    pump: tuple[Entry, ...]

    def named(self) -> Iterator[tuple[str, Entry]]:
        """Every entry with the words it is spoken of by."""
        for kind in _SHAPES:
            for entry in getattr(self, kind):
                word = entry.get("id") or entry.get("number") or entry.get("family") or entry.get("says")
                yield f"{kind} {word}", entry


def read(folder: Path = TRACES) -> Traces:
    """The tables of every file in the folder."""
    tables: dict[str, tuple[Entry, ...]] = dict.fromkeys(_SHAPES, ())
    for path in sorted(folder.glob("*.toml")):
        for kind, entries in tomllib.loads(path.read_text(encoding="utf-8")).items():
            tables[kind] = (*tables[kind], *entries)
    return Traces(**tables)


@cache
def every_test() -> frozenset[str]:
    """Every test as `path::name`, the path below tests/."""
    folder = ROOT / "tests"
    return frozenset(
        f"{path.relative_to(folder)}::{node.name}"
        for path in folder.rglob("test_*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_")
    )


@cache
def names_known() -> Mapping[str, Collection[str]]:
    """What may stand behind `kind:` in a line of controls or of what shows a hazard; files are looked for apart."""
    decisions = (ROOT / "docs" / "decisions").glob("*.md")
    return {
        "rule": {rule.id for rule in DEFAULT_RULES},
        "invariant": INVARIANTS,
        "row": {str(number) for number in range(1, FAULT_ROWS.stop)},
        "requirement": {str(number) for number in REQUIREMENTS},
        "decision": {path.name[:4] for path in decisions},
        "story": {path.stem for path in (ROOT / "hil_sim" / "scenarios").glob("*.toml")},
        "planted": {path.stem for path in (ROOT / "tests" / "planted").glob("*.patch")},
        "crash": {path.stem for path in (ROOT / "tests" / "crash" / "stories").glob("*.toml")},
        "oracle": {make().id for make in PREDICATES},
        "fault": {*FAULTS, *EVENTS, *BENCH_FAULTS, *MONITOR_FAULTS},
    }


def wrongs(traces: Traces) -> list[str]:
    """Everything that is wrong with the tables, each in a sentence that names the entry; none: all is well."""
    found = [f"{name}: {wrong}" for name, entry in traces.named() for wrong in _entry(name.split()[0], entry)]
    return found + list(_gaps(traces))


def _entry(kind: str, entry: Entry) -> Iterator[str]:
    required, allowed = _SHAPES[kind]
    yield from (f"{key} is missing" for key in sorted(required - entry.keys()))
    yield from (f"{key} is no key of it" for key in sorted(entry.keys() - required - allowed))
    tests = entry.get("tests", [])
    yield from (f"no test is called {one}" for one in tests if one not in every_test())
    yield from (f"{one} stands there twice" for one in {one for one in tests if tests.count(one) > 1})
    for one in (*entry.get("controls", ()), *entry.get("shown", ())):
        family, _, name = one.partition(":")
        if family == "code":
            if not (ROOT / name).is_file():
                yield f"there is no file {name}"
        elif name not in names_known().get(family, ()):
            yield f"there is no {family} called {name!r}"
    if "where" in entry and not (ROOT / entry["where"]).is_file():
        yield f"there is no file {entry['where']}"
    yield from _verdict(kind, entry)


def _verdict(kind: str, entry: Entry) -> Iterator[str]:
    """Whether a claim has its test, and whoever says that something is missing says how dangerous that is."""
    is_claim = kind != "pump" and entry.get("verdict") not in ("not met", "not applicable")
    if is_claim and "unshown" not in entry and not entry.get("tests"):
        yield "claims something and names no test"
    if kind == "hazard" and entry.get("severity") not in SEVERITIES:
        yield f"severity is one of {', '.join(SEVERITIES)}"
    if kind == "requirement" and entry.get("verdict") not in VERDICTS:
        yield f"verdict is one of {', '.join(VERDICTS)}"
    is_short = entry.get("verdict") == "not met" or "gap" in entry or "unshown" in entry
    if is_short and entry.get("danger") not in DANGERS:
        yield f"what is not met has a danger: {', '.join(DANGERS)}"
    if not is_short and "danger" in entry:
        yield "has a danger and says nothing that is missing"


def _gaps(traces: Traces) -> Iterator[str]:
    """What is in no line, or in two."""
    controls = [one for hazard in traces.hazard for one in hazard.get("controls", ())]
    used = {
        kind: {one.partition(":")[2] for one in controls if one.startswith(f"{kind}:")}
        for kind in ("rule", "invariant")
    }
    yield from (
        f"rule {one} guards against no hazard" for one in _missing(names_known()["rule"], used["rule"])
    )
    yield from (
        f"invariant {one} is a control of no hazard" for one in _missing(INVARIANTS, used["invariant"])
    )
    yield from _each_once("requirement", [entry["number"] for entry in traces.requirement], REQUIREMENTS)
    yield from _each_once("row", [entry["number"] for entry in traces.row], FAULT_ROWS)
    yield from _each_once("invariant", [entry["id"] for entry in traces.invariant], INVARIANTS)
    yield from _each_once("pump", [entry["family"] for entry in traces.pump], PUMPS)
    hazards = [entry["id"] for entry in traces.hazard]
    yield from _each_once("hazard", hazards, [f"HZ-{number:02}" for number in range(1, len(hazards) + 1)])
    for pump in traces.pump:
        yield from (
            f"pump {pump['family']}: there is no {one}" for one in pump["hazards"] if one not in hazards
        )


def _missing(wanted: Iterable[str], there: Collection[str]) -> list[str]:
    return [one for one in sorted(wanted) if one not in there]


def _each_once(kind: str, found: list[Any], wanted: Collection[Any]) -> Iterator[str]:
    yield from (f"{kind} {one} is not in its table" for one in wanted if one not in found)
    yield from (f"{kind} {one} is not one that there is" for one in found if one not in wanted)
    yield from (
        f"{kind} {one} stands in its table twice"
        for one in sorted({one for one in found if found.count(one) > 1})
    )
