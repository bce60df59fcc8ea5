"""The stories that ship with the simulator, played in one process against pumpd; and whether they tell of everything.

Daily the suite plays `DAILY`, a few short ones of every kind that together take less than a minute of one core. All of
them, about eight minutes of one core:

    SCENARIOS=all python -m pytest tests/scenarios

A story names rows of the interlock table by their ids, which `hil-sim` cannot know; a misspelt `no_rule` would pass for
ever. So the names are compared here with the table, and so is what the stories use with what there is to use.
"""

import os

import pytest
import scenario_shelf
from scenario_shelf import FOLDER, ROOT, stories

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.settings import FAMILIES
from hil_sim.bench.story import DAEMON_ACTS, OPERATOR_ACTS, OPERATOR_SLIPS
from hil_sim.bench.virtual_run import play_virtually
from hil_sim.faults import EVENTS, FAULTS
from hil_sim.patient.archetypes import ARCHETYPES
from interlocks.catalogue.table import DEFAULT_RULES

#: One of each kind: a limit, a silence, a person's slip, a pump of each wire, a broken bench.
DAILY = (
    "a_full_disk_pauses_and_lets_every_stop_through",
    "a_killed_daemon_comes_back_paused",
    "a_pump_that_lies_about_its_stop_is_found_out_by_its_counter",
    "an_order_with_a_tenfold_weight_is_refused",
    "bp2_slows_at_once_and_pauses_when_it_repeats",
    "bt1_pauses_on_a_press_and_stops_on_a_long_one",
    "chemyx_paused_slowed_and_killed",
    "modbus_tcp_a_pump_that_refuses_and_restarts_is_held",
    "ps1_pauses_when_the_pump_is_not_heard",
    "resume_pressed_twice_on_an_old_state_and_with_a_wrong_pin",
    "sp3_stops_when_saturation_falls_below_85",
    "st3_advises_slows_and_pauses_when_the_broker_ends",
    "wd1_pauses_when_the_control_loop_is_held_up",
)
PLAYED = tuple(stories()) if os.environ.get("SCENARIOS") == "all" else DAILY


def used(*kinds: str) -> set[str]:
    return {name for story in stories().values() for name in scenario_shelf.acts_of(story, *kinds)}


@pytest.mark.timeout(900)
@pytest.mark.parametrize("name", PLAYED)
def test_everything_that_a_story_claims_is_seen(name: str) -> None:
    seen = play_virtually(stories()[name], f"{name}.toml")
    assert seen.verdicts
    wrong = [f"{one.expectation}: {one.said}" for one in seen.verdicts if not one.passed]
    assert not wrong


def test_every_daily_story_is_there() -> None:
    assert set(DAILY) <= set(stories())


@pytest.mark.parametrize("name", stories())
def test_a_story_names_only_rows_of_the_table(name: str) -> None:
    known = {rule.id for rule in DEFAULT_RULES}
    assert scenario_shelf.rules_named(stories()[name]) <= known


def test_every_row_of_the_table_is_shown_by_a_story() -> None:
    shown = {rule for story in stories().values() for rule in scenario_shelf.rules_shown(story)}
    assert shown == {rule.id for rule in DEFAULT_RULES}


def test_every_fault_and_event_of_the_tables_is_in_a_story() -> None:
    assert used("fault") == {*FAULTS, *BENCH_FAULTS}
    assert used("event") == set(EVENTS)
    assert used("daemon") == set(DAEMON_ACTS)


def test_everything_that_a_person_can_press_is_pressed_in_a_story() -> None:
    assert used("operator") == {*OPERATOR_ACTS, *OPERATOR_SLIPS}


def test_every_pump_family_and_every_archetype_is_in_a_story() -> None:
    assert {story.pump.family for story in stories().values()} == set(FAMILIES)
    assert {story.patient.archetype for story in stories().values()} == set(ARCHETYPES)


@pytest.mark.parametrize("name", stories())
def test_a_story_opens_with_a_comment_that_tells_it_and_claims_something(name: str) -> None:
    text = (FOLDER / f"{name}.toml").read_text(encoding="utf-8")
    assert text.startswith("# ")
    assert stories()[name].expect


def test_the_table_in_the_manual_is_that_of_the_files() -> None:
    """`python tests/scenario_shelf.py > docs/scenarios.md` makes it."""
    assert (ROOT / "docs" / "scenarios.md").read_text(encoding="utf-8") == scenario_shelf.markdown()
