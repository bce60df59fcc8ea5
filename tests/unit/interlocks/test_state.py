"""What is remembered, and what a restart keeps of it."""

from dataclasses import asdict

from pydantic import TypeAdapter
from rule_scene import Scene

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.picture import Picture
from interlocks.state import Hit, RuleState, Tally, acknowledge, carry_over, idle
from interlocks.vocabulary import Demand, Signal, Stamp


def tripped() -> Scene:
    scene = Scene(DEFAULT_RULES)
    scene.cuff(1000, 185, 112)
    scene.acknowledge("BP3")
    return scene


def test_acknowledging_names_one_row_or_all_and_only_those_in_force() -> None:
    scene = tripped()
    seen = [state.rule_id for state in scene.states if state.acknowledged is not None]
    assert seen == ["BP3"]
    everyone = acknowledge(scene.states, None, Stamp(2000, 2000))
    assert [state.rule_id for state in everyone if state.acknowledged is not None] == ["BP2", "BP3"]
    assert next(s for s in everyone if s.rule_id == "BP3").acknowledged == Stamp(1000, 1000)
    assert acknowledge(scene.states, "XX9", Stamp(2000, 2000)) == scene.states


def test_a_restart_keeps_the_facts_and_forgets_the_clocks() -> None:
    """Law 9, I5: latches survive; whatever was proven clear must be proven anew."""
    scene = tripped()
    for ms in (60_000, 120_000):
        scene.cuff(ms, 118, 76)
    assert scene.state("BP3").is_clear
    before = scene.state("BP3")
    after = next(s for s in carry_over(scene.states, Stamp(7, 7)) if s.rule_id == "BP3")
    kept = (after.demand, after.priority, after.reason, after.order, after.acknowledged is not None)
    assert kept == (before.demand, before.priority, before.reason, before.order, True)
    assert (after.is_clear, after.clear_hits_ms, after.evidence, after.asked_ms) == (False, (), (), None)
    assert (after.since_ms, after.crossed) == (7, Stamp(7, 7))
    assert after.tallies == (Tally(),) * 4


def test_a_restart_makes_a_row_that_neither_acts_nor_counts_quite_idle() -> None:
    scene = Scene(DEFAULT_RULES)
    scene.cuff(1000, 125, 78)
    assert carry_over(scene.states, Stamp(0, 0))[0] == idle("BP1", 1)


def test_a_restart_keeps_what_was_counted_towards_a_trip_as_young_as_it_can_be() -> None:
    """A lost count would ask for as many high readings again before it acts: the unsafe side."""
    scene = Scene(DEFAULT_RULES)
    scene.cuff(1000, 150, 80)
    after = carry_over(scene.states, Stamp(7, 9))[0]
    assert (after.demand, after.is_counting) == (Demand.NONE, True)
    (hit,) = after.tallies[0].hits
    assert (hit.measured_ms, hit.received, hit.samples) == (7, Stamp(7, 9), ())


def test_a_restart_begins_every_dwell_anew() -> None:
    scene = Scene(DEFAULT_RULES)
    scene.hear_at(1000, {Signal.HR: 130})
    assert scene.state("HR1").is_counting
    assert not next(s for s in carry_over(scene.states, Stamp(0, 0)) if s.rule_id == "HR1").is_counting


def test_a_carried_over_row_clears_only_by_new_readings() -> None:
    scene = tripped()
    restarted = Scene(DEFAULT_RULES, states=())
    restarted.states = carry_over(scene.states, Stamp(0, 0))
    restarted.look()
    assert restarted.demand("BP3") is Demand.PAUSE
    restarted.acknowledge(is_noted=True)
    restarted.release()
    assert restarted.demand("BP3") is Demand.PAUSE
    for ms in (60_000, 200_000):
        restarted.cuff(ms, 118, 76)
    restarted.release()
    assert restarted.demand("BP3") is Demand.NONE


