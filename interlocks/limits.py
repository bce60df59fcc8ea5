"""Where a limit comes from: a number, the patient's own baseline, or the pump's command.

Theory of operation. A limit is data, so that the linter can compare it, a site can tighten it and a manual
can print it. Percentages are whole numbers and comparisons are made a hundredfold (value x 100 against base
x percent): 120 % of 125 is 150 exactly, and a reading at the limit is at the limit on every machine.
"""

from dataclasses import dataclass, replace
from math import isfinite

from interlocks.vocabulary import Baseline, Signal


@dataclass(frozen=True, slots=True)
class Absolute:
    """A number in the signal's unit, or a percentage of one.

    Attributes:
        value: the limit in force, in the signal's unit.
        percent: this condition uses so much of it: LP1 clears below 50 % of its own limit.
        site_key: the setting by which a site may tighten it; "": fixed.
        default: the loosest allowed; None: `value` as written.
        tightest: the strictest a site may set; None: `value` as written.
        step: a site value is a multiple of this.
        offset: added to it, in the signal's unit: BP2 clears 10 mmHg below its own limit, wherever a site puts that.
    """

    value: float
    percent: int = 100
    site_key: str = ""
    default: float | None = None
    tightest: float | None = None
    step: int = 1
    offset: float = 0

    def hundredfold(self, signal: Signal, baseline: Baseline | None) -> float | None:
        """Return the limit x 100; None when it is not a finite number."""
        limit = self.value * self.percent + self.offset * 100
        return limit if isfinite(limit) else None

    def origin(self) -> str:
        """Return where the number comes from, in words; "" for a plain number."""
        return "" if self.percent == 100 else f" ({self.percent} % of {self.value:g})"

    @property
    def setting(self) -> float:
        """What a site tightens."""
        return self.value

    def set_to(self, value: int) -> "Absolute":
        """Return the limit with a site's value; what is derived from it moves along."""
        return replace(self, value=value)

    def moved(self, offset: float) -> "Absolute":
        """Return the limit so far away from this one, and staying so wherever a site puts it."""
        return replace(self, offset=self.offset + offset)


@dataclass(frozen=True, slots=True)
class OfBaseline:
    """A percentage of the patient's own value before the drug; each signal against its own baseline.

    The other fields are those of `Absolute`; what a site tightens here is the percentage.
    """

    percent: int
    site_key: str = ""
    default: int | None = None
    tightest: int | None = None
    step: int = 1
    offset: int = 0

    def hundredfold(self, signal: Signal, baseline: Baseline | None) -> float | None:
        """Return the limit x 100; None without a believable baseline (facts/faults.md row 63)."""
        base = baseline_of(signal, baseline)
        return None if base is None else base * (self.percent + self.offset)

    def origin(self) -> str:
        """Return where the number comes from, in words."""
        return f" ({self.percent + self.offset} % of baseline)"

    @property
    def setting(self) -> float:
        """What a site tightens."""
        return self.percent

    def set_to(self, value: int) -> "OfBaseline":
        """Return the limit with a site's percentage; what is derived from it moves along."""
        return replace(self, percent=value)

    def moved(self, offset: int) -> "OfBaseline":
        """Return the limit so many percent away from this one, and staying so wherever a site puts it."""
        return replace(self, offset=self.offset + offset)


Limit = Absolute | OfBaseline


def site_limit(key: str, default: int, tightest: int, step: int = 1) -> Absolute:
    """Return a limit that a site may move from its default, which is the loosest, to its tightest.

    The tightest bounds are our recommendations [REC]: as far as a limit can go before it would hold for patients in whom
    nothing is wrong, or meet the limit of the next severer demand.
    """
    return Absolute(default, site_key=key, default=default, tightest=tightest, step=step)


def site_percent(key: str, default: int, tightest: int, step: int = 1) -> OfBaseline:
    """Return a percentage of baseline that a site may move from its default to its tightest."""
    return OfBaseline(default, site_key=key, default=default, tightest=tightest, step=step)


def baseline_of(signal: Signal, baseline: Baseline | None) -> float | None:
    """Return the patient's own value of a signal; None: none taken, or not a finite number above zero."""
    if baseline is None:
        return None
    base: float | None = None
    if signal is Signal.SYS:
        base = baseline.sys
    elif signal is Signal.DIA:
        base = baseline.dia
    elif signal is Signal.MAP:
        base = baseline.map
    elif signal is Signal.HR:
        base = baseline.hr
    return base if base is not None and isfinite(base) and base > 0 else None


@dataclass(frozen=True, slots=True)
class FlowLimit:
    """An allowed difference of volumes: so many percent of what was commanded, but at least so much.

    Attributes:
        percent: of the commanded volume.
        at_least_nl: floor, nanolitres, so that a slow pump's resolution does not trip the row.
    """

    percent: int
    at_least_nl: int

    def hundredfold_nl(self, commanded_nl: int) -> int:
        """Return the allowed difference x 100, nanolitres, exact."""
        return max(self.percent * commanded_nl, 100 * self.at_least_nl)
