"""I5 to I8 and I12 fail when they should, and only then."""

from functools import partial

import pytest
from oracle_traces import PRESCRIBED, RATE_NL_H, broken, started, state, ticks

from hil_sim.oracle.scene import (
    Answered,
    Broke,
    Committed,
    Lived,
    Moved,
    Pressed,
    Scene,
    Sent,
    Shown,
    Step,
    Tick,
)

HALF = RATE_NL_H / 2
STOOD = [Sent(20.0, is_stop=True), Moved(20.05, 0.0)]


def _resumed(t_s: float, key: str = "p2") -> list[Step]:
    return [
        Pressed(t_s, key, "resume", "nina"),
        Committed(t_s + 0.01, t_s + 0.02),
        Sent(t_s + 0.1, is_run=True),
    ]


def test_a_resume_by_a_person_breaks_nothing() -> None:
    assert broken(started(), STOOD, Shown(29.5, state()), _resumed(30.0), Moved(30.2, RATE_NL_H)) == []


def test_flow_that_nobody_asked_for_is_I6() -> None:
    assert broken(started(), STOOD, Moved(40.0, RATE_NL_H)) == ["I6"]


def test_one_press_moves_the_plunger_once() -> None:
    twice: list[Step] = [Moved(30.2, RATE_NL_H), Moved(31.0, 0.0), Moved(32.0, RATE_NL_H)]
    assert broken(started(), STOOD, Shown(29.5, state()), _resumed(30.0), twice) == ["I6"]


def test_a_refused_press_and_an_old_one_move_nothing() -> None:
    refused = [*_resumed(30.0)[:2], Answered(30.05, "p2", "resume", "refused")]
    assert broken(started(), STOOD, refused, Moved(30.2, RATE_NL_H)) == ["I6"]
    assert broken(started(), STOOD, _resumed(30.0)[:2], Moved(40.5, RATE_NL_H)) == ["I6"]


def test_a_faster_rate_needs_a_person_too_and_a_slower_one_does_not() -> None:
    slowed: list[Step] = [Sent(20.0, rate_nl_h=HALF), Moved(20.1, HALF)]
    assert broken(started(), slowed) == []
    assert broken(started(), slowed, Moved(40.0, RATE_NL_H)) == ["I6"]
    pressed = Pressed(39.0, "p2", "restore", "nina")
    assert broken(started(), slowed, pressed, Moved(40.0, RATE_NL_H)) == []


def test_a_key_pressed_at_the_pump_explains_motion_and_a_faster_motor_does_not() -> None:
    assert broken(started(), STOOD, Broke(40.0, "keypad_run"), Moved(40.0, RATE_NL_H)) == []
    assert broken(started(), STOOD, Broke(40.0, "keypad_rate"), Moved(40.0, RATE_NL_H)) == ["I6"]


def test_a_motor_that_was_held_fast_goes_on_when_it_is_let_go_and_not_later() -> None:
    let_go = [Broke(39.0, "underdelivery"), Broke(40.0, "underdelivery", is_over=True)]
    assert broken(started(), STOOD, let_go, Moved(40.1, RATE_NL_H)) == []
    assert broken(started(), STOOD, let_go, Moved(40.4, RATE_NL_H)) == ["I6"]


def test_a_start_on_the_wire_without_a_person_is_told_even_if_nothing_moves() -> None:
    assert broken(started(), STOOD, Sent(40.0, is_run=True)) == ["I6-wire"]


def test_a_press_of_an_earlier_life_counts_no_more() -> None:
    """I7: the act must carry this start."""
    again: list[Step] = [
        Lived(31.0, "crash"),
        Lived(31.5, "life"),
        Lived(31.6, "open"),
        Sent(31.7, is_identity=True),
    ]
    pressed: list[Step] = [Pressed(30.9, "p2", "resume", "nina"), Committed(30.91, 30.92)]
    assert broken(started(), STOOD, pressed, again, Sent(32.0, is_run=True), Moved(32.1, RATE_NL_H)) == [
        "I6-wire",
        "I6",
    ]


def test_flow_that_outlives_the_daemon_is_I7() -> None:
    ended = Lived(12.0, "crash")
    assert broken(started(), ended, ticks(12.1, 14.0), Moved(14.0, 0.0), ticks(14.1, 20.0, 0.0)) == []
    assert broken(started(), ended, ticks(12.1, 15.0)) == ["I7"]


@pytest.mark.parametrize("name", ["other_unit", "other_pump"])
def test_questions_to_a_pump_that_cannot_answer_count_towards_its_lease_and_only_for_a_second(
    name: str,
) -> None:
    """Row 21, soak seed 296: each question who it is, is one that its lease hears."""
    back: list[Step] = [Lived(12.0, "crash"), Lived(13.0, "life"), Lived(13.0, "ready")]
    assert broken(started(), Broke(11.9, name), back, ticks(13.1, 16.6)) == []
    assert broken(started(), Broke(11.9, name), back, ticks(13.1, 17.0)) == ["I7"]
    assert broken(started(), back, Broke(13.1, name), ticks(13.1, 16.6)) == ["I7"]


