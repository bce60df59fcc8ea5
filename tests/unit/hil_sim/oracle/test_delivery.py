"""I1, I2, I15 and I19 fail when they should, and only then."""

import pytest
from oracle_traces import PRESCRIBED, RATE_NL_H, broken, started, state, ticks

from hil_sim.oracle.scene import Broke, Moved, Scene, Sent, Shown, Tick


def test_a_session_that_gives_what_was_ordered_breaks_nothing() -> None:
    assert broken(started(), ticks(10.0, 20.0)) == []


def test_more_than_the_order_at_the_plunger_is_I1() -> None:
    assert broken(started(), Tick(20.0, 17_600_000.0, RATE_NL_H)) == []
    assert broken(started(), Tick(20.0, 17_700_000.0, RATE_NL_H)) == ["I1"]


def test_what_a_loose_plunger_lets_go_is_allowed_once() -> None:
    siphon = Broke(12.0, "siphon", {"loose_ml": 0.35})
    assert broken(started(), siphon, Tick(20.0, 18_000_000.0, RATE_NL_H)) == []
    assert broken(started(), siphon, Tick(20.0, 18_100_000.0, RATE_NL_H)) == ["I1"]


@pytest.mark.parametrize(
    ("low", "high", "is_wrong"), [("9", "11", False), ("9", "9.5", True), ("10.5", "11", True)]
)
def test_a_truth_outside_the_interval_shown_is_I1(low: str, high: str, is_wrong: bool) -> None:
    shown = Shown(20.1, state(dose={"given_low_mg": low, "given_high_mg": high}))
    said = broken(started(), Tick(20.0, 5_000_000.0, RATE_NL_H), shown)
    assert said == (["I1-shown"] if is_wrong else [])


def test_a_rate_over_the_order_that_nothing_explains_is_I2_at_once() -> None:
    assert "I2" in broken(started(), Moved(11.0, PRESCRIBED.rate_nl_h * 1.03))
    assert broken(started(), Moved(11.0, PRESCRIBED.rate_nl_h * 1.01)) == []


def test_a_rate_over_the_order_on_the_wire_is_I2() -> None:
    assert broken(started(), Sent(11.0, rate_nl_h=26_300_000.0)) == ["I2"]


def test_a_turned_knob_must_be_put_right_in_three_seconds() -> None:
    turned = [Broke(11.0, "keypad_rate"), Moved(11.0, 1e8)]
    assert broken(started(), turned, ticks(11.1, 13.9, 1e8), Moved(13.95, 0.0), ticks(14.0, 16.0, 0.0)) == []
    assert broken(started(), turned, ticks(11.1, 14.5, 1e8)) == ["I2"]


def test_a_pump_that_gives_more_than_it_was_told_is_I15_after_a_third_of_a_millilitre() -> None:
    fast = RATE_NL_H * 2
    begun = Broke(10.0, "overdelivery")
    assert broken(started(), begun, ticks(10.0, 60.0, fast)) == []
    assert broken(started(), begun, ticks(10.0, 80.0, fast)) == ["I15"]


def test_complete_with_half_of_it_given_is_I19() -> None:
    done = Shown(30.0, state(phase="completed", word="COMPLETED"))
    assert broken(started(), Tick(29.0, 8_000_000.0, 0.0), done) == ["I19"]
    assert broken(started(), Tick(29.0, 17_450_000.0, 0.0), done) == []


def test_the_slack_of_the_drive_is_not_missed() -> None:
    done = Shown(30.0, state(phase="completed", word="COMPLETED"))
    tick = Tick(29.0, 16_900_000.0, 0.0)
    assert broken(started(), tick, done, scene=Scene(PRESCRIBED, slack_nl=120_000.0)) == []
    assert broken(started(), tick, done) == ["I19"]


def test_a_hold_without_a_reason_and_a_pause_without_a_cause_are_I19() -> None:
    hold = {"source": "pump", "reason": ""}
    assert broken(started(), Shown(11.0, state(holds=[hold], alarms=[{}]))) == ["I19"]
    assert broken(started(), Shown(11.0, state(word="PAUSED", binding=[]))) == ["I19"]
