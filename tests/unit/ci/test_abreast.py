"""All lanes of the tests run, what each says is shown, and one that fails fails the whole."""

import re
import sys
from pathlib import Path

import pytest
from ci_scripts import load

branches = load("branches")
abreast = load("abreast")
FOLDERS = [one for part in abreast.parts() for one in abreast.paths(part)]
PYTEST = [sys.executable, "-m", "pytest"]


def test_every_test_is_in_exactly_one_lane() -> None:
    """What keeps real time goes before what computes; what `branches` runs, the rest does not."""
    assert len(set(FOLDERS)) == len(FOLDERS)
    for part in abreast.parts():
        if part in abreast.SCRIPTS:
            continue
        is_real = any(part in lane for lane in abreast.REAL_TIME)
        elsewhere = [f"--ignore={other}" for other in FOLDERS if other.startswith(f"{part}/")]
        asked = [*abreast.paths(part), *elsewhere, "-m", "not mosquitto"]
        expected = [*([] if is_real else abreast.YIELDING), *PYTEST, *asked]
        assert abreast.command(part, ["-m", "not mosquitto"]) == expected
    ignored = [f"--ignore={one}" for one in (*FOLDERS, *branches.SUITES)]
    expected = [*abreast.YIELDING, *PYTEST, *ignored, "-m", "not mosquitto"]
    assert abreast.command(abreast.REST, ["-m", "not mosquitto"]) == expected


def test_what_holds_a_stop_watch_to_processes_yields_to_nothing_and_may_be_measured_again() -> None:
    """A tape replayed in the class of what computes let its pump run dry, and the run had no second one."""
    tests = Path(__file__).parents[2]
    files = [str(one.relative_to(tests.parent)) for one in sorted(tests.rglob("test_*.py")) if marked(one)]
    assert "tests/unit/hil_sim/test_tap.py" in files
    kept = [one for lane in abreast.REAL_TIME for part in lane for one in abreast.paths(part)]
    assert [one for one in files if not any(one == path or one.startswith(f"{path}/") for path in kept)] == []


def marked(file: Path) -> bool:
    return re.search(r"mark\.hil\b", file.read_text()) is not None


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
    assert abreast.main(["-p", "no:cacheprovider", "tests"], lambda _since_s, _until_s: 0.0) == 1
    shown = capfd.readouterr().out
    assert "1 failed" in shown
    assert all(f"beside that, {lane}" in shown for lane in ("tests/hil", "tests/e2e"))
    # Every part is told to run `tests`; only the rest leaves the others' folders out.
    assert shown.count("FAILED  ") == (3 if failing == "tests" else 2)


FAILS_ONCE = """
from pathlib import Path
def test_clock():
    been = Path("been")
    before, _ = been.exists(), been.touch()
    assert before
"""


@pytest.mark.parametrize(
    ("part", "stood_s", "whole"), [("tests/hil", 0.3, 0), ("tests/hil", 0.0, 1), ("tests/soak", 0.3, 1)]
)
def test_only_what_was_measured_while_the_machine_stood_still_is_measured_again(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capfd: pytest.CaptureFixture[str],
    part: str,
    stood_s: float,
    whole: int,
) -> None:
    """A disturbance excuses a stop-watch, once, and never what computes; it is told either way."""
    monkeypatch.setattr(abreast, "LANES", ((part,),))
    (tmp_path / part).mkdir(parents=True)
    (tmp_path / part / "test_clock.py").write_text(FAILS_ONCE)
    (tmp_path / "tests" / "test_rest.py").write_text("def test_rest(): pass\n")
    monkeypatch.chdir(tmp_path)
    assert abreast.main(["-p", "no:cacheprovider"], lambda _since_s, _until_s: stood_s) == whole
    shown = capfd.readouterr().out
    assert "FAILED " in shown
    assert ("stood still for 300 ms; once more" in shown) is (whole == 0)


def test_what_fails_twice_has_failed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(abreast, "LANES", (("tests/hil",),))
    (tmp_path / "tests/hil").mkdir(parents=True)
    (tmp_path / "tests/hil/test_wrong.py").write_text("def test_wrong(): assert False\n")
    (tmp_path / "tests" / "test_rest.py").write_text("def test_rest(): pass\n")
    monkeypatch.chdir(tmp_path)
    assert abreast.main(["-p", "no:cacheprovider"], lambda _since_s, _until_s: 0.3) == 1
