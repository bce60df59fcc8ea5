"""Conditions on what is missing: a signal grown old, a report not come, a flag raised.

Theory of operation. Silence sends no message, so these answers change with the clock alone; the tick asks
them (law 3, facts/faults.md I4). They are never STALE themselves: they are the rows that own staleness.
"""

from dataclasses import dataclass

from interlocks.conditions import WORDS, Condition
from interlocks.situation import LINK, Clock, MaxAge, Situation, elapsed_ms
from interlocks.vocabulary import FALSE, FITTED, TRUE, Flag, Sample, Signal, Truth

_FITTED = frozenset(FITTED)


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
    """TRUE when any of the named signals is older than the limit; or, for stand-ins, when all of them are.

    A signal never seen is as old as the guarding. One that needs a source of its own and has none cannot be silent.

    Attributes:
        watched: the signals.
        limit_ms: on the named clock; at the limit is not yet older.
        clock: TREATMENT takes the worse of device time and arrival; LINK takes arrival.
        if_heard: signals that not every monitor sends: watched as well, each from its first sample on.
        is_any_enough: the signals stand in for one another, so the youngest counts instead of the oldest.
    """

    watched: tuple[Signal, ...]
    limit_ms: int
    clock: Clock
    if_heard: tuple[Signal, ...] = ()
    is_any_enough: bool = False

    def _age_ms(self, signal: Signal, at: Situation) -> int:
        if signal in _FITTED and signal not in at.fitted:
            return 0
        now, sample = at.now, at.known.get(signal)
        if sample is None:
            return elapsed_ms(self.clock, at.guarding_since, now)
        age_ms = now.link_ms - sample.received.link_ms
        return age_ms if self.clock is LINK else max(age_ms, now.ms - sample.measured_ms)

    def _heard(self, at: Situation) -> tuple[Signal, ...]:
        """Return the signals whose silence counts now."""
        if not self.if_heard:
            return self.watched
        return (*self.watched, *[name for name in self.if_heard if name in at.known])

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; see the protocol."""
        limit_ms = self.limit_ms
        is_late = False
        for signal in self._heard(at):
            is_late = self._age_ms(signal, at) > limit_ms
            if is_late is not self.is_any_enough:
                break
        return TRUE if is_late else FALSE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "no new heart rate and SpO2 for 31 s > 30 s", naming every signal that is too old."""
        ages = {signal: self._age_ms(signal, at) for signal in self._heard(at)}
        if self.is_any_enough:
            names, age_ms = " or ".join(WORDS[signal] for signal in ages), min(ages.values())
        else:
            age_ms = max(ages.values())
            late = [signal for signal in ages if ages[signal] > self.limit_ms]
            late = late or [signal for signal in ages if ages[signal] == age_ms]
            names = " and ".join(WORDS[signal] for signal in late)
        relation = ">" if age_ms > self.limit_ms else "<="
        return f"no new {names} for {age_ms / 1000:.10g} s {relation} {self.limit_ms / 1000:g} s"

    def wanted(self, at: Situation) -> str:
        """Return the wish for a newer value."""
        joint = " or " if self.is_any_enough else " and "
        names = joint.join(WORDS[signal] for signal in self._heard(at))
        return f"{names} older than {self.limit_ms / 1000:g} s"

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the last samples of the signals watched."""
        found = (at.known.get(signal) for signal in (*self.watched, *self.if_heard))
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
        return FALSE if at.flags.isdisjoint(self.flags) else TRUE

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
            return FALSE
        age_ms = at.flow.report_age_link_ms
        return FALSE if age_ms is not None and age_ms <= self.limit_ms else TRUE

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
