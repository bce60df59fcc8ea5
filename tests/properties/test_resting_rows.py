"""The evaluator lets rows rest that an event cannot concern: here every row is looked at, one by one, and nothing differs.

Theory of operation. Hypothesis plays values (sane, extreme, none at all), silences, flags, baselines, counters, people and
the two clocks to a whole table. After each step `evaluate` is compared with the plain way: every row in turn is asked all
its timed questions, and if it may not rest, its whole ladder. The same goes for the slopes, by their definition.
"""

from dataclasses import replace
from math import isfinite, nan

from hypothesis import given, settings
from hypothesis import strategies as st
from rule_scene import BASELINE, Scene

from interlocks import evaluate as evaluation
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.evaluate import Evaluation, Sign, evaluate, first_signs, fresh_states
from interlocks.rules import AT_ONCE, Rule
from interlocks.situation import Situation
from interlocks.state import RuleState
from interlocks.trace import HELD, KEPT_MS, STEP_MS, Trace, followed
from interlocks.vocabulary import Alert, Flag, Signal, Stamp, Truth

SHADOWED = tuple(
    replace(rule, is_shadow=True) if place % 7 == 3 else rule for place, rule in enumerate(DEFAULT_RULES)
)
FITTED = frozenset({Signal.LINE_PRESSURE, Signal.AIR_BUBBLE, Signal.BUTTON})
VALUES = st.sampled_from(
    [nan, float("inf"), -120.0, 0.0, 1.0, 3.0, 5.0, 12.0, 58.0, 75.0, 88.0, 97.0, 101.0, 112.0]
)
HIGHER = st.sampled_from([125.0, 155.0, 161.0, 171.0, 182.0, 205.0, 310.0, 460.0, 950.0])
WAITS_MS = st.sampled_from(
    [1, 100, 100, 200, 250, 1000, 2001, 5000, 10_001, 60_000, 180_000, 391_000, 601_000]
)
STEPS = st.one_of(
    st.tuples(
        st.just("hear"), st.dictionaries(st.sampled_from(Signal), VALUES | HIGHER, max_size=4), st.booleans()
    ),
    st.tuples(st.just("wait"), WAITS_MS, st.sampled_from([1, 1, 1, 7])),
    st.tuples(st.just("flags"), st.frozensets(st.sampled_from(Flag), max_size=2), st.none()),
    st.tuples(
        st.just("flow"), st.sampled_from(["excess_total_nl", "moved_halted_nl", "given_high_nl"]), st.none()
    ),
    st.tuples(st.just("report"), st.sampled_from([None, 0, 400, 1001]), st.booleans()),
    st.tuples(st.just("baseline"), st.booleans(), st.none()),
    st.tuples(st.just("gap"), st.sampled_from([-1, 100, 501]), st.none()),
    st.tuples(st.just("alerts"), st.integers(0, 4), st.sampled_from(["LP1", "BP2"])),
    st.tuples(st.just("rejects"), st.sampled_from([1, 3]), st.sampled_from([Signal.SYS, Signal.HR])),
    st.tuples(st.just("acknowledge"), st.booleans(), st.none()),
    st.tuples(st.just("release"), st.none(), st.none()),
)


def _may_rest(rule: Rule, state: RuleState, at: Situation) -> bool:
    if state.demand or state.is_counting or rule.inputs & at.fresh or (at.baseline is None and rule.inputs):
        return False
    return all(one.truth(at, rule.max_age) in (Truth.FALSE, Truth.STALE) for one in rule.timed)


def _plainly(rules: tuple[Rule, ...], states: tuple[RuleState, ...], at: Situation) -> Evaluation:
    """Every row in the order of the table, none taken for resting before it was asked."""
    after = list(states)
    requests, acting, shadows = [], [], []
    for place, rule in enumerate(rules):
        new = states[place]
        if not _may_rest(rule, new, at):
            new = evaluation._advanced(rule, new, at)
        if new.demand:
            if new.order == 0:
                alike = [
                    one.order
                    for one, row in zip(after, rules, strict=True)
                    if row.is_shadow == rule.is_shadow
                ]
                new = replace(new, order=max(alike) + 1)
            (shadows if rule.is_shadow else acting).append((rule, new))
        if rule.asks is not None and evaluation._wants_reading(rule, rule.asks, new, at):
            requests.append(rule.id)
            new = replace(new, asked_ms=at.now.ms)
        after[place] = new
    return Evaluation(
        tuple(after), evaluation._said(acting, at), tuple(requests), evaluation._said(shadows, at)
    )


