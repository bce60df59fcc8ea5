"""Checks a rule table before anything is infused by it.

Theory of operation. A table is data, and data can be wrong in ways no type sees: a limit on the unsafe side
of its own clear condition, a row that falls silent without anybody noticing, the low-diastolic slip
(facts/clinical.md 1.1). Every complaint names the row and says what is wrong; an empty answer is the only
good one. The daemon refuses to start with any.
"""

from collections.abc import Iterator
from math import isfinite

from interlocks.combinations import AnyOf, Not
from interlocks.conditions import WORDS, Condition, Over, Under
from interlocks.limits import Absolute, FlowLimit, OfBaseline
from interlocks.rules import Consecutive, Itself, Persist, Rule, SeeRow, Step
from interlocks.silences import OlderThan, ReportOlderThan
from interlocks.vocabulary import CUFF, Demand, Signal
from interlocks.volumes import WindowOff

#: A low-diastolic limit from here up is the slip "below 100 diastolic", not a limit (facts/clinical.md 1.1).
LOW_DIASTOLIC_REFUSED_MMHG = 70


def lint(rules: tuple[Rule, ...]) -> tuple[str, ...]:
    """Return every complaint about a table, each beginning with the row's id; () for a table fit for use."""
    found: list[str] = []
    by_id: dict[str, Rule] = {}
    for rule in rules:
        if rule.id in by_id:
            found.append(f"{rule.id}: the id is used twice")
        by_id[rule.id] = rule
    for rule in rules:
        found += [f"{rule.id}: {complaint}" for complaint in _complaints(rule, by_id)]
    return tuple(found)


def walk(condition: Condition) -> Iterator[Condition]:
    """Yield a condition and every condition inside it."""
    yield condition
    for part in condition.members():
        yield from walk(part)


def _leaves(condition: Condition, is_negated: bool = False) -> Iterator[tuple[Condition, bool]]:
    """Yield every leaf with whether it stands under an odd number of Not."""
    parts = condition.members()
    if not parts:
        yield condition, is_negated
    for part in parts:
        yield from _leaves(part, is_negated ^ isinstance(condition, Not))


def _complaints(rule: Rule, by_id: dict[str, Rule]) -> Iterator[str]:
    for name in ("id", "cause", "hazard", "source", "why"):
        if not getattr(rule, name).strip():
            yield f"{name} is empty"
    yield from _ladder(rule)
    yield from _limits(rule)
    yield from _diastolic(rule)
    yield from _clearing(rule)
    yield from _staleness(rule, by_id)


def _ladder(rule: Rule) -> Iterator[str]:
    if not rule.steps:
        yield "has no step"
    for step in rule.steps:
        if step.demand is Demand.NONE:
            yield "a step demands nothing"
        yield from _confirm(step)
    for lower, upper in zip(rule.steps, rule.steps[1:], strict=False):
        if upper.demand < lower.demand:
            yield f"the ladder falls from {lower.demand.name} to {upper.demand.name}"
        is_same_question = (upper.when or rule.when) == (lower.when or rule.when)
        if upper.demand is lower.demand and is_same_question:
            yield f"two steps ask the same for the same demand {upper.demand.name}"


def _confirm(step: Step) -> Iterator[str]:
    confirm = step.confirm
    if isinstance(confirm, Persist):
        if confirm.persist_ms < 0:
            yield f"persistence of {confirm.persist_ms} ms is negative"
        return
    if confirm.n < 1:
        yield f"confirmation by {confirm.n} values is none"
    if isinstance(confirm, Consecutive):
        return
    if confirm.within_ms is not None and confirm.within_ms < (confirm.n - 1) * confirm.apart_ms:
        yield f"{confirm.n} readings {confirm.apart_ms} ms apart never fit into {confirm.within_ms} ms"
    if confirm.unrepeated_ms is not None and confirm.unrepeated_ms <= 0:
        yield f"unrepeated after {confirm.unrepeated_ms} ms is at once"


def _questions(rule: Rule) -> list[Condition]:
    questions = [rule.when, *(condition for _, condition in rule.ladder)]
    return list(dict.fromkeys(questions))


def _limits(rule: Rule) -> Iterator[str]:
    asked = [leaf for question in _questions(rule) for leaf, _ in _leaves(question)]
    cleared = [leaf for leaf, _ in _leaves(rule.clear.when)] if rule.clear.when is not None else []
    for leaf in asked + cleared:
        if isinstance(leaf, Over | Under):
            yield from _limit(leaf, is_trip=leaf in asked)
        elif isinstance(leaf, OlderThan) and (leaf.limit_ms <= 0 or not leaf.watched):
            yield f"age limit of {leaf.limit_ms} ms for {len(leaf.watched)} signals"
        elif isinstance(leaf, WindowOff):
            yield from _flow_limit(leaf.limit)


def _limit(leaf: Over | Under, is_trip: bool) -> Iterator[str]:
    limit, name = leaf.limit, WORDS[leaf.signal]
    if limit.percent <= 0:
        yield f"{name} limit of {limit.percent} %"
    if isinstance(limit, OfBaseline):
        if leaf.signal not in (*CUFF, Signal.HR):
            yield f"{name} has no baseline to be relative to"
        return
    if not isfinite(limit.value):
        yield f"{name} limit {limit.value} is no number"
        return
    loosest = limit.value if limit.default is None else limit.default
    tightest = limit.value if limit.tightest is None else limit.tightest
    is_over = isinstance(leaf, Over)
    if is_trip and (limit.value > loosest if is_over else limit.value < loosest):
        yield f"{name} limit {limit.value:g} is looser than the loosest allowed, {loosest:g}"
    if is_trip and (limit.value < tightest if is_over else limit.value > tightest):
        yield f"{name} limit {limit.value:g} is tighter than the tightest allowed, {tightest:g}"
    if limit.step < 1:
        yield f"{name} limit moves in steps of {limit.step}"


