"""The battery: examples generated from every rung of every row, so that no row can opt out (design.md 12).

For each leaf of each rung: one step on the safe side, at the limit, one step beyond; then the confirmation one
short and complete, silence, a missing signal, NaN and what else cannot be, a raising row, the latch, acknowledgement,
note and release, the clear dwell one millisecond short and complete, and the row's twin in shadow. Covers
facts/clinical.md 3.2 and facts/faults.md I4, I5, I17, rows 53-66, 70 and 100.
"""

from collections.abc import Iterator
from dataclasses import replace

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from rule_examples import (
    ALWAYS_POSSIBLE,
    IMPOSSIBLE,
    VALUED,
    Example,
    bring,
    calm_facts,
    examples,
    excuses,
    ids,
    is_trip_expected,
    leaves,
    limit_of,
    push,
    recover,
    repeats,
    scene_for,
    values_for,
)
from rule_scene import CALM_ALL, Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.combinations import IfSent
from interlocks.conditions import Condition, Over, Under
from interlocks.limits import OfBaseline
from interlocks.rules import Persist, Rule, SeeRow, TripWhenStale
from interlocks.silences import OlderThan
from interlocks.situation import Clock, MaxAge, Situation
from interlocks.vocabulary import FITTED, Demand, Priority, Signal, Truth

TABLE = [
    "BP1",
    "BP2",
    "BP3",
    "BP4",
    "HR1",
    "HR2",
    "SP0",
    "SP1",
    "SP2",
    "SP3",
    "RR1",
    "RR2",
    "SE0",
    "SE1",
    "SE2",
    "SE3",
    "LP0",
    "LP1",
    "LP2",
    "LP3",
    "FL1",
    "FL2",
    "VT1",
    "VT2",
    "AI1",
    "ST1",
    "ST1b",
    "ST2",
    "ST3",
    "QA1",
    "QA2",
    "QA3",
    "ID1",
    "ID2",
    "PS1",
    "PR1",
    "BT1",
    "WD1",
    "CY1",
]

SIDES = examples(-1, 0, 1)
BEYOND = examples(1)
#: One example per row that certainly trips it.
TRIPS = [next(case for case in BEYOND if case.rule is rule) for rule in DEFAULT_RULES]
COMPARED = [case for case in BEYOND if isinstance(case.leaf, Over | Under)]
HEARD = [case for case in BEYOND if isinstance(case.leaf, VALUED)]
COUNTED = [case for case in HEARD if repeats(case.step)[0] > 1]
TIMED = [case for case in BEYOND if isinstance(case.step.confirm, Persist) and case.step.confirm.persist_ms]
CLEARABLE = [case for case in TRIPS if case.rule.clear.when is not None]
FINAL = [case for case in TRIPS if case.rule.clear.when is None]


def is_proven(scene: Scene, rule: Rule) -> bool:
    """Proven clear; what only advised has then already gone."""
    return scene.state(rule.id).is_clear or scene.demand(rule.id) is Demand.NONE


def alone(case: Example) -> Rule:
    """The row with no other rung, so that what trips is this one."""
    if case.rung == len(case.rule.steps):
        return case.rule  # the rung for silence, which belongs to no step
    return replace(case.rule, steps=(replace(case.step, when=case.question),))


# -- nothing is left out -----------------------------------------------------------------------------------------


def test_the_table_holds_every_row_of_the_facts_in_their_order() -> None:
    assert [rule.id for rule in DEFAULT_RULES] == TABLE


def test_no_row_and_no_rung_is_without_examples() -> None:
    """Meta-test: a row added to the table is in the battery, or this fails."""
    rungs = {(rule.id, rung) for rule in DEFAULT_RULES for rung in range(len(rule.ladder))}
    for cases in (SIDES, BEYOND):
        assert {(case.rule.id, case.rung) for case in cases} == rungs
    assert [case.rule.id for case in TRIPS] == TABLE
    assert {case.rule.id for case in CLEARABLE + FINAL} == set(TABLE)


