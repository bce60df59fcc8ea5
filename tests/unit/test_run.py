"""`./run`: it speaks to old interpreters, redoes what was interrupted, and says what it leaves out."""

import ast
import os
import subprocess
import sys
from pathlib import Path
from types import ModuleType

import pytest

SCRIPT = Path(__file__).parents[2] / "run"
VERBS = ("setup", "test", "demo", "lint", "mutants", "cohort", "fuzz", "soak", "planted", "lock", "help")


@pytest.fixture
def run(tmp_path: Path) -> ModuleType:
    """The script as a module, its root a folder of its own."""
    module = ModuleType("run")
    module.__dict__["__file__"] = str(tmp_path / "run")
    exec(compile(SCRIPT.read_text(encoding="utf-8"), str(SCRIPT), "exec"), module.__dict__)
    module.LOCK.write_text("a==1 \\\n    --hash=sha256:00\n", encoding="utf-8")
    module.PROJECT.write_text("[project]\n", encoding="utf-8")
    return module


class Commands:
    """Stands in for `call`: keeps what was asked for, and fails where it is told to."""

    def __init__(self, failing: str = "\0") -> None:
        self.failing = failing
        self.asked: list[str] = []

    def __call__(self, command: list[str]) -> int:
        line = " ".join(command)
        self.asked.append(line)
        return int(self.failing in line)

    def count(self, word: str) -> int:
        return sum(word in line for line in self.asked)


def _ready(run: ModuleType) -> None:
    python = Path(run.program("python"))
    python.parent.mkdir(parents=True)
    python.touch(mode=0o755)


def _with_call(run: ModuleType, commands: Commands) -> Commands:
    run.__dict__["call"] = commands
    return commands


def test_an_old_python_can_read_the_script_far_enough_to_print_its_message() -> None:
    ast.parse(SCRIPT.read_text(encoding="utf-8"), feature_version=(3, 6))


@pytest.mark.parametrize("version", [(3, 6, 15), (3, 7, 16), (3, 10, 13)])
def test_an_old_python_is_told_in_one_line_what_to_install(run: ModuleType, version: tuple[int, ...]) -> None:
    words = run.obstacle(version, [])
    assert "3.11 or newer" in words
    assert ".".join(map(str, version)) in words
    assert words.endswith("apt-get install python3-venv")
    assert "\n" not in words


def test_a_python_without_ensurepip_is_told_in_one_line_what_to_install(run: ModuleType) -> None:
    words = run.obstacle((3, 11, 2), ["ensurepip"])
    assert "lacks ensurepip" in words
    assert words.endswith("apt-get install python3-venv")
    assert "\n" not in words


def test_a_sufficient_python_is_not_stopped(run: ModuleType) -> None:
    assert run.obstacle((3, 11, 0), []) is None
    assert run.obstacle((3, 13, 0), []) is None


