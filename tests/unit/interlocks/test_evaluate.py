"""The evaluator: order, failure, release, and rows it has never seen before."""

from dataclasses import dataclass, replace
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_scene import BASELINE, CALM, Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import AllOf, AnyOf
from interlocks.conditions import Condition, Over, Under
from interlocks.evaluate import evaluate, first_signs, fresh_states, release
from interlocks.limits import Absolute, OfBaseline
from interlocks.lint import lint
from interlocks.rules import AT_ONCE, FIRST_READING, Clear, Itself, Persist, Rule, SeeRow, Step, TripWhenStale
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import Demand, Flag, Priority, Sample, Signal, Stamp, Truth

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


@settings(max_examples=60)
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


@settings(max_examples=60)
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


# -- one row of conditions that say what they are told ------------------------------------------------------------


@dataclass
class Told:
    """A condition that answers as told, or raises, and counts how often it was asked."""

    answer: Truth | Exception = Truth.FALSE
    heard: frozenset[Signal] = frozenset({Signal.HR})
    is_by_time: bool = False
    name: str = "told"
    asked: int = 0

    __hash__ = object.__hash__

    def __eq__(self, other: object) -> bool:
        return self is other

    def truth(self, _at: Situation, _max_age: MaxAge) -> Truth:
        self.asked += 1
        if isinstance(self.answer, Exception):
            raise self.answer
        return self.answer

    def sentence(self, _at: Situation) -> str:
        return self.name

    wanted = sentence

    def samples(self, at: Situation) -> tuple[Sample, ...]:
        return tuple(sample for sample in at.picture.samples if sample.signal in self.heard)

    def signals(self) -> frozenset[Signal]:
        return self.heard

    def members(self) -> tuple[Condition, ...]:
        return ()

    def is_timed(self) -> bool:
        return self.is_by_time


def row(*rungs: tuple[Demand, Condition], clear: Condition | None = None, **changes: Any) -> Rule:
    """A row that confirms at once; nothing clears it unless said."""
    steps = tuple(Step(demand, Priority.MEDIUM, AT_ONCE, when) for demand, when in rungs)
    kept = {"clear": Clear(clear), "is_latching": False, "on_stale": Itself(), **changes}
    return replace(TT1, when=rungs[0][1], steps=steps, **kept)


def test_a_row_at_rest_is_asked_only_by_its_own_news_and_by_time() -> None:
    """What keeps a control cycle cheap: hundreds of rows, and one of them concerned."""
    plain, timed = Told(), Told(is_by_time=True, answer=Truth.STALE)
    scene = Scene((row((Demand.SLOW, plain)), replace(row((Demand.SLOW, timed)), id="TT2")))
    scene.at(100)
    scene.hear_at(200, {Signal.SPO2: 98.0})
    assert (plain.asked, timed.asked) == (0, 2), "a first value missing lets even a timed row rest"
    scene.hear_at(300, {Signal.HR: 70.0})
    assert (plain.asked, timed.asked) == (1, 3)
    scene.baseline = None
    scene.at(400)
    assert plain.asked == 2, "without a baseline no row that uses a signal rests"


def test_without_a_baseline_a_row_of_no_signal_may_rest() -> None:
    flag = Told(heard=frozenset())
    scene = Scene((row((Demand.SLOW, flag)),), baseline=None)
    scene.at(100)
    assert flag.asked == 0


def test_a_row_in_force_is_asked_every_time() -> None:
    told = Told(Truth.TRUE)
    scene = Scene((row((Demand.SLOW, told)),))
    scene.hear_at(100, {Signal.HR: 150.0})
    asked = told.asked
    scene.at(200)
    assert told.asked > asked


@pytest.mark.parametrize(
    ("answers", "worst"),
    [
        ((Truth.FALSE, Truth.FALSE), Truth.FALSE),
        ((Truth.FALSE, Truth.STALE), Truth.STALE),
        ((Truth.STALE, Truth.FALSE), Truth.STALE),
        ((Truth.TRUE, Truth.STALE), Truth.TRUE),
        ((Truth.STALE, Truth.TRUE), Truth.TRUE),
        ((Truth.TRUE, Truth.ERROR), Truth.ERROR),
        ((Truth.ERROR, Truth.TRUE), Truth.ERROR),
    ],
)
def test_a_row_remembers_the_worst_answer_of_its_rungs(answers: tuple[Truth, Truth], worst: Truth) -> None:
    scene = Scene((row((Demand.SLOW, Told(answers[0])), (Demand.PAUSE, Told(answers[1]))),))
    scene.hear({Signal.HR: 70.0})
    assert scene.state("TT1").truth is worst


