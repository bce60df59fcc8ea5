"""One line of the doctor's: what was looked at, what was found, whether it will do, and what helps.

Theory of operation. Every check is a probe, which touches the world and may fail in any way, and a function from what was
measured to one of these, which touches nothing and can be shown every case. A remedy is words for a person who stands
before the box; what is well needs none. The worst verdict is the answer of the whole.
"""

from collections.abc import Iterable
from dataclasses import asdict, dataclass
from enum import IntEnum
from typing import Any


class Level(IntEnum):
    """How it stands; also the exit status."""

    OK = 0
    WARN = 1  # it will run; a person should know
    FAIL = 2  # it will not do


_WORDS = {Level.OK: "ok", Level.WARN: "warn", Level.FAIL: "FAIL"}


@dataclass(frozen=True, slots=True)
class Finding:
    """One verdict.

    Attributes:
        check: what kind of thing was looked at, e.g. "port".
        subject: which one, e.g. a channel's name; "" where there is only one.
        measured: what was found, in words, with its units.
        remedy: what would help; "" where nothing needs to.
    """

    check: str
    subject: str
    level: Level
    measured: str
    remedy: str = ""

    def line(self) -> str:
        """For people."""
        named = f"{self.check} {self.subject}".strip()
        end = f" -> {self.remedy}" if self.remedy else ""
        return f"{_WORDS[self.level]:<5} {named}: {self.measured}{end}"

    def as_json(self) -> dict[str, Any]:
        """For programs."""
        return {**asdict(self), "level": _WORDS[self.level]}


def ok(check: str, subject: str, measured: str) -> Finding:
    """It is well."""
    return Finding(check, subject, Level.OK, measured)


def warn(check: str, subject: str, measured: str, remedy: str) -> Finding:
    """It will run, and a person should know."""
    return Finding(check, subject, Level.WARN, measured, remedy)


def fail(check: str, subject: str, measured: str, remedy: str) -> Finding:
    """It will not do."""
    return Finding(check, subject, Level.FAIL, measured, remedy)


def worst(findings: Iterable[Finding]) -> Level:
    """The answer of the whole."""
    return max((one.level for one in findings), default=Level.OK)


def tally(findings: Iterable[Finding]) -> str:
    """The last line: how many of each."""
    levels = [one.level for one in findings]
    counts = [f"{levels.count(level)} {_WORDS[level]}" for level in Level]
    return f"{len(levels)} checks: {', '.join(counts)}"
