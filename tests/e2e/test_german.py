"""A German nurse reads German: the screens she sees most, on the smallest display, with nothing cut off."""

from collections.abc import Callable
from typing import Any

import care_states as care
import pytest
from panel_console import STATE
from playwright.sync_api import Page, expect
from shown import Pair, Shown

Look = Callable[[Page, str], None]

BLOCKED = [
    "BP2: needs systolic <= 150 mmHg (now 163 mmHg) and diastolic <= 95 mmHg (now 101 mmHg) in 2 new readings, has 0;"
    " needs acknowledgement",
    "newest cuff reading is 184 s old (limit 120 s); one has been requested",
]
ORDERED = STATE["rate"]


def _state(word: str, headline: str, following: str, **more: Any) -> dict[str, Any]:
    return {**STATE, "word": word, "headline": headline, "next": following, **more}


PAUSED: dict[str, Any] = {
    "time_left_s": None,
    "can_resume": True,
    "rate": {**ORDERED, "permitted_nl_h": 0, "reported_nl_h": 0},
}
OBSERVED: dict[str, Any] = {
    **care.OBSERVING,
    "headline": "The dose is complete; the motor stands still; the patient is observed for 60 min",
    "next": "Observe the patient, 30 min after the end: overdue by 2 min",
    "care": {
        **care.OBSERVING["care"],
        "prompts": [
            {"key": "observe", "text": "Observe the patient, 30 min after the end", "due_in_s": -120}
        ],
        "close_blocked_by": [
            "the observation lasts 60 min: 26 min 0 s left",
            "not recovered: at 15 min: dissociation 1: needs 0; 1 of 2 observations in a row",
        ],
        "series": {"number": 2, "of": 6, "warnings": ["this is session 3 within 7 days (limit 2 sessions)"]},
    },
}
STATES: dict[str, tuple[dict[str, Any], str]] = {
    "running": (
        _state("INFUSING", "Infusing at 26.2 mL/h, the prescribed rate", ""),
        "Infundiert mit 26.2 mL/h",
    ),
    "slowed": (
        _state(
            "SLOWED",
            "Slowed to 50 %: systolic 163 mmHg > 160 mmHg, not repeated within 90 s",
            "Before restore: " + "; ".join(BLOCKED),
            can_restore=True,
            rate={**ORDERED, "permitted_nl_h": 13_100_000, "reported_nl_h": 13_100_000},
            restore_blocked_by=BLOCKED,
        ),
        "Auf 50 % verlangsamt: systolisch 163 mmHg > 160 mmHg",
    ),
    "paused": (
        _state("PAUSED", "Paused: paused by nina", "A nurse may resume, at half the rate", **PAUSED),
        "Pausiert",
    ),
    "resume-blocked": (
        _state(
            "PAUSED",
            "Paused: systolic 163 mmHg > 160 mmHg and diastolic 101 mmHg > 100 mmHg",
            "Before resume: " + "; ".join(BLOCKED),
            resume_blocked_by=BLOCKED,
            **PAUSED,
        ),
        "Pausiert: systolisch 163 mmHg > 160 mmHg und diastolisch 101 mmHg > 100 mmHg",
    ),
    "alarm": (care.alarmed("high", "no answer from the pump: no answer"), ""),
    "observation": (OBSERVED, "Die Dosis ist vollständig; die Pumpe steht; 60 min Nachbeobachtung"),
}


@pytest.mark.parametrize("name", STATES)
def test_a_german_screen_speaks_german_and_nothing_is_wider_than_it(
    name: str, shown: Shown, pair: Pair, looked_at: Look
) -> None:
    state, headline = STATES[name]
    page = shown.bed(pair, state, locale="de-DE")
    assert page.locator("html").get_attribute("lang") == "de"
    if headline:
        expect(page.locator(".headline").first).to_contain_text(headline)
        assert page.locator(".headline").first.get_attribute("lang") == "de"
    for reason in page.locator(".alarm .what, .unmet").all():
        assert reason.get_attribute("lang") == "de"
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    box = page.locator("[data-act=pause], .pause").first.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] <= 480
    looked_at(page, f"german-{name}")


def test_a_sentence_that_no_form_knows_is_shown_in_english_whole_and_says_so(
    shown: Shown, pair: Pair
) -> None:
    page = shown.bed(
        pair, _state("PAUSED", "Paused: a reason nobody has translated", "", **PAUSED), locale="de-DE"
    )
    expect(page.locator(".headline").first).to_have_text("Paused: a reason nobody has translated")
    assert page.locator(".headline").first.get_attribute("lang") == "en"
