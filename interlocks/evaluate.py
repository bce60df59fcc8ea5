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
from interlocks.roster import Roster, roster_of
from interlocks.rules import Asks, Readings, Rule, Step
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.state import RuleState, Tally, acknowledge, carry_over, idle
from interlocks.vocabulary import CUFF, ERROR, FALSE, STALE, TRUE, Demand, Finding, Priority, Sample, Stamp

__all__ = [
    "Clock",
    "Evaluation",
    "MaxAge",
    "RuleState",
    "Situation",
    "acknowledge",
    "carry_over",
    "evaluate",
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
    stirred = _stirred(roster, states, situation)
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


def _stirred(roster: Roster, states: tuple[RuleState, ...], at: Situation) -> dict[int, Exception | None]:
    """Return the places of all rows that this event can concern; with what a row raised when it was asked.

    A row that is in force, counts, or judges without a baseline is concerned by every event, others by a new value of
    theirs, and by a question that the clock has turned.
    """
    places = [place for place, state in enumerate(states) if state.demand or state.is_counting]
    stirred: dict[int, Exception | None] = dict.fromkeys(places)
    if at.baseline is None:
        stirred.update(dict.fromkeys(roster.judging))
    elif at.fresh:
        stirred.update(dict.fromkeys(roster.concerned(at.fresh)))
    for place, condition, max_age in roster.timed:
        if place in stirred:
            continue
        try:
            truth = condition.truth(at, max_age)
        except Exception as error:
            stirred[place] = error
            continue
        # STALE starts no count, so a row that only waits for a first value may rest.
        if truth is TRUE or truth is ERROR:
            stirred[place] = None
    return stirred


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
        trip = _worse(trip, _error_trip(rule, f"cannot be judged: {broken.sentence(at)}", at))
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
    reason = f"rule {rule.id} could not be evaluated ({type(error).__name__}: {error})"
    state = _tripped(state, _error_trip(rule, reason, at), at)
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
