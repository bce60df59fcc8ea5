"""The one evaluator: every row, every event, the same few steps.

Theory of operation. For each row: ask every rung, count towards its confirmation, climb to the highest rung
confirmed, and, for a row in force, advance the proof of its clearing. A row climbs and never descends; it
goes back to idle by `release`, which a person's accepted resume calls, or by itself if all it ever did was
ADVISE. A shadow row takes the same steps, speaks apart from the others, asks for nothing and goes back by itself.

"Not provably safe" trips. A number that is broken, a baseline that is missing, a row whose evaluation
raises: each counts at once as the row's highest step up to PAUSE (facts/faults.md I17, row 100), and one
row's failure never keeps the next from being asked.

Nothing here knows what a pressure is. The cost at rest is what keeps the tick cheap: a row that is idle,
counts nothing and has no new sample is asked only the questions time alone can answer (`roster`), and no sentence
is built until something trips.
"""

from dataclasses import dataclass, replace

from interlocks.clearing import is_releasable, with_clearing
from interlocks.conditions import Condition
from interlocks.confirm import progressed
from interlocks.findings import finding_of, is_silence
from interlocks.frozen import quick
from interlocks.roster import Roster, roster_of, stirred_rows
from interlocks.rules import Asks, Readings, Rule, Step
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.state import RuleState, Tally, acknowledge, carry_over, idle
from interlocks.vocabulary import CUFF, ERROR, FALSE, STALE, TRUE, Demand, Finding, Priority, Sample, Stamp

__all__ = [
    "Clock",
    "Evaluation",
    "MaxAge",
    "RuleState",
    "Sign",
    "Situation",
    "acknowledge",
    "carry_over",
    "evaluate",
    "first_signs",
    "fresh_states",
    "release",
]

#: Worst first, for the one answer kept per row.
_SEVERITY = {ERROR: 0, TRUE: 1, STALE: 2, FALSE: 3}
_PRIORITIES = (Priority.LOW, Priority.MEDIUM, Priority.HIGH)


@quick
@dataclass(frozen=True, slots=True)
class Evaluation:
    """The outcome of one event.

    Attributes:
        states: one per rule, in the table's order.
        findings: the rows in force, first-out first.
        requests: ids of the rows that want a cuff reading now; each wish is given once.
        shadows: the shadow rows in force, first-out first among themselves; to be recorded and nothing else.
    """

    states: tuple[RuleState, ...]
    findings: tuple[Finding, ...]
    requests: tuple[str, ...]
    shadows: tuple[Finding, ...] = ()


@dataclass(frozen=True, slots=True)
class _Trip:
    """A rung newly confirmed in this event."""

    demand: Demand
    priority: Priority
    reason: str
    crossed: Stamp | None
    evidence: tuple[Sample, ...]
    is_silence: bool = False


@dataclass(frozen=True, slots=True)
class Sign:
    """A row that would speak now if none of its questions waited for a confirmation.

    Attributes:
        rule_id: the row.
        demand: of the highest step whose question is answered yes, or of an error.
        reason: its sentence.
        is_silence: what speaks is that something is not heard.
    """

    rule_id: str
    demand: Demand
    reason: str
    is_silence: bool


def fresh_states(rules: tuple[Rule, ...]) -> tuple[RuleState, ...]:
    """Return the idle states of a table."""
    return tuple(idle(rule.id, len(rule.ladder)) for rule in rules)


def _roster(rules: tuple[Rule, ...], states: tuple[RuleState, ...]) -> Roster:
    roster = roster_of(rules)
    if [state.rule_id for state in states] != roster.ids:
        kept = [state.rule_id for state in states]
        raise ValueError(f"the states {kept} do not belong to the rules {roster.ids}")
    return roster


def evaluate(rules: tuple[Rule, ...], states: tuple[RuleState, ...], situation: Situation) -> Evaluation:
    """Evaluate the whole table once.

    Errors: ValueError when the states are not those of the table (a restored state of another
    version). A rule that raises is no error of the evaluation: it trips.
    """
    roster = _roster(rules, states)
    stirred = stirred_rows(roster, states, situation)
    if not stirred:
        return Evaluation(states, (), ())
    after = list(states)
    requests: list[str] = []
    acting: list[tuple[Rule, RuleState]] = []
    shadows: list[tuple[Rule, RuleState]] = []
    for place in sorted(stirred):
        rule, failure = rules[place], stirred[place]
        new = _attended(rule, states[place], situation, failure)
        if new.demand:
            in_force = shadows if rule.is_shadow else acting
            if new.order == 0:
                new = replace(new, order=_next_order(rules, after, is_shadow=rule.is_shadow))
            in_force.append((rule, new))
        if rule.asks is not None and _wants_reading(rule, rule.asks, new, situation):
            requests.append(rule.id)
            new = replace(new, asked_ms=situation.now.ms)
        after[place] = new
    findings, unheeded = _said(acting, situation), _said(shadows, situation)
    return Evaluation(tuple(after), findings, tuple(requests), unheeded)


