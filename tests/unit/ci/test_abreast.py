"""All lanes of the tests run, what each says is shown, and one that fails fails the whole."""

import sys
from pathlib import Path

import pytest
from ci_scripts import load

branches = load("branches")
abreast = load("abreast")
FOLDERS = [one for one in abreast.parts() if one not in abreast.SCRIPTS]
PYTEST = [sys.executable, "-m", "pytest"]


def test_every_test_is_in_exactly_one_lane() -> None:
    """What keeps real time goes before what computes; what `branches` runs, the rest does not."""
    assert len(set(abreast.parts())) == len(abreast.parts())
    for one in FOLDERS:
        is_real = any(one in lane for lane in abreast.REAL_TIME)
        elsewhere = [f"--ignore={other}" for other in FOLDERS if other.startswith(f"{one}/")]
        expected = [*([] if is_real else abreast.YIELDING), *PYTEST, one, *elsewhere, "-m", "not mosquitto"]
        assert abreast.command(one, ["-m", "not mosquitto"]) == expected
    ignored = [f"--ignore={one}" for one in (*FOLDERS, *branches.SUITES)]
    expected = [*abreast.YIELDING, *PYTEST, *ignored, "-m", "not mosquitto"]
    assert abreast.command(abreast.REST, ["-m", "not mosquitto"]) == expected


def test_the_tests_are_tested_beside_the_others() -> None:
    for name in ("branches", "mutants"):
        assert name in abreast.parts()
        asked = abreast.command(name, ["-m", "not mosquitto"])
        assert asked[: len(abreast.YIELDING) + 2] == [*abreast.YIELDING, sys.executable, f".ci/{name}.py"]
        assert "not mosquitto" not in asked
    assert "drivers/gate.py" in abreast.command("mutants", [])


@pytest.mark.parametrize(
    ("statuses", "whole"), [((0, 0), 0), ((0, 5), 0), ((1, 0), 1), ((0, 2), 2), ((5, 1), 1)]
)
def test_nothing_to_do_is_no_fault_and_a_fault_is(statuses: tuple[int, int], whole: int) -> None:
    assert abreast.verdict(*statuses) == whole


@pytest.mark.parametrize("failing", ["tests/hil", "tests/e2e", "tests"])
def test_a_failure_in_any_lane_is_the_whole_s(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str], failing: str
) -> None:
    monkeypatch.setattr(abreast, "LANES", (("tests/hil",), ("tests/e2e",)))
    for folder in ("tests/hil", "tests/e2e", "tests"):
        (tmp_path / folder).mkdir(parents=True, exist_ok=True)
        name = f"test_{folder.replace('/', '_')}"
        (tmp_path / folder / f"{name}.py").write_text(f"def {name}(): assert {folder != failing}\n")
    monkeypatch.chdir(tmp_path)
    assert abreast.main(["-p", "no:cacheprovider", "tests"]) == 1
    shown = capfd.readouterr().out
    assert "1 failed" in shown
    assert all(f"beside that, {lane}" in shown for lane in ("tests/hil", "tests/e2e"))
    # Every part is told to run `tests`; only the rest leaves the others' folders out.
    assert shown.count("FAILED  ") == (3 if failing == "tests" else 2)
