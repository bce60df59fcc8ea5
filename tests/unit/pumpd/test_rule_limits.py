"""Limit lines come from the rules in force."""

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.tighten import tightened
from interlocks.vocabulary import Signal
from pumpd.rule_limits import as_state, limits, relative_limits


def test_limit_lines_are_the_rules_own() -> None:
    """facts/clinical.md 3.2: BP1, BP2, LP1."""
    assert limits(DEFAULT_RULES, Signal.SYS)[0] == 160
    assert limits(DEFAULT_RULES, Signal.DIA)[0] == 100
    assert relative_limits(DEFAULT_RULES, Signal.SYS)[0] == 120
    assert limits(DEFAULT_RULES, Signal.LINE_PRESSURE)[0] == 300
    assert limits(tightened(DEFAULT_RULES, {"line_pressure_limit_mmhg": 200}), Signal.LINE_PRESSURE)[0] == 200


def test_the_console_is_told_the_limits_in_force_and_only_those_that_are_drawn() -> None:
    site = tightened(DEFAULT_RULES, {"line_pressure_limit_mmhg": 200})
    assert as_state(site) == {
        "sys": {"limit": 160, "of_baseline_percent": 120},
        "dia": {"limit": 100, "of_baseline_percent": 120},
        "line_pressure": {"limit": 200},
    }
    assert as_state(()) == {}
