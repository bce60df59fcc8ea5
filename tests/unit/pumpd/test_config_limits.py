"""`[limits]` and `[shadow]`: stricter, known, in order, each fault once and by its line."""

from pathlib import Path
from typing import Any

import pytest

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.tighten import settings
from pumpd.config import ConfigRefused, config_hash, parse
from pumpd.config_limits import limit_faults
from pumpd.config_words import Loc

EXAMPLE = Path(__file__).parents[3] / "docs" / "config-example.toml"
TEXT = EXAMPLE.read_text(encoding="utf-8")
LINES = TEXT.count("\n")


def _faults(tree: dict[str, Any]) -> list[tuple[Loc, str]]:
    return [(fault.loc, fault.text) for fault in limit_faults(tree)]


def _refusal(more: str) -> tuple[str, ...]:
    with pytest.raises(ConfigRefused) as caught:
        parse(TEXT + more, "x.toml")
    return caught.value.faults


def test_without_the_tables_there_is_nothing_to_say() -> None:
    assert _faults({}) == _faults({"limits": {}, "shadow": {}}) == []
    config = parse(TEXT, "x.toml")
    assert (config.limits, config.shadow) == ({}, {})


def test_stricter_limits_and_stricter_shadows_are_taken_and_change_the_hash() -> None:
    config = parse(
        TEXT + "\n[limits]\nsystolic_slow_mmhg = 150\n[shadow]\nsystolic_slow_mmhg = 140\n", "x.toml"
    )
    assert config.limits == {"systolic_slow_mmhg": 150}
    assert config.shadow == {"systolic_slow_mmhg": 140}
    assert config_hash(config) != config_hash(parse(TEXT, "x.toml"))


def test_every_setting_of_the_table_is_a_key_of_both_tables() -> None:
    tightest = {one.key: one.tightest for one in settings(DEFAULT_RULES)}
    assert _faults({"limits": tightest, "shadow": tightest}) == []


@pytest.mark.parametrize(
    ("entry", "says"),
    [
        (
            "systolic_slow_mmhg = 170",
            "BP2: the systolic limit 170 mmHg is looser than the loosest allowed, 160 mmHg",
        ),
        ("systolic_slow_mmhg = 100", "tighter than the tightest allowed, 140 mmHg"),
        ("line_pressure_limit_mmhg = 210", "is no multiple of 25 mmHg"),
        ("systolic_slow = 150", "there is no such limit; did you mean systolic_slow_mmhg"),
        ("zzz = 150", "there is no such limit; known: pressure_rise_slow_percent"),
        ("systolic_slow_mmhg = 150.0", "must be a whole number"),
        ('systolic_slow_mmhg = "150"', "must be a whole number"),
        ("systolic_slow_mmhg = true", "must be a whole number"),
    ],
)
@pytest.mark.parametrize("table", ["limits", "shadow"])
def test_one_wrong_entry_is_one_fault_that_names_line_key_and_what_would_be_right(
    table: str, entry: str, says: str
) -> None:
    (fault,) = _refusal(f"\n[{table}]\n{entry}\n")
    assert fault.startswith(f"x.toml:{LINES + 3}: {table}.{entry.split(' ')[0]} = ")
    assert says in fault


def test_a_line_whose_header_is_still_commented_out_is_told_where_it_belongs() -> None:
    """As who uncomments the example's limit and not the line above it."""

    def told(line: str) -> str:
        with pytest.raises(ConfigRefused) as caught:
            parse(TEXT.replace("[clinic]\n", f"[clinic]\n{line}\n"), "x.toml")
        (fault,) = caught.value.faults
        return fault

    nowhere = "clinic.{}: there is no such key here; "
    known = "known: observation_min, series_of"
    home = "it belongs under {}, whose header must stand before it; "
    key = "systolic_slow_mmhg = 150"
    assert told(key).endswith(nowhere.format(key) + home.format("[limits]") + known)
    key = "listener_within_s = 15"
    assert told(key).endswith(nowhere.format(key) + home.format("[alarms]") + known)
    key = 'air_sensor = "air-1"'
    assert told(key).endswith(nowhere.format(key) + home.format("[[channels]]") + known)
    assert told("quite_unknown = 15").endswith(nowhere.format("quite_unknown = 15") + known)


def test_a_table_that_is_none_is_told_by_the_model() -> None:
    (fault,) = _refusal("\n[site.limits]\n")
    assert "site.limits: there is no such key here" in fault
    with pytest.raises(ConfigRefused, match="must be a table"):
        parse("limits = 3\n" + TEXT, "x.toml")


def test_a_shadow_is_held_against_the_limit_in_force_of_the_site() -> None:
    tree = {"limits": {"systolic_slow_mmhg": 150}, "shadow": {"systolic_slow_mmhg": 155}}
    assert _faults(tree) == [
        (
            ("shadow", "systolic_slow_mmhg"),
            "BP2: the systolic limit 155 mmHg is looser than the loosest allowed, 150 mmHg",
        )
    ]
    assert _faults({**tree, "shadow": {"systolic_slow_mmhg": 150}}) == []


def test_a_shadow_of_the_line_pressure_is_held_against_the_strictest_channel() -> None:
    """A channel's own limit may be stricter than the site's; a looser shadow beside it would say nothing."""
    channels = [{"line_pressure_limit_mmhg": 300}, {"line_pressure_limit_mmhg": 150}, {}]
    tree = {"channels": channels, "shadow": {"line_pressure_limit_mmhg": 200}}
    assert [loc for loc, _ in _faults(tree)] == [("shadow", "line_pressure_limit_mmhg")]
    assert _faults({**tree, "shadow": {"line_pressure_limit_mmhg": 150}}) == []


def test_a_limit_that_is_wrong_does_not_hide_a_wrong_shadow() -> None:
    faults = _refusal("\n[limits]\nsystolic_slow_mmhg = 170\n[shadow]\nspo2_slow_percent = 91\n")
    assert [fault.split(" ")[1] for fault in faults] == [
        "limits.systolic_slow_mmhg",
        "shadow.spo2_slow_percent",
    ]
