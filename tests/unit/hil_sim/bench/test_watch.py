"""The oracle at a story's bench: it is there when the story claims it, sees what breaks, and is told of every act."""

import sqlite3
from pathlib import Path
from typing import Any

import pytest

from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.story import TimedAct, read_story
from hil_sim.bench.virtual_run import VirtualRun, play_virtually, run_to_end
from hil_sim.oracle import scene as saw
from hil_sim.oracle.judge import Oracle

HEAD = """
title = "t"
ends_after_s = 100
[monitor]
nibp_cycle_s = 20.0
nibp_first_cycles_s = [2.0, 65.0]
[[expect]]
invariants = "kept"
"""
#: No predicate can find a pump guilty that somebody loads with a narrower syringe than was ordered; a wider one shows.
WIDER = '[pump]\nsyringe = "bd-30"\nfitted_mm = 26.59\ncontents_ml = 30.0\n'


class Diary(Oracle):
    """Keeps what it is told."""

    steps: list[saw.Step]

    def see(self, step: saw.Step) -> None:
        self.steps.append(step)
        super().see(step)

    def of(self, kind: type) -> list[Any]:
        return [one for one in self.steps if type(one) is kind]


def diary_of(text: str, *late: TimedAct) -> Diary:
    """What the oracle is told of this story, in which `late` happens beside."""
    diaries: list[Diary] = []

    def make(folder: Path) -> VirtualRun:
        run = VirtualRun(read_story(HEAD + text, "t.toml"), 1, folder, daemon_of("pumpd"))
        assert run.watch is not None
        diaries.append(Diary(run.watch.oracle.scene))
        diaries[0].steps = []
        run.watch.oracle = diaries[0]
        run.bench.loop.call_at(1.0, run.happen, late)
        return run

    assert run_to_end(make).bench.failures == []
    return diaries[0]


def play(text: str) -> Recording:
    return play_virtually(read_story(HEAD + text, "t.toml"), "t.toml")


def test_a_sound_story_keeps_its_invariants() -> None:
    seen = play('[[timeline]]\nat_s = 95\nkind = "operator"\nname = "pause"\n')
    (verdict,) = seen.verdicts
    assert (verdict.expectation, verdict.passed, verdict.said) == (
        "every invariant is kept",
        True,
        "none was broken",
    )


def test_what_is_broken_is_said_with_its_invariant_and_its_instant() -> None:
    """I2: the true plunger of a wider syringe gives more than was ordered."""
    (verdict,) = play(WIDER).verdicts
    assert not verdict.passed
    assert "I2 at " in verdict.said
    assert "mL/h is prescribed" in verdict.said


def test_a_story_that_claims_nothing_of_invariants_is_not_watched() -> None:
    text = 'title = "t"\nends_after_s = 3\n'
    assert list(play_virtually(read_story(text, "t.toml"), "t.toml").of("watch")) == []


def test_every_act_is_told_just_before_and_after_it_is_done() -> None:
    text = (
        '[[timeline]]\nat_s = 20.123\nkind = "fault"\nname = "noise"\nfor_s = 2.5\n'
        '[[timeline]]\nat_s = 21.5\nkind = "fault"\nname = "panel_gone"\nfor_s = 1\n'
        '[[timeline]]\nafter_start_s = 3.25\nkind = "operator"\nname = "pause"\n'
    )
    story = read_story(HEAD + text, "t.toml")
    told: list[tuple[float, str, str]] = []

    def make(folder: Path) -> VirtualRun:
        run = VirtualRun(story, 1, folder, daemon_of("pumpd"))
        run.told.append(lambda what, act: told.append((round(run.bench.now_s, 3), what, act.name)))
        return run

    run = run_to_end(make)
    began_s = run.bench.world.first_motion_s
    assert began_s is not None
    assert told == [
        (20.123, "begin", "noise"),
        (21.5, "begin", "panel_gone"),
        (22.5, "end", "panel_gone"),
        (22.623, "end", "noise"),
        (pytest.approx(began_s + 3.25, abs=0.01), "begin", "pause"),
    ]
    assert [round(one.t_s, 3) for one in run.recorder.happenings if one.name == "noise"] == [20.123, 22.623]


