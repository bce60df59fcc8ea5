"""The state in words; a state may be old, partial or hostile."""

from typing import Any

import pytest

from pumpd.cli import state_text

STATE: dict[str, Any] = {
    "channel": "bed-1",
    "bed": "bed-1",
    "epoch": 12,
    "phase": "infusing",
    "word": "SLOWED",
    "headline": "Slowed to 50 %: systolic 152 mmHg > 150 mmHg.",
    "next": "Goes back up only when a nurse resumes.",
    "rate": {
        "programmed_nl_h": 26_250_000,
        "permitted_nl_h": 13_125_000,
        "commanded_nl_h": 13_125_000,
        "reported_nl_h": 13_120_000,
    },
    "dose": {
        "prescribed_mg": "35",
        "given_low_mg": "10.1",
        "given_best_mg": "10.2",
        "given_high_mg": "10.4",
        "left_mg": "24.6",
    },
    "volume": {"vtbi_nl": 17_500_000, "infused_nl": 5_100_000},
    "time_left_s": 3399,
    "holds": [{"source": "OPERATOR", "reason": "paused at the panel", "by": "nina"}],
    "binding": [
        {
            "source": "INTERLOCK",
            "reason": "systolic 152 mmHg > 150 mmHg",
            "rule": "BP1",
            "ceiling_nl_h": 13_125_000,
        }
    ],
    "resume_blocked_by": ["BP2 is latched"],
    "start_blocked_by": [],
    "vitals": {
        "sys": {"value": 152, "age_ms": 12_400, "unit": "mm[Hg]"},
        "hr": {"value": 71.5, "age_ms": 900},
    },
    "line_pressure_mmhg": 84.5,
    "alarms": [
        {"rule": "T1", "priority": "low", "text": "broker is slow", "present": True},
        {"rule": "BP1", "priority": "medium", "text": "systolic high", "first_out": True, "present": False},
        {"rule": "LN1", "priority": "high", "text": "occlusion", "acknowledged": True, "present": True},
    ],
    "pump": {
        "link": "up",
        "identity": "NE-1000 v3.93",
        "motion": "infusing",
        "watchdog_ms": 5000,
        "report_age_ms": 80,
    },
    "journal": {"ok": True},
    "feed": {"link": "up", "rejected": {"retained": 3}},
    "order": {"steps": ["dose = 70 kg x 0.5 mg/kg = 35 mg"], "rate_nl_h": 26_250_000, "vtbi_nl": 17_500_000},
}


def test_a_rate_is_shown_exactly_as_it_is_set() -> None:
    """Design 7: no float; the rounded programme is what is shown and confirmed."""
    assert state_text.ml_h(26_250_000) == "26.25 mL/h"
    assert state_text.ml_h(2_916_667) == "2.916667 mL/h"
    assert state_text.ml_h(0) == "0.0 mL/h"
    assert state_text.ml_h(10**17 + 1) == "100000000000.000001 mL/h"
    assert [state_text.ml_h(odd) for odd in (None, True, "5", 1.5)] == ["--"] * 4


def test_a_volume_is_rounded_down_never_up() -> None:
    assert state_text.ml(17_499_999) == "17.499 mL"
    assert state_text.ml(17_500_000) == "17.50 mL"
    assert state_text.ml(-1) == "-0.001 mL"


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0, "0 s"),
        (59, "59 s"),
        (65, "1 min 05 s"),
        (3600, "1 h 00 min"),
        (-5, "0 s"),
        (None, "--"),
        ("5", "--"),
    ],
)
def test_a_duration_reads_like_speech(seconds: object, text: str) -> None:
    assert state_text.duration(seconds) == text


def test_the_status_tells_everything_a_nurse_asks() -> None:
    text = "\n".join(state_text.status_lines(STATE))
    for expected in (
        "bed-1  bed-1  SLOWED",
        "Slowed to 50 %",
        "Goes back up only when a nurse resumes.",
        "programme 26.25 mL/h   permitted 13.125 mL/h",
        "10.2 mg of 35 mg given (between 10.1 mg and 10.4 mg), 24.6 mg left",
        "5.10 mL of 17.50 mL; 56 min 39 s left",
        "hold OPERATOR: paused at the panel (by nina)",
        "INTERLOCK BP1: systolic 152 mmHg > 150 mmHg, at most 13.125 mL/h",
        "resume?   BP2 is latched",
        "SYS 152 mm[Hg] (12 s ago)",
        "HR 71.5 (0 s ago)",
        "84.5 mmHg",
        "link up, NE-1000 v3.93, infusing, reported 0 s ago, stops by itself after 5 s of silence",
        "rejected: retained 3; journal recording",
    ):
        assert expected in text


def test_requirement_43_what_nobody_watches_has_a_line_of_its_own() -> None:
    lines = state_text.status_lines({**STATE, "unwatched": ["line_pressure", "air"]})
    assert "  unwatched NOT WATCHED: line pressure, air" in lines
    assert not any("NOT WATCHED" in line for line in state_text.status_lines({**STATE, "unwatched": []}))


def test_alarms_stand_by_priority_with_the_first_to_fire_marked() -> None:
    """Requirements 3.1 (47)."""
    assert state_text.alarm_lines(STATE) == [
        ("high", "HIGH LN1: occlusion [acknowledged]"),
        ("medium", "MEDIUM BP1: systolic high [FIRST, gone, waits for a person]"),
        ("low", "LOW T1: broker is slow"),
    ]


