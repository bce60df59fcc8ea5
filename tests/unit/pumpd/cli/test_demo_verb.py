"""`pumpd demo`: its options, and what it says when it cannot play. The whole play is in tests/hil/test_demo.py."""

from pathlib import Path

import pytest

from pumpd.cli.demo_verb import expectations
from pumpd.cli.main import main
from pumpd.demo.stage import scenario_path


@pytest.mark.parametrize("speed", ["0.5", "101", "nan", "fast"])
def test_a_speed_outside_its_range_is_refused(speed: str, capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--speed", speed])
    assert ended.value.code == 2
    assert "--speed" in capsys.readouterr().err


def test_a_pump_that_is_not_simulated_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit) as ended:
        main(["demo", "--pump", "braun"])
    assert ended.value.code == 2
    assert "modbus-rtu" in capsys.readouterr().err


def test_a_speed_that_this_pump_cannot_be_played_at_is_refused(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["demo", "--pump", "harvard", "--speed", "12.5"]) == 2
    assert "whole numbers" in capsys.readouterr().err


def test_the_shipped_scenario_says_what_it_expects() -> None:
    expected = expectations(scenario_path())
    assert [(one["rule"], one["action"]) for one in expected["trips"]] == [
        ("BP1", "SLOW"),
        ("BP2", "SLOW"),
        ("BP2", "PAUSE"),
        ("LP1", "PAUSE"),
    ]
    assert expected["completed"] is True


def test_a_scenario_that_the_simulator_refuses_ends_with_its_reason(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    wrong = tmp_path / "wrong.toml"
    wrong.write_text('title = "x"\nunknown = 1\n', encoding="utf-8")
    assert main(["demo", "--scenario", str(wrong), "--json"]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert "simulator did not come up" in printed.err
    assert "unknown" in printed.err
