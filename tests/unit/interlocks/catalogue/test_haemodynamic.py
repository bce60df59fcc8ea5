"""Blood pressure, reading by reading, as a nurse would see it. Baseline 125/78."""

from dataclasses import replace

import pytest
from rule_scene import Scene

from interlocks.catalogue.haemodynamic import BP1, BP2, BP3, BP4
from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.rules import Asks, Rule
from interlocks.vocabulary import Demand, Priority, Signal


def test_a_normal_pair_triggers_nothing_at_all() -> None:
    """clinical.md 1.1: (118, 76) must NOT trigger; "below 100 diastolic" is a slip."""
    scene = Scene(DEFAULT_RULES)
    scene.hear({Signal.HR: 70.0, Signal.SPO2: 98.0})
    scene.cuff(0, 118, 76)
    assert scene.last.findings == ()
    assert scene.last.requests == ()
    assert not any(state.is_counting for state in scene.states)


def test_a_high_diastolic_triggers_bp2() -> None:
    """clinical.md 1.1: (150, 104) must trigger."""
    scene = Scene(DEFAULT_RULES)
    scene.cuff(0, 150, 104)
    finding = scene.finding("BP2")
    assert finding.demand is Demand.SLOW
    assert finding.reason == "diastolic 104 mmHg > 100 mmHg"
    assert [f.rule_id for f in scene.last.findings] == ["BP2"]


def test_bp1_asks_for_a_repeat_after_60_s_and_slows_on_two_of_two() -> None:
    scene = Scene((BP1,))
    scene.cuff(1000, 150, 80)
    scene.at(60_999)
    assert scene.requests == []
    scene.at(61_000)
    scene.at(61_100)
    assert scene.requests == [(61_000, "BP1")]
    assert scene.demand("BP1") is Demand.NONE
    scene.cuff(90_000, 151, 80)
    assert scene.demand("BP1") is Demand.SLOW
    assert scene.finding("BP1").priority is Priority.MEDIUM
    assert scene.finding("BP1").crossed.ms == 1000
    assert len(scene.finding("BP1").evidence) == 4


def test_bp1_lets_go_when_the_repeat_is_lower() -> None:
    scene = Scene((BP1,))
    scene.cuff(1000, 150, 80)
    scene.cuff(70_000, 149, 80)
    scene.at(400_000)
    assert scene.demand("BP1") is Demand.NONE
    assert scene.requests == []


def test_bp1_does_not_let_go_for_a_suspect_repeat() -> None:
    """clinical.md 4: a suspect reading pushes up, never down."""
    scene = Scene((BP1,))
    scene.cuff(1000, 165, 80)
    scene.cuff(70_000, 100, 60, is_suspect=True)
    scene.at(121_000)
    assert scene.demand("BP1") is Demand.SLOW


def test_bp1_slows_when_no_repeat_comes_within_120_s() -> None:
    scene = Scene((BP1,))
    scene.cuff(1000, 150, 80)
    scene.at(120_999)
    assert scene.demand("BP1") is Demand.NONE
    scene.at(121_000)
    assert scene.demand("BP1") is Demand.SLOW
    assert scene.finding("BP1").reason.endswith("not repeated within 120 s")


@pytest.mark.parametrize(("gap_ms", "demand"), [(29_999, Demand.SLOW), (30_000, Demand.PAUSE)])
def test_bp2_pauses_on_a_repeat_that_is_independent(gap_ms: int, demand: Demand) -> None:
    scene = Scene((BP2,))
    scene.cuff(1000, 161, 80)
    assert scene.demand("BP2") is Demand.SLOW
    scene.cuff(1000 + gap_ms, 161, 80)
    assert scene.demand("BP2") is demand


def test_bp2_counts_any_later_reading_while_it_is_not_clear() -> None:
    scene = Scene((BP2,))
    scene.cuff(1000, 161, 80)
    scene.cuff(301_000, 155, 80)
    scene.cuff(601_000, 161, 80)
    assert scene.demand("BP2") is Demand.PAUSE
    assert scene.finding("BP2").priority is Priority.HIGH


