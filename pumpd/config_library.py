"""The site's drug library file: what a site takes from the built-in rows, and nothing that it could add to them.

Theory of operation. The rows of `core.library` are the outer limits of this software. A site's pharmacy may want less:
one strength, one vial, a lower dose. It says so in a file of its own, because people other than the engineer answer for
it, and the file can only tighten: a bound may move inwards, a list may lose entries, and a key that is left out is the
built-in row as it stands. A file with a fault is refused whole and the daemon does not start (requirements 3.1 (66)):
every fault is named by line, with key, value and what would be right.

The file is read once, at start. Its SHA-256 over the bytes, as `sha256sum` prints it, and its text go into the journal,
so a replay has the very limits that were in force. Numbers are decimal text with the unit beside them: a bare 0.5 would
pass through a float, and one without a unit through somebody's memory.
"""

import hashlib
import re
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import replace
from fractions import Fraction
from itertools import pairwise
from pathlib import Path
from types import MappingProxyType
from typing import Any

from pumpd.config import ConfigRefused
from pumpd.config_text import TextRefused, read_text, tree_of
from pumpd.config_words import Fault, Loc, messages, nearest
from pumpd.core.library import BUILT_IN, DRUGS, Drug, Library, Limit
from pumpd.core.units import BadDecimal, exact_text, parse_decimal

Tree = Mapping[str, Any]

#: A file larger than this is no library of one drug.
LARGEST_FILE_BYTES = 32 * 1024

BOUNDS = ("hard_min", "soft_min", "soft_max", "hard_max")
_KEYS = ("drug", "version", "concentrations_mg_per_ml", "vials_mg_per_ml", "profiles", "limits")
_VERSION = re.compile(r"[A-Za-z0-9._-]{1,32}")


def load_library(path: str | None) -> Library:
    """The library in force with this file; without one the built-in rows.

    Raises:
        ConfigRefused: it cannot be read, or has at least one fault; all of them are in it.
    """
    if path is None:
        return BUILT_IN
    try:
        text = read_text(
            Path(path), LARGEST_FILE_BYTES, "the drug library; docs/ketamine-example.toml shows one"
        )
    except TextRefused as refused:
        raise ConfigRefused((str(refused),)) from None
    return parse_library(text, path)


def parse_library(text: str, file: str) -> Library:
    """A library from its text; `file` is only named in faults.

    Raises:
        ConfigRefused: at least one fault; all of them are in it.
    """
    reading = tree_of(text, file)
    if reading.faults:
        raise ConfigRefused(reading.faults)
    tree = reading.tree
    faults: list[Fault] = []
    drug = _tightened(tree, faults)
    if drug is None or faults:
        raise ConfigRefused(messages(faults, file, text, tree))
    digest = hashlib.sha256(text.encode()).hexdigest()
    return Library(MappingProxyType({drug.key: drug}), digest, tree["version"], text)


def _tightened(tree: Tree, faults: list[Fault]) -> Drug | None:
    faults += _unknown((), tree, _KEYS)
    version = tree.get("version")
    if not isinstance(version, str) or not _VERSION.fullmatch(version):
        text = 'must be text of 1 to 32 letters, digits, ".", "_" or "-", for example "2026-11"'
        faults.append(Fault(("version",), text if "version" in tree else f"is required: {text}"))
    key = tree.get("drug")
    if not isinstance(key, str) or key not in DRUGS:
        known = ", ".join(f'"{one}"' for one in DRUGS)
        word = "must be" if "drug" in tree else "is required:"
        faults.append(Fault(("drug",), f"{word} the key of a built-in drug: {known}"))
        return None
    drug = DRUGS[key]
    usual = {_mg_per_ml(one): one for one in drug.usual_concentrations_ug_per_ml}
    vials = {_mg_per_ml(one.ug_per_ml): one for one in drug.vials}
    profiles = {one.key: one for one in drug.profiles}
    drug = replace(
        drug,
        usual_concentrations_ug_per_ml=_kept(tree, "concentrations_mg_per_ml", usual, faults),
        vials=_kept(tree, "vials_mg_per_ml", vials, faults),
        profiles=_kept(tree, "profiles", profiles, faults),
        limits=_limits(tree, drug, faults),
    )
    faults += _unusable(drug)
    return drug


