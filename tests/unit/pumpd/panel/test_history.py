"""What is kept of what was seen: one point for a reading, steps for rates, gaps for silence, and never too much."""

import copy
from typing import Any

from panel_console import STATE

from pumpd.panel.history import KEPT, History


def state(at_ms: int, **changes: Any) -> dict[str, Any]:
    return {**copy.deepcopy(STATE), "at_ms": at_ms, **changes}


def reading(value: float, age_ms: int) -> dict[str, Any]:
    return {**STATE["vitals"], "sys": {"value": value, "age_ms": age_ms, "unit": "mmHg"}}


def test_a_cuff_reading_is_one_point_at_the_time_it_was_measured() -> None:
    history = History()
    for at_ms, age_ms in ((100_000, 20_000), (101_000, 21_050), (160_000, 1_000)):
        history.add(state(at_ms, vitals=reading(130, age_ms)))
    assert list(history.lines["sys"]) == [(80_000, 130.0), (159_000, 130.0)]


def test_what_arrives_all_the_time_is_thinned_and_what_is_stale_is_a_gap() -> None:
    history = History()
    for at_ms in range(100_000, 110_000, 1_000):
        history.add(state(at_ms))
    old = {"hr": {"value": 72, "age_ms": 60_000, "unit": "bpm"}}
    history.add(state(113_000, vitals=old))
    assert [ms for ms, _ in history.lines["hr"]] == [100_000, 103_000, 106_000, 109_000, 113_000]
    assert history.lines["hr"][-1][1] is None


def test_a_rate_is_a_step_and_a_lost_link_a_gap() -> None:
    history = History()
    for at_ms, rate in ((1_000, 0), (2_000, 26), (3_000, 26), (4_000, 0)):
        history.add(state(at_ms, rate={"permitted_nl_h": rate, "reported_nl_h": rate}))
    history.lost()
    assert list(history.lines["reported"]) == [(1_000, 0.0), (2_000, 26.0), (4_000, 0.0), (4_000, None)]


def test_it_says_whether_the_start_was_seen_and_when_it_was() -> None:
    late = History()
    late.add(state(100_000, phase="infusing", course={"elapsed_s": 60}))
    assert (late.has_seen_start, late.start_ms) == (False, 40_000)
    early = History()
    early.add(state(90_000, phase="verified"))
    early.add(state(100_000, phase="infusing", course={"elapsed_s": 2}))
    assert (early.has_seen_start, early.start_ms) == (True, 98_000)


def test_another_boot_or_session_begins_anew() -> None:
    history = History()
    history.add(state(100_000))
    history.add(state(101_000, session=2))
    assert history.began_ms == 101_000
    history.add(state(102_000, session=2, boot="boot-2"))
    assert history.began_ms == 102_000


def test_words_and_new_alarms_are_events() -> None:
    history = History()
    history.add(state(1_000))
    alarm = {"key": "BP2", "text": "systolic 163 mmHg > 160 mmHg"}
    history.add(state(2_000, word="SLOWED", headline="Slowed to 50 %", alarms=[alarm]))
    history.add(state(3_000, word="SLOWED", headline="Slowed to 50 %", alarms=[alarm]))
    assert [(word, is_alarm) for _, word, _, is_alarm in history.events] == [
        ("alarm", True),
        ("SLOWED", False),
    ]


def test_nothing_grows_without_end() -> None:
    history = History()
    for index in range(KEPT + 100):
        history.add(
            state(index * 3_000, rate={"permitted_nl_h": index, "reported_nl_h": index}, word=str(index))
        )
    assert max(len(line) for line in history.lines.values()) == KEPT
    assert len(history.events) == 60
