"""Many channels, one sounder."""

import pytest

from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.sounder import highest, loudest

LOW, MEDIUM, HIGH = Priority.LOW, Priority.MEDIUM, Priority.HIGH


@pytest.mark.parametrize(
    ("priorities", "expected"),
    [((), None), ((None,), None), ((None, LOW), LOW), ((MEDIUM, LOW), MEDIUM), ((MEDIUM, HIGH, LOW), HIGH)],
)
def test_the_most_urgent_wins(priorities: tuple[Priority | None, ...], expected: Priority | None) -> None:
    assert highest(priorities) is expected


def test_a_channel_that_sounds_outranks_one_that_is_paused_or_only_reminds() -> None:
    signals = {
        "bed-1": AlarmSignal(light=HIGH, is_audio_paused=True, has_reminder=True, escalation=1),
        "bed-2": AlarmSignal(light=LOW, sound=LOW),
    }
    assert loudest(signals) == AlarmSignal(light=HIGH, sound=LOW, escalation=1)


def test_when_nothing_sounds_a_pause_is_shown_and_a_reminder_kept() -> None:
    signals = {
        "bed-1": AlarmSignal(light=HIGH, is_audio_paused=True, has_reminder=True),
        "bed-2": AlarmSignal(),
    }
    assert loudest(signals) == AlarmSignal(light=HIGH, is_audio_paused=True, has_reminder=True)


def test_no_channel_is_dark_and_quiet() -> None:
    assert loudest({}) == AlarmSignal()