def test_every_leaf_of_every_row_can_be_brought_about() -> None:
    for case in SIDES:
        if not isinstance(case.leaf, OlderThan):
            bring(scene_for(case.rule), case)


def test_every_kind_of_leaf_says_what_it_cannot_be() -> None:
    kinds = {type(leaf) for rule in DEFAULT_RULES for _, asked in rule.ladder for leaf in leaves(asked)}
    assert kinds == set(IMPOSSIBLE) | set(ALWAYS_POSSIBLE)


def test_every_case_has_a_name_of_its_own() -> None:
    assert len(set(ids(SIDES))) == len(SIDES)


# -- when a rung trips -------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", SIDES, ids=ids(SIDES))
def test_a_rung_trips_beyond_its_limit_and_not_before(case: Example) -> None:
    """One step short, at the limit, one step past it: clinical.md 3.2, every row."""
    is_expected = is_trip_expected(case)
    row, rung = scene_for(case.rule), scene_for(alone(case))
    push(row, case)
    push(rung, case)
    assert (rung.demand(case.rule.id) is case.step.demand) is is_expected
    assert row.demand(case.rule.id) >= case.step.demand or not is_expected


@pytest.mark.parametrize("case", COUNTED, ids=ids(COUNTED))
def test_a_rung_waits_for_its_last_value(case: Example) -> None:
    """The (n-1)th reading or sample does not make the demand, the nth does."""
    scene = scene_for(case.rule)
    n, _ = repeats(case.step)
    push(scene, case, count=n - 1)
    before = scene.demand(case.rule.id)
    push(scene, case, count=1)
    assert before < case.step.demand <= scene.demand(case.rule.id)


@pytest.mark.parametrize("case", TIMED, ids=ids(TIMED))
def test_a_rung_waits_for_the_last_millisecond(case: Example) -> None:
    """Persistence minus 1 ms does not make the demand, the millisecond after does."""
    scene = scene_for(case.rule)
    push(scene, case, short_ms=1)
    before = scene.demand(case.rule.id)
    scene.at(scene.now.ms + 1)
    assert before < case.step.demand <= scene.demand(case.rule.id)


SINGLE = [
    (case, signal)
    for case in BEYOND
    if isinstance(case.leaf, OlderThan)
    for signal in (*case.leaf.watched, *case.leaf.if_heard)
]


@pytest.mark.parametrize(
    ("case", "signal"), SINGLE, ids=[f"{case.rule.id}-{case.rung}-{signal.value}" for case, signal in SINGLE]
)
def test_the_silence_of_one_signal_is_enough_unless_another_stands_in(case: Example, signal: Signal) -> None:
    """I4, faults row 53: what was heard and is heard no more trips by the clock, to the millisecond."""
    leaf = case.leaf
    assert isinstance(leaf, OlderThan)
    scene = scene_for(case.rule)
    scene.hear(CALM_ALL)
    scene.hear_at(1000, {name: value for name, value in CALM_ALL.items() if name is not signal})
    scene.at(leaf.limit_ms)
    assert scene.demand(case.rule.id) < case.step.demand or case.rung > 0
    assert leaf.truth(scene.situation(), case.rule.max_age) is Truth.FALSE
    scene.at(leaf.limit_ms + 1)
    stands_in = leaf.is_any_enough and len(leaf.watched) > 1
    assert (scene.demand(case.rule.id) >= case.step.demand) is not stands_in


EXCUSED = [case for case in BEYOND if excuses(case)]


@pytest.mark.parametrize("case", EXCUSED, ids=ids(EXCUSED))
def test_what_a_flag_explains_does_not_trip_while_it_is_up(case: Example) -> None:
    """Clinical.md 3.2 ST2, LP0 and LP3: cuff cycles and known occlusions."""
    for flag in excuses(case)[0].flags:
        scene = scene_for(case.rule)
        scene.flags = frozenset({flag})
        push(scene, case)
        assert scene.demand(case.rule.id) < case.step.demand, flag
        assert excuses(case)[0].truth(scene.situation(), case.rule.max_age) is Truth.FALSE


