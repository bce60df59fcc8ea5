"""Air before its sensor and the button in the hand (clinical.md 3.2, AI1 and BT1)."""

import pytest

from hil_sim.fittings import WINDOW_NL, Air, Fittings


def test_a_bubble_stands_while_nothing_flows_and_leaves_with_what_follows_it() -> None:
    air = Air()
    air.enter(60.0, 10.0, 1_000_000.0)
    assert air.bubble_ul(1_000_000.0) == 60.0
    assert air.bubble_ul(1_000_000.0 + 60_000.0 + WINDOW_NL - 1.0) == 60.0
    assert air.bubble_ul(1_000_000.0 + 60_000.0 + WINDOW_NL) == 0.0


def test_what_passed_is_remembered_for_fifteen_minutes() -> None:
    air = Air()
    for minute in range(20):
        air.enter(100.0, minute * 60.0, 0.0)
    assert air.passed_15min_ml(19 * 60.0) == pytest.approx(1.5)
    assert air.passed_15min_ml(20 * 60.0) == pytest.approx(1.4)


def test_a_bubble_drawn_off_is_gone_and_stays_counted() -> None:
    air = Air()
    air.enter(60.0, 0.0, 0.0)
    air.draw_off()
    assert (air.bubble_ul(0.0), air.passed_15min_ml(0.0)) == (0.0, 0.06)


def test_a_bubble_of_nothing_is_none() -> None:
    with pytest.raises(ValueError, match="volume_ul"):
        Air().enter(0.0, 0.0, 0.0)


def test_presses_are_counted_although_the_button_is_up_again() -> None:
    button = Fittings()
    button.press()
    button.release()
    assert (button.is_button_down, button.button_presses) == (False, 1)
