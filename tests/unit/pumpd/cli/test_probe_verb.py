"""The verb against `hil-sim serve` on a pty and on TCP."""

import json
from pathlib import Path

import pytest
from sim_process import simulated

from pumpd.cli.main import main
from pumpd.shell.port_claim import PortClaims


@pytest.mark.hil
@pytest.mark.parametrize("medium", ["pty", "tcp"])
@pytest.mark.parametrize("family", ["new_era", "chemyx", "alaris"])
def test_who_is_there_is_found_and_the_configuration_written(
    family: str, medium: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated(family, medium, tmp_path) as pump:
        assert main(["probe", pump.port]) == 0
        text = capsys.readouterr().out
        assert main(["probe", pump.port, "--json"]) == 0
        found = json.loads(capsys.readouterr().out)
        truth = pump.inject("truth")
    assert f'[channels.pump]\ndriver = "{family}"\nport = "{pump.port}"' in text
    assert found["found"]["family"] == family
    assert found["configuration"][0] == "[channels.pump]"
    assert not truth["running"]


@pytest.mark.hil
def test_what_only_a_person_knows_is_asked_for(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    with simulated("chemyx", "pty", tmp_path) as pump:
        assert main(["probe", pump.port]) == 0
    assert "# slowest_nm_h must be given: slowest speed of the plunger, nm/h" in capsys.readouterr().out


@pytest.mark.hil
def test_a_pump_that_runs_runs_on(tmp_path: Path) -> None:
    """Reading changes nothing, and basic mode has no watchdog to arm."""
    with simulated("new_era", "pty", tmp_path) as pump:
        pump.inject("keypad_rate", "ml_h=10")
        pump.inject("keypad_run")
        before = pump.inject("truth")
        assert main(["probe", pump.port]) == 0
        after = pump.inject("truth")
    assert before["running"]
    assert after["running"]
    assert (before["diameter_mm"], before["rate_nl_h"]) == (after["diameter_mm"], after["rate_nl_h"])


@pytest.mark.hil
def test_nobody_at_that_address_is_exit_status_one(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    with simulated("new_era", "tcp", tmp_path) as pump:
        assert main(["probe", pump.port, "--address", "7"]) == 1
    text = capsys.readouterr().out
    assert "nobody was recognised; check cable, power, address" in text
    assert "device identification, TCP" in text


def test_what_cannot_be_asked_or_opened_is_exit_status_two(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["probe", "/dev/no-such-port", "--address", "100"]) == 2
    assert "--address 100 must be 0 to 99" in capsys.readouterr().err
    assert main(["probe", "/dev/no-such-port"]) == 2
    assert "no such device" in capsys.readouterr().err


def test_a_pump_in_service_is_not_disturbed(capsys: pytest.CaptureFixture[str]) -> None:
    """Faults row 22."""
    claims = PortClaims()
    claims.take("/dev/no-such-port")
    try:
        assert main(["probe", "/dev/no-such-port"]) == 2
    finally:
        claims.release()
    assert "another pumpd already drives" in capsys.readouterr().err
