"""Counting: what adds, what takes away, and what does neither."""

from dataclasses import replace

from rule_scene import Scene

from interlocks.combinations import AnyOf
from interlocks.conditions import Over
from interlocks.confirm import has_suspect, new_samples, progressed
from interlocks.limits import Absolute
from interlocks.rules import AT_ONCE, Consecutive, Persist, Readings
from interlocks.state import Tally
from interlocks.vocabulary import Signal, Truth

FAST = Over(Signal.HR, Absolute(120))
NOTHING = Tally()


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


def test_what_was_confirmed_before_a_restart_stays_so_through_a_silence() -> None:
    """I5: its beginning is of another life's clock and gone; a silence neither takes it away nor dates it anew."""
    met = Tally(is_met=True)
    assert progressed(Persist(1000), met, Truth.STALE, FAST, Scene(()).situation()) is met


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


EITHER = AnyOf((FAST, Over(Signal.SPO2, Absolute(98))))
HEARD_HR = frozenset({Signal.HR})


def counted(confirm: Consecutive | Readings, *beats: tuple[int, float], tally: Tally = NOTHING) -> Tally:
    """What a series of pulses (ms, beats/min) comes to; a pulse twice at one instant is the same sample again."""
    scene = Scene(())
    for ms, value in beats:
        if ms > scene.now.ms or not scene.picture.samples:
            scene.hear_at(ms, {Signal.HR: value})
        truth = Truth.TRUE if value > 120 else Truth.FALSE
        tally = progressed(confirm, tally, truth, FAST, scene.situation(HEARD_HR))
    return tally


def test_what_was_known_before_is_not_new_because_something_else_is() -> None:
    scene = Scene(())
    scene.hear_at(0, {Signal.SPO2: 99.0})
    scene.hear_at(100, {Signal.HR: 130.0})
    (sample,) = new_samples(EITHER, scene.situation(HEARD_HR))
    assert sample.signal is Signal.HR


def test_a_count_is_dated_by_its_newest_sample() -> None:
    scene = Scene(())
    scene.hear_at(0, {Signal.SPO2: 99.0})
    scene.hear_at(100, {Signal.HR: 130.0})
    both = frozenset({Signal.HR, Signal.SPO2})
    tally = progressed(Consecutive(2), Tally(), Truth.TRUE, EITHER, scene.situation(both))
    assert [hit.measured_ms for hit in tally.hits] == [100]


def test_an_event_without_a_sample_leaves_a_row_of_samples_as_it_is() -> None:
    scene = Scene(())
    heard(scene, 130.0)
    assert progressed(Consecutive(2), NOTHING, Truth.TRUE, FAST, scene.situation()) is NOTHING


def test_the_same_sample_counts_once_wherever_it_stands_in_the_row() -> None:
    assert len(counted(Consecutive(3), (100, 130), (200, 130), (200, 130)).hits) == 2
    assert counted(Consecutive(3), (100, 130), (200, 130), (300, 130)).is_met


def test_readings_are_apart_from_the_last_one_and_one_millisecond_is_apart() -> None:
    assert len(counted(Readings(3, apart_ms=100), (100, 130), (200, 130), (250, 130)).hits) == 2
    assert counted(Readings(2), (100, 130), (101, 130)).is_met
    assert not counted(Readings(2), (100, 130), (100, 130)).is_met


def test_what_two_readings_have_confirmed_a_late_third_does_not_undo() -> None:
    assert counted(Readings(2, within_ms=100), (100, 130), (150, 130), (5_000, 130)).is_met


def test_only_a_safe_reading_cancels_or_answers_a_count_and_only_where_the_row_says_so() -> None:
    cancelling, keeping = Readings(2, is_cancelled_when_safe=True), Readings(2)
    assert counted(cancelling, (100, 130), (200, 90)) == Tally()
    kept = counted(keeping, (100, 130), (200, 90))
    assert (len(kept.hits), kept.is_answered) == (1, True)
    scene = Scene(())
    scene.hear_at(300, {Signal.HR: 90.0})
    one = counted(cancelling, (100, 130))
    for unknown in (Truth.STALE, Truth.ERROR):
        assert progressed(cancelling, one, unknown, FAST, scene.situation(HEARD_HR)) == one


def test_a_safe_reading_does_not_answer_what_is_confirmed() -> None:
    met = counted(Readings(1), (100, 130))
    assert counted(Readings(1), (200, 90), tally=met) == met


def test_the_wait_for_a_repeat_begins_with_the_last_reading_counted() -> None:
    confirm = Readings(3, unrepeated_ms=1_000)
    scene = Scene(())
    tally = Tally()
    for ms in (100, 800):
        scene.hear_at(ms, {Signal.HR: 130.0})
        tally = progressed(confirm, tally, Truth.TRUE, FAST, scene.situation(HEARD_HR))
    for ms, is_met in ((1_100, False), (1_799, False), (1_800, True)):
        scene.at(ms)
        assert progressed(confirm, tally, Truth.TRUE, FAST, scene.situation()).is_met is is_met
