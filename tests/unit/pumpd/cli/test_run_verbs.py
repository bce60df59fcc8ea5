"""`pumpd check` and `pumpd run`: a wrong file opens nothing, a right one serves until told to stop."""

import hashlib
import os
import pty
import select
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from site_bench import refusing_port, site

from pumpd import config as cfg
from pumpd.cli.main import main

WITHIN_S = 20.0


def pumpd(*argv: str, python: tuple[str, ...] = ()) -> "subprocess.CompletedProcess[str]":
    command = [sys.executable, *python, "-m", "pumpd.cli.main", *argv]
    return subprocess.run(command, capture_output=True, text=True, timeout=WITHIN_S, check=False)


@pytest.fixture
def good(tmp_path: Path) -> Path:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path, broker_port=refusing_port()))
    return path


@pytest.fixture
def bad(tmp_path: Path) -> Path:
    """Two things are wrong with it."""
    path = tmp_path / "pumpd.toml"
    text = site(tmp_path).replace('model = "NE1000"', 'model = "NE1000"\nlease_s = 0\nbaud = 115200')
    path.write_text(text)
    return path


def names(folder: Path) -> set[str]:
    return {one.name for one in folder.iterdir()}


def test_check_names_the_pumps_that_the_emergency_stop_passes_over(good: Path, tmp_path: Path) -> None:
    """A family of somebody else's that brings no module `halt` beside its entry."""
    assert "stop-all" not in pumpd("check", "--config", str(good)).stdout
    package, made = tmp_path / "else" / "acme", tmp_path / "else" / "acme-1.dist-info"
    for folder in (package, made):
        folder.mkdir(parents=True)
    (package / "__init__.py").touch()
    (package / "options.py").write_text(
        "from drivers.new_era.options import OPTIONS, capabilities_from, driver_from, line_from\n"
    )
    (made / "METADATA").write_text("Metadata-Version: 2.1\nName: acme\nVersion: 1\n")
    (made / "entry_points.txt").write_text("[pumpd.drivers]\nacme = acme.options\n")
    good.write_text(good.read_text().replace('driver = "new_era"', 'driver = "acme"'))
    script = f"import sys; sys.path.append({str(package.parent)!r}); from pumpd.cli.main import main; "
    script += f"sys.exit(main(['check', '--config', {str(good)!r}]))"
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done
    assert "channel bed-1: cannot be stopped by stop-all: the family acme brings no module" in done.stdout


