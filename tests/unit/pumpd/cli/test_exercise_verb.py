"""The verb as a program, against `hil-sim serve` on a pty and on TCP; and its refusals, which open nothing."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sim_process import simulated

from pumpd.cli.main import main
from pumpd.shell.port_claim import PortClaims

MORE = {
    "chemyx": ["--set", "slowest_nm_h=42050", "--set", "fastest_nm_h=3060300000", "--accept-basic-mode"],
    "modbus-tcp": ["--set", "transport=tcp"],
    "new_era-basic": ["--accept-basic-mode"],
    "alaris": [
        *("--set", "serial=8003-00417", "--set", "syringe_um=26590", "--set", "rate_max_nl_h=1200000000"),
    ],
}
LINES = [
    *(("new_era", "pty"), ("new_era", "tcp"), ("chemyx", "pty"), ("chemyx", "tcp")),
    *(("modbus-rtu", "pty"), ("modbus-tcp", "tcp"), ("new_era-basic", "pty"), ("new_era-basic", "tcp")),
    *(("harvard", "pty"), ("harvard", "tcp"), ("alaris", "pty"), ("alaris", "tcp")),
]


def words(port: str, *more: str, driver: str = "new_era") -> list[str]:
    return ["exercise", "--driver", driver, "--port", port, "--syringe", "bd-60", "--rate", "20", *more]


@pytest.mark.hil
@pytest.mark.parametrize(("pump_kind", "medium"), LINES)
def test_a_good_pump_agrees(
    pump_kind: str, medium: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    driver = pump_kind.partition("-")[0]
    with simulated(pump_kind, medium, tmp_path) as pump:
        more = MORE.get(pump_kind, [])
        assert main(words(pump.port, "--seconds", "3", "--json", *more, driver=driver)) == 0
        found = json.loads(capsys.readouterr().out)
        truth = pump.inject("truth")
    assert found["agreed"]
    assert [step["outcome"] for step in found["steps"]] == ["confirmed"] * 5
    assert found["plausible_nl"][0] <= found["counted_nl"] <= found["plausible_nl"][1]
    assert not truth["running"]


@pytest.mark.hil
def test_a_pump_without_safe_mode_is_refused_unless_that_is_accepted(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Law 7, docs/decisions/0020: nothing moves, and the words name the way out."""
    with simulated("new_era-basic", "pty", tmp_path) as pump:
        assert main(words(pump.port)) == 1
        said = capsys.readouterr().out
        assert "this pump has no safe mode" in said
        assert "--accept-basic-mode" in said
        assert main(words(pump.port, "--set", "protocol=basic")) == 2
        assert "--accept-basic-mode accepts that" in capsys.readouterr().err
        assert pump.inject("truth")["plunger_nl"] == 0


