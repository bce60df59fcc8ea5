"""What a row in force says, for people and for the daemon.

Theory of operation. The state keeps what tripped the row, in the words of that moment. When the row is proven clear
those words are history and are said as history: nobody should read "systolic 163 mmHg > 160 mmHg" of a patient whose
systolic is 120 (the row may still wait for an acknowledgement and a person).

Silence is told from values, because one broken cable silences many signals and is one trouble: the alarms of all rows
that tripped by silence are one. What people enter falls silent for a reason of its own: nobody came.
"""

from interlocks.clearing import blocks_because, is_releasable
from interlocks.conditions import Condition
from interlocks.rules import Rule
from interlocks.silences import FlagUp, OlderThan
from interlocks.situation import Situation
from interlocks.state import RuleState
from interlocks.vocabulary import ENTERED, Finding, Flag

#: Before the words of a row that is proven clear.
EARLIER = "earlier: "


def is_silence(condition: Condition) -> bool:
    """Tell whether a question is about nothing but measured signals not heard, or the link they come by."""
    parts = condition.members()
    if parts:
        return all(is_silence(part) for part in parts)
    if isinstance(condition, OlderThan):
        return not set(condition.watched) <= set(ENTERED)
    return isinstance(condition, FlagUp) and condition.flags == (Flag.BROKER_DOWN,)


def finding_of(rule: Rule, state: RuleState, at: Situation) -> Finding:
    """Return what a row in force says. A clear condition that raises is said, not raised."""
    try:
        blocked = blocks_because(rule, state, at)
    except Exception as error:
        blocked = f"its clear condition could not be evaluated ({type(error).__name__}: {error})"
    return Finding(
        rule_id=rule.id,
        cause=rule.cause,
        demand=state.demand,
        priority=state.priority,
        reason=f"{EARLIER}{state.reason}" if state.is_clear else state.reason,
        since_ms=state.since_ms,
        crossed=state.crossed or at.now,
        evidence=state.evidence,
        is_present=not state.is_clear,
        is_acknowledged=state.acknowledged is not None,
        is_releasable=is_releasable(rule, state),
        blocks_because=blocked,
        is_silence=state.is_silence,
        is_latching=rule.is_latching,
        hazard=rule.hazard,
    )