def test_a_target_on_a_counter_that_is_cleared_with_no_daemon_there_ends_nothing_and_the_next_daemon_does() -> (
    None
):
    """Soak seed 713: a Harvard goes on by as much as its counter had shown; other leases do not hang on it."""
    gone: list[Step] = [Lived(12.0, "crash"), Broke(12.6, "counter_cleared")]
    back: list[Step] = [Lived(32.0, "life"), Lived(32.0, "ready")]
    harvard = partial(Scene, PRESCRIBED, seam_s=0.5)
    assert broken(started(), gone, ticks(12.7, 31.9), scene=harvard()) == []
    assert broken(started(), gone, ticks(12.7, 31.9)) == ["I7"]
    assert broken(started(), gone, ticks(12.7, 31.9), back, ticks(32.1, 40.0), scene=harvard()) == ["I7"]
    before: list[Step] = [Broke(10.5, "counter_cleared"), Lived(12.0, "crash")]
    assert broken(started(), before, ticks(12.7, 31.9), scene=harvard()) == ["I7"], "the daemon had seen it"


def test_without_the_watchdog_of_the_pump_only_other_hardware_would_help() -> None:
    dead = Broke(11.0, "watchdog_dead")
    assert broken(started(), dead, Lived(12.0, "crash"), ticks(12.1, 20.0)) == []


@pytest.mark.parametrize(("until_s", "is_wrong"), [(30.05, False), (31.0, True)])
def test_a_start_before_its_record_is_on_the_disk_is_I8(until_s: float, is_wrong: bool) -> None:
    pressed: list[Step] = [
        Pressed(30.0, "p2", "resume", "nina"),
        Committed(30.01, until_s),
        Sent(30.1, is_run=True),
    ]
    assert broken(started(), STOOD, Shown(29.5, state()), pressed) == (["I8"] if is_wrong else [])


def test_a_commit_of_before_the_press_is_no_record_of_it() -> None:
    pressed: list[Step] = [
        Committed(29.9, 29.95),
        Pressed(30.0, "p2", "resume", "nina"),
        Sent(30.1, is_run=True),
    ]
    assert broken(started(), STOOD, Shown(29.5, state()), pressed) == ["I8"]


def test_a_pump_that_was_not_asked_who_it_is_since_the_port_opened_is_I12() -> None:
    opened = Lived(25.0, "open")
    assert broken(started(), STOOD, Shown(29.5, state()), opened, _resumed(30.0)) == ["I12"]
    asked = Sent(25.1, is_identity=True)
    assert broken(started(), STOOD, Shown(29.5, state()), opened, asked, _resumed(30.0)) == []


def test_a_resume_against_what_is_shown_to_stand_in_its_way_is_I5() -> None:
    blocked = [
        Shown(20.1 + n / 2, state(word="PAUSED", resume_blocked_by=["SpO2"], alarms=[{}])) for n in range(21)
    ]
    assert broken(started(), STOOD, blocked, _resumed(30.3), Moved(30.5, RATE_NL_H)) == ["I5"]
    assert (
        broken(started(), STOOD, blocked, Shown(30.2, state()), _resumed(30.3), Moved(30.5, RATE_NL_H)) == []
    )


def test_a_start_after_a_pause_that_was_heard_is_I9_although_a_resume_was_pressed_before() -> None:
    pause: list[Step] = [Pressed(30.05, "p3", "pause", "nina"), Answered(30.06, "p3", "pause", "accepted")]
    resumed = _resumed(30.0)
    assert broken(started(), STOOD, Shown(29.5, state()), resumed[:2], pause, Sent(30.09, is_run=True)) == []
    assert broken(started(), STOOD, Shown(29.5, state()), resumed[:2], pause, Sent(30.2, is_run=True)) == [
        "I9-start"
    ]
    later: list[Step] = [*pause, *_resumed(32.0, "p4")]
    assert broken(started(), STOOD, Shown(29.5, state()), resumed[:2], later) == []


@pytest.mark.parametrize("phase", ["stopped", "completed"])
def test_a_session_that_is_over_does_not_flow_again_whoever_presses(phase: str) -> None:
    over = Shown(29.5, state(phase=phase, word=phase.upper()))
    filled = Tick(29.4, 17_400_000.0, 0.0)
    assert broken(started(), STOOD, filled, over, _resumed(30.0), Moved(30.2, RATE_NL_H)) == ["I6-over"]
    assert broken(started(), STOOD, filled, over, Broke(30.0, "keypad_run"), Moved(30.2, RATE_NL_H)) == []
