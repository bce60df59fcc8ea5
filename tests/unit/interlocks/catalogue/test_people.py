"""The person at the chair, and the button."""

import pytest
from rule_scene import Scene

from interlocks.catalogue.people import BT1, PR1
from interlocks.vocabulary import FITTED, Demand, Priority, Signal


def wired() -> Scene:
    return Scene((BT1,), fitted=frozenset(FITTED))


def test_presence_is_prompted_after_10_min_and_pauses_after_15() -> None:
    """Clinical.md 3.2 PR1, 1 #18."""
    scene = Scene((PR1,))
    scene.hear_at(1000, {Signal.PRESENCE: 1})
    scene.at(601_000)
    assert scene.demand("PR1") is Demand.NONE
    scene.at(601_001)
    assert (scene.demand("PR1"), scene.finding("PR1").priority) == (Demand.ADVISE, Priority.LOW)
    scene.at(901_000)
    assert scene.demand("PR1") is Demand.ADVISE
    scene.at(901_001)
    assert (scene.demand("PR1"), scene.finding("PR1").priority) == (Demand.PAUSE, Priority.MEDIUM)
    assert not scene.finding("PR1").is_silence


def test_a_word_ends_the_prompt_and_a_person_the_pause() -> None:
    scene = Scene((PR1,))
    scene.at(600_001)
    scene.hear({Signal.PRESENCE: 1})
    assert scene.demand("PR1") is Demand.NONE
    scene.at(1_500_002)
    assert scene.demand("PR1") is Demand.PAUSE
    scene.hear({Signal.PRESENCE: 1})
    assert scene.demand("PR1") is Demand.PAUSE
    assert scene.finding("PR1").is_releasable
    scene.release()
    assert scene.demand("PR1") is Demand.NONE


def test_a_press_pauses_at_its_first_sample() -> None:
    scene = wired()
    scene.hear({Signal.BUTTON: 0})
    assert scene.demand("BT1") is Demand.NONE
    scene.hear_at(100, {Signal.BUTTON: 1})
    assert (scene.demand("BT1"), scene.finding("BT1").priority) == (Demand.PAUSE, Priority.MEDIUM)
    assert scene.finding("BT1").reason == "bedside button pressed"


def test_two_seconds_of_it_stop_on_the_link_clock() -> None:
    scene = wired()
    scene.hear({Signal.BUTTON: 1})
    scene.at(120_000, link_ms=1999)
    assert scene.demand("BT1") is Demand.PAUSE, "a demonstration runs treatment time ahead, not hands"
    scene.at(120_001, link_ms=2000)
    assert (scene.demand("BT1"), scene.finding("BT1").priority) == (Demand.STOP, Priority.HIGH)


def test_a_short_press_never_stops_and_waits_for_a_person() -> None:
    scene = wired()
    scene.hear({Signal.BUTTON: 1})
    for ms in range(1000, 30_000, 1000):
        scene.hear_at(ms, {Signal.BUTTON: 0})
    assert scene.demand("BT1") is Demand.PAUSE
    scene.release()
    assert scene.demand("BT1") is Demand.PAUSE
    scene.acknowledge()
    scene.release()
    assert scene.demand("BT1") is Demand.NONE


@pytest.mark.parametrize(("age_ms", "demand"), [(2000, Demand.NONE), (2001, Demand.PAUSE)])
def test_a_broken_wire_is_a_press(age_ms: int, demand: Demand) -> None:
    scene = wired()
    scene.hear_at(1000, {Signal.BUTTON: 0})
    scene.at(1000 + age_ms)
    assert scene.demand("BT1") is demand


def test_no_button_no_wire() -> None:
    scene = Scene((BT1,))
    scene.at(3_600_000)
    assert scene.demand("BT1") is Demand.NONE
