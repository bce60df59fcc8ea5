"""The oracle at a story's bench: it is there when the story claims it, sees what breaks, and is told of every act."""

import sqlite3
from pathlib import Path

import pytest

from hil_sim.bench.recording import Recording
from hil_sim.bench.seat import daemon_of
from hil_sim.bench.story import read_story
from hil_sim.bench.virtual_run import VirtualRun, play_virtually, run_to_end

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
