"""The evaluator: order, failure, release, and rows it has never seen before."""

from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_scene import BASELINE, CALM, Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf
from interlocks.conditions import Over, Under
from interlocks.evaluate import evaluate, fresh_states, release
from interlocks.limits import Absolute, OfBaseline
from interlocks.lint import lint
from interlocks.rules import Clear, Persist, Rule, SeeRow, Step
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Flag, Priority, Signal

#: A later row of clinical.md 3.2, as data only: the evaluator must not need a line for it.
HR1 = Rule(
    id="HR1",
    cause="heart rate",
    when=AnyOf((Over(Signal.HR, Absolute(120)), Over(Signal.HR, OfBaseline(140)))),
    steps=(
        Step(Demand.SLOW, Priority.MEDIUM, Persist(60_000)),
        Step(Demand.PAUSE, Priority.HIGH, Persist(15_000), when=Over(Signal.HR, Absolute(140))),
    ),
    clear=Clear(
        AllOf((Under(Signal.HR, Absolute(110)), Under(Signal.HR, OfBaseline(135)))),
        for_ms=120_000,
    ),
    is_latching=False,
    on_stale=SeeRow(("ST2",), MaxAge(10_000, Clock.LINK)),
    hazard="tachycardia",
    source="facts/clinical.md 3.2 HR1, HR2",
    why="A row for this test only.",
)
PERSISTING = (HR1, *DEFAULT_RULES)


def pulse(scene: Scene, until_ms: int, value: float) -> None:
    while scene.now.ms < until_ms:
        scene.hear_at(min(scene.now.ms + 1000, until_ms), {Signal.HR: value})


def test_a_persisting_row_is_data_the_linter_accepts() -> None:
    assert lint(PERSISTING) == ()


def test_persistence_trips_at_its_millisecond() -> None:
    scene = Scene((HR1,))
    scene.hear({Signal.HR: 121.0})
    pulse(scene, 59_000, 121.0)
    scene.at(59_999)
    assert scene.demand("HR1") is Demand.NONE
    scene.at(60_000)
    assert scene.demand("HR1") is Demand.SLOW
    assert scene.finding("HR1").crossed.ms == 0


def test_persistence_starts_again_after_one_safe_value() -> None:
    scene = Scene((HR1,))
    scene.hear({Signal.HR: 121.0})
    pulse(scene, 59_000, 121.0)
    scene.hear_at(59_500, {Signal.HR: 90.0})
    pulse(scene, 100_000, 121.0)
    assert scene.demand("HR1") is Demand.NONE


def test_silence_does_not_stop_a_persistence_timer() -> None:
    scene = Scene((HR1,))
    scene.hear({Signal.HR: 130.0})
    scene.at(20_000)
    scene.at(59_999)
    assert scene.demand("HR1") is Demand.NONE
    scene.at(60_000)
    assert scene.demand("HR1") is Demand.SLOW


def test_a_sharper_question_climbs_on_its_own_time() -> None:
    scene = Scene((HR1,))
    scene.hear({Signal.HR: 141.0})
    pulse(scene, 15_000, 141.0)
    assert scene.demand("HR1") is Demand.PAUSE
    pulse(scene, 16_000, 80.0)
    pulse(scene, 135_999, 80.0)
    assert not scene.finding("HR1").is_releasable
    pulse(scene, 136_000, 80.0)
    assert scene.finding("HR1").is_releasable
    scene.release()
    assert scene.demand("HR1") is Demand.NONE


def test_findings_stand_in_trip_order_first_out_first() -> None:
    scene = Scene(DEFAULT_RULES)
    scene.hear(CALM)
    scene.flags = frozenset({Flag.WRONG_PATIENT})
    scene.at(1000)
    scene.cuff(2000, 185, 112)
    assert [finding.rule_id for finding in scene.last.findings] == ["ID1", "BP2", "BP3"]
    assert [finding.since_ms for finding in scene.last.findings] == [1000, 2000, 2000]


def test_states_of_another_table_are_refused() -> None:
    scene = Scene(DEFAULT_RULES)
    for states in (scene.states[1:], tuple(reversed(scene.states))):
        with pytest.raises(ValueError, match="do not belong"):
            evaluate(DEFAULT_RULES, states, scene.situation())
        with pytest.raises(ValueError, match="do not belong"):
            release(DEFAULT_RULES, states, scene.situation())


def test_a_state_of_another_ladder_trips_its_row() -> None:
    """Faults row 100: a restored state of an older table is an error of the row, not of the daemon."""
    states = tuple(replace(state, tallies=(), is_counting=True) for state in fresh_states(DEFAULT_RULES))
    findings = evaluate(DEFAULT_RULES, states, Scene(()).situation()).findings
    assert len(findings) == len(DEFAULT_RULES)