def test_a_record_that_was_tampered_with_after_the_daemon_s_death_is_told() -> None:
    """I22: a seat that keeps a record is asked how it stands when all is over."""
    story = read_story(HEAD.replace("100", "20"), "t.toml")

    class Spoilt(VirtualRun):
        def leave(self) -> None:
            super().leave()
            self.bench.kill_daemon()
            with sqlite3.connect(self.bench.setting.folder / "journal.sqlite") as journal:
                journal.execute("DELETE FROM record WHERE seq = 2")

    watch = run_to_end(lambda folder: Spoilt(story, 1, folder, daemon_of("pumpd"))).watch
    assert watch is not None
    assert watch.phase == "verified"
    assert [one.invariant for one in watch.violations] == ["I22"]


def test_a_start_is_seen_from_the_press_to_the_plunger_and_nothing_is_wrong_with_it() -> None:
    diary = diary_of("")
    pressed = next(one for one in diary.of(saw.Pressed) if one.verb == "start")
    accepted = next(one for one in diary.of(saw.Answered) if one.verb == "start" and one.stage == "accepted")
    run = next(one for one in diary.of(saw.Sent) if one.is_run)
    moved = diary.of(saw.Moved)[0]
    assert pressed.t_s < accepted.t_s <= run.t_s <= moved.t_s
    assert any(one.t_s > pressed.t_s and one.until_s <= run.t_s for one in diary.of(saw.Committed))
    assert {one.what for one in diary.of(saw.Lived)} >= {"ready", "open"}
    assert diary.violations == []


def test_a_sample_that_a_fault_spoils_is_not_sound() -> None:
    story = '[[timeline]]\nat_s = 5\nkind = "fault"\nname = "nan"\nonly = "pressure"\n'
    sound = {(one.device, one.is_sound) for one in diary_of(story).of(saw.Heard) if one.t_s > 6.5}
    assert ("transducer-1", False) in sound
    assert ("monitor-1", True) in sound
    assert ("transducer-1", True) not in sound


def test_a_stranger_is_the_device_that_names_another_patient_and_can_be_read() -> None:
    act = '[[timeline]]\nat_s = 5\nkind = "fault"\nname = "{}"\nonly = "{}"\n'
    story = act.format("wrong_patient", "pressure") + act.format("deep", "oximeter")
    told = {(one.device, one.is_stranger) for one in diary_of(story).of(saw.Heard) if one.t_s > 6.5}
    assert told == {("transducer-1", True), ("monitor-1", False)}
    unread = act.format("wrong_patient", "pressure") + act.format("deep", "pressure")
    told = {(one.device, one.is_stranger) for one in diary_of(unread).of(saw.Heard) if one.t_s > 6.5}
    assert told == {("transducer-1", False), ("monitor-1", False)}


def test_a_line_that_sucks_is_as_sound_as_one_that_presses() -> None:
    story = '[[timeline]]\nat_s = 5\nkind = "fault"\nname = "negative"\nonly = "pressure"\n'
    sound = {(one.device, one.is_sound) for one in diary_of(story).of(saw.Heard) if one.t_s > 6.5}
    assert ("transducer-1", True) in sound
    assert ("transducer-1", False) not in sound


def test_what_is_to_happen_beside_the_story_happens_at_its_instant_and_is_told() -> None:
    acts = [
        TimedAct(20.5, "fault", "reply_lost", {"command": "STP"}, 2.0),
        TimedAct(21.25, "fault", "panel_gone", {}, 1.0),
        TimedAct(97.125, "operator", "pause", {}, None),
        TimedAct(98.25, "operator", "wrong_pin", {"verb": "resume"}, None),
    ]
    diary = diary_of("", *acts)
    assert [(round(one.t_s, 3), one.name, one.params, one.is_over) for one in diary.of(saw.Broke)] == [
        (20.5, "reply_lost", {"command": "STP"}, False),
        (21.25, "panel_gone", {}, False),
        (22.25, "panel_gone", {}, True),
        (22.5, "reply_lost", {"command": "STP"}, True),
    ]
    pressed = [(round(one.t_s, 2), one.verb, one.is_void) for one in diary.of(saw.Pressed) if one.t_s > 96.0]
    assert pressed == [(97.13, "pause", False), (98.25, "resume", True)]