# -- what is not known, and what cannot be -----------------------------------------------------------------------


@pytest.mark.parametrize("rule", [r for r in DEFAULT_RULES if r.inputs], ids=lambda rule: rule.id)
def test_a_signal_never_seen_is_stale_and_never_safe(rule: Rule) -> None:
    """Faults row 53: nothing measured is not a safe value."""
    scene = Scene((rule,))
    assert rule.ladder[0][1].truth(scene.situation(), rule.max_age) is Truth.STALE
    scene.look()
    assert scene.demand(rule.id) is Demand.NONE, "somebody else watches the silence, or nothing is fitted"


@pytest.mark.parametrize("case", HEARD, ids=ids(HEARD))
def test_a_value_too_old_is_stale_and_not_a_millisecond_before(case: Example) -> None:
    scene = scene_for(case.rule)
    bring(scene, case)
    start, leaf, max_age = scene.now.ms, case.leaf, case.rule.max_age
    scene.at(start + max_age.after_ms)
    assert leaf.truth(scene.situation(), max_age) is Truth.TRUE
    scene.at(start + max_age.after_ms + 1)
    assert leaf.truth(scene.situation(), max_age) is Truth.STALE


BREAKABLE = [case for case in BEYOND if not isinstance(case.leaf, ALWAYS_POSSIBLE)]


@pytest.mark.parametrize("case", BREAKABLE, ids=ids(BREAKABLE))
def test_what_cannot_be_trips_at_once_up_to_pause(case: Example) -> None:
    """I17, faults row 56: what is not a number, or no possible count, is never safe."""
    scene = scene_for(case.rule)
    IMPOSSIBLE[type(case.leaf)](scene, case.leaf)
    assert scene.demand(case.rule.id) is case.rule.error_step()[0] <= Demand.PAUSE
    assert scene.state(case.rule.id).truth is Truth.ERROR
    finding = scene.finding(case.rule.id)
    assert "cannot be judged" in finding.reason
    assert not finding.is_silence


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.id)
def test_a_missing_baseline_trips_every_relative_row(rule: Rule) -> None:
    """Faults row 63."""
    scene = scene_for(rule)
    scene.baseline = None
    scene.hear(CALM_ALL)
    asked = [leaf for _, question in rule.ladder for leaf in leaves(question)]
    is_relative = any(isinstance(leaf, Over | Under) and isinstance(leaf.limit, OfBaseline) for leaf in asked)
    assert (scene.demand(rule.id) > Demand.NONE) is is_relative


class Broken:
    """A condition that raises whenever it is asked."""

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        raise ZeroDivisionError("broken on purpose")

    def sentence(self, at: Situation) -> str:
        raise ZeroDivisionError("broken on purpose")

    wanted = sentence

    def samples(self, at: Situation) -> tuple[()]:
        raise ZeroDivisionError("broken on purpose")

    def signals(self) -> frozenset[Signal]:
        return frozenset()

    def members(self) -> tuple[Condition, ...]:
        return ()

    def is_timed(self) -> bool:
        return True


def broken(rule: Rule) -> Rule:
    return replace(rule, when=Broken(), clear=replace(rule.clear, when=Broken()))


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.id)
def test_a_row_that_raises_has_tripped_and_stops_no_other_row(rule: Rule) -> None:
    """Faults row 100, I17."""
    others = tuple(other for other in DEFAULT_RULES if other.id == "LP2" and other is not rule)
    scene = Scene((broken(rule), *others))
    scene.look()
    assert scene.demand(rule.id) is rule.error_step()[0]
    assert scene.state(rule.id).truth is Truth.ERROR
    assert not scene.finding(rule.id).is_releasable
    scene.acknowledge(is_noted=True)
    scene.release()
    assert scene.demand(rule.id) is rule.error_step()[0], "a row that raises cannot be released"
    if others:
        scene.hear_at(100, {Signal.LINE_PRESSURE: 950.0})
        scene.hear_at(200, {Signal.LINE_PRESSURE: 950.0})
        assert scene.demand("LP2") is Demand.STOP


