"""Conditions on what is missing: a signal grown old, a report not come, a flag raised.

Theory of operation. Silence sends no message, so these answers change with the clock alone; the tick asks
them (law 3, facts/faults.md I4). They are never STALE themselves: they are the rows that own staleness.
"""

from dataclasses import dataclass

from interlocks.conditions import WORDS, Condition
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import Flag, Sample, Signal, Truth


class Technical:
    """What conditions without a value share."""

    __slots__ = ()

    def signals(self) -> frozenset[Signal]:
        """Return nothing: no value decides."""
        return frozenset()

    def members(self) -> tuple[Condition, ...]:
        """Return nothing: a leaf."""
        return ()

    def is_timed(self) -> bool:
        """Say yes: the clock alone can turn the answer."""
        return True


@dataclass(frozen=True, slots=True)
class OlderThan(Technical):
    """TRUE when the oldest of the named signals is older than the limit.

    A signal never seen is as old as the guarding. Line pressure without a configured source cannot be silent.

    Attributes:
        watched: the signals; the worst age counts.
        limit_ms: on the named clock; at the limit is not yet older.
        clock: TREATMENT takes the worse of device time and arrival; LINK takes arrival.
    """

    watched: tuple[Signal, ...]
    limit_ms: int
    clock: Clock

    def _age_ms(self, signal: Signal, at: Situation) -> int:
        if signal is Signal.LINE_PRESSURE and not at.has_line_pressure:
            return 0
        is_link = self.clock is Clock.LINK
        age_ms = at.picture.age_link_ms(signal, at.now) if is_link else at.picture.age_ms(signal, at.now)
        if age_ms is not None:
            return age_ms
        return at.now.link_ms - at.guarding_since.link_ms if is_link else at.now.ms - at.guarding_since.ms

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        for signal in self.watched:
            if self._age_ms(signal, at) > self.limit_ms:
                return Truth.TRUE
        return Truth.FALSE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "no new systolic for 391 s > 390 s"."""
        worst = max(self.watched, key=lambda signal: self._age_ms(signal, at))
        relation = ">" if self._age_ms(worst, at) > self.limit_ms else "<="
        age_s = self._age_ms(worst, at) / 1000
        return f"no new {WORDS[worst]} for {age_s:.10g} s {relation} {self.limit_ms / 1000:g} s"

    def wanted(self, at: Situation) -> str:
        """Return the wish for a newer value."""
        names = " and ".join(WORDS[signal] for signal in self.watched)
        return f"{names} older than {self.limit_ms / 1000:g} s"

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the last samples of the signals watched."""
        found = (at.picture.newest(signal) for signal in self.watched)
        return tuple(sample for sample in found if sample is not None)


@dataclass(frozen=True, slots=True)
class FlagUp(Technical):
    """TRUE while any of the flags is present.

    Attributes:
        flags: what to look for.
        words: how it is said.
    """

    flags: tuple[Flag, ...]
    words: str

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        if not at.flags:
            return Truth.FALSE
        return Truth.TRUE if any(flag in at.flags for flag in self.flags) else Truth.FALSE

    def sentence(self, at: Situation) -> str:
        """Return the words."""
        return self.words

    def wanted(self, at: Situation) -> str:
        """Return the words."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing."""
        return ()


@dataclass(frozen=True, slots=True)
class ReportOlderThan(Technical):
    """TRUE when the newest believed pump report is older than the limit, link time, or none ever came.

    Attributes:
        limit_ms: at the limit is not yet older.
        only_running: ask only while delivery is commanded. Its end is asked without this, because a pause
            ends the running but not the silence.
    """

    limit_ms: int
    only_running: bool

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        if self.only_running and not at.flow.is_running:
            return Truth.FALSE
        age_ms = at.flow.report_age_link_ms
        return Truth.FALSE if age_ms is not None and age_ms <= self.limit_ms else Truth.TRUE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "pump silent for 1001 ms, limit 1000 ms"."""
        age_ms = at.flow.report_age_link_ms
        if age_ms is None:
            return "no believable report from the pump yet"
        return f"pump silent for {age_ms} ms, limit {self.limit_ms} ms"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing."""
        return ()
