"""A fault of something that is not there is not accepted."""

import pytest

from hil_sim.bench.casting import pump_of
from hil_sim.bench.settings import FAMILIES, PumpSettings
from hil_sim.monitors.bedside import Fitted
from hil_sim.monitors.faults import MONITOR_FAULTS
from hil_sim.parts import PumpFace
from hil_sim.reach import why_idle

ALL_FITTED = Fitted(air_sensor=True, button=True, respiration=True)


def pump(family: str) -> PumpFace:
    return pump_of(PumpSettings(family=family, address=1))


@pytest.mark.parametrize(
    ("family", "name", "why"),
    [
        ("harvard", "watchdog_dead", "no watchdog"),
        ("chemyx", "watchdog_dead", "no watchdog"),
        ("chemyx", "frozen_status", "no gateway"),
        ("chemyx", "other_pump", "does not say"),
        ("modbus-tcp", "bad_crc", "no CRC"),
    ],
)
def test_a_family_does_not_lose_what_it_does_not_have(family: str, name: str, why: str) -> None:
    assert why in why_idle(pump(family), ALL_FITTED, name, {})


@pytest.mark.parametrize("family", FAMILIES)
def test_what_every_pump_can_suffer_bites_everywhere(family: str) -> None:
    for name in ("reply_lost", "stop_ignored", "rate_ignored", "power_blip", "overdelivery", "occlude"):
        assert why_idle(pump(family), ALL_FITTED, name, {}) == ""
    assert why_idle(pump("modbus-rtu"), None, "bad_crc", {}) == ""


def test_monitors_that_nobody_publishes_have_no_faults() -> None:
    one = pump("new_era")
    for name in (*MONITOR_FAULTS, "button_press", "button_wire_break"):
        assert "--broker" in why_idle(one, None, name, {})
        assert why_idle(one, ALL_FITTED, name, {"only": "all"}) == ""
    assert why_idle(one, None, "bp_shift", {}) == ""


@pytest.mark.parametrize(
    ("name", "params", "option"),
    [
        ("silent", {"only": "respiration"}, "--respiration"),
        ("nan", {"only": "air"}, "--air-sensor"),
        ("late", {"only": "button"}, "--button"),
        ("button_press", {}, "--button"),
        ("button_wire_break", {}, "--button"),
        ("air_bubble", {}, "--air-sensor"),
    ],
)
def test_a_device_that_is_not_fitted_is_named_by_its_option(
    name: str, params: dict[str, str], option: str
) -> None:
    one = pump("new_era")
    assert option in why_idle(one, Fitted(), name, params)
    assert why_idle(one, ALL_FITTED, name, params) == ""
    assert why_idle(one, Fitted(), "silent", {"only": "nibp"}) == ""
