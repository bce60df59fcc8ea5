"""A bedside from its options."""

from pathlib import Path

import pytest

from hil_sim.assembly import build_world, read_scenario
from hil_sim.cli import parse


def test_the_options_reach_syringe_and_pump() -> None:
    options = parse(
        [
            "serve",
            "--listen",
            "tcp:0",
            "--syringe-mm",
            "29.7",
            "--contents-ml",
            "20",
            "--slack-ml",
            "0",
            "--address",
            "7",
        ]
    )
    world = build_world(options, read_scenario(options))

    assert (world.syringe.diameter_mm, world.syringe.contents_nl, world.syringe.slack_nl) == (29.7, 20e6, 0.0)
    assert world.pump.memory.address == 7
    assert world.body.vitals().sys > 0.0


def test_a_scenarios_patient_and_timeline_are_laid_out(tmp_path: Path) -> None:
    scenario = tmp_path / "cuffed.toml"
    scenario.write_text(
        """
title = "a clamp"
[patient]
sys = 150.0
[[timeline]]
at_s = 1.0
kind = "event"
name = "occlude"
""",
        encoding="utf-8",
    )
    options = parse(["serve", "--listen", "tcp:0", "--scenario", str(scenario)])
    world = build_world(options, read_scenario(options))
    world.advance(1.1, 1100.0)

    assert world.body.vitals().sys == pytest.approx(150.0, abs=1.0)
    assert world.line.is_occluded
