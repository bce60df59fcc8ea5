"""All parts of the tests run, what each says is shown, and one that fails fails the whole."""

import sys
from pathlib import Path

import pytest
from ci_scripts import load

abreast = load("abreast")


def test_every_test_is_in_exactly_one_part() -> None:
    on_wires, others, in_browser = abreast.commands(["-m", "not mosquitto"])
    assert on_wires == [sys.executable, "-m", "pytest", "tests/hil", "-m", "not mosquitto"]
    rest = ["--ignore=tests/hil", "--ignore=tests/e2e"]
    assert others == [sys.executable, "-m", "pytest", *rest, "-m", "not mosquitto"]
    assert in_browser == [sys.executable, "-m", "pytest", "tests/e2e", "-m", "not mosquitto"]


@pytest.mark.parametrize(
    ("statuses", "whole"), [((0, 0), 0), ((0, 5), 0), ((1, 0), 1), ((0, 2), 2), ((5, 1), 1)]
)
def test_nothing_to_do_is_no_fault_and_a_fault_is(statuses: tuple[int, int], whole: int) -> None:
    assert abreast.verdict(*statuses) == whole


@pytest.mark.parametrize("failing", ["tests/hil", "tests/e2e", "tests"])
def test_a_failure_in_any_part_is_the_whole_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    for folder in ("tests/hil", "tests/e2e", "tests"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        name = f"test_{folder.replace('/', '_')}"
        (tmp_path / folder / f"{name}.py").write_text(f"def {name}(): assert {folder != failing}\n")
    monkeypatch.chdir(tmp_path)
    assert abreast.main(["-p", "no:cacheprovider", "tests"]) == 1
    shown = capfd.readouterr().out
    assert "1 failed" in shown
    assert "beside that, tests/hil" in shown
