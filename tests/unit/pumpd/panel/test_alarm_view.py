"""Alarms with mark, age, first-out, who saw them, and a button for who now does."""

from typing import Any

from panel_console import STATE

from pumpd.panel.alarm_view import alarms, facts, texts
from pumpd.panel.words import Words

EN = Words("en")


def state(**more: Any) -> dict[str, Any]:
    one = {"key": "BP2", "rule": "BP2", "priority": "high", "text": "systolic 182 > 160 <x>", "age_s": 75}
    known = {**one, "acknowledged": "", "first_out": True, "present": True, "escalation": 0, **more}
    signal = {"light": "high", "sound": "high", "reminder": False, "audio_paused_left_s": 65}
    return {**STATE, "alarms": [known], "signal": signal}


def test_an_unseen_alarm_has_its_mark_its_word_first_and_a_button_by_its_key() -> None:
    markup = alarms(state(), EN)
    for part in ("alarm high", ">!!!<", ">HIGH<", ">FIRST<", 'data-rule="BP2"', "&lt;x&gt;", 'lang="en"'):
        assert part in markup


def test_a_seen_one_names_who_and_has_no_button_and_what_is_over_says_so() -> None:
    markup = alarms(state(acknowledged="nina", present=False, escalation=2), EN)
    assert "seen by nina" in markup
    assert "<button" not in markup
    assert "condition over" in markup
    assert "nobody came" in markup


def test_ages_stand_apart_so_that_a_button_is_not_redrawn_each_second() -> None:
    young, old = state(age_s=75), state(age_s=76)
    assert alarms(young, EN) == alarms(old, EN)
    assert texts(young, EN)["age-BP2"] != texts(old, EN)["age-BP2"]


def test_the_pause_of_the_sound_is_counted_down_and_the_facts_are_the_signals() -> None:
    assert texts(state(), EN)["audio"] == "sound paused, 1:05 left"
    assert facts(state()) | {"alarms": 0} == {
        "light": "high",
        "sound": "high",
        "reminder": False,
        "audio_paused_s": 65,
        "alarms": 0,
    }
    assert texts({}, EN)["alarm-count"] == "No alarm"
