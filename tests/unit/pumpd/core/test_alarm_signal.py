"""Light and sound: what quietens, what wakes, what escalates (facts/clinical.md 5.1; R44, R47, R53, R54)."""

from dataclasses import replace

import pytest

from interlocks.vocabulary import Priority, Stamp
from pumpd.core.actions import AlarmSignal
from pumpd.core.alarm_signal import escalated, signal_of
from pumpd.core.alarms import Alarm

AT = Stamp(1_000, 1_000)
HIGH = Alarm("line-pressure", Priority.HIGH, "line pressure", AT, called_link_ms=1_000)
MEDIUM = Alarm("heart-rate", Priority.MEDIUM, "heart rate", AT, called_link_ms=1_000)
LOW = Alarm("END", Priority.LOW, "the dose is complete", AT, called_link_ms=1_000)


def by(alarm: Alarm) -> Alarm:
    return replace(alarm, acknowledged_by="nina")


# -- light and sound ---------------------------------------------------------------------------------------------


def test_where_nothing_is_wrong_it_is_dark_and_quiet() -> None:
    assert signal_of((), 0, AT) == AlarmSignal()


def test_R44_R47_what_stands_is_seen_and_heard_at_the_worst_of_its_priorities() -> None:
    assert signal_of((LOW, HIGH, MEDIUM), 0, AT) == AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)
    assert signal_of((LOW, MEDIUM), 0, AT) == AlarmSignal(light=Priority.MEDIUM, sound=Priority.MEDIUM)


def test_an_alarm_that_was_seen_is_still_lit_and_leaves_the_sound_to_the_others() -> None:
    assert signal_of((by(HIGH), LOW), 0, AT) == AlarmSignal(light=Priority.HIGH, sound=Priority.LOW)


def test_what_is_over_and_unseen_sounds_until_somebody_has_seen_it() -> None:
    latched = replace(HIGH, is_present=False)
    assert signal_of((latched,), 0, AT) == AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)


def test_clinical_5_1_something_wrong_and_nothing_to_hear_of_it_has_a_reminder() -> None:
    assert signal_of((by(MEDIUM),), 0, AT) == AlarmSignal(light=Priority.MEDIUM, has_reminder=True)


def test_what_is_over_needs_no_reminder() -> None:
    latched = replace(HIGH, is_present=False)
    assert not signal_of((latched,), 2_000, AT).has_reminder


# -- a pause of the audio ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("link_ms", "sound", "is_paused"), [(120_999, None, True), (121_000, Priority.HIGH, False)]
)
def test_R53_the_audio_pause_ends_by_itself_at_its_very_millisecond(
    link_ms: int, sound: Priority | None, is_paused: bool
) -> None:
    signal = signal_of((HIGH,), 121_000, Stamp(0, link_ms))
    assert (signal.sound, signal.is_audio_paused, signal.has_reminder) == (sound, is_paused, is_paused)
    assert signal.light is Priority.HIGH, "lights stay"


# -- escalation --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("alarm", "waited_ms", "times"),
    [
        (HIGH, 59_999, 0),
        (HIGH, 60_000, 1),
        (HIGH, 119_999, 1),
        (HIGH, 120_000, 2),
        (MEDIUM, 119_999, 0),
        (MEDIUM, 120_000, 1),
        (MEDIUM, 239_999, 1),
        (MEDIUM, 240_000, 2),
        (LOW, 3_600_000, 0),
        (by(HIGH), 3_600_000, 0),
    ],
)
def test_pain_10_what_nobody_acknowledges_escalates_each_time_it_has_waited(
    alarm: Alarm, waited_ms: int, times: int
) -> None:
    # Link time: a demonstration whose treatment runs ahead does not hurry anybody.
    (after,) = escalated((alarm,), Stamp(50 * waited_ms, 1_000 + waited_ms))
    assert after.escalation == times


def test_escalations_do_not_drift_with_the_ticks_that_find_them() -> None:
    (late,) = escalated((HIGH,), Stamp(0, 1_000 + 60_070))
    (early,) = escalated((late,), Stamp(0, 1_000 + 119_999))
    (again,) = escalated((late,), Stamp(0, 1_000 + 120_000))
    assert (late.escalation, early.escalation, again.escalation) == (1, 1, 2)


def test_a_medium_alarm_that_nobody_came_for_sounds_high_and_is_lit_as_it_is() -> None:
    signal = signal_of((replace(MEDIUM, escalation=1), LOW), 0, AT)
    assert signal == AlarmSignal(light=Priority.MEDIUM, sound=Priority.HIGH, escalation=1)
