"""The pumps of the demonstration: every one is a configuration that the daemon takes, and as fast as it may be."""

import tomllib

import pytest

from pumpd.config_pumps import OURS, abilities_of, risk_of
from pumpd.demo.pumps import PUMPS


@pytest.mark.parametrize("name", PUMPS)
def test_every_pump_is_described_as_its_family_wants_it(name: str) -> None:
    """Its keys, the syringe of the demonstration, and a reason exactly where one is asked for (design law 7)."""
    pump = PUMPS[name]
    table = tomllib.loads(pump.table("/dev/pts/7", pump.usual_speed))["channels"]["pump"]
    given = {key: value for key, value in table.items() if key not in OURS}
    ability = abilities_of(table["driver"], given, ("bd-60",))["bd-60"]
    assert table["port"] == "/dev/pts/7"
    assert bool(risk_of(ability)) is bool(table.get("accepted_risk"))


@pytest.mark.parametrize("name", PUMPS)
def test_the_usual_speed_is_one_that_the_pump_can_be_played_at(name: str) -> None:
    pump = PUMPS[name]
    assert pump.speed_fault(pump.usual_speed) == ""
    assert pump.speed_fault(pump.fastest) == ""


def test_a_driver_that_must_know_the_pace_is_told_it_in_whole_numbers() -> None:
    """Harvard: its lease is a volume, so at 45 treatment seconds a second it must be 45 times as far ahead."""
    pump = PUMPS["harvard"]
    assert tomllib.loads(pump.table("x", 45.0))["channels"]["pump"]["pace"] == 45
    assert pump.speed_fault(45.5) == "--speed 45.5: harvard pumps take whole numbers"


def test_faster_than_a_pump_can_be_played_is_said_with_the_limit() -> None:
    pump = PUMPS["alaris"]
    assert (
        pump.speed_fault(pump.fastest + 1)
        == f"--speed {pump.fastest + 1:g}: alaris pumps go up to {pump.fastest:g}"
    )
