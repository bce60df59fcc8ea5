"""The program as a whole: what it loads, what it says, how it ends."""

import json
import os
import subprocess
import sys
import time
import tty
from pathlib import Path

import pytest

from pumpd.cli.main import main
from pumpd.stop_all.verb import ALL_STAND, NOT_ALL, NOTHING_TRIED, Report, age_s, why_called

#: What would stand between the start of the program and its first byte.
HEAVY = ("asyncio", "pydantic", "aiomqtt", "paho", "pymodbus", "structlog", "sqlite3", "serial_asyncio_fast")
#: Of it, what a family's own frames are made by (decision 0025).
NEEDED = {"modbus": {"pymodbus", "asyncio"}}


def table(name: str, port: str, family: str = "new_era") -> str:
    return f'[[channels]]\nname = "{name}"\n[channels.pump]\ndriver = "{family}"\nport = "{port}"\n'


@pytest.mark.parametrize("family", ["new_era", "harvard", "chemyx", "alaris", "modbus"])
def test_nothing_is_loaded_that_a_stop_does_not_need(tmp_path: Path, family: str) -> None:
    """The way through the whole program with a port that is not there, with every family's bytes made on it."""
    config = tmp_path / "x.toml"
    config.write_text(table("bed-1", str(tmp_path / "none"), family))
    script = (
        "import json, sys\n"
        "from pumpd.cli.main import main\n"
        f"status = main(['stop-all', '--config', {str(config)!r}, '--within', '0.1'])\n"
        "print(json.dumps([status, sorted(sys.modules)]))\n"
    )
    done = subprocess.run([sys.executable, "-c", script], capture_output=True, text=True, check=True)
    status, loaded = json.loads(done.stdout.splitlines()[-1])
    assert status == NOTHING_TRIED
    assert f"drivers.{family}.halt" in loaded
    heavy = set(HEAVY) - NEEDED.get(family, set())
    assert [name for name in loaded if name.split(".")[0] in heavy] == []


#: The whole of pumpd takes more than this many times as long as an interpreter that does nothing; stop-all ten times.
TIMES_BARE = 40


def test_the_program_starts_and_ends_in_a_small_multiple_of_a_bare_interpreter(tmp_path: Path) -> None:
    """Machines differ, so the time itself is told in docs/engineer.md; the ratio says what is ours."""

    def seconds(*words: str) -> float:
        began_s = time.monotonic()
        subprocess.run([sys.executable, *words], check=False, capture_output=True)
        return time.monotonic() - began_s

    config = tmp_path / "x.toml"
    config.write_text(table("bed-1", str(tmp_path / "none")))
    ours = ("-m", "pumpd.cli.main", "stop-all", "--config", str(config), "--within", "0")
    bare_s, ours_s = (min(seconds(*words) for _ in range(3)) for words in (("-c", ""), ours))
    assert ours_s < TIMES_BARE * bare_s
    print(f"stop-all to its end: {ours_s * 1000:.0f} ms, {ours_s / bare_s:.1f} times a bare interpreter")


def test_a_file_that_cannot_be_read_ends_with_status_2_and_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["stop-all", "--config", str(tmp_path / "none.toml")]) == NOTHING_TRIED
    assert "cannot be read: No such file" in capsys.readouterr().out


def test_a_pump_of_an_unknown_family_is_named_and_the_status_says_that_not_all_stand(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    config = tmp_path / "x.toml"
    config.write_text(table("bed-1", "/dev/x", "sirius"))
    assert main(["stop-all", "--config", str(config)]) == NOTHING_TRIED
    assert "bed-1: NOT STOPPED: cannot be stopped by stop-all" in capsys.readouterr().out
    assert len({ALL_STAND, NOT_ALL, NOTHING_TRIED}) == 3


def test_a_closed_pipe_does_not_end_a_stop(tmp_path: Path) -> None:
    """Row 104: whoever read this has gone; the stop goes on and its status is its own."""
    config = tmp_path / "x.toml"
    config.write_text(table("bed-1", str(tmp_path / "none")))
    words = [sys.executable, "-m", "pumpd.cli.main", "stop-all", "--config", str(config), "--within", "0.2"]
    with open("/dev/full", "w") as full:
        done = subprocess.run(words, stdout=full, stderr=subprocess.PIPE, text=True, check=False)
    assert "Traceback" not in done.stderr
    assert done.returncode == NOTHING_TRIED


def test_only_the_first_stop_is_timed(monkeypatch: pytest.MonkeyPatch) -> None:
    report = Report()
    report.stopped()
    first = report.first_stop_s
    report.stopped()
    assert report.first_stop_s == first
    assert 0 < age_s() < 86_400


def test_the_help_names_it(capsys: pytest.CaptureFixture[str]) -> None:
    with pytest.raises(SystemExit):
        main(["--help"])
    assert "stop-all" in capsys.readouterr().out
    with pytest.raises(SystemExit):
        main(["stop-all", "--help"])
    assert "--within" in capsys.readouterr().out


def test_people_are_called_only_when_the_service_did_not_end_as_it_was_told() -> None:
    """systemd.exec(5): SERVICE_RESULT; a hand at a terminal has none."""
    assert why_called({}) == ""
    assert why_called({"SERVICE_RESULT": "success"}) == ""
    assert "watchdog" in why_called({"SERVICE_RESULT": "watchdog"})


def test_a_service_that_died_rings_while_the_pumps_are_being_stopped(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Row 92: an alarm within four seconds, whether or not a pump is there."""
    master, slave = os.openpty()
    tty.setraw(slave)
    config = tmp_path / "x.toml"
    bell = f'[[sounders]]\nkind = "bell"\ndevice = "{os.ttyname(slave)}"\n'
    config.write_text(bell + table("bed-1", str(tmp_path / "none")))
    monkeypatch.setenv("SERVICE_RESULT", "signal")
    words = ["stop-all", "--config", str(config), "--within", "0.1", "--call-out"]
    assert main(words) == NOTHING_TRIED
    heard = os.read(master, 200)
    assert heard.startswith(b"\a")
    assert b"pumpd died (signal)" in heard
    os.close(master)
    os.close(slave)
