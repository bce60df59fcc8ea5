"""I9, I10 and row 80 fail when they should, and only then."""

import pytest
from oracle_traces import broken, started, state, ticks

from hil_sim.oracle.scene import Broke, Lived, Moved, Pressed, Sent, Shown, Step

PRESSED = Pressed(11.0, "p2", "pause", "nina")


def _stops(from_s: float, to_s: float, every_s: float = 0.25) -> list[Step]:
    count = int((to_s - from_s) / every_s)
    return [Sent(from_s + n * every_s, is_stop=True) for n in range(count + 1)]


def _mixed(*parts: list[Step]) -> list[Step]:
    return sorted((step for part in parts for step in part), key=lambda step: step.t_s)


def test_a_pause_that_is_told_to_the_pump_at_once_breaks_nothing() -> None:
    assert (
        broken(started(), PRESSED, Sent(11.1, is_stop=True), Moved(11.15, 0.0), ticks(11.2, 15.0, 0.0)) == []
    )


def test_a_pause_without_a_stop_on_the_wire_within_250_ms_is_I9() -> None:
    assert broken(started(), PRESSED, ticks(11.1, 11.4)) == ["I9"]
    assert broken(started(), PRESSED, Sent(11.5, is_stop=True)) == ["I9"]


def test_no_stop_can_pass_a_line_that_is_down_or_a_daemon_that_is_dead() -> None:
    assert broken(started(), PRESSED, Broke(11.1, "line_down"), ticks(11.2, 12.0)) == []
    assert broken(started(), PRESSED, Lived(11.1, "crash"), ticks(11.2, 12.0)) == []


@pytest.mark.parametrize("name", ["other_unit", "other_pump"])
def test_a_pump_that_cannot_say_who_it_is_since_before_this_life_is_told_nothing_yet(name: str) -> None:
    """Row 21; soak seed 296. What spoils the answers of a pump that was met is no excuse."""
    life: list[Step] = [Lived(10.5, "crash"), Lived(10.7, "life"), Lived(10.8, "ready")]
    assert broken(started(), Broke(10.4, name), life, PRESSED, ticks(11.1, 11.9)) == []
    assert broken(started(), life, Broke(10.9, name), PRESSED, ticks(11.1, 11.9)) == ["I9"]


def test_a_second_press_is_no_word_for_a_pump_that_is_being_starved() -> None:
    """Decision 0002; soak seed 452. A stop that was never sent, or long ago, is no starving."""
    deaf, again = Broke(10.5, "stop_ignored"), Pressed(13.0, "p3", "pause", "olga")
    told = _stops(11.0, 12.0)
    assert "I9" not in broken(started(), deaf, PRESSED, told, again, ticks(13.1, 13.5))
    assert "I9" in broken(started(), deaf, again, ticks(13.1, 13.5))


def test_a_stop_that_takes_no_effect_and_is_not_repeated_is_I10() -> None:
    refused = Broke(10.5, "stop_refused")
    assert broken(started(), refused, Sent(11.0, is_stop=True), ticks(11.1, 11.6)) == ["I10"]
    assert broken(started(), refused, _mixed(ticks(11.1, 12.5), _stops(11.0, 12.5))) == []


def test_a_stop_that_takes_no_effect_and_raises_no_alarm_is_I10() -> None:
    refused = Broke(10.5, "stop_refused")
    shown = [Shown(11.1 + n / 5, state()) for n in range(12)]
    alarmed = [Shown(11.1 + n / 5, state(alarms=[{}])) for n in range(12)]
    flowing = _mixed(ticks(11.1, 13.4), _stops(11.0, 13.4))
    assert broken(started(), refused, _mixed(flowing, list(shown))) == ["I10"]
    assert broken(started(), refused, _mixed(flowing, list(alarmed))) == []


def test_a_pump_that_lies_is_found_by_what_moves() -> None:
    lying = Broke(10.5, "stop_ignored")
    shown = [Shown(11.1 + n / 5, state()) for n in range(70)]
    assert (
        broken(started(), lying, Sent(11.0, is_stop=True), _mixed(ticks(11.1, 17.0), list(shown[:30]))) == []
    )
    assert broken(started(), lying, Sent(11.0, is_stop=True), _mixed(ticks(11.1, 25.0), list(shown))) == [
        "I10"
    ]


def test_a_daemon_that_does_not_end_when_asked_is_row_80() -> None:
    asked = [Lived(11.0, "term"), Moved(11.1, 0.0)]
    assert broken(started(), asked, ticks(11.2, 13.9, 0.0), Lived(13.9, "exit")) == []
    assert broken(started(), asked, ticks(11.2, 14.2, 0.0)) == ["row 80"]


def test_a_host_may_starve_the_pump_for_the_time_of_its_watchdog_if_people_know() -> None:
    refused = Broke(10.5, "stop_refused")
    told = Shown(11.1, state(alarms=[{}]))
    assert broken(started(), refused, Sent(11.0, is_stop=True), told, ticks(11.1, 13.6)) == []
    assert broken(started(), refused, Sent(11.0, is_stop=True), told, ticks(11.1, 13.9)) == ["I10"]
