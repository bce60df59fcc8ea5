"""What a rule can ask about a situation, as data, answered four ways.

Theory of operation. A condition is a frozen value with no state; asking it is free of side effects. There
are four answers because only one of them is safe: FALSE, "provably not so". Each comparison first
establishes that its number is usable (seen, finite, young enough, its limit known) and says STALE or ERROR
where it is not; a NaN, which compares false with everything (facts/faults.md F9), therefore cannot pass a
"trip when below" (I17). Joining conditions keeps that promise (`combinations.py`).

A cuff reading is one thing: systolic, diastolic and mean of the same cycle. A cuff value that does not belong
to the newest reading is STALE here, so an old diastolic never stands in for a missing new one.

`truth` is the fast question, asked of every row at every tick; sentences are built only when somebody reads
them.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite
from typing import Protocol

from interlocks.limits import Limit, baseline_of
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import CUFF, ERROR, FALSE, STALE, TRUE, Sample, Signal, Truth

WORDS: dict[Signal, str] = {
    Signal.SYS: "systolic",
    Signal.DIA: "diastolic",
    Signal.MAP: "mean pressure",
    Signal.HR: "heart rate",
    Signal.SPO2: "SpO2",
    Signal.RR: "respiration rate",
    Signal.BREATH_GAP: "time since the last breath",
    Signal.LINE_PRESSURE: "line pressure",
    Signal.AIR_BUBBLE: "air bubble",
    Signal.AIR_15MIN: "air in 15 min",
    Signal.BUTTON: "bedside button",
    Signal.MOAAS: "sedation score MOAA/S",
    Signal.RASS: "sedation score RASS",
    Signal.SYMPTOMS: "symptoms",
    Signal.PRESENCE: "presence",
}

#: Units as they are read aloud; UCUM codes stay on the wire.
SPOKEN: dict[Signal, str] = {
    Signal.SYS: "mmHg",
    Signal.DIA: "mmHg",
    Signal.MAP: "mmHg",
    Signal.HR: "bpm",
    Signal.SPO2: "%",
    Signal.RR: "/min",
    Signal.BREATH_GAP: "s",
    Signal.LINE_PRESSURE: "mmHg",
    Signal.AIR_BUBBLE: "uL",
    Signal.AIR_15MIN: "mL",
    Signal.BUTTON: "",
    Signal.MOAAS: "",
    Signal.RASS: "",
    Signal.SYMPTOMS: "",
    Signal.PRESENCE: "",
}

#: Signals that are either so or not; a number against a number would say nothing. (Not so, so.)
EITHER: dict[Signal, tuple[str, str]] = {
    Signal.BUTTON: ("bedside button released", "bedside button pressed"),
    Signal.SYMPTOMS: ("no symptoms of a hypertensive crisis", "symptoms of a hypertensive crisis"),
    Signal.PRESENCE: ("nobody present", "a person present"),
}


class Condition(Protocol):
    """What every condition answers. Values are frozen; asking changes nothing."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the four-valued answer; samples older than `max_age` make it STALE."""
        ...

    def sentence(self, at: Situation) -> str:
        """Return what is the case, with value, limit and unit: "systolic 163 mmHg > 160 mmHg"."""
        ...

    def wanted(self, at: Situation) -> str:
        """Return what should be the case and what is: "systolic <= 150 mmHg (now 163 mmHg)"."""
        ...

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the samples looked at."""
        ...

    def signals(self) -> frozenset[Signal]:
        """Return the signals whose value decides; silence conditions decide by age and return none."""
        ...

    def members(self) -> tuple["Condition", ...]:
        """Return the conditions inside this one; () for a leaf."""
        ...

    def is_timed(self) -> bool:
        """Tell whether the answer can turn TRUE without any new sample: ages, flags, flow."""
        ...


@dataclass(frozen=True, slots=True)
class _Compared(ABC):
    """A signal against a limit; what Over and Under share."""

    signal: Signal
    limit: Limit
    or_equal: bool = False

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; see the protocol."""
        limit = self.limit.hundredfold(self.signal, at.baseline)
        if limit is None:
            return ERROR
        sample = at.known.get(self.signal)
        if sample is None:
            return STALE
        if not isfinite(sample.value):
            return ERROR
        if max_age.is_exceeded(sample, at.now):
            return STALE
        if self.signal in CUFF and sample.measured_ms != at.cuff_ms:
            return STALE
        return FALSE if self._is_safe(sample.value * 100, limit) else TRUE

    @abstractmethod
    def _is_safe(self, value: float, limit: float) -> bool:
        """Compare two finite numbers, both a hundredfold."""

    @abstractmethod
    def _relation(self) -> str:
        """Return the sign of the comparison."""

    def _limit_words(self, at: Situation) -> str:
        limit = self.limit.hundredfold(self.signal, at.baseline)
        if limit is None:
            return f"limit unknown{self.limit.origin()}"
        return f"{limit / 100:g} {SPOKEN[self.signal]}".rstrip() + self.limit.origin()

    def _value_words(self, at: Situation) -> str:
        sample = at.known.get(self.signal)
        return "not measured" if sample is None else f"{sample.value:g} {SPOKEN[self.signal]}".rstrip()

    def sentence(self, at: Situation) -> str:
        """Return e.g. "systolic 163 mmHg > 160 mmHg"."""
        if (
            self.limit.hundredfold(self.signal, at.baseline) is None
            and baseline_of(self.signal, at.baseline) is None
        ):
            return f"{WORDS[self.signal]} {self._value_words(at)}, no baseline to judge it by"
        sample = at.known.get(self.signal)
        if self.signal in EITHER and sample is not None and isfinite(sample.value):
            return EITHER[self.signal][sample.value > 0]
        return f"{WORDS[self.signal]} {self._value_words(at)} {self._relation()} {self._limit_words(at)}"

    def wanted(self, at: Situation) -> str:
        """Return e.g. "systolic <= 150 mmHg (now 163 mmHg)"."""
        if self.signal in EITHER:
            return EITHER[self.signal][self._relation().startswith(">")]
        return (
            f"{WORDS[self.signal]} {self._relation()} {self._limit_words(at)} (now {self._value_words(at)})"
        )

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the one sample compared."""
        sample = at.known.get(self.signal)
        return () if sample is None else (sample,)

    def signals(self) -> frozenset[Signal]:
        """Return the one signal."""
        return frozenset({self.signal})

    def members(self) -> tuple[Condition, ...]:
        """Return nothing: a leaf."""
        return ()

    def is_timed(self) -> bool:
        """Say no: only a new sample changes a comparison from safe to not."""
        return False


@dataclass(frozen=True, slots=True)
class Over(_Compared):
    """TRUE above the limit (`or_equal`: at it too); FALSE only where provably not."""

    def _is_safe(self, value: float, limit: float) -> bool:
        return value < limit if self.or_equal else value <= limit

    def _relation(self) -> str:
        return ">=" if self.or_equal else ">"


@dataclass(frozen=True, slots=True)
class Under(_Compared):
    """TRUE below the limit (`or_equal`: at it too); FALSE only where provably not."""

    def _is_safe(self, value: float, limit: float) -> bool:
        return value > limit if self.or_equal else value >= limit

    def _relation(self) -> str:
        return "<=" if self.or_equal else "<"


@dataclass(frozen=True, slots=True)
class Verdict:
    """One condition, answered in full.

    Attributes:
        truth: the four-valued answer.
        sentence: with value, limit and unit.
        samples: what it was based on.
    """

    truth: Truth
    sentence: str
    samples: tuple[Sample, ...]


def judge(condition: Condition, at: Situation, max_age: MaxAge) -> Verdict:
    """Return the full answer to a condition. Errors: whatever it raises; the evaluator catches it."""
    return Verdict(condition.truth(at, max_age), condition.sentence(at), condition.samples(at))
