"""A few drawn sessions of the whole daemon, judged at every step; and that the soak itself finds, repeats and shrinks.

`./run soak` runs as many as there is time for.
"""

import json
import os
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from soak import draw as drawing
from soak.crooked import Crooked, EarlyDisk, GoesOn, StopQueues, crooked
from soak.draw import draw
from soak.plan import Plan, PlanError, PlannedAct, from_toml, to_toml
from soak.run_soak import Tally, main, run_seed
from soak.session import Outcome, run_plan
from soak.shrink import Shrinker, fewest

from hil_sim.bench.acts import BENCH_FAULTS
from hil_sim.bench.nurse import Habits
from hil_sim.bench.presses import OPERATOR
from hil_sim.faults import EVENTS, FAULTS

SEEDS = (11, 7)
PAUSE = PlannedAct(113.0, "operator", "pause")


@pytest.fixture(scope="module")
def outcomes() -> list[Outcome]:
    return [run_seed(seed) for seed in SEEDS]


@pytest.mark.timeout(400)
def test_a_few_drawn_sessions_keep_every_invariant(outcomes: list[Outcome]) -> None:
    assert [(one.plan.seed, str(bad)) for one in outcomes for bad in one.violations] == []
    assert all("INFUSING" in one.words for one in outcomes)


@pytest.mark.timeout(400)
def test_the_same_seed_is_the_same_run_to_the_byte_whatever_python_hashes(outcomes: list[Outcome]) -> None:
    """facts/faults.md 2 rules 2 and 3."""
    code = f"from soak.run_soak import run_seed; print(run_seed({SEEDS[1]}).trace)"
    where = {**os.environ, "PYTHONHASHSEED": "7", "PYTHONPATH": str(Path(__file__).parents[1])}
    told = subprocess.run([sys.executable, "-c", code], env=where, capture_output=True, text=True, check=True)
    assert told.stdout.strip() == outcomes[1].trace
    assert outcomes[0].trace != outcomes[1].trace


def _short(*acts: PlannedAct, ends_after_s: float = 122.0) -> Plan:
    return Plan(seed=3, acts=acts, ends_after_s=ends_after_s)


def test_a_leap_of_the_wall_clock_changes_no_motion() -> None:
    """I23: the same plan with and without the leap."""
    leap = PlannedAct(112.5, "fault", "wall_clock_stepped", {"s": 3600.0})
    plain, leapt = run_plan(_short(PAUSE)), run_plan(_short(leap, PAUSE))
    assert plain.motions == leapt.motions
    assert len(plain.motions) == 2
    assert plain.trace != leapt.trace


@pytest.mark.parametrize(("bend", "invariant"), [(StopQueues, "I9"), (GoesOn, "I6")])
def test_a_planted_defect_is_found(bend: type[Crooked], invariant: str) -> None:
    found = run_plan(_short(PAUSE), seat=crooked(bend)).violations
    assert invariant in {one.invariant for one in found}


def test_a_daemon_that_starts_before_the_disk_has_the_record_is_found() -> None:
    """I8: pressed while each commit takes two seconds, and started at once."""
    stall = PlannedAct(90.0, "fault", "disk_stalls", {"s": 2.0}, 60.0)
    plan = _short(stall, ends_after_s=114.0)
    assert {one.invariant for one in run_plan(plan, seat=crooked(EarlyDisk)).violations} == {"I8"}


def test_delta_debugging_leaves_what_is_needed_and_nothing_else() -> None:
    acts = tuple(PlannedAct(float(n), "operator", "pause") for n in range(12))
    needed = (acts[2], acts[9])
    assert fewest(acts, lambda some: all(one in some for one in needed)) == needed
    assert fewest(acts, lambda some: True) == ()


