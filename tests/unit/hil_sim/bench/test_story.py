"""Scenario files are read strictly, and the demonstration's story holds against the patient model."""

import json
from pathlib import Path

import pytest

from hil_sim.bench.claims import Completed, When, WordShown
from hil_sim.bench.settings import NurseSettings, OrderSettings, PumpSettings
from hil_sim.bench.story import Story, TimedAct, body_of, lay_out, load_story, read_story
from hil_sim.bench.strict import StoryError
from hil_sim.monitors.bedside import Bedside, Seen
from hil_sim.patient.body import Body
from hil_sim.world import World

DEMO = Path(__file__).parents[4] / "hil_sim" / "scenarios" / "demo.toml"
GOOD = 'title = "t"\n'


def load(tmp_path: Path, text: str) -> Story:
    path = tmp_path / "case.toml"
    path.write_text(text)
    return load_story(path)


@pytest.mark.parametrize(
    ("name", "words"), [("none.toml", "No such file or directory"), ("", "Is a directory")]
)
def test_a_file_that_cannot_be_read_is_named_in_plain_words(tmp_path: Path, name: str, words: str) -> None:
    with pytest.raises(StoryError) as refusal:
        load_story(tmp_path / name)
    assert str(refusal.value) == f"{tmp_path / name}: {words}"


def test_a_title_alone_is_a_scenario_with_the_documented_patient(tmp_path: Path) -> None:
    scenario = load(tmp_path, GOOD)
    assert (scenario.patient.weight_kg, scenario.patient.sys, scenario.concentration_ug_per_ml) == (
        70,
        125,
        2000,
    )
    assert scenario.timeline == ()


def test_everything_written_arrives(tmp_path: Path) -> None:
    text = GOOD + (
        "[patient]\nweight_kg = 82\nsys = 145.0\ndia = 92.0\nresponse_factor = 1.6\n"
        "[drug]\nconcentration_ug_per_ml = 1000\n"
        "[monitor]\nnibp_period_s = 120\nnibp_first_cycles_s = [3, 90]\n"
        '[[timeline]]\nat_s = 9\nkind = "fault"\nname = "silent"\nfor_s = 5\nonly = "nibp"\n'
        '[[timeline]]\nat_s = 2.5\nkind = "event"\nname = "spo2_shift"\nspo2 = -8\n'
        "[expect]\ncompleted = true\n"
    )
    scenario = load(tmp_path, text)
    assert scenario.patient.response_factor == 1.6
    assert scenario.concentration_ug_per_ml == 1000
    assert scenario.monitor.nibp_first_cycles_s == (3.0, 90.0)
    assert scenario.timeline == (
        TimedAct(2.5, "event", "spo2_shift", {"spo2": -8}, None),
        TimedAct(9.0, "fault", "silent", {"only": "nibp"}, 5.0),
    )
    assert scenario.expect == (Completed(True),)
    assert body_of(scenario).vitals().sys == 145.0


