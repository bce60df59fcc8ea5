"""The table at the end: what was checked, of which family, on which line, for which row of facts/faults.md.

Theory of operation. It is made of test reports alone, so that it also stands where tests ran in other processes; only
why a check does not apply is remembered here, when the tests are made. A cell that did not run shows a dash: a table
of half a run says so.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

PROPERTY = "pump_conformance"
MEDIA = ("memory", "pty", "tcp")
_INAPPLICABLE: dict[tuple[str, str], str] = {}


def note_inapplicable(family: str, check: str, reason: str) -> None:
    """This check cannot be made of this family."""
    _INAPPLICABLE[family, check] = reason


@dataclass(slots=True)
class Results:
    """Outcomes so far: "ok", "FAIL"."""

    cells: dict[tuple[str, str, str], str] = field(default_factory=dict)
    rows: dict[str, str] = field(default_factory=dict)

    def take(self, properties: Iterable[tuple[str, object]], *, has_passed: bool) -> None:
        """One test's report. A failure in any of its phases counts."""
        for name, value in properties:
            if name == PROPERTY and isinstance(value, tuple | list) and len(value) == 4:
                family, medium, check, rows = (str(part) for part in value)
                self.rows[check] = rows
                if self.cells.get((family, medium, check)) != "FAIL":
                    self.cells[family, medium, check] = "ok" if has_passed else "FAIL"


#: This run's.
RESULTS = Results()


def lines(results: Results, reasons: Mapping[tuple[str, str], str] = _INAPPLICABLE) -> list[str]:
    """The table, line by line; empty if nothing was checked."""
    families = list(dict.fromkeys(family for family, _, _ in results.cells))
    checks = list(dict.fromkeys(check for _, _, check in results.cells))
    if not families:
        return []
    # A check that applies to none of them ran nowhere, and is told all the same.
    checks += [check for family, check in reasons if family in families and check not in checks]
    heads = [f"{family:<16}" for family in families]
    text = [f"{'':<78}{''.join(heads)}".rstrip()]
    text.append(
        f"{'check [rows of facts/faults.md]':<78}{'mem  pty  tcp '.ljust(16) * len(families)}".rstrip()
    )
    notes: dict[str, None] = {}
    for check in checks:
        row = results.rows.get(check, "")
        title = check.replace("_", " ") + (f" [{row}]" if row else "")
        shown = []
        for family in families:
            reason = reasons.get((family, check))
            if reason is not None:
                notes[f"{family}: {reason}"] = None
                shown.append(f"{'n/a':<16}")
            else:
                marks = [results.cells.get((family, medium, check), "-") for medium in MEDIA]
                shown.append("".join(f"{mark:<5}" for mark in marks).ljust(16))
        text.append(f"{title[:77]:<78}{''.join(shown)}".rstrip())
    counted = list(results.cells.values())
    text.append(f"{counted.count('ok')} ok, {counted.count('FAIL')} failed")
    return text + [f"n/a {note}" for note in notes]
