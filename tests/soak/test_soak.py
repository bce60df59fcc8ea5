"""A few drawn sessions of the whole daemon, judged at every step; and that the soak itself finds, repeats and shrinks.

`./run soak` runs as many as there is time for.
"""

import json
import os
import subprocess
import sys
from concurrent.futures import Future
from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import cast

import pytest
from soak import draw as drawing
from soak import tables
from soak.crooked import Crooked, EarlyDisk, GoesOn, StopQueues, crooked
from soak.draw import draw
from soak.run_soak import Hands, main, outcomes, run_seed
from soak.session import Outcome, run_story
from soak.shrink import Shrinker, fewest
from soak.tally import EXPECTED, Tally

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.casting import is_attended
from hil_sim.bench.claims import Kept
from hil_sim.bench.expect import judge
from hil_sim.bench.presses import OPERATOR
from hil_sim.bench.settings import FAMILIES, NurseSettings, OrderSettings
from hil_sim.bench.story import OPERATOR_ACTS, Story, TimedAct, known_acts, read_story
from hil_sim.bench.story_text import story_text
from hil_sim.bench.virtual_run import play_virtually
from hil_sim.faults import EVENTS, FAULTS
from hil_sim.monitors.bedside import MonitorSettings

SEEDS = (2, 8, 9)
#: What the few sessions of a build have to make bite, all of them together.
CI_BITES = frozenset(
    {"silent", "occlude", "oversized", "duplicate_keys", "boolean", "counter_cleared", "exception", "siphon"}
    | {"bp_shift", "apnoea", "family new_era", "family modbus-rtu", "family chemyx"}
    | {f"operator {verb}" for verb in ("pause", "double_press", "replayed", "score", "present")}
    | {f"rule {row}" for row in ("BT1", "ST2", "SE1", "SE2", "SE3")}
)
MONITOR = MonitorSettings(nibp_first_cycles_s=(2.0, 65.0), nibp_cycle_s=20.0)
PAUSE = TimedAct(95.0, "operator", "pause", {}, None)


@pytest.fixture(scope="module")
def sessions() -> list[Outcome]:
    return [run_seed(seed) for seed in SEEDS]


@pytest.mark.timeout(400)
def test_a_few_drawn_sessions_keep_every_invariant(sessions: list[Outcome]) -> None:
    assert [(one.story.seed, str(bad)) for one in sessions for bad in one.violations] == []
    assert all("INFUSING" in one.words for one in sessions)


@pytest.mark.timeout(400)
def test_the_few_sessions_make_bite_what_they_have_to(sessions: list[Outcome]) -> None:
    """facts/faults.md 2 rule 7."""
    tally = Tally()
    for one in sessions:
        tally.add(one)
    assert CI_BITES <= EXPECTED
    assert sorted(CI_BITES & set(tally.never_bit)) == []