def first_signs(
    rules: tuple[Rule, ...], situation: Situation, *, are_errors_told: bool = True
) -> tuple[Sign, ...]:
    """Ask the rows that act, as if all of them were idle and each confirmed by its first yes; in the table's order.

    Args:
        situation: with every signal fresh that is to be judged.
        are_errors_told: rows that cannot be judged are among them.
    """
    signs = []
    stirred = stirred_rows(roster_of(rules), (), situation)
    for place in sorted(stirred):
        rule, failure = rules[place], stirred[place]
        if rule.is_shadow:
            continue
        try:
            if failure is not None:
                raise failure
            trip = _first_trip(rule, situation, are_errors_told)
        except Exception as error:
            trip = _failure_trip(rule, situation, error) if are_errors_told else None
        if trip is not None:
            signs.append(Sign(rule.id, trip.demand, trip.reason, trip.is_silence))
    return tuple(signs)


def _first_trip(rule: Rule, at: Situation, are_errors_told: bool) -> _Trip | None:
    worst: tuple[Step, Condition] | None = None
    broken: Condition | None = None
    for step, condition in rule.ladder:
        truth = condition.truth(at, rule.max_age)
        if truth is ERROR:
            broken = condition
        elif truth is TRUE and (worst is None or step.demand > worst[0].demand):
            worst = step, condition
    if broken is not None and not are_errors_told:
        return None
    trip: _Trip | None = None
    if worst is not None:
        step, condition = worst
        trip = _Trip(step.demand, step.priority, condition.sentence(at), at.now, (), is_silence(condition))
    return trip if broken is None else _worse(trip, _unjudged_trip(rule, broken, at))


def _next_order(rules: tuple[Rule, ...], states: list[RuleState], *, is_shadow: bool) -> int:
    """Return the place of a new trip behind those of its kind: a shadow takes no place among the rows that act."""
    alike = (state.order for rule, state in zip(rules, states, strict=True) if rule.is_shadow is is_shadow)
    return max(alike) + 1


def _said(in_force: list[tuple[Rule, RuleState]], at: Situation) -> tuple[Finding, ...]:
    in_force.sort(key=lambda pair: pair[1].order)
    return tuple(finding_of(rule, state, at) for rule, state in in_force)


def release(
    rules: tuple[Rule, ...], states: tuple[RuleState, ...], situation: Situation
) -> tuple[RuleState, ...]:
    """Return the states with every releasable row idle; a row still present, or unacknowledged, stays.

    The proof is looked at again in this situation, so check and commit are one step (facts/faults.md I5,
    row 68).
    """
    _roster(rules, states)
    quiet = replace(situation, fresh=frozenset())
    after = []
    for rule, state in zip(rules, states, strict=True):
        new = state
        if state.demand > Demand.NONE:
            new = _attended(rule, state, quiet)
            if is_releasable(rule, new):
                new = idle(rule.id, len(rule.ladder))
        after.append(new)
    return tuple(after)


def _attended(rule: Rule, state: RuleState, at: Situation, failure: Exception | None = None) -> RuleState:
    """Return the row's next state, whatever happens inside it; `failure`: it was asked before, and raised this."""
    try:
        return _advanced(rule, state, at) if failure is None else _failed(rule, state, at, failure)
    except Exception as error:
        return _failed(rule, state, at, error)


def _advanced(rule: Rule, state: RuleState, at: Situation) -> RuleState:
    tallies: list[Tally] = []
    trip: _Trip | None = None
    worst = FALSE
    broken: Condition | None = None
    for (step, condition), old in zip(rule.ladder, state.tallies, strict=True):
        truth = condition.truth(at, rule.max_age)
        if _SEVERITY[truth] < _SEVERITY[worst]:
            worst = truth
        if truth is ERROR:
            broken = condition
        tally = progressed(step.confirm, old, truth, condition, at)
        tallies.append(tally)
        if tally.is_met and not old.is_met and (trip is None or step.demand > trip.demand):
            trip = _trip(step, tally, condition, at)
    if broken is not None and state.truth is not ERROR:
        trip = _worse(trip, _unjudged_trip(rule, broken, at))
    kept = tuple(tallies)
    if kept != state.tallies or worst is not state.truth:
        is_counting = any(tally.is_counting for tally in tallies)
        state = replace(state, tallies=kept, truth=worst, is_counting=is_counting)
    if trip is not None:
        state = _tripped(state, trip, at)
    if state.demand is Demand.NONE:
        return state
    if broken is not None:
        return replace(state, is_clear=False, clear_since=None, clear_hits_ms=())
    state = with_clearing(rule, state, at)
    is_seen = state.acknowledged is not None or not rule.is_latching
    if state.is_clear and (rule.is_shadow or (state.demand is Demand.ADVISE and is_seen)):
        return idle(rule.id, len(rule.ladder))
    return state


