"""All lanes of the tests run, what each says is shown, and one that fails fails the whole."""

import sys
from pathlib import Path

import pytest
from ci_scripts import load

abreast = load("abreast")
FOLDERS = [folder for lane in abreast.LANES for folder in lane]


def test_every_test_is_in_exactly_one_lane() -> None:
    apart, rest = abreast.commands(["-m", "not mosquitto"])
    pytest_here = [sys.executable, "-m", "pytest"]
    assert list(apart) == FOLDERS
    for one in FOLDERS:
        yielding = [] if one in abreast.REAL_TIME else [*abreast.YIELDING]
        elsewhere = [f"--ignore={other}" for other in FOLDERS if other.startswith(f"{one}/")]
        assert apart[one] == [*yielding, *pytest_here, one, *elsewhere, "-m", "not mosquitto"]
    ignored = [f"--ignore={one}" for one in FOLDERS]
    assert rest == [*abreast.YIELDING, *pytest_here, *ignored, "-m", "not mosquitto"]


@pytest.mark.parametrize(
    ("statuses", "whole"), [((0, 0), 0), ((0, 5), 0), ((1, 0), 1), ((0, 2), 2), ((5, 1), 1)]
)
def test_nothing_to_do_is_no_fault_and_a_fault_is(statuses: tuple[int, int], whole: int) -> None:
    assert abreast.verdict(*statuses) == whole


@pytest.mark.parametrize("failing", ["tests/hil", "tests/e2e", "tests"])
def test_a_failure_in_any_lane_is_the_whole_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    monkeypatch.setattr(abreast, "LANES", (("tests/hil", "tests/e2e"),))
    for folder in ("tests/hil", "tests/e2e", "tests"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        name = f"test_{folder.replace('/', '_')}"
        (tmp_path / folder / f"{name}.py").write_text(f"def {name}(): assert {folder != failing}\n")
    monkeypatch.chdir(tmp_path)
    assert abreast.main(["-p", "no:cacheprovider", "tests"]) == 1
    shown = capfd.readouterr().out
    assert "1 failed" in shown
    assert all(f"beside that, {lane}" in shown for lane in ("tests/hil", "tests/e2e"))
