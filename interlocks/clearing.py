"""What it takes to end a row, and the words for what is still missing.

Theory of operation. A clearing is proven, never assumed: by new, unsuspicious readings far enough apart, or
by an unbroken stretch of fresh good values. An old value proves nothing (facts/clinical.md 4), so while the
signal is silent nothing clears; what was proven of readings is kept, what was proven of an unbroken stretch
is not. Proof alone releases nothing: acknowledgement where the row wants it, then a person (law 8).
"""

from dataclasses import replace

from interlocks.confirm import NOTHING, has_suspect, new_samples
from interlocks.rules import Clear, Rule
from interlocks.situation import Situation, elapsed_ms
from interlocks.state import RuleState
from interlocks.vocabulary import ERROR, FALSE, STALE, TRUE, Demand, Sample, Truth


def with_clearing(rule: Rule, state: RuleState, at: Situation) -> RuleState:
    """Return the state with the progress of its clear condition after this event; for a row in force.

    Args:
        rule: the row.
        state: with this event's answer of its questions in `truth`.
        at: the event.
    """
    clear = rule.clear
    if clear.when is None or state.demand is Demand.STOP:
        return state
    truth = clear.when.truth(at, rule.max_age)
    # A row with a question answered yes is not clear, whatever its clear condition says: it would trip again at once.
    is_good = truth is TRUE and state.truth is not TRUE and not has_suspect(clear.when, at)
    if clear.readings:
        hits = _clear_hits(clear, state.clear_hits_ms, new_samples(clear.when, at), truth, is_good)
        is_clear = is_good and len(hits) >= clear.readings
        changed = replace(state, clear_hits_ms=hits, is_clear=is_clear)
    else:
        since = (state.clear_since or at.now) if is_good else None
        is_clear = since is not None and elapsed_ms(clear.clock, since, at.now) >= clear.for_ms
        changed = replace(state, clear_since=since, is_clear=is_clear)
    if is_clear:
        # What comes after a proven clearing is a new excursion and counts from nothing.
        changed = replace(changed, tallies=(NOTHING,) * len(state.tallies), is_counting=False)
    return changed


def _clear_hits(
    clear: Clear, hits: tuple[int, ...], samples: tuple[Sample, ...], truth: Truth, is_good: bool
) -> tuple[int, ...]:
    """Return the times of the readings that prove the clearing, with those of this event."""
    if not samples:
        return hits
    if truth in (FALSE, ERROR):
        return ()
    measured_ms = max(sample.measured_ms for sample in samples)
    if is_good and (not hits or measured_ms - hits[-1] >= max(clear.apart_ms, 1)):
        return (*hits, measured_ms)[-clear.readings :]
    return hits


def is_releasable(rule: Rule, state: RuleState) -> bool:
    """Tell whether a person may release the row: proven clear, and acknowledged, with a note, where it wants that."""
    if state.demand in (Demand.NONE, Demand.STOP) or rule.clear.when is None:
        return False
    if rule.needs_note and not state.is_noted:
        return False
    return state.is_clear and (not rule.is_latching or state.acknowledged is not None)


def blocks_because(rule: Rule, state: RuleState, at: Situation) -> str:
    """Return what stands between the row and its release, in words; "" when nothing does."""
    clear = rule.clear
    if state.demand is Demand.STOP:
        return "the session is stopped and the rest of the dose is void"
    if clear.when is None:
        return "nothing clears this row; the session must be ended"
    missing = []
    if not state.is_clear:
        missing.append(_missing_proof(rule, state, at))
    if rule.needs_note and not state.is_noted:
        missing.append("needs a clinician's note with the acknowledgement")
    elif rule.is_latching and state.acknowledged is None:
        missing.append("needs acknowledgement")
    return "; ".join(missing)


def _missing_proof(rule: Rule, state: RuleState, at: Situation) -> str:
    clear = rule.clear
    assert clear.when is not None, "rows that nothing clears are answered before"
    truth = clear.when.truth(at, rule.max_age)
    if truth is TRUE:
        for _, question in rule.ladder:
            if question.truth(at, rule.max_age) is TRUE:
                return f"needs the end of: {question.sentence(at)}"
    wish = f"needs {clear.when.wanted(at)}"
    if truth is STALE:
        wish += ", measured anew"
    if clear.readings:
        apart = f" at least {clear.apart_ms / 1000:g} s apart" if clear.apart_ms else ""
        return f"{wish} in {clear.readings} new readings{apart}, has {len(state.clear_hits_ms)}"
    if clear.for_ms:
        held_ms = elapsed_ms(clear.clock, state.clear_since or at.now, at.now)
        return f"{wish} for {clear.for_ms / 1000:g} s, has {held_ms / 1000:.0f} s"
    return wish
