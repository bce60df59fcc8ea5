"""From a story to a bed."""

import pytest

from hil_sim.bench.casting import habits_of, order_of, pump_of, site_of, world_of
from hil_sim.bench.settings import FAMILIES, NurseSettings, PumpSettings
from hil_sim.bench.story import Story, read_story
from hil_sim.pumps.alaris import AlarisPump

STORY = read_story(
    'title = "t"\n[patient]\nweight_kg = 82.5\n[drug]\nconcentration_ug_per_ml = 1000\n[devices]\nbutton = true\n'
    '[pump]\nfamily = "modbus-tcp"\nsyringe = "bd-20"\ncontents_ml = 12\nslack_ml = 0\naddress = 9\n',
    "t.toml",
)


@pytest.mark.parametrize("family", FAMILIES)
def test_every_family_has_a_pump(family: str) -> None:
    assert not pump_of(PumpSettings(family=family)).is_moving


def test_what_lies_in_the_bed_is_what_the_story_says() -> None:
    world = world_of(STORY, seed=3)
    assert (world.syringe.diameter_mm, world.syringe.contents_nl, world.syringe.slack_nl) == (
        19.05,
        12e6,
        0.0,
    )
    assert world.pump.memory.address == 9
    assert world.seed == 3


def test_another_syringe_than_ordered_lies_there_only_if_the_story_says_so() -> None:
    """facts/faults.md 13: the pump believes what it was told."""
    story = read_story('title = "t"\n[pump]\nsyringe = "bd-60"\nfitted_mm = 29.7\n', "t.toml")
    assert world_of(story, 0).syringe.diameter_mm == 29.7
    assert order_of(story)["syringe"] == "bd-60"


def test_the_site_says_what_an_engineer_sees_at_the_bed() -> None:
    site = site_of(STORY)
    assert site["pump"] == {
        "family": "modbus-tcp",
        "address": 9,
        "diameter_mm": 19.05,
        "map": "pumpd-default",
    }
    assert (site["button"], site["air_sensor"], site["transducer"]) == ("button-1", None, "transducer-1")


def test_an_order_is_typed_in_plain_decimals() -> None:
    """Design 7: no float between prescription and wire; what is typed is text."""
    typed = order_of(STORY)
    assert (typed["weight_kg"], typed["concentration_mg_per_ml"], typed["minutes"]) == ("82.5", "1", "40")


def test_a_nurse_who_is_not_by_the_book_only_starts() -> None:
    habits = habits_of(NurseSettings(by_the_book=False))
    assert habits.starts
    assert (habits.answers_after_s, habits.rounds_every_s, habits.resumes, habits.restores) == (
        None,
        None,
        False,
        False,
    )


def test_the_times_of_a_nurse_by_the_book_are_the_story_s() -> None:
    habits = habits_of(NurseSettings(acknowledges_after_s=7, rounds_every_s=100, resumes_after_s=9))
    assert (habits.answers_after_s, habits.rounds_every_s, habits.presses_after_s) == (7, 100, 9)


def test_a_serial_number_is_an_alaris_pump_s() -> None:
    pump = pump_of(PumpSettings(family="alaris"), serial="8003-1")
    assert isinstance(pump, AlarisPump)
    assert pump.nature.serial == "8003-1"


def test_a_map_that_is_not_there_is_refused() -> None:
    with pytest.raises(ValueError, match="no such register map"):
        world_of(Story("t", pump=PumpSettings(family="modbus-rtu", map="none")), 0)