@pytest.mark.hil
def test_what_becomes_of_the_run_if_the_program_dies_is_said_first(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated("new_era-basic", "pty", tmp_path) as pump:
        assert main(words(pump.port, "--seconds", "2", "--accept-basic-mode")) == 0
    assert "if this program dies, the pump goes on until it has given 0.016 mL" in capsys.readouterr().out


@pytest.mark.hil
def test_a_rate_that_is_not_taken_is_exit_status_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Faults row 5."""
    with simulated("new_era", "pty", tmp_path) as pump:
        program = [sys.executable, "-m", "pumpd.cli.main", *words(pump.port, "--seconds", "8")]
        running = subprocess.Popen(program, stdout=subprocess.PIPE, text=True)
        assert running.stdout is not None
        for line in running.stdout:
            if "  run  " in line:
                break
        pump.inject("rate_ignored")
        rest, _ = running.communicate(timeout=30)
        truth = pump.inject("truth")
    assert running.returncode == 1
    assert "FAILED: rate: refused" in rest
    assert "the pump is halted\nnot everything agreed" in rest
    assert not truth["running"]


@pytest.mark.hil
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_interrupted_it_halts_the_pump_first(number: signal.Signals, tmp_path: Path) -> None:
    with simulated("new_era", "pty", tmp_path) as pump:
        program = [sys.executable, "-m", "pumpd.cli.main", *words(pump.port, "--seconds", "60")]
        running = subprocess.Popen(program, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
        assert running.stdout is not None
        for line in running.stdout:
            if "  run  " in line:
                break
        assert pump.inject("truth")["running"]
        running.send_signal(number)
        rest, said = running.communicate(timeout=30)
        truth = pump.inject("truth")
    assert running.returncode == 130
    assert "the pump is halted" in rest
    assert "interrupted" in said
    assert not truth["running"]


@pytest.mark.parametrize(
    ("more", "reason"),
    [
        (["--rate", "2000"], "--rate 2000: with bd-60 this pump has 0.024 to 1699 mL/h"),
        (["--rate", "20.0001"], "cannot be set exactly; the next lower is 20 mL/h"),
        (["--rate", "-1"], "must be more than 0"),
        (["--rate", "fast"], "must be a number of mL/h"),
        (["--syringe", "jug"], "--syringe jug: must be one of"),
        (["--seconds", "1"], "--seconds 1: must be 2 to 600"),
        (["--address", "100"], "address = 100: must be 0 to 99"),
        (["--address", "x"], "address = 'x': must be a whole number"),
        (["--baud", "300"], "baud = 300: must be one of 19200, 9600"),
        (["--set", "colour=red"], "colour: pumps of the family new_era have no such key"),
        (["--set", "colour"], "write it as KEY=VALUE"),
        (
            ["--set", "lease_s=3", "--accept-basic-mode"],
            "lease_s = 3: in basic mode the pump has no watchdog",
        ),
        (["--driver", "alaris"], "serial: must be given; the serial number as the pump says it"),
        (
            ["--driver", "alaris"],
            "(said with --set serial=VALUE, --set syringe_um=VALUE, --set rate_max_nl_h=VALUE)",
        ),
        (["--driver", "nope"], "no such pump family is installed"),
        (
            ["--driver", "chemyx", "--set", "slowest_nm_h=1", "--set", "fastest_nm_h=9"],
            "--accept-basic-mode accepts that",
        ),
    ],
)
def test_a_wrong_question_is_refused_before_the_port_is_opened(
    more: list[str], reason: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(words("/dev/no-such-port", *more)) == 2
    assert reason in capsys.readouterr().err


def test_a_port_that_a_daemon_holds_is_left_alone(capsys: pytest.CaptureFixture[str]) -> None:
    """Faults row 22, I13."""
    claims = PortClaims()
    claims.take("/dev/no-such-port")
    try:
        assert main(words("/dev/no-such-port")) == 2
    finally:
        claims.release()
    assert "another pumpd already drives the pump on this port" in capsys.readouterr().err


def test_a_port_that_is_not_there_is_said(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(words("/dev/no-such-port")) == 1
    assert "no such device" in capsys.readouterr().out


def test_a_port_that_is_none_is_said(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = tmp_path / "list"
    path.write_text("ttyUSB0")
    assert main(words(str(path))) == 1
    assert "this is no serial port; name the device" in capsys.readouterr().out


@pytest.mark.hil
@pytest.mark.parametrize(
    ("sim", "more", "asked"),
    [
        ("harvard", [], "asked as new_era with baud = 19200, address = 0, model = NE"),
        ("new_era", ["--address", "7"], "address = 7, model = NE"),
        (
            "new_era",
            ["--driver", "harvard", "--model", "11", "--rate", "18"],
            "asked as harvard with baud = 115200",
        ),
    ],
)
def test_a_pump_that_does_not_answer_is_said_with_all_that_it_was_asked_with(
    sim: str, more: list[str], asked: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """The wrong family on the port, the wrong address: key, value, and what finds out more."""
    with simulated(sim, "pty", tmp_path) as pump:
        assert main(words(pump.port, *more)) == 1
        said = capsys.readouterr().out
    assert "the pump does not answer; check cable, power, baud rate and address" in said
    assert asked in said
    assert f"`pumpd probe {pump.port}` finds out who answers there" in said