def _worse(one: _Trip | None, other: _Trip) -> _Trip:
    return one if one is not None and one.demand >= other.demand else other


def _trip(step: Step, tally: Tally, condition: Condition, at: Situation) -> _Trip:
    reason = condition.sentence(at)
    confirm = step.confirm
    if isinstance(confirm, Readings) and confirm.unrepeated_ms is not None and len(tally.hits) < confirm.n:
        reason += f", not repeated within {confirm.unrepeated_ms / 1000:g} s"
    crossed = tally.hits[0].received if tally.hits else tally.since
    evidence = tuple(dict.fromkeys(s for hit in tally.hits for s in hit.samples)) or condition.samples(at)
    return _Trip(step.demand, step.priority, reason, crossed, evidence, is_silence(condition))


def _unjudged_trip(rule: Rule, broken: Condition, at: Situation) -> _Trip:
    return _error_trip(rule, f"cannot be judged: {broken.sentence(at)}", at)


def _failure_trip(rule: Rule, at: Situation, error: Exception) -> _Trip:
    reason = f"rule {rule.id} could not be evaluated ({type(error).__name__}: {error})"
    return _error_trip(rule, reason, at)


def _error_trip(rule: Rule, reason: str, at: Situation) -> _Trip:
    demand, priority = rule.error_step()
    return _Trip(demand, priority, reason, at.now, ())


def _tripped(state: RuleState, trip: _Trip, at: Situation) -> RuleState:
    """Return the state after a rung was confirmed.

    A rung below the demand in force is part of the same excursion and says nothing new, unless the row had
    been proven clear: then this is a new excursion, and whoever acknowledged the last one has not seen it. So it
    is when a row that tripped by silence hears again, and what it hears trips it: that is worse news.
    """
    is_rise = trip.demand > state.demand
    is_heard = state.is_silence and not trip.is_silence and trip.demand is state.demand
    if not (is_rise or state.is_clear or is_heard):
        return state
    is_same_excursion = state.crossed is not None and not state.is_clear and not is_heard
    return replace(
        state,
        demand=max(state.demand, trip.demand),
        priority=max(state.priority, trip.priority, key=_PRIORITIES.index),
        reason=trip.reason,
        since_ms=at.now.ms if is_rise or is_heard else state.since_ms,
        crossed=state.crossed if is_same_excursion else trip.crossed,
        evidence=trip.evidence,
        acknowledged=None,
        is_noted=False,
        is_silence=trip.is_silence,
        clear_hits_ms=(),
        clear_since=None,
        is_clear=False,
    )


def _failed(rule: Rule, state: RuleState, at: Situation, error: Exception) -> RuleState:
    """Return the state of a row whose evaluation raised: tripped, and not clear while it goes on raising."""
    state = _tripped(state, _failure_trip(rule, at, error), at)
    return replace(state, truth=ERROR, is_clear=False, clear_since=None, clear_hits_ms=())


def _wants_reading(rule: Rule, asks: Asks, state: RuleState, at: Situation) -> bool:
    """Tell whether the row wants a cuff reading at this instant.

    Two wishes: one repeat of a reading that counts but does not yet confirm, and, while the row is in force
    and not clear, now and then another one, because without readings it could never clear. A reading that neither
    counts nor answers (too early to be independent, or suspect) does not take the place of the repeat.
    """
    if rule.is_shadow or state.demand is Demand.STOP or state.is_clear:
        return False
    asked_ms = state.asked_ms
    for tally in state.tallies:
        if tally.hits and not (tally.is_met or tally.is_answered):
            counted_ms = tally.hits[-1].received.ms
            is_asked = asked_ms is not None and asked_ms >= counted_ms
            if not is_asked and at.now.ms - counted_ms >= asks.repeat_after_ms:
                return True
    if state.demand is Demand.NONE:
        return False
    reading = max(
        (sample for sample in at.picture.samples if sample.signal in CUFF),
        key=lambda sample: sample.measured_ms,
        default=None,
    )
    last = [ms for ms in (asked_ms, None if reading is None else reading.received.ms) if ms is not None]
    return not last or at.now.ms - max(last) >= asks.again_after_ms
