"""What was found: measurements, steps, and the one word over all of them. Pure.

Theory of operation. A report is trusted for what it does not say. So a step that was not done is an entry of its own, a
figure that could not be had is an entry of its own, and either of them makes the whole INCOMPLETE; PASSED wants every
step done and every judged figure inside its limit; one figure outside is FAILED whatever else is missing. `DISCLOSED` is
a figure for which the standard asks no limit.
"""

import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from enum import StrEnum
from typing import Any, Self

from pumpd.commission.limits import Limit


class Verdict(StrEnum):
    """Of one figure, of a step, of the whole."""

    PASSED = "passed"
    FAILED = "FAILED"
    DISCLOSED = "disclosed"
    NOT_MEASURED = "not measured"


class Whole(StrEnum):
    """Of the report."""

    PASSED = "PASSED"
    FAILED = "FAILED"
    INCOMPLETE = "INCOMPLETE"


@dataclass(frozen=True, slots=True)
class Figure:
    """One measurement. `value` None: it could not be had, and `note` says why. `limit` None: only disclosed."""

    name: str
    value: float | None
    unit: str
    verdict: Verdict
    limit: float | None = None
    source: str = ""
    note: str = ""


def judged(name: str, value: float, limit: Limit, note: str = "") -> Figure:
    """A figure against its limit; NaN passes nothing."""
    is_inside = math.isfinite(value) and abs(value) <= limit.most
    verdict = Verdict.PASSED if is_inside else Verdict.FAILED
    return Figure(name, value, limit.unit, verdict, limit.most, limit.source, note)


def disclosed(name: str, value: float, unit: str, note: str = "") -> Figure:
    """A figure that is told and not judged."""
    return Figure(name, value, unit, Verdict.DISCLOSED, note=note)


def missing(name: str, unit: str, why: str) -> Figure:
    """A figure that could not be had."""
    return Figure(name, None, unit, Verdict.NOT_MEASURED, note=why)


def failed(name: str, unit: str, why: str) -> Figure:
    """There is no number because it did not happen, and it had to."""
    return Figure(name, None, unit, Verdict.FAILED, note=why)


@dataclass(frozen=True, slots=True)
class StepResult:
    """One step.

    Attributes:
        name: as asked for with --steps; flow carries its rate behind a colon.
        is_done: it was gone through to its end.
        reason: why not, if not.
        at: when it ended, UTC.
        by: who was there.
        how: what told the figures: a simulator's truth, a scale, the pump's counter.
        series: what is plotted, by name: rows of numbers.
    """

    name: str
    is_done: bool = True
    reason: str = ""
    at: str = ""
    by: str = ""
    how: str = ""
    is_quick: bool = False
    figures: tuple[Figure, ...] = ()
    series: Mapping[str, Sequence[Sequence[float]]] = field(default_factory=dict)

    @property
    def word(self) -> str:
        """For people."""
        if any(one.verdict is Verdict.FAILED for one in self.figures):
            return Verdict.FAILED.value
        if not self.is_done:
            return "not done"
        is_lacking = any(one.verdict is Verdict.NOT_MEASURED for one in self.figures)
        return "incomplete" if is_lacking else Verdict.PASSED.value

    def as_json(self) -> dict[str, Any]:
        """For a file."""
        return asdict(self)

    @classmethod
    def from_json(cls, tree: Mapping[str, Any]) -> Self:
        """From that file. Raises KeyError, TypeError, ValueError: it is not one."""
        figures = tuple(Figure(**{**one, "verdict": Verdict(one["verdict"])}) for one in tree["figures"])
        return cls(**{**tree, "figures": figures})


def whole(wanted: Iterable[str], steps: Mapping[str, StepResult]) -> Whole:
    """The word over the report. `wanted`: every step that a commissioning consists of."""
    found = [steps.get(name) for name in wanted]
    words = [one.word for one in found if one is not None]
    if Verdict.FAILED.value in words:
        return Whole.FAILED
    is_all = bool(found) and all(one is not None and one.word == Verdict.PASSED.value for one in found)
    return Whole.PASSED if is_all else Whole.INCOMPLETE