def test_an_idle_row_without_news_keeps_the_very_same_state() -> None:
    """The tick is cheap because nothing is rebuilt."""
    scene = Scene(DEFAULT_RULES)
    scene.hear(CALM)
    before = scene.states
    scene.at(500)
    assert all(old is new for old, new in zip(before, scene.states, strict=True))


def test_release_looks_again_in_the_situation_it_is_given() -> None:
    """Faults row 68: between the proof and the release the baseline was lost; the trip wins."""
    scene = Scene((DEFAULT_RULES[0],))
    for ms in (0, 60_000):
        scene.cuff(ms, 155, 80)
    for ms in (120_000, 240_000):
        scene.cuff(ms, 118, 76)
    assert scene.finding("BP1").is_releasable
    scene.baseline = None
    scene.release()
    assert scene.demand("BP1") is Demand.SLOW
    scene.baseline = BASELINE
    for ms in (300_000, 420_000):
        scene.cuff(ms, 118, 76)
    scene.release()
    assert scene.demand("BP1") is Demand.NONE


VALUES = st.one_of(st.floats(40, 230), st.just(float("nan")), st.just(float("inf")))
SIGNALS = st.sampled_from([Signal.SYS, Signal.DIA, Signal.MAP, Signal.HR, Signal.SPO2, Signal.LINE_PRESSURE])
EVENTS = st.lists(
    st.tuples(
        st.integers(0, 200_000),
        st.dictionaries(SIGNALS, VALUES, max_size=4),
        st.booleans(),
        st.sets(st.sampled_from(list(Flag))),
        st.booleans(),
    ),
    max_size=15,
)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS, has_line=st.booleans())
def test_a_demand_never_falls_without_release_and_never_while_acknowledged_only(
    events: list[tuple[int, dict[Signal, float], bool, set[Flag], bool]], has_line: bool
) -> None:
    """I5: whatever arrives, only advice ends by itself."""
    scene = Scene(PERSISTING, has_line_pressure=has_line)
    for gap_ms, values, is_suspect, flags, is_acknowledged in events:
        before = {state.rule_id: state.demand for state in scene.states}
        scene.now = replace(scene.now, ms=scene.now.ms + gap_ms, link_ms=scene.now.link_ms + gap_ms)
        scene.flags = frozenset(flags)
        scene.hear(values, is_suspect=is_suspect)
        if is_acknowledged:
            scene.acknowledge()
        for state in scene.states:
            assert state.demand >= before[state.rule_id] or before[state.rule_id] is Demand.ADVISE
        in_force = [state.rule_id for state in scene.states if state.demand]
        assert sorted(finding.rule_id for finding in scene.last.findings) == sorted(in_force)


@settings(max_examples=60, deadline=None)
@given(events=EVENTS)
def test_release_lets_go_only_of_what_its_finding_called_releasable(
    events: list[tuple[int, dict[Signal, float], bool, set[Flag], bool]],
) -> None:
    scene = Scene(PERSISTING)
    for gap_ms, values, is_suspect, _, is_acknowledged in events:
        scene.now = replace(scene.now, ms=scene.now.ms + gap_ms, link_ms=scene.now.link_ms + gap_ms)
        scene.hear(values, is_suspect=is_suspect)
        if is_acknowledged:
            scene.acknowledge()
            scene.look()
        releasable = {finding.rule_id for finding in scene.last.findings if finding.is_releasable}
        before = {state.rule_id for state in scene.states if state.demand}
        scene.release()
        after = {state.rule_id for state in scene.states if state.demand}
        assert before - after == releasable


def test_a_lost_baseline_trips_at_the_tick_without_any_sample() -> None:
    """Faults row 63: no relative limit can be judged, and no message will say so."""
    scene = Scene(DEFAULT_RULES)
    scene.hear(CALM)
    scene.baseline = None
    scene.at(100)
    assert scene.demand("BP1") is Demand.SLOW
    assert scene.demand("BP4") is Demand.PAUSE


def test_a_row_that_cannot_be_judged_is_not_clear_even_if_its_clear_condition_is_met() -> None:
    """I17: the clear condition here is absolute and met; the question itself is broken."""
    row = replace(HR1, clear=Clear(Under(Signal.HR, Absolute(110)), for_ms=1000))
    scene = Scene((row,), baseline=None)
    scene.hear({Signal.HR: 70.0})
    pulse(scene, 5000, 70.0)
    scene.acknowledge()
    scene.release()
    assert scene.demand("HR1") is Demand.PAUSE
    scene.baseline = BASELINE
    pulse(scene, 7000, 70.0)
    scene.release()
    assert scene.demand("HR1") is Demand.NONE