# -- what keeps a row in force -----------------------------------------------------------------------------------


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_acknowledging_alone_releases_nothing(case: Example) -> None:
    """I5, law 8."""
    scene = scene_for(case.rule)
    push(scene, case)
    before = scene.demand(case.rule.id)
    scene.acknowledge(case.rule.id, is_noted=True)
    scene.look()
    assert scene.demand(case.rule.id) is before > Demand.NONE
    assert scene.finding(case.rule.id).is_acknowledged


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_release_is_refused_while_the_cause_is_present_and_says_why(case: Example) -> None:
    """Faults row 70: refused, reason shown."""
    scene = scene_for(case.rule)
    push(scene, case)
    scene.acknowledge(is_noted=True)
    scene.release()
    scene.look()
    finding = scene.finding(case.rule.id)
    assert not finding.is_releasable
    assert finding.is_present
    assert finding.blocks_because
    assert not finding.reason.startswith("earlier")


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_a_finding_carries_what_its_row_says(case: Example) -> None:
    scene = scene_for(case.rule)
    push(scene, case)
    finding, rule = scene.finding(case.rule.id), case.rule
    assert (finding.cause, finding.hazard, finding.is_latching) == (rule.cause, rule.hazard, rule.is_latching)
    assert "  " not in finding.reason
    assert finding.reason == finding.reason.strip()


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_silence_resets_no_latch(case: Example) -> None:
    """Nothing heard for twenty minutes leaves the demand where it was, or higher, and proves nothing clear."""
    scene = scene_for(case.rule)
    push(scene, case)
    before = scene.demand(case.rule.id)
    for minute in range(1, 21):
        scene.at(scene.now.ms + 60_000)
        scene.acknowledge(is_noted=True)
        scene.release()
        assert scene.demand(case.rule.id) >= before > Demand.NONE, f"minute {minute}"


# A count with a window is not in here: readings too far apart are no confirmation, by the table itself.
UNBOUNDED = [
    case
    for case in COUNTED
    if getattr(case.step.confirm, "within_ms", None) is None and isinstance(case.leaf, Over | Under)
]


@pytest.mark.parametrize("case", UNBOUNDED, ids=ids(UNBOUNDED))
def test_silence_resets_no_count(case: Example) -> None:
    """A pause of the signal in the middle of a count does not start the count again (nasa/LC's trap)."""
    row = replace(case.rule, steps=(replace(case.step, when=None),), when=case.leaf)
    scene, probe = scene_for(row), Example(row, 0, case.leaf, 1)
    n, _ = repeats(case.step)
    push(scene, probe, count=n - 1)
    scene.at(scene.now.ms + case.rule.max_age.after_ms + 1000)
    assert case.leaf.truth(scene.situation(), case.rule.max_age) is Truth.STALE
    push(scene, probe, count=1)
    assert scene.demand(case.rule.id) >= case.step.demand


PERSISTING = [case for case in TIMED if isinstance(case.leaf, VALUED)]


