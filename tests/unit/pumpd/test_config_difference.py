"""What changed between two configurations, in words a person can check against the two files."""

from pathlib import Path

import pytest

from pumpd.config import config_hash, parse
from pumpd.config_difference import MOST_TOLD, difference, flat, from_record, recorded

TEXT = (Path(__file__).parents[3] / "docs" / "config-example.toml").read_text(encoding="utf-8")


def _flat(*changes: tuple[str, str]) -> dict[str, str]:
    text = TEXT
    for old, new in changes:
        assert old in text
        text = text.replace(old, new, 1)
    return flat(parse(text, "x.toml"))


def test_a_changed_an_added_and_a_removed_key_are_told_by_place_with_both_values() -> None:
    after = _flat(
        ("[clinic]", "[limits]\nsystolic_slow_mmhg = 150\n\n[clinic]"),
        ("lease_s = 2", "lease_s = 3"),
        ('air_sensor = "air-1"', "#"),
    )
    assert difference(_flat(), after).split(", ") == [
        "channels[bed-1].pump.lease_s: 2 -> 3",
        'channels[bed-1].air_sensor: "air-1" -> (left out)',
        "limits.systolic_slow_mmhg: (left out) -> 150",
    ]


def test_what_says_the_same_differs_in_nothing() -> None:
    assert difference(_flat(), _flat(("# People.", "# Persons."))) == ""


def test_a_bed_put_in_front_of_another_is_a_new_bed_and_no_change_of_the_other() -> None:
    bed = TEXT[TEXT.index("[[channels]]") :].replace("-1", "-2").replace("port0", "port2")
    told = difference(_flat(), flat(parse(TEXT.replace("[[channels]]", f"{bed}\n[[channels]]"), "x.toml")))
    assert "channels[bed-2].bed" in told
    assert "channels[bed-1]" not in told


def test_that_a_secret_changed_is_told_and_neither_the_old_nor_the_new_one() -> None:
    told = difference(_flat(), _flat(("3ef404d2278edaac", "4ef404d2278edaac")))
    assert told.startswith("users[dora].pin_scrypt: #")
    assert "scrypt$" not in told
    assert "3ef404d2278edaac" not in recorded("h", parse(TEXT, "x.toml"))


def test_many_changes_are_counted_not_listed() -> None:
    before, after = _flat(), dict.fromkeys(_flat(), "1")
    assert difference(before, after).count(" -> ") == MOST_TOLD
    assert difference(before, after).endswith(f", and {len(before) - MOST_TOLD} more")


def test_a_record_gives_back_what_was_put_in() -> None:
    config = parse(TEXT, "x.toml")
    assert from_record(recorded(config_hash(config), config)) == (config_hash(config), flat(config))


@pytest.mark.parametrize("body", ["", "[]", "{}", '{"keys": 3}'])
def test_what_is_no_such_record_is_refused(body: str) -> None:
    with pytest.raises(ValueError):
        from_record(body)
