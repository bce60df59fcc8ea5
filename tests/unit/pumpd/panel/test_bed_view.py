"""What a screen shows in each situation, without a screen."""

import copy
from typing import Any

import pytest
from panel_console import STATE

from pumpd.panel.bed_view import TONES, blockers, order_table, view
from pumpd.panel.words import Words

EN = Words("en")


def shown(**changes: Any) -> dict[str, Any]:
    return view({**copy.deepcopy(STATE), **changes}, EN)


def test_numbers_have_their_units_on_the_page_and_are_the_states_own() -> None:
    text = shown()["text"]
    assert (text["rate"], text["rate-set"], text["rate-ordered"]) == ("26.2", "26.2", "26.2")
    assert (text["given"], text["left"], text["ordered"]) == ("0.01", "34.99", "35.00")
    assert text["given-range"] == "0.01 \N{EN DASH} 0.05 mg"
    assert text["time-left"] == "41 min"


def test_a_pump_that_is_not_heard_has_a_dash_and_no_rate() -> None:
    assert shown(rate={**STATE["rate"], "reported_nl_h": None})["text"]["rate"] == "\N{EN DASH}"


@pytest.mark.parametrize(
    ("changes", "can"),
    [
        ({"word": "PAUSED", "can_resume": True}, {"resume"}),
        ({"word": "PAUSED", "can_resume": False, "can_restore": True}, set()),
        ({"word": "SLOWED", "can_restore": True}, {"restore"}),
        ({"word": "READY", "phase": "verified"}, {"start"}),
        ({"word": "NOT VERIFIED", "phase": "ordered"}, {"verify"}),
        ({"word": "READY", "phase": "verified", "can_verify": False}, {"start"}),
        ({"word": "READY", "phase": "verified", "can_verify": True}, {"start", "verify"}),
        ({"word": "NO ORDER", "phase": "idle"}, {"order"}),
        ({"word": "CLOSED", "phase": "closed", "care": {"course": "clinic", "step": "closed"}}, {"order"}),
        (
            {"word": "OBSERVING", "phase": "completed", "care": {"course": "clinic", "step": "observing"}},
            set(),
        ),
    ],
)
def test_what_may_be_pressed_follows_from_the_state(changes: dict[str, Any], can: set[str]) -> None:
    found = shown(**changes)["facts"]["can"]
    assert {key for key in ("resume", "restore", "start", "verify", "order") if found[key]} == can
    assert found["stop"] is (changes.get("phase", "infusing") in ("ordered", "verified", "infusing"))


def test_no_state_has_an_alarm_colour_and_an_unknown_word_is_quiet() -> None:
    assert set(TONES.values()) <= {"flowing", "slowed", "held", "grave", "waiting", "watching"}
    assert shown(word="SOMETHING NEW")["facts"]["tone"] == "quiet"
    assert shown()["facts"]["epoch"] == 5


def test_each_unmet_condition_is_a_line_and_none_is_said_too() -> None:
    assert blockers(["a <b>", "c"], EN).count('class="unmet"') == 2
    assert "&lt;b&gt;" in blockers(["a <b>"], EN)
    assert "Nothing stands in the way." in blockers([], EN)


def test_an_order_is_a_table_with_headers_and_without_one_says_so() -> None:
    assert '<th scope="row">Rate</th><td>26.2 mL/h</td>' in order_table(STATE, EN)
    assert "No order." in order_table({}, EN)


def test_the_least_a_state_can_be_is_still_shown() -> None:
    assert view({"word": "NO PUMP"}, Words("de"))["text"]["word"] == "KEINE PUMPE"


def test_the_hash_of_the_configuration_in_force_is_shown() -> None:
    """I25; faults: hash shown on the panel."""
    people = shown(configuration={"hash": "0123456789abcdef" * 4})["html"]["people"]
    assert "<li>Configuration: 0123456789ab</li>" in people