NEW: dict[str, Any] = {
    **STATE,
    "can_restore": True,
    "restore_blocked_by": ["five minutes are not over"],
    "observations": {
        "moaas": {"value": 5, "age_ms": 190_000, "by": "nina"},
        "rass": {"value": -2.0, "age_ms": 1_000},
    },
    "cuff_active": True,
    "course": {"elapsed_s": 754, "planned_s": 2400, "paused_s": 65},
    "signal": {
        "light": "high",
        "sound": "high",
        "audio_paused": False,
        "audio_paused_left_s": 0,
        "reminder": False,
        "escalation": 2,
    },
    "sounders": [
        {"name": "bell /dev/tty1", "ok": True, "reason": ""},
        {"name": "bell /dev/tty2", "ok": False, "reason": "its other end has gone"},
    ],
    "alarms": [
        {
            "rule": "BP3",
            "key": "blood-pressure",
            "members": ["BP3", "BP2"],
            "priority": "high",
            "text": "180/110",
            "escalation": 2,
        }
    ],
}


def test_a_newer_state_tells_of_people_cuff_course_sound_and_sounders() -> None:
    text = "\n".join(state_text.status_lines(NEW))
    for expected in (
        "restore?  five minutes are not over",
        "people    MOAAS 5 by nina (3 min 10 s ago)   RASS -2 (1 s ago)",
        "cuff inflating",
        "course    running for 12 min 34 s of 40 min 00 s planned, stood still for 1 min 05 s",
        "signal    sounding HIGH, escalated 2x",
        "sounders  bell /dev/tty2 FAILS: its other end has gone",
        "alarm     HIGH BP3 (and BP2): 180/110 [ESCALATED]",
    ):
        assert expected in text
    assert "/dev/tty1" not in text, "what works is not news"


@pytest.mark.parametrize(
    ("signal", "text"),
    [
        ({"sound": None, "audio_paused": True, "audio_paused_left_s": 87}, "audio paused 87 s"),
        ({"sound": None, "audio_paused": True, "reminder": True}, "audio paused"),
        ({"sound": None, "reminder": True}, "reminder only"),
        ({"sound": "medium"}, "sounding MEDIUM"),
        ({"sound": None, "light": None, "escalation": 0}, ""),
        (None, ""),
    ],
)
def test_what_sounds_is_said_in_a_few_words(signal: Any, text: str) -> None:
    """Requirements, R55: a pause of the audio is counted down where it can be seen."""
    assert state_text.signal_line({"signal": signal}) == text
    assert state_text.signal_line({"signal": signal}) == text


def test_a_state_without_the_newer_keys_says_nothing_about_them() -> None:
    """A newer client beside an older daemon."""
    text = "\n".join(state_text.status_lines(STATE))
    for word in ("people", "course", "signal", "sounders", "restore?", "inflating"):
        assert word not in text


def test_nobody_has_entered_anything_is_not_the_same_as_nothing_known() -> None:
    assert state_text.observations_line({"observations": {}}) == "nothing entered"
    assert state_text.observations_line({}) == ""


def test_an_order_shows_its_steps_before_its_numbers() -> None:
    assert state_text.order_lines(STATE) == [
        "dose = 70 kg x 0.5 mg/kg = 35 mg",
        "rate_nl_h: 26.25 mL/h",
        "vtbi_nl: 17.50 mL",
    ]


def test_a_pump_without_a_lease_is_shown_as_such() -> None:
    """Design law 7."""
    assert "no lease" in state_text.pump_line({"pump": {"link": "wrong_pump"}})
    assert "wrong pump" in state_text.pump_line({"pump": {"link": "wrong_pump"}})


def test_a_journal_that_does_not_record_is_shouted() -> None:
    assert "NOT RECORDING" in state_text.feed_line({"journal": {"ok": False}})


@pytest.mark.parametrize("junk", [None, 7, "x", [], {}, [None], {"a": None}, True, 1.5])
def test_no_missing_or_odd_key_breaks_the_text(junk: Any) -> None:
    """An old client beside a new daemon is ordinary."""
    assert state_text.status_lines({})
    for key in NEW:
        assert state_text.status_lines({**NEW, key: junk})
        assert isinstance(state_text.order_lines({**NEW, key: junk}), list)
    for key in ("observations", "course", "signal"):
        for inner in NEW[key]:
            assert state_text.status_lines({**NEW, key: {**NEW[key], inner: junk}})


def test_nothing_from_the_wire_moves_the_cursor() -> None:
    """Faults 6, log injection (row 105)."""
    evil = "\x1b[2J\r\n\u202e"
    state = {**STATE, "headline": evil, "word": evil, "vitals": {evil: {"value": evil, "unit": evil}}}
    state["observations"] = {evil: {"value": evil, "by": evil}}
    state["sounders"] = [{"name": evil, "reason": evil}]
    state["alarms"] = [{"rule": evil, "members": [evil], "priority": evil, "text": evil}]
    state["signal"] = {"sound": evil}
    assert all(line.isprintable() for line in state_text.status_lines(state))


def test_a_pump_without_a_watchdog_is_not_said_to_stop_by_itself_and_the_risk_is_shown() -> None:
    """Law 7: every status says so, with the site's reason."""
    pump = {
        "link": "up",
        "identity": "NE1000",
        "watchdog_ms": 0,
        "accepted_risk": "nothing stops it; accepted: bench",
    }
    line = state_text.pump_line({"pump": pump})
    assert "NOTHING stops it when the daemon falls silent; RISK: nothing stops it; accepted: bench" in line
    assert "stops by itself" not in line