def test_a_failing_plan_shrinks_to_its_cause() -> None:
    """Fewest acts, plain parameters, half as long, and an end soon after the violation."""
    cause = PlannedAct(200.0, "fault", "noise", {"rate": 0.05}, 16.0)
    others = tuple(PlannedAct(100.0 + 20 * n, "operator", "score", {"value": n % 5}) for n in range(9))
    plan = replace(
        draw(5), acts=tuple(sorted((*others, cause), key=lambda act: act.at_s)), ends_after_s=900.0
    )

    def breaks(some: Plan) -> float | None:
        found = [act for act in some.acts if act.name == "noise" and (act.for_s or 0.0) >= 4.0]
        return 201.5 if found else None

    small = Shrinker(breaks).shrink(plan)
    assert small.acts == (PlannedAct(200.0, "fault", "noise", {}, 4.0),)
    assert small.ends_after_s == 202.5
    assert small.order == Plan(0).order


def test_a_plan_that_does_not_break_is_left_as_it_is() -> None:
    plan = draw(5)
    assert Shrinker(lambda _plan: None).shrink(plan) == plan


@pytest.mark.parametrize("seed", range(1, 60))
def test_a_drawn_plan_is_a_scenario_file_and_back(seed: int) -> None:
    plan = draw(seed)
    assert from_toml(to_toml(plan)) == plan
    assert len([act for act in plan.acts if act.kind != "operator"]) <= drawing.MOST_FAULTS


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ('title = "x"\nsed = 1\n', "sed"),
        ('title = "x"\n[[timeline]]\nat_s = 1\nkind = "fault"\nname = "nois"\n', "nois"),
        ('title = "x"\n[[timeline]]\nat_s = 1\nkind = "fault"\nname = "noise"\nrat = 1\n', "rat"),
        ('title = "x"\n[order]\nkilos = "1"\n', "kilos"),
        ("seed = 1\n", "title"),
    ],
)
def test_a_misspelt_plan_is_refused_by_name(text: str, named: str) -> None:
    with pytest.raises(PlanError, match=named):
        from_toml(text)


def test_a_nurse_by_the_book_does_everything_and_another_only_starts() -> None:
    def habits(text: str) -> Habits:
        return from_toml(f'title = "x"\n[nurse]\n{text}\n').habits

    assert habits("by_the_book = true") == Habits()
    assert habits("by_the_book = false") == Habits(True, None, None, False, False)
    assert habits("by_the_book = false\nresumes = true").resumes


def test_every_row_that_can_be_injected_is_drawn_or_has_a_reason() -> None:
    drawn = {*drawing.LASTING, *drawing.BLOWS, *drawing.EVENTS, *drawing.FITTED_EVENTS}
    assert drawn | set(drawing.NOT_DRAWN) == {*FAULTS, *EVENTS, *BENCH_FAULTS}
    assert not drawn & set(drawing.NOT_DRAWN)
    assert set(drawing.VERBS) <= set(OPERATOR)


def test_the_counters_tell_what_was_drawn_and_what_bit(outcomes: list[Outcome]) -> None:
    tally = Tally()
    for one in outcomes:
        tally.add(one)
    result = tally.result()
    assert result["seeds"] == len(SEEDS)
    assert result["simulated_s"] == pytest.approx(sum(one.simulated_s for one in outcomes), abs=0.1)
    assert result["violations"] == []
    drawn = {act.name for one in outcomes for act in one.plan.acts if act.kind != "operator"}
    assert {name for name in result["sometimes"] if not name.startswith("operator")} == drawn


def test_a_fault_on_a_line_that_is_quiet_does_not_count_as_a_bite() -> None:
    nothing = PlannedAct(112.5, "fault", "reply_lost", {"command": "STP"}, 1.0)
    noise = PlannedAct(114.0, "fault", "noise", {"rate": 0.05}, 1.0)
    outcome = run_plan(_short(nothing, noise, ends_after_s=116.0))
    assert outcome.bites == {"reply_lost": False, "noise": True}


def test_the_command_runs_a_written_plan(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    file = tmp_path / "plan.toml"
    file.write_text(to_toml(_short(ends_after_s=20.0)), encoding="utf-8")
    assert main(["--plan", str(file), "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["violations"] == []
    file.write_text("title = 1\nx = 2\n", encoding="utf-8")
    assert main(["--plan", str(file)]) == 2