ACT = '[[timeline]]\nat_s = 1\nkind = "event"\nname = "bp_shift"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("", "title = None"),
        (GOOD + "colour = 1\n", "colour = 1: unknown key"),
        (GOOD + "[patient]\nwheight_kg = 70\n", "patient.wheight_kg = 70: unknown key"),
        (GOOD + '[patient]\narchetype = "martian"\n', "patient.archetype = 'martian': unknown archetype"),
        (GOOD + "[patient]\narchetype = [1]\n", "patient.archetype = [1]"),
        (GOOD + "[patient]\nweight_kg = true\n", "patient.weight_kg = True: is not a number"),
        (GOOD + "[patient]\nweight_kg = nan\n", "patient.weight_kg = nan"),
        (GOOD + "[patient]\nweight_kg = 0\n", "patient: weight_kg must be above 0"),
        (GOOD + "[drug]\nconcentration_mg_per_ml = 2\n", "drug.concentration_mg_per_ml = 2: unknown key"),
        (GOOD + "[drug]\nconcentration_ug_per_ml = -2\n", "drug.concentration_ug_per_ml = -2"),
        (GOOD + "[monitor]\nnibp_first_cycles_s = 5\n", "monitor.nibp_first_cycles_s = 5: is a list"),
        (GOOD + "[monitor]\nnibp_period_s = 20\n", "nibp_period_s"),
        (GOOD + "patient = 3\n", "patient = 3: is a table"),
        (GOOD + "[devices]\nbuton = true\n", "devices.buton = True: unknown key"),
        (GOOD + "[devices]\nbutton = 1\n", "devices.button = 1: is true or false"),
        (GOOD + "timeline = 3\n", "timeline = 3"),
        (GOOD + ACT.replace("event", "wish"), "timeline[0].kind = 'wish'"),
        (GOOD + ACT.replace("bp_shift", "bp_jump"), "timeline[0].name = 'bp_jump': unknown event"),
        (GOOD + ACT.replace("at_s = 1", "at_s = -1"), "timeline[0].at_s = -1"),
        (GOOD + ACT.replace("at_s = 1\n", ""), "timeline[0].at_s = None"),
        (GOOD + ACT + "syst = 5\n", "timeline[0].syst = 5: unknown key"),
        (GOOD + ACT + 'sys = "5"\n', "timeline[0].sys = '5'"),
        (GOOD + ACT + "sys = inf\n", "timeline[0].sys = inf"),
        (GOOD + "title = 2\n", "case.toml"),
    ],
)
def test_what_is_wrong_is_refused_with_file_key_and_value(tmp_path: Path, text: str, complaint: str) -> None:
    with pytest.raises(StoryError) as refusal:
        load(tmp_path, text)
    assert complaint in str(refusal.value)
    assert "case.toml" in str(refusal.value)


def test_an_archetype_brings_its_values_and_the_table_replaces_single_ones(tmp_path: Path) -> None:
    scenario = load(tmp_path, GOOD + '[patient]\narchetype = "hypertensive"\nweight_kg = 90\nhr = 64.0\n')
    who = scenario.patient
    assert (who.weight_kg, who.sys, who.dia, who.hr, who.response_factor) == (90.0, 145.0, 92.0, 64.0, 1.3)
    assert body_of(scenario).vitals().sys == 145.0


def test_an_archetype_brings_its_tendencies(tmp_path: Path) -> None:
    body = body_of(load(tmp_path, GOOD + '[patient]\narchetype = "vagal"\n'))
    for _ in range(12 * 60):
        body.advance(1.0, 26_250_000 / 3600)
        if body.vitals().symptoms:
            break
    assert "faint" in body.vitals().symptoms


def test_the_same_name_may_be_a_fault_but_not_an_event(tmp_path: Path) -> None:
    with pytest.raises(StoryError, match="unknown event"):
        load(tmp_path, GOOD + ACT.replace("bp_shift", "silent"))


def demo_readings(stats_at: tuple[int, ...]) -> dict[int, tuple[int, int]]:
    """Play the demonstration's patient with the rates pumpd should have had; cuff readings by their second.

    The delivery is prescribed here: full rate from 150 s, half from 800 s, none from 1100 to 1910 s, half for
    300 s more, then full. `stats_at` are the requests for an extra reading.
    """
    scenario = load_story(DEMO)
    world = World(body=body_of(scenario))
    assert isinstance(world.body, Body)
    bed = Bedside("tok-4711", scenario.monitor, 1.0, seed=0, wall_ms=0)
    acts = [act for act in scenario.timeline if act.name == "bp_shift"]
    seen: dict[int, tuple[int, int]] = {}
    for now in range(2400):
        for act in [act for act in acts if act.at_s == now]:
            world.event(act.name, for_s=act.for_s, **act.params)
        if now in stats_at:
            bed.request_nibp(float(now))
        for post in bed.poll(float(now), now * 1000, Seen(world.body.vitals(), 30.0), {}):
            body = json.loads(post.body)
            if body["values"][0]["name"].endswith("NONINV_SYS"):
                seen[now] = (body["values"][0]["value"], body["values"][1]["value"])
        half = 800 <= now < 1100 or 1910 <= now < 2210
        ml_h = 0.0 if now < 150 or 1100 <= now < 1910 else 13.1 if half else 26.2
        world.body.advance(1.0, ml_h * 1_000_000 / 3600)
    return seen


