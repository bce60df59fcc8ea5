"""A condition on stands that came again and again.

Theory of operation. Each stand may be well cleared and well resumed and the third within ten minutes still means that
what is wrong has not been found (facts/clinical.md 3.3; Open PCA EC23 uses three in ten minutes).
"""

from dataclasses import dataclass

from interlocks.silences import Technical
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import ERROR, FALSE, TRUE, Sample, Truth


@dataclass(frozen=True, slots=True)
class AlertedTimes(Technical):
    """TRUE when rows brought delivery to a stand `n` times within so long, treatment time.

    Attributes:
        n: stands needed.
        within_ms: a stand exactly so long ago still counts.
        rule_id: count only stands that this row demanded; "": all.
    """

    n: int
    within_ms: int
    rule_id: str = ""

    def _count(self, at: Situation) -> int:
        begin_ms = at.now.ms - self.within_ms
        return sum(
            alert.ms >= begin_ms and (not self.rule_id or self.rule_id in alert.rule_ids)
            for alert in at.alerts
        )

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        """Return TRUE or FALSE; ERROR for a stand that is yet to come."""
        if any(alert.ms > at.now.ms for alert in at.alerts):
            return ERROR
        return TRUE if self._count(at) >= self.n else FALSE

    def sentence(self, at: Situation) -> str:
        """Return e.g. "delivery brought to a stand by LP1 3 times within 10 min, limit 3"."""
        by = f" by {self.rule_id}" if self.rule_id else ""
        within = f"within {self.within_ms / 60_000:g} min"
        return f"delivery brought to a stand{by} {self._count(at)} times {within}, limit {self.n}"

    def wanted(self, at: Situation) -> str:
        """Return the sentence."""
        return self.sentence(at)

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        """Return nothing: a stand is no sample."""
        return ()
