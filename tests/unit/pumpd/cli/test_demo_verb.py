"""`pumpd demo`: its options, and what it says when it cannot play. The whole play is in tests/hil/test_demo.py."""

from pathlib import Path

import pytest

from pumpd.cli.demo_verb import expectations, keep_journal
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


def test_the_journal_is_kept_beside_the_report_with_its_head_and_tail_and_without_what_stood_there(
    tmp_path: Path,
) -> None:
    folder = tmp_path / "play"
    folder.mkdir()
    for name in ("journal.sqlite", "journal.sqlite.head", "journal.sqlite-wal"):
        (folder / name).write_text(name, encoding="utf-8")
    (tmp_path / "show.sqlite-shm").write_text("of an earlier one", encoding="utf-8")
    kept = keep_journal(folder / "journal.sqlite", tmp_path / "show.html")
    assert kept == tmp_path / "show.sqlite"
    assert {one.name: one.read_text("utf-8") for one in tmp_path.iterdir() if one.is_file()} == {
        "show.sqlite": "journal.sqlite",
        "show.sqlite.head": "journal.sqlite.head",
        "show.sqlite-wal": "journal.sqlite-wal",
    }