@pytest.mark.parametrize(
    ("rungs", "demand", "reason"),
    [
        (((Demand.PAUSE, Truth.TRUE), (Demand.SLOW, Truth.TRUE)), Demand.PAUSE, "rung 0"),
        (((Demand.SLOW, Truth.TRUE), (Demand.PAUSE, Truth.TRUE)), Demand.PAUSE, "rung 1"),
        (((Demand.SLOW, Truth.TRUE), (Demand.SLOW, Truth.TRUE)), Demand.SLOW, "rung 0"),
        (((Demand.STOP, Truth.TRUE), (Demand.PAUSE, Truth.ERROR)), Demand.STOP, "rung 0"),
        (((Demand.PAUSE, Truth.TRUE), (Demand.PAUSE, Truth.ERROR)), Demand.PAUSE, "rung 0"),
        (((Demand.SLOW, Truth.TRUE), (Demand.PAUSE, Truth.ERROR)), Demand.PAUSE, "cannot be judged: rung 1"),
    ],
)
def test_of_what_is_confirmed_together_the_most_severe_speaks(
    rungs: tuple[tuple[Demand, Truth], ...], demand: Demand, reason: str
) -> None:
    told = [(step, Told(answer, name=f"rung {at}")) for at, (step, answer) in enumerate(rungs)]
    scene = Scene((row(*told),))
    scene.hear({Signal.HR: 70.0})
    assert (scene.demand("TT1"), scene.finding("TT1").reason) == (demand, reason)
    (sign,) = first_signs(scene.rules, scene.situation(frozenset({Signal.HR})))
    assert (sign.rule_id, sign.demand, sign.reason) == ("TT1", demand, reason), (
        "a start says it in the same words"
    )


def signs_of(answer: Truth | Exception, *, are_errors_told: bool = True, **changes: Any) -> list[str]:
    """What the first signs of one row with one rung are, its condition answering so."""
    asked = Told(answer, heard=frozenset({Signal.HR}), is_by_time=bool(changes.pop("is_by_time", False)))
    scene = Scene((replace(row((Demand.SLOW, asked)), **changes),))
    fresh = frozenset() if asked.is_by_time else frozenset({Signal.HR})
    return [
        one.reason
        for one in first_signs(scene.rules, scene.situation(fresh), are_errors_told=are_errors_told)
    ]


def test_a_first_sign_waits_for_no_confirmation_and_a_safe_or_silent_row_gives_none() -> None:
    slow = (Step(Demand.SLOW, Priority.MEDIUM, Persist(60_000)),)
    assert signs_of(Truth.TRUE, steps=slow) == ["told"]
    assert signs_of(Truth.FALSE) == signs_of(Truth.STALE) == []
    assert signs_of(Truth.TRUE, is_shadow=True) == []


@pytest.mark.parametrize("is_by_time", [False, True])
def test_a_row_that_cannot_be_judged_is_a_first_sign_unless_nobody_wants_to_hear_of_it(
    is_by_time: bool,
) -> None:
    """facts/faults.md row 100: what raises, trips; before a baseline there is nothing to judge by."""
    raised = signs_of(RuntimeError("boom"), is_by_time=is_by_time)
    assert raised == ["rule TT1 could not be evaluated (RuntimeError: boom)"]
    assert signs_of(Truth.ERROR, is_by_time=is_by_time) == ["cannot be judged: told"]
    for answer in (RuntimeError("boom"), Truth.ERROR):
        assert signs_of(answer, are_errors_told=False, is_by_time=is_by_time) == []


def test_a_row_that_goes_on_raising_trips_once_and_is_never_clear() -> None:
    """facts/faults.md row 100."""
    told, clear = Told(Truth.TRUE), Told(Truth.TRUE)
    scene = Scene((row((Demand.PAUSE, told), clear=clear, is_latching=True),))
    scene.hear({Signal.HR: 150.0})
    told.answer = Truth.FALSE
    scene.hear_at(0, {Signal.HR: 150.0})
    assert not scene.finding("TT1").is_present, "proven clear"
    told.answer = RuntimeError("boom")
    scene.at(100)
    assert scene.finding("TT1").is_present
    assert "RuntimeError: boom" in scene.finding("TT1").reason
    scene.acknowledge()
    scene.at(200)
    assert scene.finding("TT1").is_acknowledged, "the same failure is not news"
    assert scene.finding("TT1").since_ms == 0
    scene.states = (replace(scene.state("TT1"), demand=Demand.NONE),)
    scene.hear_at(300, {Signal.HR: 150.0})
    assert scene.demand("TT1") is Demand.PAUSE, "idle and raising is not left idle"