@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_bad_configuration_is_refused_whole_with_one_line_a_fault_and_nothing_is_created(
    bad: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    """Law 10; `run` reads with the same eyes as `check`."""
    assert main([verb, "--config", str(bad)]) == 2
    said = capsys.readouterr()
    assert said.out == ""
    lines = said.err.splitlines()
    assert len(lines) == 2
    assert all(one.startswith(f"{bad}:") for one in lines)
    assert any("lease_s" in one for one in lines)
    assert any("baud" in one for one in lines)
    assert names(bad.parent) == {"pumpd.toml"}


@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_missing_configuration_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    assert main([verb, "--config", str(tmp_path / "none.toml")]) == 2
    assert len(capsys.readouterr().err.splitlines()) == 1


def test_check_prints_the_hash_that_the_journal_will_record_and_opens_nothing(
    good: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """I25: the hash is what a person approves."""
    assert main(["check", "--config", str(good)]) == 0
    said = capsys.readouterr().out
    first, course = said.splitlines()
    assert first == f"{good}: good; 1 channel(s), hash {cfg.config_hash(cfg.load(good))[:12]}"
    assert course.startswith("bench course: ")
    assert names(good.parent) == {"pumpd.toml"}


@pytest.mark.parametrize("speed", ["45", "0.5", "nan"])
def test_another_speed_than_life_s_is_refused_with_a_real_port_and_nothing_is_created(
    good: Path, capsys: pytest.CaptureFixture[str], speed: str
) -> None:
    """Treatment time may run ahead only where no patient is: the port must be a pseudo-terminal."""
    assert main(["run", "--config", str(good), "--speed", speed]) == 2
    assert "is no pseudo-terminal" in capsys.readouterr().err
    assert names(good.parent) == {"pumpd.toml"}


def test_a_speed_below_life_s_is_refused_even_on_a_pseudo_terminal(tmp_path: Path) -> None:
    ours, theirs = pty.openpty()
    try:
        path = tmp_path / "pumpd.toml"
        path.write_text(site(tmp_path, port=os.ttyname(theirs)))
        done = pumpd("run", "--config", str(path), "--speed", "0.5")
    finally:
        os.close(ours)
        os.close(theirs)
    assert (done.returncode, done.stderr) == (
        2,
        "pumpd run: speed is 0.5: it must be a finite number, 1 or more\n",
    )
    assert names(tmp_path) == {"pumpd.toml"}


def test_check_says_which_course_is_in_force(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Nobody should find out at the chair that nothing is asked."""
    good.write_text(good.read_text() + "[clinic]\nobservation_min = 120\n")
    assert main(["check", "--config", str(good)]) == 0
    course = capsys.readouterr().out.splitlines()[1]
    assert course == "clinic course: checklist, prime, 120 min of observation after the end, closing"


def test_a_python_that_leaves_out_assertions_is_refused(good: Path) -> None:
    done = pumpd("run", "--config", str(good), python=("-O",))
    assert done.returncode == 2
    assert "python -O" in done.stderr
    assert names(good.parent) == {"pumpd.toml"}


def test_a_broker_password_that_is_not_there_is_one_line_and_no_trace(tmp_path: Path) -> None:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path, broker=f'username = "pumpd"\npassword_file = "{tmp_path}/none"'))
    done = pumpd("run", "--config", str(path))
    assert done.returncode == 2
    (line,) = done.stderr.splitlines()
    assert line.startswith(f"pumpd run: {tmp_path}/none: the broker's password cannot be read")


def test_a_console_that_cannot_be_served_ends_with_status_2_and_says_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "pumpd.toml"
    path.write_text(site(tmp_path, broker_port=refusing_port(), socket=tmp_path / "missing" / "c.sock"))
    done = pumpd("run", "--config", str(path))
    assert done.returncode == 2
    assert "the directory must exist and be writable" in done.stderr.splitlines()[-1]
    assert "READY" not in done.stdout


def test_run_says_ready_and_ends_with_status_0_on_sigterm(good: Path) -> None:
    command = [sys.executable, "-m", "pumpd.cli.main", "run", "--config", str(good)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as daemon:
        try:
            assert daemon.stdout is not None
            assert select.select([daemon.stdout], [], [], WITHIN_S)[0]
            assert daemon.stdout.readline() == "READY\n"
            second = pumpd("run", "--config", str(good))
            daemon.send_signal(signal.SIGTERM)
            daemon.communicate(timeout=WITHIN_S)
        finally:
            daemon.kill()
    assert daemon.returncode == 0
    assert second.returncode == 2
    assert "another pumpd already drives the pump on this port" in second.stderr
    assert not (good.parent / "console.sock").exists()


def test_a_pace_that_is_not_the_speed_is_refused(good: Path, capsys: pytest.CaptureFixture[str]) -> None:
    """Law 7: the target would run so many times further ahead than the lease says."""
    text = good.read_text().replace('driver = "new_era"', 'driver = "harvard"')
    good.write_text(text.replace('model = "NE1000"', 'model = "11 ELITE"\npace = 100'))
    assert main(["run", "--config", str(good)]) == 2
    assert "pace = 100 is for a simulation at --speed 100; this daemon runs at 1" in capsys.readouterr().err


def with_library(folder: Path, text: str) -> tuple[Path, Path]:
    config, library = folder / "pumpd.toml", folder / "ketamine.toml"
    library.write_text(text)
    config.write_text(site(folder, broker_port=refusing_port(), more=f'[library]\nfile = "{library}"\n'))
    return config, library


def test_check_proves_the_drug_library_and_prints_the_hash_that_sha256sum_prints(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config, library = with_library(tmp_path, 'drug = "ketamine"\nversion = "7"\n')
    assert main(["check", "--config", str(config)]) == 0
    digest = hashlib.sha256(library.read_bytes()).hexdigest()
    line = f"{library}: good; drug library 7, sha256 {digest}"
    assert capsys.readouterr().out.splitlines()[1] == line


@pytest.mark.parametrize("verb", ["check", "run"])
def test_a_bad_drug_library_is_refused_with_one_line_a_fault(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], verb: str
) -> None:
    text = 'drug = "ketamine"\nversion = "7"\nprofiles = []\n[limits.dose]\nunit = "mg/kg"\nhard_max = "2"\n'
    config, library = with_library(tmp_path, text)
    assert main([verb, "--config", str(config)]) == 2
    lines = capsys.readouterr().err.splitlines()
    assert [one.split(": ")[0] for one in lines] == [f"{library}:3", f"{library}:6"]
    assert names(tmp_path) == {"pumpd.toml", "ketamine.toml"}


#: What the daemon needs for no configuration without a fault: other verbs' code, web, colours, other families' libraries.
NOT_NEEDED = (
    *("difflib", "greenlet", "rich", "starlette", "uvicorn", "pymodbus", "multiprocessing", "xml", "html"),
    *("hypothesis", "numpy", "pumpd.demo", "pumpd.doctor", "pumpd.panel", "pumpd.report", "pumpd.commission"),
    *("pumpd.stop_all", "pumpd.console_client", "drivers.modbus", "drivers.harvard", "hil_sim"),
)


def test_a_daemon_loads_nothing_that_its_configuration_does_not_need(good: Path) -> None:
    """Design 3. All that is loaded stays in memory, is read before READY and can be wrong."""
    code = (
        "import sys, pumpd.cli.run_verbs as verbs\n"
        "from pumpd.cli.main import command_line\n"
        "verbs._serve = lambda config, clock, file: __import__('pumpd.app') and 0\n"
        f"args = command_line('run').parse_args(['run', '--config', {str(good)!r}])\n"
        "assert args.run(args) == 0\n"
        "print(*sys.modules)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    loaded = set(done.stdout.split())
    assert {"pumpd.app", "drivers.new_era.driver", "pydantic"} <= loaded
    needless = {one for one in loaded for name in NOT_NEEDED if one == name or one.startswith(f"{name}.")}
    assert needless == set()
