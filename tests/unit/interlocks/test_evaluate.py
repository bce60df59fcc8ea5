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
from interlocks.rules import FIRST_READING, Clear, Persist, Rule, SeeRow, Step, TripWhenStale
from interlocks.situation import Clock, MaxAge
from interlocks.vocabulary import Demand, Flag, Priority, Signal

#: A row that the table does not have, as data only: the evaluator must not need a line for it.
TT1 = Rule(
    id="TT1",
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
PERSISTING = (TT1, *DEFAULT_RULES)


def pulse(scene: Scene, until_ms: int, value: float) -> None:
    while scene.now.ms < until_ms:
        scene.hear_at(min(scene.now.ms + 1000, until_ms), {Signal.HR: value})


def test_a_persisting_row_is_data_the_linter_accepts() -> None:
    assert lint(PERSISTING) == ()


def test_persistence_trips_at_its_millisecond() -> None:
    scene = Scene((TT1,))
    scene.hear({Signal.HR: 121.0})
    pulse(scene, 59_000, 121.0)
    scene.at(59_999)
    assert scene.demand("TT1") is Demand.NONE
    scene.at(60_000)
    assert scene.demand("TT1") is Demand.SLOW
    assert scene.finding("TT1").crossed.ms == 0


def test_persistence_starts_again_after_one_safe_value() -> None:
    scene = Scene((TT1,))
    scene.hear({Signal.HR: 121.0})
    pulse(scene, 59_000, 121.0)
    scene.hear_at(59_500, {Signal.HR: 90.0})
    pulse(scene, 100_000, 121.0)
    assert scene.demand("TT1") is Demand.NONE


def test_silence_does_not_stop_a_persistence_timer() -> None:
    scene = Scene((TT1,))
    scene.hear({Signal.HR: 130.0})
    scene.at(20_000)
    scene.at(59_999)
    assert scene.demand("TT1") is Demand.NONE
    scene.at(60_000)
    assert scene.demand("TT1") is Demand.SLOW


def test_a_sharper_question_climbs_on_its_own_time() -> None:
    scene = Scene((TT1,))
    scene.hear({Signal.HR: 141.0})
    pulse(scene, 15_000, 141.0)
    assert scene.demand("TT1") is Demand.PAUSE
    pulse(scene, 16_000, 80.0)
    pulse(scene, 135_999, 80.0)
    assert not scene.finding("TT1").is_releasable
    pulse(scene, 136_000, 80.0)
    assert scene.finding("TT1").is_releasable
    scene.release()
    assert scene.demand("TT1") is Demand.NONE


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
    scene = Scene(PERSISTING, fitted=frozenset({Signal.LINE_PRESSURE} if has_line else ()))
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
    row = replace(TT1, clear=Clear(Under(Signal.HR, Absolute(110)), for_ms=1000))
    scene = Scene((row,), baseline=None)
    scene.hear({Signal.HR: 70.0})
    pulse(scene, 5000, 70.0)
    scene.acknowledge()
    scene.release()
    assert scene.demand("TT1") is Demand.PAUSE
    scene.baseline = BASELINE
    pulse(scene, 7000, 70.0)
    scene.release()
    assert scene.demand("TT1") is Demand.NONE


def test_a_shadow_row_takes_no_place_among_the_rows_that_act() -> None:
    """First-out is a fact about what acted."""
    bp1, bp2, bp3 = DEFAULT_RULES[:3]
    shadow = replace(
        bp1, id="BP1~", steps=(Step(Demand.PAUSE, Priority.HIGH, FIRST_READING),), is_shadow=True
    )
    other = replace(bp2, id="BP2~", is_shadow=True)
    scene = Scene((shadow, bp2, other, bp3))
    scene.cuff(0, 155, 80)
    assert (scene.last.findings, [one.rule_id for one in scene.last.shadows]) == ((), ["BP1~"])
    scene.cuff(60_000, 185, 112)
    assert [one.rule_id for one in scene.last.findings] == ["BP2", "BP3"]
    assert [one.rule_id for one in scene.last.shadows] == ["BP1~", "BP2~"]
    assert [state.order for state in scene.states] == [1, 1, 2, 2]


def test_what_is_over_is_said_as_history() -> None:
    """The state keeps the words of the moment; only the finding says when they were spoken."""
    scene = Scene(DEFAULT_RULES[:3])
    scene.cuff(0, 163, 80)
    assert scene.finding("BP2").reason == "systolic 163 mmHg > 160 mmHg"
    for ms in (60_000, 180_000):
        scene.cuff(ms, 120, 80)
    finding = scene.finding("BP2")
    assert not finding.is_present
    assert finding.reason == "earlier: systolic 163 mmHg > 160 mmHg"
    assert scene.state("BP2").reason == "systolic 163 mmHg > 160 mmHg"
    scene.cuff(240_000, 170, 80)
    assert scene.finding("BP2").reason == "systolic 170 mmHg > 160 mmHg"


def test_a_row_tripped_by_silence_says_so_until_it_hears_what_trips_it() -> None:
    """A transducer that comes back with an occlusion is worse news than its silence, and nobody has seen it yet."""
    row = replace(
        TT1,
        steps=(Step(Demand.PAUSE, Priority.HIGH, FIRST_READING),),
        on_stale=TripWhenStale(MaxAge(2000, Clock.LINK), Demand.PAUSE, Priority.HIGH),
    )
    scene = Scene((row,))
    scene.at(2001)
    assert scene.finding("TT1").is_silence
    scene.acknowledge()
    scene.hear_at(5000, {Signal.HR: 130.0})
    finding = scene.finding("TT1")
    assert not finding.is_silence
    assert not finding.is_acknowledged
    assert finding.reason.startswith("heart rate 130 bpm > 120 bpm")
    assert (finding.since_ms, finding.crossed.ms) == (5000, 5000)
    scene.acknowledge()
    scene.at(60_000)
    assert not scene.finding("TT1").is_silence, "silent again: what was heard still stands"
    assert scene.finding("TT1").is_acknowledged


def test_a_row_that_waits_for_its_first_value_rests() -> None:
    """Nothing fitted, nothing heard, nothing counted: the very same state at every tick."""
    scene = Scene(DEFAULT_RULES)
    scene.at(100)
    before = scene.states
    scene.at(200)
    assert all(old is new for old, new in zip(before, scene.states, strict=True))