def test_bp2_never_steps_down_and_needs_two_readings_two_minutes_apart() -> None:
    """Faults row 66: a value that flaps round the limit is one trip, latched."""
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 150, 95)
    scene.cuff(179_999, 150, 95)
    assert not scene.finding("BP2").is_releasable
    assert "at least 120 s apart, has 1" in scene.finding("BP2").blocks_because
    scene.cuff(180_000, 150, 95)
    assert scene.finding("BP2").is_releasable
    assert scene.demand("BP2") is Demand.SLOW
    scene.cuff(300_000, 151, 95)
    assert not scene.finding("BP2").is_releasable, "a reading outside the clear limits takes the proof away"


def test_bp2_over_again_after_a_proven_clearing_is_a_new_excursion() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 140, 80)
    scene.cuff(180_000, 140, 80)
    assert scene.finding("BP2").is_releasable
    scene.cuff(300_000, 170, 80)
    finding = scene.finding("BP2")
    assert not finding.is_acknowledged, "whoever acknowledged the first has not seen this one"
    assert finding.demand is Demand.SLOW
    assert finding.crossed.ms == 300_000
    assert "170" in finding.reason
    assert finding.since_ms == 0


def test_a_suspect_reading_never_clears() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 110, 70, is_suspect=True)
    scene.cuff(200_000, 110, 70, is_suspect=True)
    scene.cuff(340_000, 110, 70, is_suspect=True)
    assert not scene.finding("BP2").is_releasable


def test_a_suspect_reading_over_the_limit_trips() -> None:
    """clinical.md 4: if upward and over the limit still act as in BP2/BP3."""
    scene = Scene((BP2, BP3))
    scene.cuff(0, 185, 80, is_suspect=True)
    assert (scene.demand("BP2"), scene.demand("BP3")) == (Demand.SLOW, Demand.PAUSE)


def test_bp3_pauses_at_once_and_stops_on_two_repeats_within_five_minutes() -> None:
    scene = Scene((BP3,))
    scene.cuff(0, 180, 80)
    assert scene.demand("BP3") is Demand.PAUSE
    scene.cuff(150_000, 180, 80)
    assert scene.demand("BP3") is Demand.PAUSE
    scene.cuff(300_000, 180, 80)
    assert scene.demand("BP3") is Demand.STOP


def test_bp3_repeats_spread_over_more_than_five_minutes_do_not_stop() -> None:
    scene = Scene((BP3,))
    for ms in (0, 150_000, 300_001):
        scene.cuff(ms, 180, 80)
    assert scene.demand("BP3") is Demand.PAUSE


def test_bp3_stops_when_200_or_120_is_confirmed() -> None:
    scene = Scene((BP3,))
    scene.cuff(0, 200, 80)
    assert scene.demand("BP3") is Demand.PAUSE
    scene.cuff(60_000, 150, 120)
    assert scene.demand("BP3") is Demand.STOP
    scene.acknowledge()
    scene.release()
    assert scene.demand("BP3") is Demand.STOP
    assert scene.finding("BP3").blocks_because.startswith("the session is stopped")


def test_bp4_asks_at_once_and_pauses_on_the_second_low_reading() -> None:
    scene = Scene((BP4,))
    scene.cuff(0, 89, 50)
    scene.at(100)
    assert scene.requests == [(0, "BP4")], "once"
    assert scene.demand("BP4") is Demand.NONE
    scene.cuff(120_000, 89, 50)
    assert scene.demand("BP4") is Demand.PAUSE


def test_bp4_acts_when_a_low_reading_is_never_repeated() -> None:
    """A monitor deaf to requests must not hide a failing circulation."""
    scene = Scene((BP4,))
    scene.cuff(0, 89, 50)
    scene.at(119_999)
    assert scene.demand("BP4") is Demand.NONE
    scene.at(120_000)
    assert scene.demand("BP4") is Demand.PAUSE


