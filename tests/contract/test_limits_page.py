"""docs/limits.md shows what the program says: its sentences are compared with those of `pumpd check` and `pumpd rules`."""

import re
from pathlib import Path

import pytest

from pumpd.cli.main import main

DOCS = Path(__file__).parents[2] / "docs"
BENCH = (DOCS / "config-bench.toml").read_text(encoding="utf-8")
PAGE = (DOCS / "limits.md").read_text(encoding="utf-8")
_REFUSED = re.findall(r"^pumpd\.toml:\d+: ((limits|shadow)\.(\w+) = ([\d.]+): .+)$", PAGE, re.MULTILINE)
_SET = "[limits]\nsystolic_slow_mmhg = 155\n"


def _told(capsys: pytest.CaptureFixture[str]) -> str:
    captured = capsys.readouterr()
    return captured.out + captured.err


def test_the_page_shows_refusals_of_both_tables() -> None:
    assert len(_REFUSED) >= 6
    assert {table for _, table, _, _ in _REFUSED} == {"limits", "shadow"}


@pytest.mark.parametrize(("sentence", "table", "key", "value"), _REFUSED)
def test_each_refusal_is_said_as_it_stands_there(
    sentence: str, table: str, key: str, value: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Design law 10; the shadow is held against a limit of 150 in force, as the page has it."""
    config = tmp_path / "pumpd.toml"
    before = "[limits]\nsystolic_slow_mmhg = 150\n" if table == "shadow" else ""
    config.write_text(f"{BENCH}\n{before}[{table}]\n{key} = {value}\n", encoding="utf-8")
    assert main(["check", "--config", str(config)]) == 2
    assert sentence in _told(capsys)


def test_a_limit_in_force_reads_as_it_stands_there(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "pumpd.toml"
    config.write_text(f"{BENCH}\n{_SET}", encoding="utf-8")
    assert _SET in PAGE
    assert main(["rules", "--config", str(config)]) == 0
    told = _told(capsys)
    shown = PAGE.partition("grep -A4 '^BP2 '\n")[2].partition("```")[0].splitlines()
    assert len(shown) == 5
    assert all(line in told.splitlines() for line in shown)


def test_a_shadow_reads_as_it_stands_there(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    config = tmp_path / "pumpd.toml"
    config.write_text(f"{BENCH}\n[shadow]\nsystolic_slow_mmhg = 140\n", encoding="utf-8")
    assert main(["rules", "--config", str(config)]) == 0
    shadow = next(line for line in _told(capsys).splitlines() if "~" in line)
    assert shadow in PAGE.splitlines()
