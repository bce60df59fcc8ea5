"""The live view as it is drawn, without a terminal."""

import io
from typing import Any

import pytest
from rich.console import Console

from pumpd.cli.watch_view import change_line, picture, shares

STATE: dict[str, Any] = {
    "channel": "bed-1",
    "word": "INFUSING",
    "headline": "Infusing.",
    "rate": {"programmed_nl_h": 26_250_000, "permitted_nl_h": 26_250_000, "reported_nl_h": 26_250_000},
    "dose": {"prescribed_mg": "35", "given_low_mg": "8.75", "given_best_mg": "9", "given_high_mg": "10.5"},
    "alarms": [{"rule": "LN1", "priority": "high", "text": "occlusion", "first_out": True}],
    "order": {"patient": "tok-4711", "drug": "ketamine", "syringe": "bd-60"},
    "baseline": {"sys": 124.0, "dia": 78.0, "accepted": True},
    "line_pressure_mmhg": 13.8,
    "line_pressure_age_ms": 1_200,
}


def drawn(state: dict[str, Any], silent_s: float, reason: str = "", colour: bool = False) -> str:
    out = io.StringIO()
    Console(file=out, width=120, force_terminal=colour, color_system="standard" if colour else None).print(
        picture(state, silent_s, reason)
    )
    return out.getvalue()


def test_a_fresh_state_shows_its_word_its_rate_its_alarms_and_whom_it_treats() -> None:
    text = drawn(STATE, 0.5)
    for expected in (
        "INFUSING",
        "26.25 mL/h of 26.25 mL/h",
        "HIGH LN1: occlusion [FIRST]",
        "tok-4711, ketamine, bd-60, baseline 124/78 mmHg, accepted",
        "13.8 mmHg (1 s ago)",
    ):
        assert expected in text
    assert "NO DATA" not in text


def test_a_newer_state_shows_what_sounds_who_looked_and_what_blocks_a_restore() -> None:
    newer = {
        "restore_blocked_by": ["five minutes are not over"],
        "observations": {"moaas": {"value": 5, "age_ms": 61_000}},
        "cuff_active": True,
        "course": {"elapsed_s": 60, "planned_s": 2400, "paused_s": 0},
        "signal": {"sound": None, "audio_paused": True, "audio_paused_left_s": 87, "escalation": 1},
        "sounders": [{"name": "bell /dev/tty1", "ok": False, "reason": "takes no more bytes"}],
    }
    text = drawn({**STATE, **newer}, 0.0)
    for expected in (
        "restore blocked: five minutes are not over",
        "MOAAS 5 (1 min 01 s ago)",
        "cuff inflating",
        "running for 1 min 00 s of 40 min 00 s planned",
        "alarms: audio paused 87 s, escalated 1x",
        "bell /dev/tty1 FAILS: takes no more bytes",
    ):
        assert expected in text
    assert "course" not in drawn(STATE, 0.0), "an older daemon does not tell"


def test_after_two_seconds_of_silence_nothing_is_claimed_any_more() -> None:
    """Design law 3; requirements, pain 11: looks green while the data are old. Faults row 72."""
    assert "INFUSING" in drawn(STATE, 2.0)
    text = drawn(STATE, 2.1, "the daemon closed the connection")
    assert "NO DATA" in text
    assert "INFUSING" not in text
    assert "look at the pump itself" in text
    assert "the daemon closed the connection" in text


@pytest.mark.parametrize(
    ("word", "colour"), [("INFUSING", "42"), ("SLOWED", "43"), ("PAUSED", "41"), ("NOT CONFIRMED", "41")]
)
def test_the_word_has_the_colour_of_its_meaning(word: str, colour: str) -> None:
    assert f";{colour}m {word} " in drawn({**STATE, "word": word}, 0.0, colour=True)


def test_a_word_this_client_does_not_know_is_not_green() -> None:
    assert ";42m" not in drawn({**STATE, "word": "PURGING"}, 0.0, colour=True).split("dose")[0]


def test_the_bar_shows_the_dose_as_an_interval() -> None:
    """Design law 4: dose is kept as (low, best, high)."""
    assert shares(STATE) == (0.25, 0.3)
    assert "█" * 15 + "▒" * 3 + "░" * 42 in drawn(STATE, 0.0)


@pytest.mark.parametrize(
    "dose",
    [
        {},
        {"prescribed_mg": "0", "given_low_mg": "0", "given_high_mg": "0"},
        {"prescribed_mg": "35", "given_low_mg": "9", "given_high_mg": "8"},
        {"prescribed_mg": "nan", "given_low_mg": "nan", "given_high_mg": "nan"},
        {"prescribed_mg": [], "given_low_mg": "1", "given_high_mg": "1"},
    ],
)
def test_a_dose_that_makes_no_sense_has_no_bar(dose: dict[str, Any]) -> None:
    assert shares({"dose": dose}) is None
    assert "░" not in drawn({**STATE, "dose": dose}, 0.0)


def test_markup_in_a_name_stays_text() -> None:
    assert "[red]bed[/red]" in drawn({**STATE, "channel": "[red]bed[/red]"}, 0.0)


@pytest.mark.parametrize("state", [{}, {"rate": 5, "alarms": [3], "dose": [], "volume": {"vtbi_nl": "x"}}])
def test_a_state_with_holes_is_drawn(state: dict[str, Any]) -> None:
    assert drawn(state, 0.0)


def test_a_plain_line_changes_with_the_rate_and_not_with_an_age() -> None:
    older = {
        **STATE,
        "pump": {"report_age_ms": 900},
        "dose": {**STATE["dose"], "given_best_mg": "9.1"},
    }
    slowed = {**STATE, "rate": {**STATE["rate"], "permitted_nl_h": 13_125_000}}
    assert change_line(STATE) == change_line(older) != change_line(slowed)


def test_a_silent_daemon_leaves_no_number_standing() -> None:
    """Requirements, pain 11: what was true then may be false now, and grey alone does not say so."""
    text = drawn(STATE, 2.5)
    assert "NO DATA" in text
    for gone in ("13.8 mmHg", "given", "tok-4711", "none"):
        assert gone not in text
