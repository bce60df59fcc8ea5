"""A value that stands still, from both sides of each limit (facts/faults.md row 54)."""

import pytest

from interlocks.vocabulary import Signal
from pumpd.shell.feeds.frozen import (
    BEATS_FROZEN_AFTER_MS,
    CUFF_FROZEN_READINGS,
    FROZEN_AFTER_MS,
    FROZEN_SAMPLES,
    BeatStillness,
    CuffStillness,
    Standstill,
    Stillness,
)


def held(value: float, period_ms: int, until_ms: int) -> list[bool]:
    watch = Stillness()
    return [watch.is_frozen(value, at_ms) for at_ms in range(0, until_ms + 1, period_ms)]


def test_a_tenth_that_never_moves_is_frozen_after_a_minute() -> None:
    verdicts = held(17.6, 100, FROZEN_AFTER_MS)
    assert (verdicts.index(True), len(verdicts)) == (600, 601)


def test_a_tenth_that_moves_once_starts_the_minute_again() -> None:
    watch = Stillness()
    for at_ms in range(0, FROZEN_AFTER_MS, 100):
        assert not watch.is_frozen(17.6, at_ms)
    assert not watch.is_frozen(17.7, FROZEN_AFTER_MS)
    assert not watch.is_frozen(17.6, FROZEN_AFTER_MS + 100)


@pytest.mark.parametrize("value", [20.0, 0.0, -3.0, 17.5, -0.5])
def test_a_sensor_of_whole_or_half_units_may_stand_still(value: float) -> None:
    assert not any(held(value, 100, 10 * FROZEN_AFTER_MS))


def test_a_sparse_stream_shows_too_little_to_call_it_still() -> None:
    sparse_ms = FROZEN_AFTER_MS // 2
    verdicts = held(17.6, sparse_ms, sparse_ms * FROZEN_SAMPLES)
    assert verdicts.index(True) == FROZEN_SAMPLES - 1


def beats(until_ms: int, period_ms: int = 1000, **values: float) -> list[bool]:
    watch = BeatStillness()
    said = {Signal(name): value for name, value in values.items()}
    return [watch.is_frozen(said, (), at_ms) for at_ms in range(0, until_ms + 1, period_ms)]


@pytest.mark.parametrize("values", [{"hr": 71.0, "spo2": 98.0}, {"hr": 71.0}])
def test_row_54_beats_that_never_change_are_frozen_after_five_minutes(values: dict[str, float]) -> None:
    verdicts = beats(BEATS_FROZEN_AFTER_MS, **values)
    assert (verdicts.index(True), len(verdicts)) == (300, 301)


def test_row_54_a_saturation_alone_is_never_frozen() -> None:
    assert not any(beats(4 * BEATS_FROZEN_AFTER_MS, spo2=100.0))


def test_row_54_a_sparse_stream_of_beats_needs_as_many_samples() -> None:
    verdicts = beats(600_000, 20_000, hr=71.0)
    assert verdicts.index(True) == FROZEN_SAMPLES - 1


@pytest.mark.parametrize("changed", [{"hr": 72.0, "spo2": 98.0}, {"hr": 71.0, "spo2": 97.0}])
def test_row_54_one_change_of_either_starts_the_five_minutes_again(changed: dict[str, float]) -> None:
    watch = BeatStillness()
    same = {Signal.HR: 71.0, Signal.SPO2: 98.0}
    for at_ms in range(0, BEATS_FROZEN_AFTER_MS, 1000):
        assert not watch.is_frozen(same, (), at_ms)
    moved = {Signal(name): value for name, value in changed.items()}
    for at_ms in range(BEATS_FROZEN_AFTER_MS, 2 * BEATS_FROZEN_AFTER_MS, 1000):
        assert not watch.is_frozen(moved, (), at_ms)
    assert watch.is_frozen(moved, (), 2 * BEATS_FROZEN_AFTER_MS)


def test_row_54_beats_that_come_in_messages_of_their_own_are_held_together_all_the_same() -> None:
    watch = BeatStillness()
    for at_ms in range(0, BEATS_FROZEN_AFTER_MS, 1000):
        assert not watch.is_frozen({Signal.HR: 71.0}, (), at_ms)
        assert not watch.is_frozen({Signal.SPO2: 98.0}, (), at_ms + 500)
    assert watch.is_frozen({Signal.HR: 71.0}, (), BEATS_FROZEN_AFTER_MS + 1000)
    assert not watch.is_frozen({Signal.SPO2: 97.0}, (), BEATS_FROZEN_AFTER_MS + 1500)
    assert not watch.is_frozen({Signal.HR: 71.0}, (), BEATS_FROZEN_AFTER_MS + 2000)


def test_row_54_a_device_that_says_that_it_does_not_see_is_alive() -> None:
    watch = BeatStillness()
    for at_ms in range(0, BEATS_FROZEN_AFTER_MS, 1000):
        watch.is_frozen({Signal.HR: 71.0}, (), at_ms)
    assert not watch.is_frozen({}, (Signal.HR,), BEATS_FROZEN_AFTER_MS)
    assert not watch.is_frozen({Signal.HR: 71.0}, (), BEATS_FROZEN_AFTER_MS + 1000)


def test_row_54_the_third_equal_cuff_reading_is_frozen_and_each_one_after_it() -> None:
    watch = CuffStillness()
    verdicts = [watch.is_frozen((120.0, 80.0, 70.0)) for _ in range(CUFF_FROZEN_READINGS + 1)]
    assert verdicts == [False, False, True, True]
    assert not watch.is_frozen((120.0, 80.0, 71.0))
    assert not watch.is_frozen((120.0, 80.0, 70.0))


def test_values_that_nobody_watches_are_never_refused() -> None:
    watch = Standstill()
    said = {Signal.RR: 14.0, Signal.AIR_BUBBLE: 0.0}
    assert not any(watch.of(said, (), None, at_ms) for at_ms in range(0, 900_000, 1000))
