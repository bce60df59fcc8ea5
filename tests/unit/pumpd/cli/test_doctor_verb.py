"""`pumpd doctor`: lines for people, an object for programs, the worst verdict as exit status."""

import json
from pathlib import Path

import pytest
from site_bench import site

from pumpd.cli.main import main

QUICK = ("--listen", "1", "--panel", "none", "--account", "root")


@pytest.fixture
def file(tmp_path: Path) -> str:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path))
    return str(path)


def test_it_ends_with_a_tally_and_with_2_where_something_will_not_do(
    file: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", file, *QUICK]) == 2
    told = capsys.readouterr()
    lines = told.out.splitlines()
    assert any(line.startswith("FAIL  port bed-1: ") and " -> " in line for line in lines)
    assert lines[-1].endswith(" FAIL")
    assert told.err == ""


def test_programs_get_one_object_and_nothing_else(file: str, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["doctor", "--config", file, "--json", *QUICK]) == 2
    told = json.loads(capsys.readouterr().out)
    assert told["level"] == 2
    assert {"check", "subject", "level", "measured", "remedy"} == set(told["findings"][0])


def test_a_refused_file_is_2_and_a_strange_wish_too(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["doctor", "--config", str(tmp_path / "none.toml"), *QUICK]) == 2
    assert "No such file or directory; `pumpd config example`" in capsys.readouterr().out
    assert main(["doctor", "--listen", "0"]) == 2
    assert "must be 1 to 3600 s" in capsys.readouterr().err
