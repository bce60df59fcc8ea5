"""Conditions on what readings are worth: refused again and again, or far from the last one.

Theory of operation. A refused reading never becomes a sample, so it can neither trip nor clear; but a device that only
sends what must be refused is as good as silent, and somebody should look at it before its silence counts
(facts/clinical.md 4: "three rejects in a row"). A suspect reading is kept, acts upwards, proves nothing, and wants a
repeat.

Refused readings are counted for the cuff alone. A signal that comes every second has its silence watched within ten
seconds (ST2), and three of its readings are refused by every probe that slips off a finger.
"""

from dataclasses import dataclass
from math import isfinite

from interlocks.conditions import WORDS, Condition
from interlocks.silences import Technical
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import CUFF, ERROR, FALSE, STALE, TRUE, Sample, Signal, Truth


@dataclass(frozen=True, slots=True)
class RefusedInARow(Technical):
    """TRUE when the newest `n` readings of one of the watched signals were refused; a good one ends it."""

    n: int
    watched: tuple[Signal, ...] = CUFF

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; ERROR for a negative count."""
        answer = FALSE
        for signal, count in at.rejects:
            if signal not in self.watched:
                continue
            if count < 0:
                return ERROR
            if count >= self.n:
                answer = TRUE
        return answer

    def sentence(self, at: Situation) -> str:
        """Return e.g. "3 readings of heart rate refused in a row"."""
        refused = [
            f"{count} readings of {WORDS[name]}"
            for name, count in at.rejects
            if name in self.watched and count >= self.n
        ]
        return f"{' and '.join(refused) or 'no readings'} refused in a row"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing: what was refused is no sample."""
        return ()


@dataclass(frozen=True, slots=True)
class SuspectReading:
    """TRUE when any value of the newest cuff reading is suspect; FALSE only for a whole and unsuspicious one."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return the answer; STALE for a reading too old or without its systolic or diastolic."""
        reading = self.samples(at)
        if any(not isfinite(sample.value) for sample in reading):
            return ERROR
        if any(max_age.is_exceeded(sample, at.now) for sample in reading):
            return STALE
        if any(sample.is_suspect for sample in reading):
            return TRUE
        is_whole = {Signal.SYS, Signal.DIA} <= {sample.signal for sample in reading}
        return FALSE if is_whole else STALE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "the newest cuff reading (systolic 190 mmHg) is more than 30 % from the one before, or ..."."""
        suspect = [
            f"{WORDS[sample.signal]} {sample.value:g} mmHg"
            for sample in self.samples(at)
            if sample.is_suspect
        ]
        reading = f"the newest cuff reading ({', '.join(suspect)})" if suspect else "no cuff reading"
        return f"{reading} is more than 30 % from the one before, or hardly possible"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return the values of the newest cuff reading."""
        return tuple(s for s in at.picture.samples if s.signal in CUFF and s.measured_ms == at.cuff_ms)

    def signals(self) -> frozenset[Signal]:
        """Return the cuff's signals."""
        return frozenset(CUFF)

    def members(self) -> tuple[Condition, ...]:
        """Return nothing: a leaf."""
        return ()

    def is_timed(self) -> bool:
        """Say no: only a new reading is newly suspect."""
        return False