@pytest.mark.parametrize("case", PERSISTING, ids=ids(PERSISTING))
def test_silence_neither_stops_nor_resets_a_persistence(case: Example) -> None:
    """What was last known to be unsafe stays so: the sensor falls silent at once, the time runs on."""
    assert isinstance(case.step.confirm, Persist)
    deaf = replace(case.rule, on_stale=SeeRow(("LP1",), MaxAge(1, Clock.LINK)))
    scene = scene_for(deaf)
    bring(scene, replace(case, rule=deaf))
    begin, persist_ms = scene.now.ms, case.step.confirm.persist_ms
    for ms in (2, persist_ms // 2, persist_ms - 1):
        scene.at(begin + ms)
        assert case.leaf.truth(scene.situation(), deaf.max_age) is Truth.STALE
        assert scene.demand(deaf.id) < case.step.demand
    scene.at(begin + persist_ms)
    assert scene.demand(deaf.id) >= case.step.demand


# -- what ends it ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("case", CLEARABLE, ids=ids(CLEARABLE))
def test_a_cleared_row_waits_for_acknowledgement_and_for_a_person(case: Example) -> None:
    rule, scene = case.rule, scene_for(case.rule)
    push(scene, case)
    demand = scene.demand(rule.id)
    recover(scene)
    if demand is Demand.ADVISE and not rule.is_latching:
        assert scene.demand(rule.id) is Demand.NONE, "advice ends by itself"
        return
    assert scene.demand(rule.id) is demand, "clear alone changes nothing"
    assert scene.finding(rule.id).reason.startswith("earlier: "), "what is over is said as history"
    if rule.is_latching:
        missing = (
            "needs a clinician's note with the acknowledgement"
            if rule.needs_note
            else "needs acknowledgement"
        )
        assert scene.finding(rule.id).blocks_because == missing
        scene.release()
        assert scene.demand(rule.id) is demand
        scene.acknowledge(rule.id, is_noted=rule.needs_note)
        scene.look()
    if demand > Demand.ADVISE:
        assert scene.finding(rule.id).is_releasable
        assert scene.finding(rule.id).blocks_because == ""
        scene.release()
    assert scene.demand(rule.id) is Demand.NONE
    scene.look()
    assert scene.demand(rule.id) is Demand.NONE, "a released row does not come back by itself"


NOTED = [case for case in CLEARABLE if case.rule.needs_note]


@pytest.mark.parametrize("case", NOTED, ids=ids(NOTED))
def test_an_acknowledgement_without_the_note_is_seen_but_releases_nothing(case: Example) -> None:
    """Clinical.md 3.2 BP3: ack, clinician note. The note may follow."""
    rule, scene = case.rule, scene_for(case.rule)
    push(scene, case)
    recover(scene)
    scene.acknowledge(rule.id)
    scene.release()
    scene.look()
    finding = scene.finding(rule.id)
    assert finding.is_acknowledged
    assert finding.blocks_because == "needs a clinician's note with the acknowledgement"
    scene.acknowledge(rule.id, is_noted=True)
    scene.release()
    assert scene.demand(rule.id) is Demand.NONE


DWELLING = [
    case
    for case in CLEARABLE
    if case.rule.clear.for_ms or (case.rule.clear.readings > 1 and case.rule.clear.apart_ms)
]


@pytest.mark.parametrize("case", DWELLING, ids=ids(DWELLING))
def test_a_proof_of_clearing_is_complete_in_its_last_millisecond(case: Example) -> None:
    rule, clear, scene = case.rule, case.rule.clear, scene_for(case.rule)
    push(scene, case)
    scene.acknowledge(is_noted=True)
    calm_facts(scene)
    while not (scene.state(rule.id).clear_hits_ms or scene.state(rule.id).clear_since):
        scene.hear_at(scene.now.ms + 100, CALM_ALL)
    begin = scene.now.ms
    if clear.readings:
        for n in range(1, clear.readings):
            scene.hear_at(begin + n * clear.apart_ms - 1, CALM_ALL)
            assert not is_proven(scene, rule)
            scene.hear_at(begin + n * clear.apart_ms, CALM_ALL)
    else:
        while scene.now.ms < begin + clear.for_ms - 1:
            scene.hear_at(min(scene.now.ms + 1000, begin + clear.for_ms - 1), CALM_ALL)
        assert not is_proven(scene, rule)
        scene.hear_at(begin + clear.for_ms, CALM_ALL)
    assert is_proven(scene, rule)


@pytest.mark.parametrize("case", FINAL, ids=ids(FINAL))
def test_a_row_nothing_clears_stays(case: Example) -> None:
    scene = scene_for(case.rule)
    push(scene, case)
    recover(scene)
    scene.acknowledge(is_noted=True)
    scene.release()
    assert scene.demand(case.rule.id) is Demand.STOP


def _clear_leaves() -> Iterator[tuple[Rule, Over | Under]]:
    for rule in DEFAULT_RULES:
        for leaf in leaves(rule.clear.when) if rule.clear.when else []:
            if isinstance(leaf, Over | Under):
                yield rule, leaf


@pytest.mark.parametrize(("rule", "leaf"), list(_clear_leaves()), ids=lambda item: getattr(item, "id", ""))
def test_a_value_just_short_of_the_clear_limit_clears_nothing(rule: Rule, leaf: Over | Under) -> None:
    """Hysteresis: between trip and clear limit a row stays in force."""
    scene = scene_for(rule)
    push(scene, next(case for case in TRIPS if case.rule is rule))
    short = limit_of(leaf) + (1 if isinstance(leaf, Under) else -1)
    recover(scene, **{leaf.signal: short})
    scene.acknowledge(is_noted=True)
    scene.release()
    assert scene.demand(rule.id) > Demand.NONE


def _never_sent(condition: Condition) -> frozenset[Signal]:
    """What a clear condition does without as long as it was never sent."""
    if isinstance(condition, IfSent):
        return condition.signals() if condition.absent is Truth.TRUE else frozenset()
    return frozenset().union(*(_never_sent(part) for part in condition.members()))


SPARSE = [case for case in CLEARABLE if case.rule.clear.when and _never_sent(case.rule.clear.when)]


@pytest.mark.parametrize("case", SPARSE, ids=ids(SPARSE))
def test_a_row_is_released_although_what_not_every_monitor_sends_was_never_sent(case: Example) -> None:
    """No row may hold for ever, or trip at every event, because of a value that nobody measures."""
    rule, scene = case.rule, scene_for(case.rule)
    assert rule.clear.when is not None
    sent = {name: value for name, value in CALM_ALL.items() if name not in _never_sent(rule.clear.when)}
    assert isinstance(case.leaf, Over | Under)
    beyond = limit_of(case.leaf) + (1 if isinstance(case.leaf, Over) else -1)
    gap_ms = repeats(case.step)[1] or 1000
    for ms in range(0, 4000, 1000):
        scene.hear_at(ms, sent)
    for _ in range(2):
        scene.hear_at(scene.now.ms + gap_ms, {**sent, case.leaf.signal: beyond})
    assert scene.demand(rule.id) is Demand.PAUSE
    scene.acknowledge(is_noted=True)
    for _ in range(40):
        scene.hear_at(scene.now.ms + 1000, sent)
        scene.at(scene.now.ms + 100)
        assert scene.finding(rule.id).is_acknowledged, "the same excursion"
    scene.release()
    assert scene.demand(rule.id) is Demand.NONE


EVENTS = st.lists(
    st.tuples(
        st.integers(0, 400_000),
        st.dictionaries(
            st.sampled_from(sorted(CALM_ALL)), st.sampled_from([0.0, 1.0, 5.0, 70.0, 120.0, 500.0])
        ),
        st.booleans(),
    ),
    max_size=12,
)


@settings(max_examples=60)
@given(events=EVENTS)
def test_no_row_is_proven_clear_while_one_of_its_questions_is_answered_yes(
    events: list[tuple[int, dict[Signal, float], bool]],
) -> None:
    scene = Scene(DEFAULT_RULES, fitted=frozenset(FITTED))
    for gap_ms, values, is_calm in events:
        scene.hear_at(scene.now.ms + gap_ms, {**CALM_ALL, **values} if is_calm else values)
        at = scene.situation()
        for rule in DEFAULT_RULES:
            if scene.state(rule.id).is_clear:
                answers = {question.truth(at, rule.max_age) for _, question in rule.ladder}
                assert Truth.TRUE not in answers, rule.id


# -- shadows -----------------------------------------------------------------------------------------------------


def shadow_of(case: Example) -> Example:
    return replace(case, rule=replace(case.rule, is_shadow=True))


@pytest.mark.parametrize("case", TRIPS, ids=ids(TRIPS))
def test_a_row_in_shadow_is_seen_and_asks_for_nothing(case: Example) -> None:
    """Design.md 6: evaluates and records, does not act."""
    acting, scene = scene_for(case.rule), scene_for(shadow_of(case).rule)
    for one, example in ((acting, case), (scene, shadow_of(case))):
        push(one, example)
        one.at(one.now.ms + 130_000)
    assert scene.last.findings == ()
    assert scene.requests == []
    assert scene.shadow(case.rule.id) == acting.finding(case.rule.id), "the same words, spoken aside"
    assert bool(acting.requests) is (case.rule.asks is not None and not _is_stopped(acting, case))


def _is_stopped(scene: Scene, case: Example) -> bool:
    return scene.demand(case.rule.id) is Demand.STOP


@pytest.mark.parametrize("case", CLEARABLE, ids=ids(CLEARABLE))
def test_a_row_in_shadow_goes_by_itself_when_clear(case: Example) -> None:
    """A latch asks a person, and nobody is asked about a shadow."""
    case = shadow_of(case)
    scene = scene_for(case.rule)
    push(scene, case)
    recover(scene)
    assert scene.demand(case.rule.id) is Demand.NONE
    assert scene.last.shadows == ()


@pytest.mark.parametrize("rule", DEFAULT_RULES, ids=lambda rule: rule.id)
def test_a_row_that_raises_in_shadow_stays_there(rule: Rule) -> None:
    scene = Scene((replace(broken(rule), is_shadow=True),))
    scene.look()
    assert scene.last.findings == ()
    assert scene.shadow(rule.id).demand is rule.error_step()[0]
    assert scene.requests == []


# -- the table as a whole ----------------------------------------------------------------------------------------


def test_link_rows_are_timed_on_the_link_clock() -> None:
    """A demonstration at sixty times life does not make a live link silent (vocabulary, two clocks)."""
    for rule in DEFAULT_RULES:
        for leaf in leaves(rule.when):
            if isinstance(leaf, OlderThan) and leaf.clock is Clock.LINK:
                scene = scene_for(rule)
                scene.hear(CALM_ALL)
                scene.at(leaf.limit_ms * 60, link_ms=leaf.limit_ms)
                assert scene.demand(rule.id) is Demand.NONE
                scene.at(leaf.limit_ms * 60, link_ms=leaf.limit_ms + 1)
                assert scene.demand(rule.id) > Demand.NONE


def test_calm_trips_no_row_at_all() -> None:
    scene = Scene(DEFAULT_RULES)
    for second in range(1, 900):
        scene.hear_at(second * 1000, CALM_ALL)
        assert scene.last.findings == ()
    assert scene.requests == []


def test_silence_says_of_itself_that_it_is_silence() -> None:
    """Lost vital signs are one trouble, whatever row notices; what people did not enter is another."""
    silent = set()
    for case in BEYOND:
        scene = scene_for(case.rule)
        push(scene, case)
        if scene.finding(case.rule.id).is_silence:
            silent.add(case.rule.id)
        own = isinstance(case.rule.on_stale, TripWhenStale) and case.rung == len(case.rule.ladder) - 1
        assert scene.finding(case.rule.id).is_silence or not own
    assert silent == {"LP1", "AI1", "BT1", "ST1", "ST1b", "ST2", "ST3"}


def test_only_the_severe_is_loud() -> None:
    for rule in DEFAULT_RULES:
        for step, _ in rule.ladder:
            assert step.demand < Demand.STOP or step.priority is Priority.HIGH, rule.id


def test_values_are_made_for_comparisons_only() -> None:
    """The oracle for values is never asked about anything else."""
    for case in COMPARED:
        assert values_for(case)
