"""No number without its age; what is old says so."""

from panel_console import STATE

from pumpd.panel.vitals_view import parts, texts
from pumpd.panel.words import Words

EN = Words("en")


def test_readings_have_their_age_and_old_ones_say_so_in_words() -> None:
    vitals = {**STATE["vitals"], "hr": {"value": 72, "age_ms": 16_000, "unit": "bpm"}}
    text = texts({**STATE, "vitals": vitals, "cuff_active": True}, EN)
    assert (text["bp"], text["bp-age"], text["hr-age"]) == ("125/78", "2 s ago", "OLD: 16 s ago")
    assert (text["cuff"], text["baseline"]) == ("cuff is measuring", "baseline 125/78")
    assert text["seen-moaas"] == "5, 0 s ago, nina"
    assert text["seen-presence"] == "yes, 0 s ago, nina"


def test_requirement_43_what_nobody_watches_is_said_at_the_bed() -> None:
    state = {**STATE, "unwatched": ["line_pressure", "air", "breathing"]}
    assert texts(state, EN)["unwatched"] == "Nobody watches: pressure in the line, air in the line, breathing"
    assert texts(state, Words("de"))["unwatched"].startswith("Niemand überwacht: Druck in der Leitung")
    assert texts({**STATE, "unwatched": []}, EN)["unwatched"] == ""
    assert texts({}, EN)["unwatched"] == "", "an older daemon has not said"


def test_what_was_never_measured_or_entered_is_said_to_be_missing() -> None:
    text = texts({"baseline": {"sys": 120, "dia": 80, "accepted": False}}, EN)
    assert (text["bp"], text["bp-age"], text["seen-symptoms"]) == (
        "\N{EN DASH}",
        "no reading",
        "never entered",
    )
    assert "the start accepts it" in text["baseline"]
    assert texts({}, EN)["baseline"] == "no baseline"
    assert parts({}, EN) == {}