def test_a_row_that_hears_and_falls_silent_again_has_no_news() -> None:
    """A loose cable must not take every acknowledgement with it."""
    stale = TripWhenStale(MaxAge(2000, Clock.LINK), Demand.PAUSE, Priority.HIGH)
    scene = Scene((row((Demand.PAUSE, Told()), is_latching=True, on_stale=stale),))
    scene.at(2001)
    scene.acknowledge()
    scene.hear_at(3000, {Signal.HR: 70.0})
    scene.at(5001)
    finding = scene.finding("TT1")
    assert (finding.is_acknowledged, finding.since_ms, finding.is_silence) == (True, 2001, True)


def test_what_a_silent_row_hears_is_no_news_while_it_demands_less_than_the_silence() -> None:
    told = Told()
    stale = TripWhenStale(MaxAge(2000, Clock.LINK), Demand.PAUSE, Priority.HIGH)
    scene = Scene((row((Demand.SLOW, told), is_latching=True, on_stale=stale),))
    scene.at(2001)
    scene.acknowledge()
    told.answer = Truth.TRUE
    scene.hear_at(3000, {Signal.HR: 150.0})
    finding = scene.finding("TT1")
    assert (finding.demand, finding.is_acknowledged, finding.is_silence) == (Demand.PAUSE, True, True)


def test_what_cannot_be_judged_is_news_to_whoever_has_seen_a_silence() -> None:
    told = Told()
    stale = TripWhenStale(MaxAge(2000, Clock.LINK), Demand.PAUSE, Priority.HIGH)
    scene = Scene((row((Demand.PAUSE, told), is_latching=True, on_stale=stale),))
    scene.at(2001)
    scene.acknowledge()
    scene.at(2100)
    assert scene.finding("TT1").is_acknowledged
    told.answer = Truth.ERROR
    scene.at(2200)
    finding = scene.finding("TT1")
    assert (finding.is_acknowledged, finding.is_silence, finding.since_ms) == (False, False, 2200)
    assert finding.reason == "cannot be judged: told"


def test_an_error_that_goes_on_is_one_trip() -> None:
    told = Told(Truth.ERROR)
    scene = Scene((row((Demand.PAUSE, told), clear=Told(Truth.FALSE), is_latching=True),))
    scene.hear({Signal.HR: 150.0})
    scene.acknowledge()
    scene.states = (replace(scene.state("TT1"), is_clear=True),)
    scene.at(100)
    assert scene.finding("TT1").is_acknowledged
    assert scene.finding("TT1").is_present, "what cannot be judged is not clear"


@pytest.mark.parametrize(("is_latching", "is_acknowledged"), [(False, False), (True, True), (True, False)])
def test_advice_that_has_cleared_goes_by_itself_once_it_may(is_latching: bool, is_acknowledged: bool) -> None:
    told, clear = Told(Truth.TRUE), Told(Truth.FALSE)
    scene = Scene((row((Demand.ADVISE, told), clear=clear, is_latching=is_latching),))
    scene.hear({Signal.HR: 150.0})
    if is_acknowledged:
        scene.acknowledge()
    told.answer, clear.answer = Truth.FALSE, Truth.TRUE
    scene.at(100)
    assert (scene.demand("TT1") is Demand.NONE) is (is_acknowledged or not is_latching)


@pytest.mark.parametrize("is_shadow", [False, True])
def test_a_shadow_that_has_cleared_goes_by_itself_and_a_restriction_does_not(is_shadow: bool) -> None:
    told, clear = Told(Truth.TRUE), Told(Truth.FALSE)
    scene = Scene((row((Demand.SLOW, told), clear=clear, is_shadow=is_shadow),))
    scene.hear({Signal.HR: 150.0})
    told.answer, clear.answer = Truth.FALSE, Truth.TRUE
    scene.at(100)
    assert (scene.demand("TT1") is Demand.NONE) is is_shadow


