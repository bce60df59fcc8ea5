"""What the scene keeps of the steps, on which the predicates rest."""

import pytest
from oracle_traces import ORDER, PRESCRIBED, started, state

from hil_sim.oracle.scene import Answered, Broke, Lived, Moved, Prescribed, Pressed, Scene, Shown, Tick


def _scene() -> Scene:
    scene = Scene(PRESCRIBED)
    for step in started():
        scene.take(step)
    return scene


def test_the_order_is_computed_from_what_people_entered() -> None:
    assert Prescribed.of(ORDER) == Prescribed(17_500_000.0, 26_250_000.0, 35.0)
    slower = Prescribed.of({**ORDER, "weight_kg": "64", "minutes": "60"})
    assert slower.volume_nl == 16_000_000.0
    assert slower.rate_nl_h == 16_000_000.0


def test_two_faults_of_one_name_stand_until_both_are_over() -> None:
    scene = _scene()
    scene.take(Broke(11.0, "noise"))
    scene.take(Broke(12.0, "noise"))
    scene.take(Broke(13.0, "noise", is_over=True))
    assert scene.is_on("noise")
    scene.take(Broke(14.0, "noise", is_over=True))
    assert not scene.is_on("noise")
    assert scene.was_on(frozenset({"noise"}), 1.0)
    scene.take(Tick(15.5, 0.0, 0.0))
    assert not scene.was_on(frozenset({"noise"}), 1.0)


def test_a_blow_does_not_stand() -> None:
    scene = _scene()
    scene.take(Broke(11.0, "keypad_run"))
    assert not scene.is_on("keypad_run")
    assert scene.was_on(frozenset({"keypad_run"}), 1.0)


def test_a_press_is_found_until_it_is_refused_used_old_or_of_another_life() -> None:
    scene = _scene()
    scene.take(Pressed(12.0, "p9", "resume"))
    press = scene.press_for(("resume",), 10.0)
    assert press is not None
    assert press.key == "p9"
    scene.take(Answered(12.1, "p9", "resume", "refused"))
    assert scene.press_for(("resume",), 10.0) is None
    scene.take(Pressed(13.0, "p10", "resume"))
    scene.take(Lived(14.0, "crash"))
    scene.take(Lived(15.0, "life"))
    assert scene.press_for(("resume",), 10.0) is None


def test_a_state_is_believed_for_two_seconds_and_not_past_a_death() -> None:
    scene = _scene()
    scene.take(Shown(11.0, state()))
    assert scene.is_shown
    scene.take(Tick(13.1, 0.0, 0.0))
    assert not scene.is_shown
    scene.take(Shown(14.0, state()))
    scene.take(Lived(14.1, "crash"))
    assert not scene.is_shown
    assert scene.phase == ""


def test_it_knows_since_when_the_plunger_stands() -> None:
    scene = _scene()
    assert scene.standing_since_s is None
    scene.take(Moved(20.0, 0.0))
    assert scene.standing_since_s == pytest.approx(20.0)
