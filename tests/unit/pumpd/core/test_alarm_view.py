"""Alarms and signal as everybody is shown them (R44, R47, R55)."""

import json
from dataclasses import replace

import pytest
from channel_bench import infusing

from interlocks.vocabulary import Priority, Stamp
from pumpd.core import actions as do
from pumpd.core import alarm_view
from pumpd.core import events as ev
from pumpd.core.alarms import Alarm


def test_R44_an_alarm_is_shown_with_its_cause_its_rows_and_its_words() -> None:
    bench = infusing()
    bench.cuff(185, 112)
    bench.advance(7)
    (shown,) = alarm_view.alarms(bench.state)
    assert (shown["key"], shown["rule"], shown["priority"]) == ("blood-pressure", "BP3", "high")
    assert {"BP2", "BP3"} <= set(shown["members"])
    assert shown["text"] == "systolic 185 mmHg >= 180 mmHg and diastolic 112 mmHg >= 110 mmHg"
    assert (shown["age_s"], shown["since_ms"]) == (7, bench.now.ms - 7_000)
    assert (shown["acknowledged"], shown["first_out"], shown["present"], shown["escalation"]) == (
        "",
        True,
        True,
        0,
    )
    assert json.loads(json.dumps(shown)) == shown


def test_a_technical_alarm_is_its_own_rule_and_has_no_rows() -> None:
    bench = infusing()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    (shown,) = alarm_view.alarms(bench.state)
    assert (shown["key"], shown["rule"], shown["members"]) == ("JOURNAL", "JOURNAL", [])


def test_who_has_seen_it_is_shown_and_what_was_seen_comes_last() -> None:
    bench = infusing()
    bench.cuff(185, 112)
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    bench.acknowledge("blood-pressure")
    shown = [(one["key"], one["acknowledged"]) for one in alarm_view.alarms(bench.state)]
    assert shown == [("JOURNAL", ""), ("blood-pressure", "nina")]


def test_a_silence_that_joined_a_lost_broker_and_waits_for_a_person_is_shown_as_not_seen_without_a_sound() -> (
    None
):
    bench = infusing()
    bench.is_monitored = bench.has_line = False
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="connection reset"))
    bench.advance(4)
    bench.acknowledge()
    assert [one["acknowledged"] for one in alarm_view.alarms(bench.state)] == ["nina"]
    bench.advance(700)
    (shown,) = alarm_view.alarms(bench.state)
    assert "ST1b" in shown["members"]
    assert (shown["acknowledged"], bench.state.signal.sound) == ("", None)


@pytest.mark.parametrize(
    ("now_link_ms", "left_s"), [(0, 120), (1, 120), (1_000, 119), (119_999, 1), (120_000, 0), (130_000, 0)]
)
def test_R55_how_long_the_audio_stays_paused_is_counted_down(now_link_ms: int, left_s: int) -> None:
    signal = do.AlarmSignal(light=Priority.HIGH, is_audio_paused=True, has_reminder=True, escalation=1)
    state = replace(
        infusing().state, now=Stamp(0, now_link_ms), signal=signal, audio_paused_until_link_ms=120_000
    )
    assert alarm_view.signal(state) == {
        "light": "high",
        "sound": None,
        "audio_paused": True,
        "audio_paused_left_s": left_s,
        "reminder": True,
        "escalation": 1,
    }


def test_without_an_alarm_everything_is_dark_and_nothing_is_listed() -> None:
    state = infusing().state
    assert alarm_view.alarms(state) == []
    assert alarm_view.signal(state) == {
        "light": None,
        "sound": None,
        "audio_paused": False,
        "audio_paused_left_s": 0,
        "reminder": False,
        "escalation": 0,
    }


def test_the_sound_is_shown_by_its_priority() -> None:
    state = replace(infusing().state, signal=do.AlarmSignal(light=Priority.LOW, sound=Priority.LOW))
    assert alarm_view.signal(state)["sound"] == "low"
    state = replace(state, alarms=(Alarm("END", Priority.LOW, "done", state.now, escalation=2),))
    assert [one["escalation"] for one in alarm_view.alarms(state)] == [2]