def _flow_limit(limit: FlowLimit) -> Iterator[str]:
    if limit.percent < 0 or limit.at_least_nl < 0:
        yield f"volume tolerance of {limit.percent} % and {limit.at_least_nl} nL is negative"


def _diastolic(rule: Rule) -> Iterator[str]:
    """Refuse the editing slip: a trip on low diastolic at 70 mmHg or more."""
    for question in _questions(rule):
        for leaf, is_negated in _leaves(question):
            if not isinstance(leaf, Over | Under) or leaf.signal is not Signal.DIA:
                continue
            is_low = isinstance(leaf, Under) is not is_negated
            if not is_low:
                continue
            if isinstance(leaf.limit, OfBaseline):
                yield "a low diastolic limit relative to baseline cannot be shown to stay below 70 mmHg"
            elif not _size(leaf.limit) / 100 < LOW_DIASTOLIC_REFUSED_MMHG:
                yield (
                    f"a low diastolic limit of {_size(leaf.limit) / 100:g} mmHg is refused: "
                    f"{LOW_DIASTOLIC_REFUSED_MMHG} mmHg or more would hold for healthy patients"
                )


def _clearing(rule: Rule) -> Iterator[str]:
    clear = rule.clear
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
    for question in _questions(rule):
        yield from _hysteresis(question, clear.when)


def _under_not(condition: Condition) -> list[Condition]:
    return [inner for part in walk(condition) if isinstance(part, Not) for inner in walk(part.part)]


def _hysteresis(question: Condition, clear: Condition) -> Iterator[str]:
    """Every trip comparison needs its counterpart in the clear condition, on the safe side."""
    if Not(question) in tuple(walk(clear)):
        return
    counterparts = list(_leaves(clear))
    for leaf, is_negated in _leaves(question):
        if isinstance(leaf, OlderThan):
            # Silence of the signals its clear condition reads is ended by fresh values only.
            is_read = set(leaf.watched) <= clear.signals()
            is_aged = any(
                isinstance(other, OlderThan)
                and is_other_negated
                and set(leaf.watched) <= set(other.watched)
                and other.limit_ms <= leaf.limit_ms
                and other.clock is leaf.clock
                for other, is_other_negated in counterparts
            )
            if not is_read and not is_aged:
                yield f"silence over {leaf.limit_ms} ms is not on the safe side of its clear condition"
        elif isinstance(leaf, ReportOlderThan):
            # Its own end is asked at rest too: a pause ends the running, not the silence.
            if Not(ReportOlderThan(leaf.limit_ms, only_running=False)) not in tuple(walk(clear)):
                yield "silence of the pump is not undone by its clear condition"
        elif isinstance(leaf, Over | Under) and not is_negated:
            if not any(_is_safe_side(leaf, other, negated) for other, negated in counterparts):
                yield f"the {WORDS[leaf.signal]} limit has no clear limit on its safe side"
        else:
            yield f"{type(leaf).__name__} is not undone by its clear condition"


def _is_safe_side(trip: Over | Under, clear: Condition, is_negated: bool) -> bool:
    if is_negated or not isinstance(clear, Over | Under) or clear.signal is not trip.signal:
        return False
    if isinstance(clear, Over) is isinstance(trip, Over) or type(clear.limit) is not type(trip.limit):
        return False
    trip_limit, clear_limit = _size(trip.limit), _size(clear.limit)
    if trip_limit == clear_limit:
        return trip.or_equal is not clear.or_equal
    return clear_limit < trip_limit if isinstance(trip, Over) else clear_limit > trip_limit


def _size(limit: Absolute | OfBaseline) -> float:
    return limit.percent if isinstance(limit, OfBaseline) else limit.value * limit.percent


def _staleness(rule: Rule, by_id: dict[str, Rule]) -> Iterator[str]:
    stale = rule.on_stale
    if isinstance(stale, Itself):
        if rule.inputs:
            yield "reads values but names nobody who watches their silence"
        return
    if stale.max_age.after_ms < 0 or (rule.inputs and stale.max_age.after_ms == 0):
        yield f"calls samples stale after {stale.max_age.after_ms} ms"
    if not isinstance(stale, SeeRow):
        return
    if not stale.rows:
        yield "leaves its staleness to nobody"
    owners = [by_id[name] for name in stale.rows if name in by_id]
    missing = [name for name in stale.rows if name not in by_id]
    if missing:
        yield f"leaves its staleness to unknown rows {', '.join(missing)}"
    if any(isinstance(owner.on_stale, SeeRow) for owner in owners):
        yield "leaves its staleness to a row that leaves its own to another"
    if owners and all(step.demand <= Demand.ADVISE for owner in owners for step, _ in owner.ladder):
        yield "leaves its staleness to rows that only advise"
    watched = {
        signal
        for owner in owners
        for _, question in owner.ladder
        for part in walk(question)
        if isinstance(part, OlderThan)
        for signal in part.watched
    }
    # The mean pressure is optional at many monitors; it comes with the same cuff reading as the systolic.
    lost = rule.inputs - watched - {Signal.MAP}
    if owners and lost:
        yield f"nobody watches the silence of {', '.join(sorted(lost))}"
