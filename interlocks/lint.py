"""Checks a rule table before anything is infused by it.

Theory of operation. A table is data, and data can be wrong in ways no type sees: a limit on the unsafe side
of its own clear condition, a row that falls silent without anybody noticing, the low-diastolic slip
(facts/clinical.md 1.1). Every complaint names the row and says what is wrong; an empty answer is the only
good one. The daemon refuses to start with any.
"""

from collections.abc import Iterator
from math import isfinite

from interlocks.alerts import AlertedTimes
from interlocks.combinations import Unless
from interlocks.conditions import WORDS, Condition, Over, Under
from interlocks.cycles import TickLate
from interlocks.limits import FlowLimit, OfBaseline
from interlocks.lint_clear import clearing, size
from interlocks.quality import RefusedInARow
from interlocks.rules import Consecutive, Itself, Persist, Rule, SeeRow, Step
from interlocks.silences import OlderThan
from interlocks.slopes import FallenBy, RisenBy
from interlocks.spans import ElapsedOver, ElapsedOverPlan, PausedOver
from interlocks.trace import KEPT_MS
from interlocks.vocabulary import CUFF, Demand, Signal
from interlocks.volumes import WindowOff
from interlocks.walking import leaves, walk

__all__ = ["lint", "walk"]

#: A low-diastolic limit from here up is the slip "below 100 diastolic", not a limit (facts/clinical.md 1.1).
LOW_DIASTOLIC_REFUSED_MMHG = 70

#: Stands are remembered for so long; a longer window would count what is forgotten.
ALERTS_KEPT_MS = 600_000

#: Signals whose absence needs no watching: the mean comes with the systolic's cuff reading, or not at all; symptoms are
#: entered when somebody sees some.
_OPTIONAL = {Signal.MAP, Signal.SYMPTOMS}


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


def _complaints(rule: Rule, by_id: dict[str, Rule]) -> Iterator[str]:
    for name in ("id", "cause", "hazard", "source", "why"):
        if not getattr(rule, name).strip():
            yield f"{name} is empty"
    yield from _ladder(rule)
    yield from _limits(rule, by_id)
    yield from _diastolic(rule)
    yield from clearing(rule)
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


def _limits(rule: Rule, by_id: dict[str, Rule]) -> Iterator[str]:
    # What a question turns round is a clear limit of some row, and lies on that side of the trip.
    tripping = [leaf for one in _questions(rule) for leaf, is_negated in leaves(one) if not is_negated]
    asked = [leaf for question in _questions(rule) for leaf, _ in leaves(question)]
    cleared = [leaf for leaf, _ in leaves(rule.clear.when)] if rule.clear.when is not None else []
    for leaf in asked + cleared:
        if isinstance(leaf, Over | Under):
            yield from _limit(leaf, is_trip=leaf in tripping)
        elif isinstance(leaf, WindowOff):
            yield from _flow_limit(leaf.limit)
        elif isinstance(leaf, AlertedTimes) and leaf.rule_id and leaf.rule_id not in by_id:
            yield f"counts the stands of an unknown row {leaf.rule_id}"
        elif _is_senseless(leaf):
            yield f"{leaf} makes no sense"
    for question in _questions(rule):
        for part in walk(question):
            if isinstance(part, Unless) and not (part.flags and part.words.strip()):
                yield "is explained by no flag, or not in words"


def _is_senseless(leaf: Condition) -> bool:
    """Tell whether a leaf's own numbers could never be meant."""
    if isinstance(leaf, OlderThan):
        return leaf.limit_ms <= 0 or not leaf.watched
    if isinstance(leaf, RisenBy | FallenBy):
        return not (isfinite(leaf.by_mmhg) and leaf.by_mmhg > 0 and 0 < leaf.within_ms <= KEPT_MS)
    if isinstance(leaf, ElapsedOver | PausedOver | TickLate):
        return leaf.limit_ms <= 0
    if isinstance(leaf, ElapsedOverPlan):
        return leaf.percent <= 100
    if isinstance(leaf, AlertedTimes):
        return leaf.n < 1 or not 0 < leaf.within_ms <= ALERTS_KEPT_MS
    return isinstance(leaf, RefusedInARow) and leaf.n < 1


def _limit(leaf: Over | Under, is_trip: bool) -> Iterator[str]:
    limit, name = leaf.limit, WORDS[leaf.signal]
    if limit.percent <= 0:
        yield f"{name} limit of {limit.percent} %"
    if isinstance(limit, OfBaseline) and leaf.signal not in (*CUFF, Signal.HR):
        yield f"{name} has no baseline to be relative to"
    value = limit.setting
    if not isfinite(value):
        yield f"{name} limit {value} is no number"
        return
    loosest = value if limit.default is None else limit.default
    tightest = value if limit.tightest is None else limit.tightest
    is_over = isinstance(leaf, Over)
    if is_trip and (value > loosest if is_over else value < loosest):
        yield f"{name} limit {value:g} is looser than the loosest allowed, {loosest:g}"
    if is_trip and (value < tightest if is_over else value > tightest):
        yield f"{name} limit {value:g} is tighter than the tightest allowed, {tightest:g}"
    if limit.step < 1:
        yield f"{name} limit moves in steps of {limit.step}"


def _flow_limit(limit: FlowLimit) -> Iterator[str]:
    if limit.percent < 0 or limit.at_least_nl < 0:
        yield f"volume tolerance of {limit.percent} % and {limit.at_least_nl} nL is negative"


def _diastolic(rule: Rule) -> Iterator[str]:
    """Refuse the editing slip: a trip on low diastolic at 70 mmHg or more."""
    for question in _questions(rule):
        for leaf, is_negated in leaves(question):
            if not isinstance(leaf, Over | Under) or leaf.signal is not Signal.DIA:
                continue
            is_low = isinstance(leaf, Under) is not is_negated
            if not is_low:
                continue
            if isinstance(leaf.limit, OfBaseline):
                yield "a low diastolic limit relative to baseline cannot be shown to stay below 70 mmHg"
            elif not size(leaf.limit) / 100 < LOW_DIASTOLIC_REFUSED_MMHG:
                yield (
                    f"a low diastolic limit of {size(leaf.limit) / 100:g} mmHg is refused: "
                    f"{LOW_DIASTOLIC_REFUSED_MMHG} mmHg or more would hold for healthy patients"
                )


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
        for signal in (*part.watched, *part.if_heard)
    }
    lost = rule.inputs - watched - _OPTIONAL
    if owners and lost:
        yield f"nobody watches the silence of {', '.join(sorted(lost))}"
