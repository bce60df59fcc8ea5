"""Counting: what adds, what takes away, and what does neither."""

from dataclasses import replace

from rule_scene import Scene

from interlocks.conditions import Over
from interlocks.confirm import has_suspect, new_samples, progressed
from interlocks.limits import Absolute
from interlocks.rules import AT_ONCE, Consecutive, Persist, Readings
from interlocks.state import Tally
from interlocks.vocabulary import Signal, Truth

FAST = Over(Signal.HR, Absolute(120))


def heard(scene: Scene, value: float, *, is_suspect: bool = False) -> None:
    scene.hear({Signal.HR: value}, is_suspect=is_suspect)


def test_only_what_came_in_this_event_is_new() -> None:
    scene = Scene(())
    heard(scene, 130.0)
    assert new_samples(FAST, scene.situation()) == ()
    assert len(new_samples(FAST, scene.situation(frozenset({Signal.HR})))) == 1
    assert not has_suspect(FAST, scene.situation())


def test_persistence_starts_with_the_first_unsafe_answer_and_only_a_safe_one_ends_it() -> None:
    scene = Scene(())
    heard(scene, 130.0)
    confirm = Persist(1000)
    tally = progressed(confirm, Tally(), Truth.STALE, FAST, scene.situation())
    assert tally == Tally(), "silence alone starts nothing"
    tally = progressed(confirm, tally, Truth.TRUE, FAST, scene.situation())
    scene.at(500)
    assert progressed(confirm, tally, Truth.TRUE, FAST, scene.situation()) is tally
    scene.at(999)
    assert not progressed(confirm, tally, Truth.STALE, FAST, scene.situation()).is_met
    scene.at(1000)
    assert progressed(confirm, tally, Truth.STALE, FAST, scene.situation()).is_met, "silence resets nothing"
    assert progressed(confirm, tally, Truth.FALSE, FAST, scene.situation()) == Tally()


def test_a_suspect_safe_value_ends_no_persistence() -> None:
    scene = Scene(())
    heard(scene, 130.0)
    tally = progressed(Persist(1000), Tally(), Truth.TRUE, FAST, scene.situation())
    scene.at(100)
    heard(scene, 60.0, is_suspect=True)
    assert progressed(Persist(1000), tally, Truth.FALSE, FAST, scene.situation()) is tally


def test_at_once_is_met_in_the_same_event() -> None:
    scene = Scene(())
    assert progressed(AT_ONCE, Tally(), Truth.TRUE, FAST, scene.situation()).is_met


def test_a_row_of_samples_is_broken_by_a_safe_one_only() -> None:
    scene = Scene(())
    confirm = Consecutive(3)
    fresh = frozenset({Signal.HR})
    tally = Tally()
    for ms, answer in enumerate((Truth.TRUE, Truth.STALE, Truth.TRUE)):
        scene.at(ms)
        heard(scene, 130.0)
        tally = progressed(confirm, tally, answer, FAST, scene.situation(fresh))
    assert len(tally.hits) == 2
    scene.at(10)
    heard(scene, 60.0, is_suspect=True)
    assert progressed(confirm, tally, Truth.FALSE, FAST, scene.situation(fresh)) is tally
    scene.at(11)
    heard(scene, 60.0)
    assert progressed(confirm, tally, Truth.FALSE, FAST, scene.situation(fresh)) == Tally()


def test_readings_keep_no_more_than_they_need_and_only_within_the_window() -> None:
    scene = Scene(())
    fresh = frozenset({Signal.HR})
    confirm = Readings(3, within_ms=100_000)
    tally = Tally()
    for ms in (0, 60_000, 120_000):
        scene.at(ms)
        heard(scene, 130.0)
        tally = progressed(confirm, tally, Truth.TRUE, FAST, scene.situation(fresh))
    assert [hit.measured_ms for hit in tally.hits] == [60_000, 120_000]
    assert not tally.is_met
    scene.at(130_000)
    heard(scene, 130.0)
    tally = progressed(confirm, tally, Truth.TRUE, FAST, scene.situation(fresh))
    assert tally.is_met
    assert len(tally.hits) == 3


def test_a_met_count_stays_met_when_its_window_has_passed() -> None:
    scene = Scene(())
    fresh = frozenset({Signal.HR})
    heard(scene, 130.0)
    met = progressed(Readings(1, within_ms=1000), Tally(), Truth.TRUE, FAST, scene.situation(fresh))
    assert met.is_met
    scene.at(60_000)
    heard(scene, 100.0)
    assert progressed(Readings(1, within_ms=1000), met, Truth.FALSE, FAST, scene.situation(fresh)) is met


def test_an_answered_count_waits_for_no_repeat_and_is_dropped_after_its_window() -> None:
    scene = Scene(())
    fresh = frozenset({Signal.HR})
    confirm = Readings(2, within_ms=1000, unrepeated_ms=1000)
    heard(scene, 130.0)
    tally = progressed(confirm, Tally(), Truth.TRUE, FAST, scene.situation(fresh))
    scene.at(500)
    heard(scene, 100.0)
    answered = progressed(confirm, tally, Truth.FALSE, FAST, scene.situation(fresh))
    assert answered == replace(tally, is_answered=True)
    scene.at(1000)
    assert progressed(confirm, answered, Truth.FALSE, FAST, scene.situation()) is answered
    scene.at(1001)
    assert progressed(confirm, answered, Truth.FALSE, FAST, scene.situation()) == Tally()
