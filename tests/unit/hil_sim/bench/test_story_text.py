"""A story written down is read back as the same story."""

from dataclasses import replace

import pytest

from hil_sim.bench.claims import Completed, Kept
from hil_sim.bench.settings import NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import PatientSettings, Story, TimedAct, read_story
from hil_sim.bench.story_text import story_text
from hil_sim.monitors.bedside import Fitted, MonitorSettings

ACTS = (
    TimedAct(3.25, "fault", "noise", {"rate": 0.01}, 4.5),
    TimedAct(7.0, "operator", "wrong_pin", {"by": "dora", "verb": "resume"}, None),
    TimedAct(9.0, "event", "cuff_on", {"same_arm": False}, None, is_after_start=True),
)
RICH = Story(
    title='a "quoted" \\ title',
    patient=replace(PatientSettings.of("frail"), weight_kg=64.0),
    concentration_ug_per_ml=1000.0,
    monitor=MonitorSettings(nibp_first_cycles_s=(2.0, 65.0), nibp_cycle_s=20.0),
    fitted=Fitted(button=True),
    pump=PumpSettings(family="modbus-rtu", syringe="hsw-30", slack_ml=0.0),
    order=OrderSettings(64.0, 0.35, 45.0, 1.0),
    nurse=NurseSettings(acknowledges_after_s=None, rounds_every_s=590.0, resumes=False),
    timeline=ACTS,
    expect=(Kept(),),
    ends_after_s=321.5,
    seed=17,
)


@pytest.mark.parametrize("story", [Story("plain"), RICH], ids=["plain", "rich"])
def test_what_is_written_is_read_back(story: Story) -> None:
    assert read_story(story_text(story), "s.toml") == story


def test_only_what_is_special_about_a_story_is_written() -> None:
    text = story_text(Story("plain", expect=(Kept(),)))
    assert [line for line in text.splitlines() if line.startswith("[")] == ["[[expect]]"]


def test_a_claim_that_cannot_be_written_is_refused() -> None:
    with pytest.raises(ValueError, match="plain: only the claim that the invariants are kept"):
        story_text(Story("plain", expect=(Completed(True),)))
