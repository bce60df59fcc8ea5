"""Checks that a row's clear condition undoes every one of its questions, with room to spare.

Theory of operation. A row may be released when its clear condition is proven. So that condition, when met, must make
every question of the row provably false: each comparison needs its counterpart on its safe side, each silence a fresher
limit, each count a smaller one. One part undone undoes an AllOf; an AnyOf is undone when all its parts are.
"""

from collections.abc import Callable, Iterator
from typing import Any

from interlocks.alerts import AlertedTimes
from interlocks.combinations import AllOf, AnyOf, IfSent, Not
from interlocks.conditions import WORDS, Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import Absolute, OfBaseline
from interlocks.quality import RefusedInARow
from interlocks.rules import Rule
from interlocks.silences import OlderThan, ReportOlderThan
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.vocabulary import Demand, Truth
from interlocks.walking import implied, leaves, walk


def clearing(rule: Rule) -> Iterator[str]:
    """Yield every complaint about how a row is cleared."""
    clear = rule.clear
    if rule.needs_note and not rule.is_latching:
        yield "wants a note with an acknowledgement that it does not want"
    if clear.when is None:
        if any(step.demand is not Demand.STOP for step in rule.steps):
            yield "nothing clears it, yet it demands less than STOP"
        return
    if clear.readings < 0 or clear.apart_ms < 0 or clear.for_ms < 0:
        yield "its clear condition counts or waits a negative amount"
    if clear.readings and clear.for_ms:
        yield "is cleared by readings and by time at once"
    if any(isinstance(part, AnyOf) for part in walk(clear.when) if part not in _under_not(clear.when)):
        yield "its clear condition is met by one part alone"
    if _is_met_by_nothing(clear.when):
        yield "its clear condition is met when nothing was ever sent"
    for question in dict.fromkeys([rule.when, *(condition for _, condition in rule.ladder)]):
        yield from _not_undone(question, clear.when)


def _under_not(condition: Condition) -> list[Condition]:
    return [inner for part in walk(condition) if isinstance(part, Not) for inner in walk(part.part)]


def _is_met_by_nothing(clear: Condition) -> bool:
    """Tell whether every value that the clear condition reads may be missing."""
    optional = [leaf for part in walk(clear) if _is_optional(part) for leaf, _ in leaves(part)]
    read = [leaf for leaf, _ in leaves(clear)]
    return bool(optional) and all(leaf in optional for leaf in read)


def _is_optional(part: Condition) -> bool:
    return isinstance(part, IfSent) and part.absent is Truth.TRUE


def _not_undone(question: Condition, clear: Condition) -> list[str]:
    """Return why a question could still hold, or trip again at once, when the clear condition is met; [] if not."""
    facts = list(implied(clear))
    if (question, True) in facts or (isinstance(question, Not) and (question.part, False) in facts):
        return []
    parts = question.members()
    if isinstance(question, Not) or not parts:
        complaint = _leaf_not_undone(question, facts)
        return [complaint] if complaint else []
    found = [_not_undone(part, clear) for part in parts]
    if isinstance(question, AllOf) and not all(found):
        return []
    return [complaint for complaints in found for complaint in complaints]


def _leaf_not_undone(leaf: Condition, facts: list[tuple[Condition, bool]]) -> str:
    denied = [fact for fact, is_denied in facts if is_denied]
    if isinstance(leaf, Over | Under):
        if any(_is_safe_side(leaf, fact) for fact, is_denied in facts if not is_denied):
            return ""
        return f"the {WORDS[leaf.signal]} limit has no clear limit on its safe side"
    if isinstance(leaf, OlderThan):
        # Silence of the signals its clear condition reads is ended by fresh values only; what it reads if sent at all
        # was perhaps never heard.
        read = [fact for fact, is_denied in facts if isinstance(fact, Over | Under) and not is_denied]
        if_sent = [one for fact, _ in facts if _is_optional(fact) for one, _ in leaves(fact)]
        sure = {fact.signal for fact in read if fact not in if_sent}
        is_read = set(leaf.watched) <= sure and set(leaf.if_heard) <= {fact.signal for fact in read}
        if is_read or any(_is_fresher(leaf, fact) for fact in denied):
            return ""
        return f"silence over {leaf.limit_ms} ms is not on the safe side of its clear condition"
    if isinstance(leaf, ReportOlderThan):
        # Its own end is asked at rest too: a pause ends the running, not the silence.
        is_undone = ReportOlderThan(leaf.limit_ms, only_running=False) in denied
        return "" if is_undone else "silence of the pump is not undone by its clear condition"
    is_milder = _MILDER.get(type(leaf))
    if is_milder is not None and any(type(fact) is type(leaf) and is_milder(leaf, fact) for fact in denied):
        return ""
    return f"{type(leaf).__name__} is not undone by its clear condition"


def _is_fresher(trip: OlderThan, denied: Condition) -> bool:
    """Tell whether the absence of one silence is the absence of the other."""
    if not isinstance(denied, OlderThan) or denied.clock is not trip.clock or denied.limit_ms > trip.limit_ms:
        return False
    if trip.is_any_enough:
        return denied.is_any_enough and set(denied.watched) <= set(trip.watched)
    return (
        not denied.is_any_enough
        and set(trip.watched) <= set(denied.watched)
        and set(trip.if_heard) <= {*denied.watched, *denied.if_heard}
    )


#: Per kind of count: whether the absence of the second is the absence of the first as well.
_MILDER: dict[type, Callable[[Any, Any], bool]] = {
    RisenBy: lambda trip, denied: denied.by_mmhg <= trip.by_mmhg and denied.within_ms >= trip.within_ms,
    FallenBy: lambda trip, denied: denied.by_mmhg <= trip.by_mmhg and denied.within_ms >= trip.within_ms,
    ElapsedOver: lambda trip, denied: denied.limit_ms <= trip.limit_ms,
    ElapsedOverPlan: lambda trip, denied: denied.percent <= trip.percent,
    PausedOver: lambda trip, denied: denied.limit_ms <= trip.limit_ms,
    RefusedInARow: lambda trip, denied: denied.n <= trip.n,
    TickLate: lambda trip, denied: denied.limit_ms <= trip.limit_ms,
    AlertedTimes: lambda trip, denied: (
        denied.n <= trip.n and denied.within_ms >= trip.within_ms and denied.rule_id in ("", trip.rule_id)
    ),
}


def _is_safe_side(trip: Over | Under, clear: Condition) -> bool:
    if not isinstance(clear, Over | Under) or clear.signal is not trip.signal:
        return False
    if isinstance(clear, Over) is isinstance(trip, Over) or type(clear.limit) is not type(trip.limit):
        return False
    trip_limit, clear_limit = size(trip.limit), size(clear.limit)
    if trip_limit == clear_limit:
        return trip.or_equal is not clear.or_equal
    return clear_limit < trip_limit if isinstance(trip, Over) else clear_limit > trip_limit


def size(limit: Absolute | OfBaseline) -> float:
    """Return what makes two limits of one kind comparable: a hundredfold of the value, or the percentage."""
    if isinstance(limit, OfBaseline):
        return limit.percent + limit.offset
    return limit.value * limit.percent + limit.offset * 100
