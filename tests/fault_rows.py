"""Which check or test shows each of the faults of pumps and lines: `docs/fault-rows.md`, made from what they cite.

Theory of operation. A check of the suite names its rows where it is entered; a test names them in its name or in its
docstring ("Faults rows 3 and 4"). Both are read here, nothing is kept by hand but the faults' own words (facts/faults.md
4). The tests of the simulator and of the suite itself are left out: they show that the fault is a faithful one, not
what is done about it.

`python tests/fault_rows.py` writes the page; `tests/contract/test_fault_rows.py` compares.
"""

import ast
import re
from collections.abc import Iterator, Sequence
from functools import cache
from pathlib import Path

from drivers.conformance.checks import all_checks
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Rig

ROOT = Path(__file__).parent.parent
PAGE = ROOT / "docs" / "fault-rows.md"
FOLDERS = ("contract", "unit/drivers", "unit/interlocks", "unit/pumpd", "hil")
FAULTS = {
    1: "ACK of STOP lost (pump did stop)",
    2: "STOP frame lost",
    3: "STOP refused (NAK, exception 04/06, busy)",
    4: "STOP acknowledged, pump still delivers",
    5: "rate change acked, readback differs",
    6: "power blip, pump restarts and runs its default/last rate",
    7: "pump reboot loses diameter/units/limits",
    8: "pump comms watchdog off (after power-up/baud change)",
    9: "occlusion or stall: less delivered",
    10: "pump alarm (door, plunger, end of syringe) while RUN",
    11: "over-delivery against command",
    12: "volume counter rolls over or is cleared",
    13: "syringe diameter != prescription",
    14: "unit confusion (mL/h, uL/min, mL/min)",
    15: "rate or start changed at the pump's keypad",
    16: "status frozen (same bytes, counter still)",
    17: "battery low or lying",
    18: "bolus interrupted, then resumed",
    19: "USB adapter unplugged while delivering",
    20: "replug under another ttyUSBn",
    21: "two cables swapped (wrong pump on port)",
    22: "two daemons, one port",
    23: "reply split/partial/merged",
    24: "stale bytes in the input buffer",
    25: "bit noise, CRC errors at 1-30 %",
    26: "own echo read as reply (RS-485)",
    27: "tx stalls (peer not reading)",
    28: "wrong baud/parity",
    29: "fd always readable, EIO loop (100 % CPU)",
    30: "DTR edge resets the pump",
    31: "reply from another slave address",
    32: "late reply matched to a newer request",
    33: "transaction id mismatch",
    34: "exception reply",
    35: "write acked, register unchanged",
    36: "no reply; library retries hold the lock",
    37: "non-idempotent write repeated",
    38: "TCP gateway half-open",
    39: "gateway answers from cache for a dead pump",
    40: "32-bit value torn or word-swapped",
}
#: Rows of another table: what a docstring says of clinical.md, up to the next semicolon. Tests of the clinic cite no other.
_OF_ANOTHER_TABLE = re.compile(r"clinical\.md[^;]*", re.IGNORECASE)
_CITED = re.compile(r"\brows?[ _](\d+(?:(?:, | and | to |-|_and_|_to_)\d+)*)", re.IGNORECASE)
_HEAD = """# Faults of pumps and lines, and what shows that they are met

Made by `python tests/fault_rows.py` from what the checks and tests cite; a test compares. The rows are those of the fault
catalogue, 1 to 40. A check stands in `drivers/conformance/` and is made of each family that is named behind it: in memory
every day (New Era on a pty and on TCP too), with `CONFORMANCE=all` on all three. "All" are {families}. A test stands in
`tests/`.

| row | fault | checks of the suite | tests |
|---|---|---|---|
"""


def cited(text: str) -> set[int]:
    """Rows that a docstring or a test's name speaks of: "rows 3 and 4", "row_6", "rows 6 to 8", "rows 1-3"."""
    found: set[int] = set()
    for match in _CITED.finditer(_OF_ANOTHER_TABLE.sub("", text).replace("test_", " ", 1)):
        parts = re.split(r"(, | and | to |-|_and_|_to_)", match[1])
        numbers = [int(part) for part in parts[::2]]
        found.update(numbers)
        for before, link, after in zip(numbers, parts[1::2], numbers[1:], strict=False):
            if link in ("-", " to ", "_to_"):
                found.update(range(before, after + 1))
    return found


@cache
def _tests() -> tuple[tuple[str, str, set[int]], ...]:
    """File, name and rows of every test that cites some."""
    return tuple(_read())


def _read() -> Iterator[tuple[str, str, set[int]]]:
    for folder in FOLDERS:
        for path in sorted((ROOT / "tests" / folder).rglob("test_*.py")):
            if {"conformance", "clinic"} & set(path.parts):
                continue
            for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
                if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and node.name.startswith("test_"):
                    rows = cited(node.name) | cited(ast.get_docstring(node) or "")
                    if rows:
                        yield str(path.relative_to(ROOT / "tests")), node.name, rows


def _families(rigs: Sequence[type[Rig]], barred: set[str]) -> str:
    names = [rig.family for rig in rigs]
    if not barred:
        return "all"
    if len(barred) < len(names) / 2:
        return "all but " + ", ".join(name for name in names if name in barred)
    return ", ".join(name for name in names if name not in barred)


def proofs(rigs: Sequence[type[Rig]]) -> dict[int, tuple[list[str], list[str]]]:
    """By row: the checks, each with its families, and the tests, each with its file."""
    found: dict[int, tuple[list[str], list[str]]] = {row: ([], []) for row in FAULTS}
    for check in all_checks():
        barred = {rig.family for rig in rigs if check.inapplicable(rig)}
        where = "" if check.media == frozenset(Medium) else ", on " + ", ".join(sorted(check.media))
        line = f"{check.title} ({_families(rigs, barred)}{where})"
        for row in {int(one) for one in check.rows.split(",") if one.strip().isdigit()} & found.keys():
            found[row][0].append(line)
    for path, name, rows in _tests():
        for row in rows & found.keys():
            found[row][1].append(f"`{path}`: {name.removeprefix('test_').replace('_', ' ')}")
    return found


def page(rigs: Sequence[type[Rig]]) -> str:
    """The whole page."""
    families = ", ".join(rig.family for rig in rigs)
    lines = [
        f"| {row} | {FAULTS[row]} | {'<br>'.join(checks) or '-'} | {'<br>'.join(tests) or '-'} |"
        for row, (checks, tests) in proofs(rigs).items()
    ]
    return _HEAD.format(families=families) + "\n".join(lines) + "\n"


if __name__ == "__main__":
    from contract.rigs import every

    PAGE.write_text(page(every.RIGS), encoding="utf-8")