def test_bp4_lets_go_when_a_normal_reading_answers() -> None:
    scene = Scene((BP4,))
    scene.cuff(0, 89, 50)
    scene.cuff(60_000, 118, 70)
    scene.at(600_000)
    assert scene.demand("BP4") is Demand.NONE
    assert not scene.state("BP4").is_counting


def test_bp4_sees_a_low_mean_pressure_and_wants_it_back() -> None:
    scene = Scene((BP4,))
    for ms in (0, 60_000):
        scene.hear_at(ms, {Signal.SYS: 100.0, Signal.DIA: 50.0, Signal.MAP: 59.0})
    assert scene.demand("BP4") is Demand.PAUSE
    assert scene.finding("BP4").reason == "mean pressure 59 mmHg < 60 mmHg"
    scene.acknowledge()
    for ms in (120_000, 180_000, 240_000):
        scene.cuff(ms, 118, 70)
    assert not scene.finding("BP4").is_releasable, "a mean pressure no longer sent proves nothing"
    for ms in (300_000, 360_000):
        scene.hear_at(ms, {Signal.SYS: 118.0, Signal.DIA: 70.0, Signal.MAP: 86.0})
    assert scene.finding("BP4").is_releasable


@pytest.mark.parametrize(("rule", "sys"), [(BP2, 161), (BP3, 185)])
@pytest.mark.parametrize("early_ms", [20_000, 29_999])
def test_a_reading_too_early_to_be_a_repeat_does_not_take_its_place(
    rule: Rule, sys: int, early_ms: int
) -> None:
    """clinical.md 3.2 BP2: a repeat after 60-120 s. A nurse's second press at once is no answer to the first."""
    scene = Scene((rule,))
    scene.cuff(1000, sys, 80)
    scene.cuff(1000 + early_ms, sys, 80)
    scene.at(60_999)
    assert scene.requests == []
    for ms in (61_000, 61_100, 90_000):
        scene.at(ms)
    assert scene.requests == [(61_000, rule.id)]
    scene.cuff(91_000, sys, 80)
    counted = scene.state(rule.id).tallies[1].hits
    assert [hit.measured_ms for hit in counted] == [1000, 91_000]


def test_a_suspect_reading_does_not_take_the_place_of_a_repeat() -> None:
    """clinical.md 4: it never proves safety, so the high one before it is still to be repeated."""
    scene = Scene((BP2,))
    scene.cuff(1000, 170, 80)
    scene.cuff(40_000, 100, 70, is_suspect=True)
    scene.at(61_000)
    assert scene.requests == [(61_000, "BP2")]


def test_a_safe_reading_answers_and_no_repeat_is_asked_for() -> None:
    scene = Scene((BP2,))
    scene.cuff(1000, 161, 80)
    scene.cuff(21_000, 155, 80)
    scene.at(140_999)
    assert scene.requests == []
    scene.at(141_000)
    assert scene.requests == [(141_000, "BP2")], "the next one of a row in force"


def test_a_row_not_in_force_asks_for_the_repeat_and_no_more() -> None:
    often = replace(BP1, asks=Asks(repeat_after_ms=60_000, again_after_ms=10_000))
    scene = Scene((often,))
    scene.cuff(0, 150, 80)
    for ms in range(1000, 120_000, 1000):
        scene.at(ms)
    assert scene.requests == [(60_000, "BP1")]


def test_each_reading_that_counts_asks_for_its_own_repeat() -> None:
    """BP3: two repeats within 5 min."""
    scene = Scene((BP3,))
    scene.cuff(0, 185, 80)
    scene.at(60_000)
    scene.cuff(70_000, 185, 80)
    scene.cuff(90_000, 185, 80)
    for ms in (129_999, 130_000, 130_100):
        scene.at(ms)
    assert [ms for ms, _ in scene.requests] == [60_000, 130_000]