def _happens(scene: Scene, what: str, value: object, other: object) -> frozenset[Signal]:
    """Let it happen; returns which signals are new."""
    fresh: frozenset[Signal] = frozenset()
    match what, value, other:
        case "hear", dict(), bool():
            before = scene.picture
            scene.hear(value, is_suspect=other)
            fresh = _renewed(before, scene)
        case "wait", int(), int():
            scene.now = Stamp(scene.now.ms + value * other, scene.now.link_ms + value)
        case "flags", frozenset(), _:
            scene.flags = value
        case "flow", str(), _:
            scene.flow = replace(scene.flow, **{value: 40_000_000})
        case "report", _, bool():
            scene.flow = replace(scene.flow, report_age_link_ms=value, is_running=other)
        case "baseline", bool(), _:
            scene.baseline = BASELINE if value else None
        case "gap", int(), _:
            scene.tick_gap_ms = value
        case "alerts", int(), str():
            scene.alerts = tuple(Alert(scene.now.ms, (other,)) for _ in range(value))
        case "rejects", int(), Signal():
            scene.rejects = ((other, value),)
        case "acknowledge", bool(), _:
            scene.acknowledge(is_noted=value)
        case "release", _, _:
            scene.release()
    return fresh


def _renewed(before: object, scene: Scene) -> frozenset[Signal]:
    old = {one.signal: one for one in getattr(before, "samples", ())}
    return frozenset(one.signal for one in scene.picture.samples if old.get(one.signal) is not one)


@settings(max_examples=300)
@given(st.sampled_from([DEFAULT_RULES, SHADOWED]), st.lists(STEPS, min_size=1, max_size=40))
def test_no_row_that_rests_would_have_had_anything_to_say(
    rules: tuple[Rule, ...], steps: list[tuple[str, object, object]]
) -> None:
    scene = Scene(rules, fitted=FITTED)
    scene.look()
    for step in steps:
        states = scene.states
        fresh = _happens(scene, *step)
        if step[0] in ("acknowledge", "release"):
            states = scene.states
        situation = scene.situation(fresh)
        outcome = evaluate(rules, states, situation)
        assert outcome == _plainly(rules, states, situation)
        scene.states = outcome.states


UNCONFIRMED = {
    id(table): tuple(
        replace(rule, steps=tuple(replace(step, confirm=AT_ONCE) for step in rule.steps))
        for rule in table
        if not rule.is_shadow
    )
    for table in (DEFAULT_RULES, SHADOWED)
}


def _signs_plainly(rules: tuple[Rule, ...], at: Situation, are_errors_told: bool) -> tuple[Sign, ...]:
    """The table without its confirmations, idle, evaluated as any other."""
    table = UNCONFIRMED[id(rules)]
    outcome = evaluate(table, fresh_states(table), at)
    broken = {one.rule_id for one in outcome.states if one.truth is Truth.ERROR}
    return tuple(
        Sign(one.rule_id, one.demand, one.reason, one.is_silence)
        for one in outcome.findings
        if are_errors_told or one.rule_id not in broken
    )


@settings(max_examples=200)
@given(st.sampled_from([DEFAULT_RULES, SHADOWED]), st.lists(STEPS, min_size=1, max_size=25), st.booleans())
def test_a_first_sign_is_what_the_table_would_find_if_nothing_waited_for_its_confirmation(
    rules: tuple[Rule, ...], steps: list[tuple[str, object, object]], are_errors_told: bool
) -> None:
    scene = Scene(rules, fitted=FITTED)
    for step in steps:
        fresh = _happens(scene, *step)
        for seen in (fresh, frozenset(one.signal for one in scene.picture.samples)):
            at = scene.situation(seen)
            signs = first_signs(rules, at, are_errors_told=are_errors_told)
            assert signs == _signs_plainly(rules, at, are_errors_told)


def _risen(trace: Trace, within_ms: int) -> float:
    values = [value for ms, value in trace.points if trace.points[-1][0] - ms <= within_ms]
    if not isfinite(sum(values)):
        return nan
    return max((values[-1] - value for value in values), default=0.0)


def _fallen(trace: Trace, within_ms: int) -> float:
    values = [value for ms, value in trace.points if trace.points[-1][0] - ms <= within_ms]
    if not isfinite(sum(values)):
        return nan
    levels = (min(values[i : i + HELD]) for i in range(len(values) - HELD))
    return max([0.0, *(level - values[-1] for level in levels)])


@given(
    st.lists(
        st.tuples(st.integers(1, 3000), st.floats(-1e3, 1e3) | st.sampled_from([nan, 1e308])), max_size=60
    )
)
def test_a_slope_is_what_its_definition_says(moves: list[tuple[int, float]]) -> None:
    trace, ms = Trace(), 0
    for wait_ms, value in moves:
        ms += wait_ms
        before = trace
        trace = followed(trace, ms, value)
        if before.points and ms - before.points[-1][0] < STEP_MS:
            assert trace is before
        else:
            assert trace.points == (*(one for one in before.points if one[0] >= ms - KEPT_MS), (ms, value))
        for within_ms in (0, 250, 1000, 15_000):
            assert repr(trace.risen(within_ms)) == repr(_risen(trace, within_ms))
            assert repr(trace.fallen(within_ms)) == repr(_fallen(trace, within_ms))
