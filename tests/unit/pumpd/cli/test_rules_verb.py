"""`pumpd rules` as it is called."""

import json
from pathlib import Path

import pytest
from site_bench import site

from pumpd.cli.main import main


def rules(*words: str) -> int:
    return main(["rules", *words])


@pytest.fixture
def config(tmp_path: Path) -> Path:
    path = tmp_path / "pumpd.toml"
    path.write_text(
        site(tmp_path, more="[limits]\nsystolic_slow_mmhg = 150\n[shadow]\nsystolic_slow_mmhg = 140\n")
    )
    return path


def test_without_a_configuration_the_default_table_is_shown(capsys: pytest.CaptureFixture[str]) -> None:
    assert rules() == 0
    said = capsys.readouterr().out
    assert said.startswith("BP1     blood pressure\n  when      systolic >= 120 % of baseline")
    assert "set by the site" not in said


def test_with_one_the_table_in_force_is_shown_with_what_the_site_changed(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert rules("--config", str(config)) == 0
    said = capsys.readouterr().out
    assert "systolic > 150 mmHg (default 160, set by the site)" in said
    assert "BP2~    blood pressure  [SHADOW: evaluated and recorded, does not act]" in said
    assert "BT1     button  [not fitted on this channel: never asked]" in said
    assert rules("--config", str(config), "--channel", "bed-1") == 0
    assert capsys.readouterr().out == said


def test_as_markdown_and_as_json(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert rules("--markdown") == 0
    assert capsys.readouterr().out.startswith("# The interlock table\n")
    assert rules("--config", str(config), "--json") == 0
    shown = json.loads(capsys.readouterr().out)
    assert [one["id"] for one in shown["rules"] if one["shadow"]] == ["BP2~"]


def test_channels_whose_tables_differ_must_be_named(config: Path, capsys: pytest.CaptureFixture[str]) -> None:
    second = (
        '[[channels]]\nname = "bed-2"\nbed = "bed-2"\nmonitors = ["monitor-2"]\n'
        '[channels.pump]\ndriver = "new_era"\nport = "/dev/other"\nmodel = "NE1000"\n'
    )
    config.write_text(config.read_text().replace("[limits]", second + "[limits]"))
    assert rules("--config", str(config)) == 2
    assert "the channels' tables differ, name one with --channel: bed-1, bed-2" in capsys.readouterr().err
    assert rules("--config", str(config), "--channel", "bed-2") == 0
    assert "LP1     line pressure  [not fitted on this channel: never asked]" in capsys.readouterr().out


@pytest.mark.parametrize(
    ("words", "reason"),
    [
        (("--channel", "bed-1"), "--channel needs --config"),
        (("--config", "pumpd.toml", "--channel", "bed-9"), "no channel bed-9; there are bed-1"),
        (("--config", "none.toml"), "none.toml: cannot be read"),
    ],
)
def test_a_wrong_question_is_said_with_status_2(
    config: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
    words: tuple[str, ...],
    reason: str,
) -> None:
    monkeypatch.chdir(config.parent)
    assert rules(*words) == 2
    assert reason in capsys.readouterr().err


def test_a_fault_in_the_configuration_is_told_as_by_check(
    config: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config.write_text(config.read_text().replace("= 150", "= 170"))
    assert rules("--config", str(config)) == 2
    assert (
        "limits.systolic_slow_mmhg = 170: BP2: the systolic limit 170 mmHg is looser"
        in capsys.readouterr().err
    )
