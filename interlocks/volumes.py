"""Conditions on the pump's own counter against what was commanded, whole nanolitres.

Theory of operation. Vitals cannot catch a rate error in time: at ten times the rate the modelled level is
far over the target before the second cuff reading (facts/clinical.md 3.2). The plunger's counter can,
within a minute. The core computes the integrals; here they are only compared, in integers, with the floor
of the tolerance.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass
from enum import StrEnum

from interlocks.limits import FlowLimit
from interlocks.silences import Technical
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import ERROR, FALSE, TRUE, Flow, Sample, Truth


def _ml(volume_nl: float) -> str:
    return f"{volume_nl / 1_000_000:.4f} mL"


class Direction(StrEnum):
    """Which way the counter is off."""

    OVER_60S = "over"
    UNDER_120S = "under"


class _Volume(Technical, ABC):
    """What conditions on volumes share."""

    __slots__ = ()

    @abstractmethod
    def sentence(self, at: Situation) -> str:
        """Return what is the case."""

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing: the counter is no sample."""
        return ()


def _answer(is_safe: bool) -> Truth:
    return FALSE if is_safe else TRUE


@dataclass(frozen=True, slots=True)
class WindowOff(_Volume):
    """TRUE when a window's delivered volume is off by more than the limit.

    Over-delivery is judged in 60 s, under-delivery in a full 120 s of uninterrupted history: the first
    minutes of a short syringe move too little to be called short.
    """

    direction: Direction
    limit: FlowLimit

    def _off_nl(self, flow: Flow) -> tuple[int, int]:
        if self.direction is Direction.OVER_60S:
            return flow.delivered_60s_nl - flow.commanded_60s_nl, flow.commanded_60s_nl
        return flow.commanded_120s_nl - flow.delivered_120s_nl, flow.commanded_120s_nl

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; ERROR when the commanded volume is negative, which no command can make."""
        if self.direction is Direction.UNDER_120S and not at.flow.is_full_120s:
            return FALSE
        off_nl, commanded_nl = self._off_nl(at.flow)
        if commanded_nl < 0:
            return ERROR
        return _answer(off_nl * 100 <= self.limit.hundredfold_nl(commanded_nl))

    def sentence(self, at: Situation) -> str:
        """Return the difference and the limit, in mL."""
        off_nl, commanded_nl = self._off_nl(at.flow)
        window = "60 s" if self.direction is Direction.OVER_60S else "120 s"
        allowed = _ml(self.limit.hundredfold_nl(commanded_nl) / 100)
        return f"delivery {_ml(off_nl)} {self.direction.value} the command in {window}, limit {allowed}"


@dataclass(frozen=True, slots=True)
class ExcessOver(_Volume):
    """TRUE when the counter exceeds the command by more than the limit since the session started."""

    limit_nl: int

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        return _answer(at.flow.excess_total_nl <= self.limit_nl)

    def sentence(self, at: Situation) -> str:
        """Return the excess and the limit, in mL."""
        return (
            f"delivery {_ml(at.flow.excess_total_nl)} over the command in total, limit {_ml(self.limit_nl)}"
        )


@dataclass(frozen=True, slots=True)
class MovedHalted(_Volume):
    """TRUE when the plunger moved more than the limit after the halt was confirmed."""

    limit_nl: int

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        return _answer(at.flow.moved_halted_nl <= self.limit_nl)

    def sentence(self, at: Situation) -> str:
        """Return the volume moved and the limit, in mL."""
        return f"{_ml(at.flow.moved_halted_nl)} moved while halted, limit {_ml(self.limit_nl)}"


@dataclass(frozen=True, slots=True)
class GivenOver(_Volume):
    """TRUE when the upper end of the dose interval exceeds the prescription by more than so many percent."""

    percent: int

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; ERROR when the prescribed volume is negative."""
        flow = at.flow
        if flow.vtbi_nl < 0:
            return ERROR
        return _answer(flow.given_high_nl * 100 <= flow.vtbi_nl * (100 + self.percent))

    def sentence(self, at: Situation) -> str:
        """Return what may have been given and the limit, in mL."""
        given, allowed = _ml(at.flow.given_high_nl), _ml(at.flow.vtbi_nl * (100 + self.percent) / 100)
        return f"up to {given} given, limit {allowed} (prescribed + {self.percent} %)"
