"""Conditions on how long the session has been going on, treatment time, whole milliseconds.

Theory of operation. A session that lasts far longer than it was planned is no longer the one that was prescribed, even
if its dose is right (facts/clinical.md 2.2). A course that cannot be (negative, with more standing than lasting, or
without a plan) is an ERROR: no such time was ever measured.
"""

from abc import ABC, abstractmethod
from dataclasses import dataclass

from interlocks.silences import Technical
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import ERROR, FALSE, TRUE, Course, Sample, Truth


def _minutes(ms: int) -> str:
    return f"{ms / 60_000:.1f} min"


def _is_impossible(course: Course) -> bool:
    is_unplanned = course.planned_ms < 0 or (course.planned_ms == 0 and course.elapsed_ms > 0)
    return is_unplanned or not 0 <= course.paused_ms <= course.elapsed_ms


class _Span(Technical, ABC):
    """What conditions on the course share."""

    __slots__ = ()

    @abstractmethod
    def _is_over(self, course: Course) -> bool:
        """Tell whether a course that can be is over the limit."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; ERROR for a course that cannot be."""
        if _is_impossible(at.course):
            return ERROR
        return TRUE if self._is_over(at.course) else FALSE

    @abstractmethod
    def sentence(self, at: Situation) -> str:
        """Return what is the case."""

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing: the course is our own account."""
        return ()


@dataclass(frozen=True, slots=True)
class ElapsedOver(_Span):
    """TRUE when the session has lasted longer than the limit, standing included."""

    limit_ms: int

    def _is_over(self, course: Course) -> bool:
        return course.elapsed_ms > self.limit_ms

    def sentence(self, at: Situation) -> str:
        """Return e.g. "session lasts 60.1 min, limit 60.0 min"."""
        return f"session lasts {_minutes(at.course.elapsed_ms)}, limit {_minutes(self.limit_ms)}"


@dataclass(frozen=True, slots=True)
class ElapsedOverPlan(_Span):
    """TRUE when the session has lasted longer than so many percent of its plan."""

    percent: int

    def _is_over(self, course: Course) -> bool:
        return course.elapsed_ms * 100 > course.planned_ms * self.percent

    def sentence(self, at: Situation) -> str:
        """Return e.g. "session lasts 80.1 min, limit 80.0 min (200 % of the plan)"."""
        limit_ms = at.course.planned_ms * self.percent // 100
        limit = f"limit {_minutes(limit_ms)} ({self.percent} % of the plan)"
        return f"session lasts {_minutes(at.course.elapsed_ms)}, {limit}"


@dataclass(frozen=True, slots=True)
class PausedOver(_Span):
    """TRUE when delivery has stood still for longer than the limit, all stands together."""

    limit_ms: int

    def _is_over(self, course: Course) -> bool:
        return course.paused_ms > self.limit_ms

    def sentence(self, at: Situation) -> str:
        """Return e.g. "delivery stood for 30.1 min in total, limit 30.0 min"."""
        return f"delivery stood for {_minutes(at.course.paused_ms)} in total, limit {_minutes(self.limit_ms)}"