@pytest.mark.timeout(400)
def test_the_same_seed_is_the_same_run_to_the_byte_whatever_python_hashes(sessions: list[Outcome]) -> None:
    """facts/faults.md 2 rules 2 and 3."""
    code = f"from soak.run_soak import run_seed; print(run_seed({SEEDS[-1]}).trace)"
    where = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[1])}
    told = subprocess.run([sys.executable, "-c", code], env=where, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == sessions[-1].trace
    assert sessions[0].trace != sessions[-1].trace


def _short(*acts: TimedAct, ends_after_s: float = 104.0) -> Story:
    return Story("short", monitor=MONITOR, timeline=acts, expect=(Kept(),), ends_after_s=ends_after_s, seed=3)


def test_a_leap_of_the_wall_clock_changes_no_motion() -> None:
    """I23: the same story with and without the leap."""
    leap = TimedAct(94.5, "fault", "wall_clock_stepped", {"s": 3600.0}, None)
    plain, leapt = run_story(_short(PAUSE)), run_story(_short(leap, PAUSE))
    assert plain.motions == leapt.motions
    assert len(plain.motions) == 2
    assert plain.trace != leapt.trace


@pytest.mark.parametrize(("bend", "invariant"), [(StopQueues, "I9"), (GoesOn, "I6")])
def test_a_planted_defect_is_found(bend: type[Crooked], invariant: str) -> None:
    found = run_story(_short(PAUSE), seat=crooked(bend)).violations
    assert invariant in {one.invariant for one in found}


def test_a_daemon_that_starts_before_the_disk_has_the_record_is_found() -> None:
    """I8: pressed while each commit takes two seconds, and started at once."""
    stall = TimedAct(70.0, "fault", "disk_stalls", {"s": 2.0}, 60.0)
    story = _short(stall, ends_after_s=96.0)
    assert {one.invariant for one in run_story(story, seat=crooked(EarlyDisk)).violations} == {"I8"}


def test_what_the_soak_finds_hil_sim_run_finds_in_the_file_that_was_printed() -> None:
    """I2: a pump that is wider than was ordered; the same invariant at the same instant."""
    wide = replace(_short(ends_after_s=100.0).pump, syringe="bd-30", fitted_mm=26.59, contents_ml=30.0)
    story = replace(_short(ends_after_s=100.0), pump=wide)
    found = run_story(story).violations
    seen = play_virtually(read_story(story_text(story), "s.toml"), "s.toml")
    (verdict,) = judge(story.expect, seen)
    assert found
    assert not verdict.passed
    assert verdict.said == "; ".join(map(str, found))


def test_delta_debugging_leaves_what_is_needed_and_nothing_else() -> None:
    acts = tuple(TimedAct(float(n), "operator", "pause", {}, None) for n in range(12))
    needed = (acts[2], acts[9])
    assert fewest(acts, lambda some: all(one in some for one in needed)) == needed
    assert fewest(acts, lambda some: True) == ()


def test_a_failing_story_shrinks_to_its_cause() -> None:
    """Fewest acts, plain parameters, half as long, and an end soon after the violation."""
    cause = TimedAct(200.0, "fault", "noise", {"rate": 0.05}, 16.0)
    others = tuple(
        TimedAct(100.0 + 20 * n, "operator", "score", {"scale": "moaas", "value": n % 5}, None)
        for n in range(9)
    )
    acts = tuple(sorted((*others, cause), key=lambda act: act.at_s))
    story = replace(draw(5), timeline=acts, ends_after_s=900.0)

    def breaks(some: Story) -> float | None:
        found = [act for act in some.timeline if act.name == "noise" and (act.for_s or 0.0) >= 4.0]
        return 201.5 if found else None

    small = Shrinker(breaks).shrink(story)
    assert small.timeline == (TimedAct(200.0, "fault", "noise", {}, 4.0),)
    assert small.ends_after_s == 202.5
    assert small.order == OrderSettings()
    assert small.nurse == NurseSettings()


def test_a_story_that_does_not_break_is_left_as_it_is() -> None:
    story = draw(5)
    assert Shrinker(lambda _story: None).shrink(story) == story


@pytest.mark.parametrize("seed", range(1, 100))
def test_a_drawn_story_is_a_scenario_file_and_back(seed: int) -> None:
    story = draw(seed)
    assert read_story(story_text(story), "drawn.toml") == story
    assert len(story.timeline) <= 2 * (drawing.MOST_FAULTS + drawing.MOST_PRESSES)
    assert draw(seed) == story


def test_every_row_that_can_be_injected_is_drawn_or_has_a_reason() -> None:
    drawn = {*tables.LASTING, *tables.BLOWS, *tables.EVENTS, *tables.FITTED, *tables.FAMILY_FAULTS}
    assert drawn | set(tables.NOT_DRAWN) == {*FAULTS, *EVENTS, *BENCH_FAULTS}
    assert not drawn & set(tables.NOT_DRAWN)
    assert set(tables.PRESSES) == {*OPERATOR_ACTS, *OPERATOR}
    followers = {name for sequels in tables.SEQUELS.values() for _, _, name, _, _ in sequels}
    assert {*tables.SEQUELS, *followers} <= drawn | set(tables.PRESSES)
    assert set(drawing.FAMILIES) == set(tables.WORDS) == set(FAMILIES)


def test_many_seeds_draw_everything() -> None:
    """All families, all rows of the tables, all presses, people of every kind and sessions of both lengths."""
    stories = [draw(seed) for seed in range(1, 1500)]
    acts = {(act.kind, act.name) for story in stories for act in story.timeline}
    kinds = ("event", "fault", "operator")
    there_are = {(kind, name) for kind in kinds for name in known_acts(kind)}
    assert there_are - acts == {("event", name) for name in tables.NOT_DRAWN}
    assert {story.pump.family for story in stories} == set(FAMILIES)
    assert len({story.patient.archetype for story in stories}) > 10
    assert {is_attended(story.nurse) for story in stories} == {True, False}
    assert {drawing.is_whole(story.seed) for story in stories} == {True, False}


def test_the_counters_tell_what_was_drawn_and_what_bit(sessions: list[Outcome]) -> None:
    tally = Tally()
    for one in sessions:
        tally.add(one)
    result = tally.result()
    assert result["seeds"] == len(SEEDS)
    assert result["simulated_s"] == pytest.approx(sum(one.simulated_s for one in sessions), abs=0.1)
    assert result["violations"] == []
    drawn = {act.name for one in sessions for act in one.story.timeline if act.kind != "operator"}
    told = {name for name, row in result["sometimes"].items() if row["drawn"]}
    assert drawn <= told
    assert {f"family {one.story.pump.family}" for one in sessions} <= told
    assert set(result["sometimes"]) >= EXPECTED
    assert set(result["never_bit"]) < EXPECTED


def test_a_fault_on_a_line_that_is_quiet_does_not_count_as_a_bite() -> None:
    nothing = TimedAct(94.5, "fault", "reply_lost", {"command": "STP"}, 1.0)
    noise = TimedAct(96.0, "fault", "noise", {"rate": 0.05}, 1.0)
    outcome = run_story(_short(nothing, noise, ends_after_s=98.0))
    assert outcome.bites == {"reply_lost": False, "noise": True}


class NoHands:
    """Runs nothing, and remembers what it was given."""

    def __init__(self) -> None:
        self.given: list[tuple[int, int]] = []

    def __len__(self) -> int:
        return 2

    def give(self, hand: int, seed: int) -> object:
        self.given.append((hand, seed))
        done: Future[object] = Future()
        done.set_result(SimpleNamespace(story=SimpleNamespace(seed=seed)))
        return done


def test_twice_gives_each_seed_to_two_hands() -> None:
    hands = NoHands()
    seen = list(outcomes(cast(Hands, hands), iter(range(1, 6)), None, 2))
    assert len(seen) == 10
    assert sorted((seed, hand) for hand, seed in hands.given) == [(s, h) for s in range(1, 6) for h in (0, 1)]


def test_the_command_runs_seeds_twice_and_says_so_in_json(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    seed = next(seed for seed in range(1, 999) if not draw(seed).timeline and not drawing.is_whole(seed))
    assert main(["--seeds", "1", "--first-seed", str(seed), "--twice", "--json", "--workers", "2"]) == 0
    told = json.loads(capsys.readouterr().out)
    assert (told["seeds"], told["violations"]) == (1, [])
    file = tmp_path / "story.toml"
    assert main(["--first-seed", str(seed), "--write", str(file)]) == 0
    assert read_story(file.read_text(encoding="utf-8"), "story.toml") == draw(seed)
