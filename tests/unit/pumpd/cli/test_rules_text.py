"""The table as text, Markdown and JSON: every row, every part of it, and what a site has changed."""

from pathlib import Path

from interlocks.catalogue.table import DEFAULT_RULES
from interlocks.condition_words import condition_words
from interlocks.describe import clear_words, stale_words
from interlocks.site_table import site_table
from interlocks.tighten import settings
from interlocks.vocabulary import FITTED, Signal
from pumpd.cli.rules_text import NOT_FITTED, SHADOW, as_json, as_markdown, as_text, marks

ROOT = Path(__file__).parents[4]
ALL_FITTED: frozenset[Signal] = frozenset()
SITE = site_table({"systolic_slow_mmhg": 150}, {"systolic_slow_mmhg": 140})


def _flat(text: str) -> str:
    return " ".join(text.split())


def test_the_manual_is_the_table() -> None:
    """docs/rules.md cannot fall behind the rows."""
    written = (ROOT / "docs" / "rules.md").read_text(encoding="utf-8")
    again = "make it again: pumpd rules --markdown > docs/rules.md"
    assert written == as_markdown(DEFAULT_RULES, ALL_FITTED), again


def test_every_part_of_every_row_is_in_every_form() -> None:
    forms = (_flat(as_text(DEFAULT_RULES, ALL_FITTED)), _flat(as_markdown(DEFAULT_RULES, ALL_FITTED)))
    for rule in DEFAULT_RULES:
        for words in (
            condition_words(rule.when),
            clear_words(rule),
            stale_words(rule),
            rule.hazard,
            rule.source,
            rule.why,
        ):
            assert all(_flat(words) in form for form in forms), (rule.id, words)


def test_what_a_site_has_changed_is_marked_where_it_is_read() -> None:
    text = _flat(as_text(SITE, ALL_FITTED))
    assert "systolic > 150 mmHg (default 160, set by the site) or diastolic > 100 mmHg" in text
    assert "systolic <= 140 mmHg (default 150, set by the site)" in text
    assert "160 (here 150)" in as_markdown(SITE, ALL_FITTED)


def test_a_shadow_row_is_marked_as_one() -> None:
    lines = as_text(SITE, ALL_FITTED).splitlines()
    assert [line for line in lines if SHADOW in line] == [f"BP2~    blood pressure  [{SHADOW}]"]
    assert f"**{SHADOW}.**" in as_markdown(SITE, ALL_FITTED)


def test_rows_of_a_sensor_that_the_channel_lacks_say_that_they_are_never_asked() -> None:
    unfitted = frozenset(FITTED)
    told = {rule.id for rule in DEFAULT_RULES if NOT_FITTED in marks(rule, unfitted)}
    assert told == {"LP0", "LP1", "LP2", "LP3", "AI1", "BT1"}
    assert not any(marks(rule, ALL_FITTED) for rule in DEFAULT_RULES)


def test_the_manual_says_why_below_100_diastolic_is_read_as_above() -> None:
    """facts/clinical.md 1.1."""
    text = _flat(as_markdown(DEFAULT_RULES, ALL_FITTED))
    assert "That is an editing slip for *above* 100" in text
    assert "The linter refuses any low-diastolic limit of 70 mmHg or more" in text


def test_the_manual_lists_every_setting() -> None:
    text = as_markdown(DEFAULT_RULES, ALL_FITTED)
    for one in settings(DEFAULT_RULES):
        assert f"| `{one.key}` |" in text
    assert "| `systolic_slow_mmhg` | systolic | mmHg | BP2 | 160 | 140 | 1 |" in text


def test_a_machine_reads_the_same() -> None:
    shown = as_json(SITE, frozenset({Signal.BUTTON}))
    rows = {one["id"]: one for one in shown["rules"]}
    assert list(rows) == [rule.id for rule in SITE]
    assert rows["BP2"]["set_by_site"] == ["systolic_slow_mmhg"]
    assert rows["BP2"]["steps"][0] == {
        "demand": "SLOW",
        "priority": "medium",
        "when": "",
        "confirmed_by": "the first reading",
    }
    assert (rows["BP2"]["shadow"], rows["BP2~"]["shadow"]) == (False, True)
    assert (rows["BT1"]["fitted"], rows["BP2"]["fitted"], rows["ST1"]["fitted"]) == (False, True, True)
    (slow,) = [one for one in shown["settings"] if one["key"] == "systolic_slow_mmhg"]
    assert (slow["value"], slow["default"], slow["tightest"]) == (150, 160, 140)
