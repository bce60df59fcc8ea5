"""Limits are exact, and unknown where they cannot be known."""

from math import inf, nan

import pytest

from interlocks.limits import Absolute, FlowLimit, OfBaseline, baseline_of, site_limit, site_percent
from interlocks.vocabulary import Baseline, Signal

BASELINE = Baseline(sys=125.0, dia=78.0)


def test_a_percentage_of_a_baseline_is_exact() -> None:
    """120 % of 125 is 150: clinical.md 3.2 BP1 at the limit."""
    assert OfBaseline(120).hundredfold(Signal.SYS, BASELINE) == 15_000
    assert OfBaseline(120).hundredfold(Signal.DIA, BASELINE) == 9360


@pytest.mark.parametrize("bad", [nan, inf, 0.0, -5.0])
def test_a_baseline_that_is_no_pressure_is_no_baseline(bad: float) -> None:
    """Faults row 63."""
    assert OfBaseline(120).hundredfold(Signal.SYS, Baseline(sys=bad, dia=78.0)) is None


@pytest.mark.parametrize("signal", [Signal.MAP, Signal.HR, Signal.SPO2, Signal.LINE_PRESSURE])
def test_a_signal_without_a_baseline_has_none(signal: Signal) -> None:
    assert baseline_of(signal, BASELINE) is None
    if signal not in (Signal.MAP, Signal.HR):
        assert baseline_of(signal, Baseline(sys=125.0, dia=78.0, map=94.0, hr=70.0)) is None
    assert baseline_of(Signal.SYS, None) is None


def test_any_finite_number_above_zero_is_a_baseline() -> None:
    """What is believable is asked where the reading comes in; here only what cannot be calculated with is refused."""
    assert baseline_of(Signal.SYS, Baseline(sys=0.5, dia=78.0)) == 0.5
    assert baseline_of(Signal.DIA, Baseline(sys=0.5, dia=1.0)) == 1.0


def test_map_and_heart_rate_have_a_baseline_where_one_was_taken() -> None:
    full = Baseline(sys=125.0, dia=78.0, map=94.0, hr=70.0)
    assert baseline_of(Signal.MAP, full) == 94.0
    assert baseline_of(Signal.HR, full) == 70.0


def test_an_absolute_limit_may_be_a_part_of_another() -> None:
    assert Absolute(300, percent=150).hundredfold(Signal.LINE_PRESSURE, None) == 45_000
    assert Absolute(300, percent=50).origin() == " (50 % of 300)"
    assert Absolute(300).origin() == ""
    assert Absolute(nan).hundredfold(Signal.SYS, None) is None


def test_a_flow_tolerance_is_the_larger_of_percentage_and_floor() -> None:
    """FL1: max(10 %, 0.1 mL)."""
    limit = FlowLimit(percent=10, at_least_nl=100_000)
    assert limit.hundredfold_nl(500_000) == 100 * 100_000
    assert limit.hundredfold_nl(2_000_001) == 20_000_010


def test_what_hangs_on_a_limit_moves_with_it() -> None:
    """BP2 clears 10 mmHg below its own limit, wherever a site puts that."""
    slow = site_limit("systolic_slow_mmhg", 160, tightest=140)
    clear = slow.moved(-10)
    assert clear.hundredfold(Signal.SYS, None) == 150_00
    assert clear.set_to(150).hundredfold(Signal.SYS, None) == 140_00
    assert (clear.setting, clear.set_to(150).setting, clear.default) == (160, 150, 160)


def test_a_relative_limit_moves_by_percent_of_baseline() -> None:
    clear = site_percent("pressure_rise_slow_percent", 120, tightest=110).moved(-5)
    baseline = Baseline(sys=100, dia=80)
    assert clear.hundredfold(Signal.SYS, baseline) == 115_00
    assert clear.set_to(112).hundredfold(Signal.SYS, baseline) == 107_00
    assert (clear.setting, clear.set_to(112).setting) == (120, 112)