def test_a_row_in_force_asks_again_every_120_s_until_it_is_clear() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    for ms in range(1000, 420_001, 1000):
        scene.at(ms)
    assert [ms for ms, _ in scene.requests] == [60_000, 180_000, 300_000, 420_000]
    scene.cuff(421_000, 120, 80)
    scene.at(540_999)
    assert len(scene.requests) == 4
    scene.at(541_000)
    assert len(scene.requests) == 5
    scene.cuff(545_000, 120, 80)
    scene.at(900_000)
    assert len(scene.requests) == 5, "clear: nothing more to ask for"


def test_a_reading_that_comes_in_two_halves_counts_once_and_clears_only_when_whole() -> None:
    """An adapter may deliver systolic and diastolic of one cycle as two events."""
    scene = Scene((BP1, BP2))
    scene.hear_at(1000, {Signal.SYS: 165.0})
    scene.hear({Signal.DIA: 104.0})
    assert scene.demand("BP1") is Demand.NONE
    assert scene.demand("BP2") is Demand.SLOW
    for ms in (60_000, 200_000):
        scene.hear_at(ms, {Signal.SYS: 120.0})
    scene.acknowledge()
    scene.look()
    assert not scene.finding("BP2").is_releasable


def test_a_reading_outside_the_clear_limits_between_two_good_ones_starts_the_proof_again() -> None:
    scene = Scene((BP2,))
    scene.cuff(0, 161, 80)
    scene.acknowledge()
    scene.cuff(60_000, 140, 80)
    scene.cuff(120_000, 155, 80)
    scene.cuff(180_000, 140, 80)
    assert not scene.finding("BP2").is_releasable
    scene.cuff(300_000, 140, 80)
    assert scene.finding("BP2").is_releasable


def test_a_new_excursion_below_the_demand_in_force_does_not_lower_it() -> None:
    scene = Scene((BP2,))
    for ms in (0, 60_000):
        scene.cuff(ms, 161, 80)
    assert scene.demand("BP2") is Demand.PAUSE
    for ms in (120_000, 240_000):
        scene.cuff(ms, 120, 80)
    assert not scene.finding("BP2").is_present
    scene.cuff(360_000, 161, 80)
    assert scene.demand("BP2") is Demand.PAUSE
    assert scene.finding("BP2").is_present


@pytest.mark.parametrize("is_first", [True, False])
def test_bp3_stops_on_symptoms_while_180_holds(is_first: bool) -> None:
    """Symptoms may be entered before the cuff has read, or after."""
    scene = Scene((BP3,))
    if is_first:
        scene.hear({Signal.SYMPTOMS: 1})
        assert scene.demand("BP3") is Demand.NONE
        scene.cuff(60_000, 181, 80)
    else:
        scene.cuff(60_000, 181, 80)
        assert scene.demand("BP3") is Demand.PAUSE
        scene.hear_at(90_000, {Signal.SYMPTOMS: 1})
    assert scene.demand("BP3") is Demand.STOP
    said = "symptoms of a hypertensive crisis and systolic 181 mmHg >= 180 mmHg"
    assert scene.finding("BP3").reason == said


def test_no_symptoms_and_symptoms_without_the_pressure_stop_nothing() -> None:
    scene = Scene((BP3,))
    scene.cuff(0, 181, 80)
    scene.hear_at(1000, {Signal.SYMPTOMS: 0})
    assert scene.demand("BP3") is Demand.PAUSE
    scene.cuff(60_000, 170, 80)
    scene.hear_at(61_000, {Signal.SYMPTOMS: 1})
    assert scene.demand("BP3") is Demand.PAUSE


def test_bp3_is_released_with_a_note_only() -> None:
    """Clinical.md 3.2 BP3: ack, clinician note."""
    scene = Scene((BP3,))
    scene.cuff(0, 181, 80)
    scene.acknowledge()
    for ms in (60_000, 120_000):
        scene.cuff(ms, 140, 80)
    assert scene.finding("BP3").blocks_because == "needs a clinician's note with the acknowledgement"
    scene.release()
    assert scene.demand("BP3") is Demand.PAUSE
    scene.acknowledge(is_noted=True)
    scene.release()
    assert scene.demand("BP3") is Demand.NONE