def test_a_rise_within_an_excursion_keeps_its_first_crossing_and_its_own_beginning() -> None:
    mild, severe = Told(Truth.TRUE), Told(Truth.FALSE)
    scene = Scene((row((Demand.SLOW, mild), (Demand.PAUSE, severe)),))
    scene.hear_at(100, {Signal.HR: 130.0})
    severe.answer = Truth.TRUE
    scene.hear_at(900, {Signal.HR: 150.0})
    assert scene.finding("TT1").crossed.ms == 100
    assert scene.finding("TT1").since_ms == 900


def test_a_release_looks_only_at_rows_in_force() -> None:
    timed = Told(is_by_time=True)
    scene = Scene((row((Demand.SLOW, timed)),))
    before = scene.states
    timed.answer = Truth.TRUE
    scene.release()
    assert scene.states[0] is before[0], "what trips now is found by the next evaluation, which tells it"


def test_a_row_with_nothing_to_say_remembers_nothing() -> None:
    """Calm values prove no clearing in advance: what trips later wants its own."""
    scene = Scene(DEFAULT_RULES)
    for ms in (0, 60_000, 200_000):
        scene.now = Stamp(ms, ms)
        scene.hear(CALM)
    assert scene.states == fresh_states(DEFAULT_RULES)


def test_a_row_that_hears_the_same_again_keeps_the_very_same_state() -> None:
    """A pulse comes every second; only what changes is rebuilt."""
    told = Told()
    scene = Scene((row((Demand.SLOW, told)),))
    scene.hear({Signal.HR: 70.0})
    before = scene.states[0]
    scene.hear_at(1000, {Signal.HR: 70.0})
    assert told.asked == 2
    assert scene.states[0] is before


def test_a_trip_shows_the_samples_it_was_judged_by() -> None:
    """What `pumpd explain` prints: also of a row that is judged by time, which counts no readings."""
    scene = Scene((TT1,))
    scene.hear({Signal.HR: 141.0})
    pulse(scene, 15_000, 141.0)
    (sample,) = scene.finding("TT1").evidence
    assert (sample.signal, sample.value, sample.measured_ms) == (Signal.HR, 141.0, 15_000)


# -- what a row asks the cuff for ---------------------------------------------------------------------------------

BP1, BP2 = DEFAULT_RULES[:2]
assert BP1.asks is not None
AGAIN_MS = BP1.asks.again_after_ms


def in_force() -> Scene:
    scene = Scene((BP1,))
    for ms in (0, 60_000):
        scene.cuff(ms, 155, 80)
    assert scene.demand("BP1") is Demand.SLOW
    scene.requests.clear()
    return scene


def test_a_row_in_force_wants_another_reading_now_and_then() -> None:
    """Without readings it could never clear."""
    scene = in_force()
    scene.at(60_000 + AGAIN_MS - 1)
    assert scene.requests == []
    scene.at(60_000 + AGAIN_MS)
    scene.at(60_000 + 2 * AGAIN_MS - 1)
    assert scene.requests == [(60_000 + AGAIN_MS, "BP1")]


def test_only_a_reading_of_the_cuff_answers_the_wish_for_one() -> None:
    scene = in_force()
    scene.hear_at(60_000 + AGAIN_MS - 1000, {Signal.HR: 70.0})
    scene.at(60_000 + AGAIN_MS)
    assert scene.requests == [(60_000 + AGAIN_MS, "BP1")]


def test_the_newest_value_of_the_cuff_answers_the_wish_whatever_else_was_sent_once() -> None:
    """A monitor may leave out the mean pressure: its last one is old and says nothing of the reading."""
    scene = Scene((BP1,))
    scene.hear({Signal.MAP: 90.0})
    for ms in (1000, 60_000):
        scene.cuff(ms, 155, 80)
    scene.requests.clear()
    scene.at(60_000 + AGAIN_MS - 1)
    assert scene.requests == []


def test_neither_a_shadow_nor_a_stop_wants_a_reading() -> None:
    """A shadow asks nobody for anything, and after a stop there is nothing left to clear."""
    shadow = replace(BP1, is_shadow=True)
    scene = Scene((shadow,))
    for ms in (0, 60_000):
        scene.cuff(ms, 155, 80)
    scene.at(60_000 + 2 * AGAIN_MS)
    stopped = in_force()
    stopped.states = (replace(stopped.state("BP1"), demand=Demand.STOP),)
    stopped.at(60_000 + 2 * AGAIN_MS)
    assert scene.requests == stopped.requests == []