def _kept(tree: Tree, key: str, built_in: Mapping[str, Any], faults: list[Fault]) -> tuple[Any, ...]:
    """The entries that are left; an entry nobody knows, a repeated one and an empty list are faults."""
    if key not in tree:
        return tuple(built_in.values())
    entries = tree[key]
    known = ", ".join(f'"{one}"' for one in built_in)
    if not isinstance(entries, list) or not entries:
        faults.append(Fault((key,), f"must be a list of at least one of: {known}"))
        return tuple(built_in.values())
    for place, entry in enumerate(entries):
        if not isinstance(entry, str) or entry not in built_in:
            faults.append(Fault((key, place), f"is none of the built-in: {known}"))
        elif entry in entries[:place]:
            faults.append(Fault((key, place), "stands there more than once; name it once"))
    return tuple(one for name, one in built_in.items() if name in entries)


def _limits(tree: Tree, drug: Drug, faults: list[Fault]) -> tuple[Limit, ...]:
    tables = tree.get("limits", {})
    if not isinstance(tables, dict):
        faults.append(Fault(("limits",), "must be tables, for example [limits.dose]"))
        return drug.limits
    faults += _unknown(("limits",), tables, [one.code for one in drug.limits])
    return tuple(_limit(one, tables[one.code], faults) if one.code in tables else one for one in drug.limits)


def _limit(row: Limit, table: object, faults: list[Fault]) -> Limit:
    loc = ("limits", row.code)
    if not isinstance(table, dict):
        faults.append(Fault(loc, f"must be a table, for example [limits.{row.code}]"))
        return row
    faults += _unknown(loc, table, ("unit", *BOUNDS))
    if table.get("unit") != row.unit:
        word = "must be" if "unit" in table else "is required:"
        faults.append(Fault((*loc, "unit"), f'{word} "{row.unit}", the unit of {row.title}'))
        return row  # a number in another unit means nothing here
    tightened: dict[str, Any] = {key: _bound(row, key, table[key], faults) for key in BOUNDS if key in table}
    made = replace(row, **tightened, source=f"{row.source}; tightened by the site")
    set_bounds = [(key, bound) for key in BOUNDS if (bound := getattr(made, key)) is not None]
    for (low_key, low), (high_key, high) in pairwise(set_bounds):
        if low > high:
            own = high_key if high_key in tightened else low_key
            text = (
                f"{low_key} {_shown(row, low)} lies above {high_key} {_shown(row, high)}: give both, in order"
            )
            faults.append(Fault((*loc, own), text))
    return made


def _bound(row: Limit, key: str, value: object, faults: list[Fault]) -> int | None:
    """The bound in the row's steps; the built-in one where there is a fault."""
    loc: Loc = ("limits", row.code, key)
    built_in: int | None = getattr(row, key)
    written = str(row.per_unit)
    decimals = len(written) - 1 if written.strip("0") == "1" else 0
    if not isinstance(value, str):
        faults.append(Fault(loc, f'must be decimal text in quotes, in {row.unit}, for example "40"'))
        return built_in
    try:
        steps = parse_decimal(value, decimals) * (row.per_unit // int(10**decimals))
    except BadDecimal as wrong:
        faults.append(Fault(loc, f"{wrong}, in {row.unit}"))
        return built_in
    is_least = key.endswith("min")
    if built_in is not None and (steps < built_in if is_least else steps > built_in):
        move = "raise" if is_least else "lower"
        text = (
            f"is looser than the built-in {_shown(row, built_in)}; a site may only {move} it, or leave it out"
        )
        faults.append(Fault(loc, text))
        return built_in
    return steps


def _unusable(drug: Drug) -> Iterator[Fault]:
    """A strength that may be picked and would be refused each time helps nobody."""
    row = drug.limit("concentration")
    for one in drug.usual_concentrations_ug_per_ml:
        low, high = row.hard_min, row.hard_max
        if (low is not None and one < low) or (high is not None and one > high):
            text = (
                f"the concentration {_mg_per_ml(one)} mg/mL that may be picked lies outside: take it out of "
            )
            text += "concentrations_mg_per_ml as well"
            yield Fault(("limits", "concentration"), text)


def _unknown(loc: Loc, table: Mapping[str, object], known: Iterable[str]) -> list[Fault]:
    faults = []
    names = tuple(known)
    for key in table:
        if key not in names:
            near = nearest(key, names)
            guess = f"did you mean {near[0]}? " if near else ""
            faults.append(Fault((*loc, key), f"there is no such key here; {guess}known: {', '.join(names)}"))
    return faults


def _mg_per_ml(ug_per_ml: int) -> str:
    return exact_text(Fraction(ug_per_ml, 1000))


def _shown(row: Limit, steps: int) -> str:
    return f"{exact_text(Fraction(steps, row.per_unit))} {row.unit}"
