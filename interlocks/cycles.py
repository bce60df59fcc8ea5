"""A condition on our own punctuality.

Theory of operation. Every deadline of the daemon is a comparison made at the tick, so a late tick is a late everything.
The pump's own lease stops it when the control cycle stays away; what is asked here is whether a cycle that came was late,
which is the only part of a stall that software can still act on (facts/clinical.md 3.2 WD1).
"""

from dataclasses import dataclass

from interlocks.silences import Technical
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import ERROR, FALSE, TRUE, Sample, Truth


@dataclass(frozen=True, slots=True)
class TickLate(Technical):
    """TRUE when two control cycles lately lay farther apart than the limit, link ms."""

    limit_ms: int

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; ERROR for a negative gap."""
        if at.tick_gap_ms < 0:
            return ERROR
        return TRUE if at.tick_gap_ms > self.limit_ms else FALSE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "control cycle 730 ms after the one before, limit 500 ms"."""
        return f"control cycle {at.tick_gap_ms} ms after the one before, limit {self.limit_ms} ms"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing: our own clock is no sample."""
        return ()