def test_the_demonstration_trips_bp1_then_bp2_and_clears() -> None:
    """Clinical.md 3.2: BP1 >= 1.20 x baseline, BP2 > 160 / > 100, not BP3; clear < 1.15 x, <= 150 / <= 95."""
    seen = demo_readings(stats_at=(770, 1070))
    (sys_1, dia_1), (sys_2, dia_2) = seen[35], seen[110]
    base_sys, base_dia = (sys_1 + sys_2) / 2, (dia_1 + dia_2) / 2
    assert abs(sys_1 - sys_2) <= 10
    assert abs(dia_1 - dia_2) <= 10
    assert seen[410][0] < 1.20 * base_sys
    for second in (710, 800):
        assert 1.20 * base_sys <= seen[second][0] <= 160
        assert seen[second][1] <= 100
    for second in (1010, 1100):
        assert 160 < seen[second][0] < 180
        assert seen[second][1] < 110
    for second in (1610, 1910, 2210):
        assert seen[second][0] < 1.15 * base_sys
        assert seen[second][1] < 1.15 * base_dia


def test_the_demonstration_occludes_after_the_pressure_episode_and_long_enough_for_half_rate() -> None:
    """Clinical.md 7: 300 mmHg after 70 s at 26 mL/h, so after 140 s at half rate; freed later than both."""
    scenario = load_story(DEMO)
    (clamp,) = [act for act in scenario.timeline if act.name == "occlude"]
    assert clamp.at_s >= 1910 + 240
    assert clamp.for_s is not None
    assert clamp.for_s > 140 + 30
    world = World(body=body_of(scenario))
    world.play(scenario.timeline)
    world.advance(clamp.at_s + 1.0, 1.0)
    assert world.line.is_blocked
    world.advance(clamp.for_s + 1.0, 2.0)
    assert not world.line.is_blocked


WHOLE = """
title = "Everything"
ends_after_s = 900
[patient]
weight_kg = 80
[drug]
concentration_ug_per_ml = 1000
[pump]
family = "harvard"
syringe = "bd-20"
fitted_mm = 20.15
contents_ml = 12
slack_ml = 0
address = 3
[order]
dose_mg_per_kg = 0.4
minutes = 60
[nurse]
by_the_book = false
acknowledges_after_s = 5
[[timeline]]
after_start_s = 600
kind = "operator"
name = "score"
by = "nora"
scale = "moaas"
value = 2
[[timeline]]
at_s = 700
kind = "daemon"
name = "crash"
for_s = 4
[[expect]]
word = "PAUSED"
after = "crash"
within = "2 min"
"""


def test_pump_order_nurse_and_what_people_do_arrive() -> None:
    story = read_story(WHOLE, "case.toml")
    assert story.pump == PumpSettings("harvard", "bd-20", 20.15, 12.0, 0.0, 3)
    assert story.pump.diameter_mm == 20.15
    assert story.order == OrderSettings(80.0, 0.4, 60.0, 1.0)
    assert story.order.dose_mg == 32.0
    assert story.nurse == NurseSettings(by_the_book=False, acknowledges_after_s=5.0)
    assert story.ends_after_s == 900.0
    assert story.acts("operator") == (
        TimedAct(600.0, "operator", "score", {"by": "nora", "scale": "moaas", "value": 2}, None, True),
    )
    assert story.acts("daemon", "fault") == (TimedAct(700.0, "daemon", "crash", {}, 4.0),)
    assert story.expect == (WordShown("PAUSED", When("crash", within_s=120.0)),)


def test_what_is_not_said_is_the_documented_treatment() -> None:
    story = read_story(GOOD, "case.toml")
    assert (story.pump.family, story.pump.diameter_mm, story.pump.contents_ml) == ("new_era", 26.59, 50.0)
    assert (story.order.dose_mg, story.order.minutes, story.order.concentration_mg_per_ml) == (
        35.0,
        40.0,
        2.0,
    )
    assert story.nurse.by_the_book
    assert story.ends_after_s == 7200.0


PRESS = '[[timeline]]\nat_s = 1\nkind = "operator"\nname = "pause"\n'


