"""A value that stands still, from both sides of each limit (facts/faults.md row 54)."""

import pytest

from pumpd.shell.feeds.frozen import FROZEN_AFTER_MS, FROZEN_SAMPLES, Stillness


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
