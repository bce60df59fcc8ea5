"""A recording answers for what it holds."""

import pytest
from recording_bench import Tape, two_hours

from hil_sim.bench.recording import Verdict


def test_the_run_is_summed_up() -> None:
    seen = two_hours()
    assert seen.until_s == 7200.0
    assert seen.infusion_began_s == 150.0
    assert seen.rules_seen() == ["BP1", "BP2", "DL2", "LP1"]
    assert seen.delivered_mg == pytest.approx(seen.moments[-1].plunger_ml * 2.0)
    assert [one.t_s for one in seen.of("event", name="bp_shift")] == [600.0, 930.0, 1340.0]
    assert [one.kind for one in seen.of("crash", "fault")] == ["fault", "crash"]


def test_the_moment_at_an_instant_is_the_last_one_before_it() -> None:
    seen = Tape(until_s=10.0).recording()
    assert [moment and moment.t_s for moment in map(seen.moment_at, (-1.0, 0.0, 3.7, 99.0))] == [
        None,
        0.0,
        3.0,
        10.0,
    ]


def test_an_empty_recording_has_no_end_no_dose_and_no_start() -> None:
    seen = Tape(until_s=0.0).recording()
    seen.moments.clear()
    assert (seen.until_s, seen.delivered_mg, seen.infusion_began_s, seen.rules_seen()) == (0.0, 0.0, None, [])


def test_one_broken_expectation_is_a_failed_run() -> None:
    tape = Tape()
    tape.verdicts = [Verdict("a", True, "x"), Verdict("b", False, "y")]
    assert not tape.recording().is_passed
    tape.verdicts = tape.verdicts[:1]
    assert tape.recording().is_passed


def test_a_rule_that_only_ended_was_not_seen() -> None:
    assert Tape().rule(1.0, "BP1", "").recording().rules_seen() == []