def test_a_note_may_follow_an_acknowledgement_and_nothing_takes_it_back() -> None:
    """Clinical.md 3.2 BP3: the note is part of the proof, and survives a restart."""
    scene = tripped()
    assert not scene.state("BP3").is_noted
    noted = acknowledge(scene.states, "BP3", Stamp(2000, 2000), is_noted=True)
    state = next(s for s in noted if s.rule_id == "BP3")
    assert (state.is_noted, state.acknowledged) == (True, Stamp(1000, 1000)), "seen when it was first seen"
    assert acknowledge(noted, "BP3", Stamp(3000, 3000), is_noted=True) == noted
    assert next(s for s in carry_over(noted, Stamp(7, 7)) if s.rule_id == "BP3").is_noted
    assert next(s for s in acknowledge(noted, None, Stamp(3000, 3000)) if s.rule_id == "BP3").is_noted


def test_a_new_excursion_wants_a_new_note() -> None:
    scene = Scene(DEFAULT_RULES)
    scene.cuff(1000, 185, 112)
    scene.acknowledge("BP3", is_noted=True)
    for ms in (60_000, 120_000):
        scene.cuff(ms, 118, 76)
    scene.cuff(300_000, 185, 112)
    assert not scene.state("BP3").is_noted
    assert scene.state("BP3").acknowledged is None


def test_a_restart_remembers_that_it_was_silence() -> None:
    scene = Scene(DEFAULT_RULES)
    scene.at(10_001)
    after = next(s for s in carry_over(scene.states, Stamp(0, 0)) if s.rule_id == "ST2")
    assert after.is_silence


def test_states_and_pictures_survive_json() -> None:
    """The journal stores both."""
    scene = tripped()
    states = TypeAdapter(tuple[RuleState, ...])
    assert states.validate_json(states.dump_json(scene.states)) == scene.states
    pictures = TypeAdapter(Picture)
    assert pictures.validate_json(pictures.dump_json(scene.picture)) == scene.picture
    assert asdict(scene.states[0])["rule_id"] == "BP1"


def test_an_idle_row_is_written_down_as_nothing_at_all() -> None:
    """What the journal keeps of a row at rest."""
    kept = {name: value for name, value in asdict(idle("BP1", 1)).items() if value}
    tally = {"hits": (), "since": None, "is_met": False, "is_answered": False}
    assert kept == {"rule_id": "BP1", "tallies": (tally,), "priority": "low", "truth": "false"}


def test_a_restart_acknowledges_nothing() -> None:
    """Law 9: what nobody had seen before the power cut nobody has seen after it."""
    scene = tripped()
    kept = {state.rule_id: state for state in carry_over(scene.states, Stamp(7, 7))}
    assert kept["BP2"].acknowledged is None
    assert kept["BP3"].acknowledged == Stamp(7, 7)
    assert kept["BP2"].truth is scene.state("BP2").truth


def test_an_acknowledgement_of_another_row_changes_nothing_here() -> None:
    scene = tripped()
    again = acknowledge(scene.states, "BP3", Stamp(2000, 2000))
    assert again == scene.states, "seen is seen"
    other = next(s for s in acknowledge(scene.states, "BP2", Stamp(2000, 2000)) if s.rule_id == "BP3")
    assert other == scene.state("BP3")


def test_after_a_restart_a_row_counts_as_long_as_one_of_its_steps_does() -> None:
    """What was counted towards a trip stays counted; the evaluator passes over rows that count nothing."""
    counted = Tally(hits=(Hit(5, 1, Stamp(5, 5), ()),))
    (after,) = carry_over((RuleState("BP3", (counted, Tally())),), Stamp(7, 7))
    assert after.is_counting
    assert len(after.tallies[0].hits) == 1


def test_a_step_judged_by_time_begins_anew_with_the_clocks_even_if_it_was_met() -> None:
    (after,) = carry_over((RuleState("HR1", (Tally(since=Stamp(1, 1), is_met=True),)),), Stamp(7, 7))
    assert after.tallies == (Tally(),)
    assert not after.is_counting
