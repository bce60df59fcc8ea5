"""A bedside from its options."""

from pathlib import Path

import pytest

from hil_sim.assembly import build_world, fitted_devices, read_scenario
from hil_sim.cli import main, parse
from hil_sim.monitors.bedside import Fitted
from hil_sim.pumps.alaris import AlarisPump
from hil_sim.pumps.new_era import NewEraPump


def test_the_options_reach_syringe_and_pump() -> None:
    options = parse(
        [
            "serve",
            "--listen",
            "tcp:0",
            "--syringe-mm",
            "29.7",
            "--contents-ml",
            "20",
            "--slack-ml",
            "0",
            "--address",
            "7",
        ]
    )
    world = build_world(options, read_scenario(options))

    assert (world.syringe.diameter_mm, world.syringe.contents_nl, world.syringe.slack_nl) == (29.7, 20e6, 0.0)
    assert world.pump.memory.address == 7
    assert world.body.vitals().sys > 0.0


def test_devices_are_fitted_by_option_or_by_scenario(tmp_path: Path) -> None:
    scenario = tmp_path / "fitted.toml"
    scenario.write_text('title = "t"\n[devices]\nbutton = true\ncuff_pulse = false\n', encoding="utf-8")
    words = ["serve", "--listen", "tcp:0", "--air-sensor", "--cuff-same-arm", "--scenario", str(scenario)]
    options = parse(words)
    read = read_scenario(options)
    assert fitted_devices(options, read) == Fitted(air_sensor=True, button=True, cuff_pulse=False)
    assert build_world(options, read).cuff_same_arm


def test_a_scenarios_patient_and_timeline_are_laid_out(tmp_path: Path) -> None:
    scenario = tmp_path / "cuffed.toml"
    scenario.write_text(
        """
title = "a clamp"
[patient]
sys = 150.0
[[timeline]]
at_s = 1.0
kind = "event"
name = "occlude"
""",
        encoding="utf-8",
    )
    options = parse(["serve", "--listen", "tcp:0", "--scenario", str(scenario)])
    world = build_world(options, read_scenario(options))
    world.advance(1.1, 1100.0)

    assert world.body.vitals().sys == pytest.approx(150.0, abs=1.0)
    assert world.line.is_occluded


def test_an_alaris_pump_has_its_serial_number_and_the_syringe_that_lies_in_it() -> None:
    words = ["serve", "--pump", "alaris", "--listen", "tcp:0", "--serial", "8003-1", "--syringe-mm", "29.7"]
    options = parse(words)
    world = build_world(options, read_scenario(options))
    assert isinstance(world.pump, AlarisPump)
    assert world.pump.nature.serial == "8003-1"
    assert float(world.pump.memory.diameter_mm) == 29.7
    assert world.truth()["watchdog_s"] == 15


def test_an_old_new_era_pump_knows_no_safe_mode() -> None:
    options = parse(["serve", "--listen", "tcp:0", "--pump", "new_era-basic", "--address", "3"])
    pump = build_world(options, read_scenario(options)).pump
    assert isinstance(pump, NewEraPump)
    assert (pump.nature.knows_safe_mode, pump.memory.address) == (False, 3)


def test_modbus_over_tcp_is_met_on_tcp_only() -> None:
    options = parse(["serve", "--listen", "pty:x", "--pump", "modbus-tcp"])
    with pytest.raises(ValueError, match="listens on tcp:PORT"):
        build_world(options, read_scenario(options))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--syringe-mm", "0"], "--syringe-mm must be above 0, not 0"),
        (["--contents-ml", "nan"], "--contents-ml must be above 0, not nan"),
        (["--slack-ml", "-1"], "--slack-ml must not be negative: -1"),
        (["--address", "100"], "--address 100 is outside 0-99"),
    ],
)
def test_a_pump_that_cannot_be_is_refused_by_option(words: list[str], why: str) -> None:
    options = parse(["serve", "--listen", "tcp:0", *words])
    with pytest.raises(ValueError, match=why):
        build_world(options, read_scenario(options))


@pytest.mark.parametrize(
    ("words", "why"),
    [
        (["--broker", "here"], "--broker is HOST:PORT, not 'here'"),
        (["--air-sensor"], "--air-sensor publishes on a broker"),
        (["--respiration"], "--respiration publishes on a broker"),
    ],
)
def test_monitors_need_a_broker_that_can_be_found(
    words: list[str], why: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main(["serve", "--listen", "tcp:0", *words]) == 2
    assert why in capsys.readouterr().err
