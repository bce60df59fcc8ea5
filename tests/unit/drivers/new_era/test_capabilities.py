"""Rate limits against the published table, and steps that are always sayable (facts/protocols.md 1, "Rate
range")."""

import tomllib
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import WatchdogKind
from drivers.new_era import codec
from drivers.new_era.capabilities import Motor, capabilities

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "new_era.toml").read_text("utf-8")
)


@pytest.mark.parametrize("row", GOLDEN["rate_range"], ids=lambda row: row["diameter_mm"])
def test_limits_lie_just_inside_the_published_ones(row: dict[str, str]) -> None:
    pump = capabilities(int(Fraction(row["diameter_mm"]) * 1000), 2)
    lowest, highest = int(Fraction(row["min_ul_h"]) * 1000), int(Fraction(row["max_ml_h"]) * 1_000_000)
    assert lowest <= pump.rate_min_nl_h < lowest + 1_001
    assert highest * 999 // 1000 <= pump.rate_max_nl_h <= highest


@given(st.integers(0, 2_000_000_000), st.sampled_from([4_699, 11_990, 14_430, 26_590]))
def test_every_rate_offered_can_be_said_in_the_unit_of_every_start(rate_nl_h: int, diameter_um: int) -> None:
    """A running pump takes a new number, but no new unit."""
    floored = capabilities(diameter_um, 2).floor_rate(rate_nl_h)
    assert floored <= rate_nl_h
    assert codec.render(floored, codec.RATE_UNITS[b"MH"]) is not None
    assert codec.rate_text(floored) is not None


@given(st.integers(0, 200_000_000), st.sampled_from([4_699, 14_000, 14_010, 26_590]))
def test_every_volume_offered_can_be_said(volume_nl: int, diameter_um: int) -> None:
    floored = capabilities(diameter_um, 2).floor_volume(volume_nl)
    assert floored <= volume_nl
    assert codec.render(floored, codec.VOLUME_UNITS[codec.volume_unit(diameter_um)]) is not None


def test_the_lease_is_the_watchdogs_bound() -> None:
    pump = capabilities(26_590, 3)
    assert (pump.watchdog, pump.watchdog_bound_ms, pump.reports_pressure) == (
        WatchdogKind.COMMUNICATION,
        3_000,
        False,
    )


def test_another_model_has_other_speeds() -> None:
    assert capabilities(26_590, 2, Motor(fastest_nm_h=1_000_000_000)).rate_max_nl_h == 555_200_000


@pytest.mark.parametrize("diameter_um", [0, 99, 50_001, 14_435])
def test_a_diameter_the_pump_cannot_hold_is_refused(diameter_um: int) -> None:
    with pytest.raises(ValueError, match=str(diameter_um)):
        capabilities(diameter_um, 2)


def test_without_a_watchdog_nothing_but_the_volume_ends_a_run_and_that_is_said() -> None:
    """Law 7, docs/decisions/0020."""
    pump = capabilities(26_590, 0)
    assert (pump.watchdog, pump.watchdog_bound_ms) == (WatchdogKind.NONE, 0)
