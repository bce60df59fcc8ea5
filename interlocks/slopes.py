"""Conditions on how fast the line pressure moves.

Theory of operation. A blocked line rises several mmHg a second long before it reaches its limit, and a line that comes
apart falls within one (facts/clinical.md 7). Both are judged on the trace of the newest samples. The trace must reach
the newest sample and hold only finite numbers; a trace that does not is no proof of calm.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from math import isfinite

from interlocks.conditions import WORDS, Condition
from interlocks.situation import MaxAge, Situation
from interlocks.trace import STEP_MS, Trace
from interlocks.vocabulary import ERROR, FALSE, STALE, TRUE, Sample, Signal, Truth

_TRACED = Signal.LINE_PRESSURE


@dataclass(frozen=True, slots=True)
class _Slope(ABC):
    """A change of the line pressure; what RisenBy and FallenBy share.

    Attributes:
        by_mmhg: a change of this much, or more, is TRUE.
        within_ms: of the newest value, the device's time.
    """

    by_mmhg: float
    within_ms: int

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; ERROR for a number that is none, or a trace from the future of its own samples."""
        sample = at.known.get(_TRACED)
        if sample is None:
            return STALE
        if not isfinite(sample.value):
            return ERROR
        points = at.trace.points
        if points and points[-1][0] > sample.measured_ms:
            return ERROR
        changed = self._changed(at.trace)
        if not isfinite(changed):
            return ERROR
        is_behind = not points or sample.measured_ms - points[-1][0] >= STEP_MS
        if is_behind or max_age.is_exceeded(sample, at.now):
            return STALE
        return FALSE if changed < self.by_mmhg else TRUE

    @abstractmethod
    def _changed(self, trace: Trace) -> float:
        """Return the change, mmHg."""

    @abstractmethod
    def _verb(self) -> str:
        """Return what the pressure did."""

    def sentence(self, at: Situation) -> str:
        """Return e.g. "line pressure rose 35 mmHg in 15 s, limit 30 mmHg"."""
        changed = f"{self._changed(at.trace):g} mmHg in {self.within_ms / 1000:g} s"
        return f"{WORDS[_TRACED]} {self._verb()} {changed}, limit {self.by_mmhg:g} mmHg"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the newest sample, to which the change has led."""
        sample = at.known.get(_TRACED)
        return () if sample is None else (sample,)

    def signals(self) -> frozenset[Signal]:
        """Return the line pressure."""
        return frozenset({_TRACED})

    def members(self) -> tuple[Condition, ...]:
        """Return nothing: a leaf."""
        return ()

    def is_timed(self) -> bool:
        """Say no: without a sample nothing moves."""
        return False


@dataclass(frozen=True, slots=True)
class RisenBy(_Slope):
    """TRUE when the newest value stands so far above the lowest of the time before it, or farther."""

    def _changed(self, trace: Trace) -> float:
        return trace.risen(self.within_ms)

    def _verb(self) -> str:
        return "rose"


@dataclass(frozen=True, slots=True)
class FallenBy(_Slope):
    """TRUE when the newest value stands so far below the highest of the time before it, or farther."""

    def _changed(self, trace: Trace) -> float:
        return trace.fallen(self.within_ms)

    def _verb(self) -> str:
        return "fell"