def test_what_cannot_run_exits_with_2_and_one_line(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    run.__dict__["missing_modules"] = lambda: ["venv"]
    assert run.main(["setup"]) == 2
    assert capsys.readouterr().out.count("\n") == 1


def test_an_unknown_verb_exits_with_2_and_names_the_known_ones(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run.main(["tset"]) == 2
    assert (
        "setup, test, lint, demo, lock, help, mutants, cohort, fuzz, soak, crash, faults, bench, planted"
        in capsys.readouterr().out
    )


def test_the_real_script_prints_its_help_with_no_environment_at_all(tmp_path: Path) -> None:
    copy = tmp_path / "run"
    copy.write_bytes(SCRIPT.read_bytes())
    words = subprocess.run(
        [sys.executable, "-I", str(copy)], capture_output=True, text=True, check=True
    ).stdout
    assert all(f"\n  {verb} " in words for verb in VERBS)
    assert os.listdir(tmp_path) == ["run"]


def test_a_finished_setup_is_not_done_again(run: ModuleType) -> None:
    commands = _with_call(run, Commands())
    _ready(run)
    run.setup()
    assert commands.count("--require-hashes --only-binary :all: -r") == 1
    assert commands.count("--no-deps --no-build-isolation --no-index -e") == 1
    asked = len(commands.asked)
    run.setup()
    assert len(commands.asked) == asked


@pytest.mark.parametrize("changed", ["LOCK", "PROJECT"])
def test_a_changed_lock_or_project_is_set_up_again(run: ModuleType, changed: str) -> None:
    commands = _with_call(run, Commands())
    _ready(run)
    run.setup()
    getattr(run, changed).write_text("changed", encoding="utf-8")
    run.setup()
    assert commands.count("--require-hashes") == 2


@pytest.mark.parametrize("failing", ["-m venv", "--require-hashes", "--no-index"])
def test_an_interrupted_setup_leaves_no_stamp_and_is_done_again(run: ModuleType, failing: str) -> None:
    _ready(run)
    _with_call(run, Commands())
    run.setup()
    run.LOCK.write_text("changed", encoding="utf-8")
    _with_call(run, Commands(failing))
    with pytest.raises(run.Fault, match="failed"):
        run.setup()
    assert not run.STAMP.exists()
    commands = _with_call(run, Commands())
    run.setup()
    assert commands.count("--require-hashes") == 1
    assert run.STAMP.read_text(encoding="utf-8") == run.wanted_stamp()


def test_a_tree_that_cannot_be_read_or_written_is_told_in_one_line(
    run: ModuleType, capsys: pytest.CaptureFixture[str]
) -> None:
    run.LOCK.unlink()
    assert run.main(["setup"]) == 1
    words = capsys.readouterr().out
    assert "requirements.lock" in words
    assert words.count("\n") == 1


@pytest.mark.parametrize(
    ("device", "is_taken"), [("#!/bin/sh\nexit 0\n", True), ("#!/bin/sh\nexit 1\n", False), (None, False)]
)
def test_the_environment_stands_on_the_interpreter_of_a_device_where_that_is_there_and_whole(
    run: ModuleType, tmp_path: Path, device: str | None, is_taken: bool
) -> None:
    """What is tested is what the package brings; without python3-venv beside it, the caller's own has to do."""
    there = tmp_path / "python3.11"
    if device is not None:
        there.write_text(device, encoding="utf-8")
        there.chmod(0o755)
    run.__dict__["DEVICE_PYTHON"] = str(there)
    _ready(run)
    commands = _with_call(run, Commands())
    run.setup()
    assert commands.asked[0].split()[0] == (str(there) if is_taken else sys.executable)


def test_an_environment_made_at_another_place_is_made_anew(run: ModuleType) -> None:
    commands = _with_call(run, Commands())
    _ready(run)
    run.STAMP.write_text(run.wanted_stamp().replace("root ", "root /elsewhere"), encoding="utf-8")
    run.setup()
    assert commands.count("-m venv --clear") == 1


def test_tests_without_their_program_are_left_out_by_marker_and_that_is_said(run: ModuleType) -> None:
    rows = [
        run.SystemPackage("mosquitto", "mosquitto", "mosquitto"),
        run.SystemPackage("chromium", "c", "web"),
    ]
    assert run.selection([]) == []
    assert run.selection(rows[:1]) == ["-m", "not mosquitto"]
    assert run.selection(rows) == ["-m", "not mosquitto and not web"]
    words = run.what_is_left_out(rows)
    assert "tests marked mosquitto, web are NOT run" in words
    assert "apt-get install --no-install-recommends mosquitto chromium" in words


@pytest.mark.parametrize(("ci", "passes"), [("true", False), ("1", False), ("", True), ("false", True)])
def test_a_missing_program_fails_on_a_build_server_only(
    run: ModuleType, monkeypatch: pytest.MonkeyPatch, ci: str, passes: bool
) -> None:
    monkeypatch.setenv("CI", ci)
    run.__dict__["SYSTEM_PACKAGES"] = (run.SystemPackage("x", "no-such-program-anywhere", "mosquitto"),)
    run.__dict__["install_system_packages"] = lambda rows: None
    stage, left_out = run.system_stage()
    assert stage.passed is passes
    assert left_out == ["-m", "not mosquitto"]


@pytest.mark.parametrize(("uid", "asks"), [(0, 1), (1000, 0)])
def test_only_root_asks_apt(run: ModuleType, monkeypatch: pytest.MonkeyPatch, uid: int, asks: int) -> None:
    asked: list[object] = []
    monkeypatch.setattr(os, "geteuid", lambda: uid)
    run.__dict__["SYSTEM_PACKAGES"] = (run.SystemPackage("x", "no-such-program-anywhere", "mosquitto"),)
    run.__dict__["install_system_packages"] = asked.append
    run.system_stage()
    assert len(asked) == asks


def test_every_marker_of_the_table_is_known_to_pytest(
    run: ModuleType, request: pytest.FixtureRequest
) -> None:
    known = {line.split(":")[0] for line in request.config.getini("markers")}
    assert {row.marker for row in run.SYSTEM_PACKAGES} <= known


@pytest.mark.parametrize("failing", ["ruff", "mypy", "lint-imports", "pytest", "\0"])
def test_a_failing_stage_fails_the_whole_and_stops_no_other(
    run: ModuleType, capsys: pytest.CaptureFixture[str], failing: str
) -> None:
    _ready(run)
    _with_call(run, Commands())
    run.setup()
    commands = _with_call(run, Commands(failing))
    run.__dict__["SYSTEM_PACKAGES"] = ()
    assert run.main(["test", "-k", "one"]) == (0 if failing == "\0" else 1)
    words = ("ruff check", "ruff format --check", "mypy", "lint-imports", "-m pytest -k one")
    for word in words:
        assert commands.count(word) == 1
    assert ("FAILED" in capsys.readouterr().out) is (failing != "\0")


def test_without_arguments_all_tests_are_run_and_the_tests_tested(run: ModuleType) -> None:
    _ready(run)
    _with_call(run, Commands())
    run.setup()
    commands = _with_call(run, Commands(".ci/abreast.py"))
    run.__dict__["SYSTEM_PACKAGES"] = ()
    assert run.main(["test"]) == 1
    assert commands.count(".ci/abreast.py") == 1


@pytest.mark.parametrize(
    ("verb", "script"),
    [
        ("mutants", ".ci/mutants.py"),
        ("cohort", "tests/cohort/run_cohort.py"),
        ("soak", "tests/soak/run_soak.py"),
        ("planted", "tests/planted/run_planted.py"),
        ("fuzz", "tests/fuzz/run_fuzz.py"),
    ],
)
def test_a_longer_errand_has_a_script_of_its_own_and_its_exit_status_counts(
    run: ModuleType, verb: str, script: str
) -> None:
    _ready(run)
    commands = _with_call(run, Commands(failing="--five"))
    assert run.main([verb, "--four"]) == 0
    assert commands.asked[-1] == f"{run.program('python')} {run.ROOT / script} --four"
    assert run.main([verb, "--five"]) == 1
    assert (SCRIPT.parent / script).is_file()


def test_the_lock_is_written_without_an_environment(run: ModuleType) -> None:
    commands = _with_call(run, Commands())
    assert run.main(["lock"]) == 0
    assert commands.asked == [f"{sys.executable} {run.ROOT / '.ci' / 'lock.py'}"]
