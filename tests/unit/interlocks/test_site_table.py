"""The table of one channel: default rows, a site's limits, its shadows."""

from dataclasses import replace

import pytest

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.conditions import Under
from interlocks.limits import Absolute
from interlocks.lint import lint
from interlocks.site_table import site_table
from interlocks.tighten import settings
from interlocks.vocabulary import Signal


def _line_mmhg(limits: dict[str, int], own_mmhg: int | None) -> int:
    rules = site_table(limits, {}, own_mmhg)
    return next(one.value for one in settings(rules) if one.key == "line_pressure_limit_mmhg")


def test_a_site_that_says_nothing_has_the_default_table() -> None:
    assert site_table({}, {}) == site_table({}, {}, 300) == DEFAULT_RULES


@pytest.mark.parametrize(
    ("site_mmhg", "own_mmhg", "in_force_mmhg"),
    [(None, 200, 200), (200, None, 200), (200, 300, 200), (200, 100, 100), (None, None, 300)],
)
def test_of_two_line_pressure_limits_the_stricter_holds(
    site_mmhg: int | None, own_mmhg: int | None, in_force_mmhg: int
) -> None:
    limits = {} if site_mmhg is None else {"line_pressure_limit_mmhg": site_mmhg}
    assert _line_mmhg(limits, own_mmhg) == in_force_mmhg


def test_no_table_is_made_that_the_linter_refuses(monkeypatch: pytest.MonkeyPatch) -> None:
    """The daemon makes its table here and nowhere else: with a complaint it does not start."""
    slip = replace(DEFAULT_RULES[1], when=Under(Signal.DIA, Absolute(100)))
    monkeypatch.setattr("interlocks.site_table.DEFAULT_RULES", (slip, *DEFAULT_RULES[2:]))
    with pytest.raises(ValueError, match="a low diastolic limit of 100 mmHg is refused"):
        site_table({}, {})


def test_shadows_stand_behind_a_site_s_own_table_and_are_held_against_it() -> None:
    rules = site_table({"systolic_slow_mmhg": 150}, {"systolic_slow_mmhg": 145})
    assert [rule.id for rule in rules[len(DEFAULT_RULES) :]] == ["BP2~"]
    assert lint(rules) == ()
    with pytest.raises(ValueError, match="looser than the loosest allowed, 150 mmHg"):
        site_table({"systolic_slow_mmhg": 150}, {"systolic_slow_mmhg": 155})