@pytest.mark.parametrize(
    ("text", "complaint"),
    [
        ("ends_after_s = 0\n", "ends_after_s = 0: must be above 0"),
        (PRESS.replace("pause", "paus"), "timeline[0].name = 'paus': unknown operator; known: "),
        (PRESS.replace("pause", "paus"), "; pause was meant?"),
        (PRESS.replace('"pause"', "[1]"), "timeline[0].name = [1]: unknown operator"),
        (PRESS + "note = 'x'\n", "timeline[0].note = 'x': unknown key"),
        (PRESS + "for_s = 3\n", "timeline[0].for_s = 3: a press has no length"),
        (PRESS + "after_start_s = 3\n", "timeline[0].after_start_s = 3: at_s or after_start_s, not both"),
        (PRESS + "by = 3\n", "timeline[0].by = 3: is of another kind than 'nina'"),
        (PRESS.replace("operator", "daemon"), "timeline[0].name = 'pause': unknown daemon; known: crash"),
        ("timeline = [3]\n", "timeline[0] = 3: is a table"),
        ('[[expect]]\nrule = "BP3"\nafter = "bp_shift"\n', "expect[0].after = 'bp_shift': no such act"),
    ],
)
def test_a_wrong_act_is_refused_with_what_would_be_right(text: str, complaint: str) -> None:
    with pytest.raises(StoryError) as refusal:
        read_story(GOOD + text, "case.toml")
    assert f"case.toml: {complaint}" in str(refusal.value) or complaint in str(refusal.value)


def test_an_act_after_the_start_waits_for_the_plunger_and_people_are_left_to_the_runner() -> None:
    text = GOOD + '[[timeline]]\nafter_start_s = 10\nkind = "event"\nname = "occlude"\n' + PRESS
    world = World()
    lay_out(world, read_story(text, "case.toml"))
    world.advance(100.0, 100_000.0)
    assert not world.line.is_blocked
    for command in (b"DIA26.59\r", b"RAT26.2MH\r", b"RUN\r"):
        world.receive(command, world.link_ms)
    world.advance(9.0, 109_000.0)
    assert world.rate_nl_h() > 0.0
    assert not world.line.is_blocked
    world.advance(2.0, 111_000.0)
    assert world.line.is_blocked


def test_all_stories_that_ship_are_stories_and_expect_something() -> None:
    for path in DEMO.parent.glob("*.toml"):
        assert load_story(path).expect


def test_the_manual_shows_stories_that_are_read_and_the_values_of_what_is_left_out() -> None:
    manual = (Path(__file__).parents[4] / "docs" / "bench.md").read_text(encoding="utf-8")
    blocks = [block.partition("```")[0] for block in manual.split("```toml\n")[1:]]
    older, newer = [block for block in blocks if "[[timeline]]" in block]
    assert read_story(older, "docs/bench.md").expect
    shown, left_out = read_story(GOOD + newer, "docs/bench.md"), read_story(GOOD, "case.toml")
    assert (shown.pump, shown.order, shown.nurse) == (left_out.pump, left_out.order, left_out.nurse)
    assert shown.ends_after_s == left_out.ends_after_s
    assert [act.kind for act in shown.timeline] == ["operator", "daemon"]


def test_what_befalls_the_bench_and_slips_at_the_screen_are_neither_the_world_s_nor_plain_presses() -> None:
    """They have the tables of the bench's own faults and acts, and are checked against them."""
    story = read_story(
        GOOD
        + "timeline = ["
        + '{ at_s = 1, kind = "fault", name = "broker_down", for_s = 2 },'
        + '{ at_s = 2, kind = "operator", name = "wrong_pin", verb = "start" },'
        + '{ at_s = 3, kind = "operator", name = "pause" },'
        + '{ at_s = 4, kind = "fault", name = "line_down" } ]',
        "t.toml",
    )
    assert [act.name for act in story.mishaps] == ["broker_down", "wrong_pin"]
    assert [act.name for act in story.acts("operator", "fault")] == ["pause", "line_down"]
    with pytest.raises(StoryError, match="broker_dwon"):
        read_story(GOOD + 'timeline = [{ at_s = 1, kind = "fault", name = "broker_dwon" }]', "t.toml")
    with pytest.raises(StoryError, match="sec"):
        read_story(
            GOOD + 'timeline = [{ at_s = 1, kind = "fault", name = "disk_stalls", sec = 2 }]', "t.toml"
        )
