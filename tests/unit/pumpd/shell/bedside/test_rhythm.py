"""The rhythm of each priority, facts/clinical.md 5.1."""

from itertools import pairwise

import pytest

from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.rhythm import BURSTS, REMINDER, Rhythm, rhythm_of


def pulses(rhythm: Rhythm, until_ms: int) -> list[int]:
    found, at_ms = [], rhythm.after(-1)
    while at_ms < until_ms:
        found.append(at_ms)
        at_ms = rhythm.after(at_ms)
    return found


@pytest.mark.parametrize(
    ("priority", "count", "every_ms"),
    [(Priority.HIGH, 10, 10_000), (Priority.MEDIUM, 3, 20_000), (Priority.LOW, 2, 30_000)],
)
def test_a_priority_has_so_many_pulses_so_often(priority: Priority, count: int, every_ms: int) -> None:
    minute = pulses(BURSTS[priority], 60_000)
    assert len(minute) == count * 60_000 // every_ms
    assert [one + every_ms for one in minute[:count]] == minute[count : 2 * count]


def test_a_high_burst_is_three_and_two_twice() -> None:
    gaps = [after - before for before, after in pairwise(pulses(BURSTS[Priority.HIGH], 10_000))]
    short = gaps[0]
    assert [gap > short for gap in gaps] == [False, False, True, False, True, False, False, True, False]
    assert gaps[4] == max(gaps)


def test_a_reminder_is_one_pulse_a_minute_and_the_first_after_a_minute() -> None:
    assert pulses(REMINDER, 200_000) == [60_000, 120_000, 180_000]


@pytest.mark.parametrize("elapsed_ms", [0, 1, 229, 3_000, 9_999, 10_000, 10_001, 123_456_789])
def test_the_next_pulse_is_later_and_none_is_between(elapsed_ms: int) -> None:
    """Whatever was missed is left out: a second or a day later the answer is the same rhythm."""
    rhythm = BURSTS[Priority.HIGH]
    at_ms = rhythm.after(elapsed_ms)
    assert elapsed_ms < at_ms <= elapsed_ms + 10_000
    assert at_ms % 10_000 in rhythm.pulses_ms
    between = (one for one in range(elapsed_ms + 1, at_ms) if one % 10_000 in rhythm.pulses_ms)
    assert next(between, None) is None


def test_what_sounds_goes_before_what_only_reminds_and_both_may_be_absent() -> None:
    assert rhythm_of(AlarmSignal(sound=Priority.LOW, has_reminder=True)) is BURSTS[Priority.LOW]
    assert rhythm_of(AlarmSignal(light=Priority.HIGH, has_reminder=True)) is REMINDER
    assert rhythm_of(AlarmSignal(light=Priority.HIGH, is_audio_paused=True)) is None
