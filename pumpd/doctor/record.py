"""The journal: whole from its first record to its last, or not there yet.

Theory of operation. The same walk as `pumpd journal verify`, beside a live writer too. A journal that was put aside as
damaged at some earlier start lies beside the present one and is told, because somebody should have looked at it.
"""

import sqlite3
from dataclasses import dataclass
from pathlib import Path

from pumpd.doctor.verdict import Finding, fail, ok, warn
from pumpd.shell.journal_file import JournalRefused, Verdict, read_last, verify

CHECK = "journal"


@dataclass(frozen=True, slots=True)
class RecordReading:
    """`verdict` None: no journal, or `reason` why it is none.
    `last_wall_s`: of the newest record. `aside`: damaged ones.
    """

    path: str
    verdict: Verdict | None = None
    reason: str = ""
    last_wall_s: float | None = None
    aside: tuple[str, ...] = ()


def read_record(path: Path) -> RecordReading:
    """Walk it."""
    aside = tuple(
        sorted(one.name for one in path.parent.glob(f"{path.name}.corrupt-*") if one.suffix[-1:].isdigit())
    )
    if not path.exists():
        return RecordReading(str(path), aside=aside)
    try:
        verdict = verify(path)
        last = read_last(path, 1)
    except (JournalRefused, OSError, sqlite3.DatabaseError) as error:
        return RecordReading(str(path), reason=str(error), aside=aside)
    last_wall_s = last[-1].wall_ms / 1000 if last and last[-1].wall_ms else None
    return RecordReading(str(path), verdict, "", last_wall_s, aside)


def judge_record(reading: RecordReading) -> tuple[Finding, ...]:
    """Whether it is whole."""
    found = []
    if reading.reason:
        found.append(fail(CHECK, "", reading.reason, "name another file, or see whose this is"))
    elif reading.verdict is None:
        found.append(ok(CHECK, "", f"{reading.path} is not there yet; the first start begins it"))
    elif reading.verdict.ok:
        found.append(ok(CHECK, "", f"{reading.path}: chain whole, {reading.verdict.records} records"))
    else:
        told = f"{reading.path}: {reading.verdict.reason}; {reading.verdict.records} records before are good"
        found.append(
            fail(CHECK, "", told, "keep a copy as evidence; the next start sets it aside and begins anew")
        )
    if reading.aside:
        told = f"{', '.join(reading.aside)} beside it: damaged, set aside at an earlier start"
        found.append(warn(CHECK, "set aside", told, "find out why, then move it away"))
    return tuple(found)
