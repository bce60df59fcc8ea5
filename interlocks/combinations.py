"""Conditions made of conditions.

Theory of operation. Joining must not lose what the parts know. For AnyOf the order is TRUE, ERROR, STALE,
FALSE: one part that speaks is enough, and "safe" needs every part. For AllOf an ERROR outranks even a
FALSE, so a number that is broken shows wherever it stands (facts/faults.md I17).
"""

from dataclasses import dataclass
from sys import maxsize

from interlocks.conditions import Condition
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import ERROR, FALSE, STALE, TRUE, Flag, Sample, Signal, Truth


@dataclass(frozen=True, slots=True)
class _Combined:
    """What AnyOf and AllOf share."""

    parts: tuple[Condition, ...]

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the samples of all parts, each once."""
        seen = dict.fromkeys(sample for part in self.parts for sample in part.samples(at))
        return tuple(seen)

    def signals(self) -> frozenset[Signal]:
        """Return the signals of all parts."""
        return frozenset().union(*(part.signals() for part in self.parts))

    def members(self) -> tuple[Condition, ...]:
        """Return the parts."""
        return self.parts

    def is_timed(self) -> bool:
        """Tell whether any part is timed."""
        return any(part.is_timed() for part in self.parts)


#: For sentences only: words need no age limit, an old value is worth saying as it is.
_ANY_AGE = MaxAge(maxsize, Clock.LINK)


def _said(parts: tuple[Condition, ...], at: Situation, answer: Truth) -> list[Condition]:
    return [part for part in parts if part.truth(at, _ANY_AGE) is answer]


@dataclass(frozen=True, slots=True)
class AnyOf(_Combined):
    """TRUE when one part is; FALSE only when every part provably is not."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer: TRUE outranks ERROR outranks STALE outranks FALSE."""
        worst = FALSE
        for part in self.parts:
            answer = part.truth(at, max_age)
            if answer is TRUE:
                return TRUE
            if answer is ERROR or worst is FALSE:
                worst = answer
        return worst

    def sentence(self, at: Situation) -> str:
        """Return the sentences of the parts that speak, joined by "and"; all of them if none does."""
        said = _said(self.parts, at, TRUE) or _said(self.parts, at, ERROR) or list(self.parts)
        return " and ".join(part.sentence(at) for part in said)

    def wanted(self, at: Situation) -> str:
        """Return the wishes of all parts, joined by "or"."""
        return " or ".join(part.wanted(at) for part in self.parts)


@dataclass(frozen=True, slots=True)
class AllOf(_Combined):
    """TRUE when every part is. An ERROR in any part is an ERROR of the whole."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer: ERROR outranks FALSE outranks STALE outranks TRUE."""
        worst = TRUE
        for part in self.parts:
            answer = part.truth(at, max_age)
            if answer is ERROR:
                return ERROR
            if answer is FALSE or worst is TRUE:
                worst = answer
        return worst

    def sentence(self, at: Situation) -> str:
        """Return the sentences of all parts, joined by "and"."""
        return " and ".join(part.sentence(at) for part in self.parts)

    def wanted(self, at: Situation) -> str:
        """Return the wishes of the parts not yet met, joined by "and"; of all when all are met."""
        met = _said(self.parts, at, TRUE)
        return " and ".join(
            part.wanted(at) for part in self.parts if part not in met or len(met) == len(self.parts)
        )


@dataclass(frozen=True, slots=True)
class _Wrapped:
    """What Not, IfSent and Unless share: they look at what their one part looks at, and say what it says."""

    part: Condition

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the samples of the part."""
        return self.part.samples(at)

    def signals(self) -> frozenset[Signal]:
        """Return the signals of the part."""
        return self.part.signals()

    def members(self) -> tuple[Condition, ...]:
        """Return the part."""
        return (self.part,)

    def is_timed(self) -> bool:
        """Tell whether the part is timed."""
        return self.part.is_timed()

    def sentence(self, at: Situation) -> str:
        """Return the sentence of the part."""
        return self.part.sentence(at)

    def wanted(self, at: Situation) -> str:
        """Return the wish of the part."""
        return self.part.wanted(at)


@dataclass(frozen=True, slots=True)
class Not(_Wrapped):
    """The opposite of a condition; STALE and ERROR stay what they are."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; see the protocol."""
        answer = self.part.truth(at, max_age)
        if answer is TRUE:
            return FALSE
        return TRUE if answer is FALSE else answer

    def sentence(self, at: Situation) -> str:
        """Return the opposite in words."""
        return f"no longer: {self.part.sentence(at)}"

    def wanted(self, at: Situation) -> str:
        """Return the end of what is the case."""
        return f"the end of: {self.part.sentence(at)}"


@dataclass(frozen=True, slots=True)
class IfSent(_Wrapped):
    """A condition on a signal not every monitor sends: it counts from the first sample on.

    Once a monitor has sent the signal its absence is staleness like any other: a mean pressure that tripped a
    row cannot clear it by no longer being sent.
    """

    absent: Truth

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer of the part, or `absent` while no signal of it was ever seen."""
        return self.part.truth(at, max_age) if self.part.samples(at) else self.absent


@dataclass(frozen=True, slots=True)
class Unless(_Wrapped):
    """A condition that a flag explains: FALSE while one is up. An ERROR stays one, explained or not.

    When the flag goes down, a silence is judged at once, and a value when the next one comes.

    Attributes:
        part: what is asked.
        flags: what explains it.
        words: how the flags are said: "a cuff cycle is under way".
    """

    flags: tuple[Flag, ...]
    words: str

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer of the part, or FALSE while it is explained."""
        answer = self.part.truth(at, max_age)
        is_explained = answer is not ERROR and not at.flags.isdisjoint(self.flags)
        return FALSE if is_explained else answer


@dataclass(frozen=True, slots=True)
class OneFresh(_Combined):
    """For signals that stand in for one another: TRUE when one is freshly so and none, however old, is not.

    A sedation score may come on either scale, or on both in turn. A scale never used, or used long ago with a safe
    score, is no obstacle; an unsafe score is one until the same scale takes it back.
    """

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer: ERROR outranks FALSE outranks TRUE; STALE when nothing fresh speaks."""
        known = [part.truth(at, _ANY_AGE) for part in self.parts]
        for answer in (ERROR, FALSE):
            if answer in known:
                return answer
        is_fresh = any(part.truth(at, max_age) is TRUE for part in self.parts)
        return TRUE if is_fresh else STALE

    def sentence(self, at: Situation) -> str:
        """Return the sentences of the parts that were ever measured, joined by "and"; of all if none was."""
        said = [part for part in self.parts if part.samples(at)] or self.parts
        return " and ".join(part.sentence(at) for part in said)

    def wanted(self, at: Situation) -> str:
        """Return the wishes of the parts that stand in the way, joined by "and"; any part will do if none does."""
        blocking = _said(self.parts, at, FALSE) or _said(self.parts, at, ERROR)
        if blocking:
            return " and ".join(part.wanted(at) for part in blocking)
        return " or ".join(part.wanted(at) for part in self.parts)
