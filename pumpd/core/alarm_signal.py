"""The alarm signal: what lights and sounds now, which is another question than what is wrong.

Theory of operation (IEC 60601-1-8, facts/clinical.md 5.1). The light follows the worst alarm that stands, seen or not.
The sound follows the worst that nobody has acknowledged, and only two things quieten it: an acknowledgement, which is
of one alarm, or a pause of the audio, which ends by itself after two minutes or with the next alarm that calls. There
is no "off". While something is present and nothing sounds, a reminder does.

An alarm that nobody acknowledges escalates: again and again, each time it has waited its interval. What escalates is
the alarm, so a nurse-call system is told even while the bedside is quiet. All deadlines are link time, comparisons.
"""

from collections.abc import Sequence

from interlocks.vocabulary import Priority, Stamp
from pumpd.core.actions import AlarmSignal
from pumpd.core.alarms import Alarm, worst
from pumpd.core.replacing import replace

#: facts/clinical.md 5.1: a pause of the audio ends by itself.
AUDIO_PAUSE_MS = 120_000

#: How long an alarm waits for a person before it escalates, link ms; a LOW one waits as long as it takes.
ESCALATES_AFTER_MS = {Priority.MEDIUM: 120_000, Priority.HIGH: 60_000}

_NOTHING = AlarmSignal()


def escalated(alarms: Sequence[Alarm], now: Stamp) -> tuple[Alarm, ...]:
    """The alarms, with one more escalation for each interval that nobody has come."""
    return tuple([_escalated(one, now) for one in alarms])


def _escalated(alarm: Alarm, now: Stamp) -> Alarm:
    after_ms = ESCALATES_AFTER_MS.get(alarm.priority)
    if after_ms is None or alarm.acknowledged_by:
        return alarm
    times = (now.link_ms - alarm.called_link_ms) // after_ms
    if times < 1:
        return alarm
    called_link_ms = alarm.called_link_ms + times * after_ms
    return replace(alarm, escalation=alarm.escalation + times, called_link_ms=called_link_ms)


def signal_of(alarms: Sequence[Alarm], audio_paused_until_link_ms: int, now: Stamp) -> AlarmSignal:
    """What the bedside shows and sounds now."""
    if not alarms:
        return _NOTHING
    is_paused = now.link_ms < audio_paused_until_link_ms
    unseen = [one for one in alarms if not one.acknowledged_by]
    sound = worst(*map(_sounds_as, unseen)) if unseen and not is_paused else None
    return AlarmSignal(
        light=worst(*(one.priority for one in alarms)),
        sound=sound,
        is_audio_paused=is_paused,
        has_reminder=sound is None and any(one.is_present for one in alarms),
        escalation=max(one.escalation for one in alarms),
    )


def _sounds_as(alarm: Alarm) -> Priority:
    """A MEDIUM alarm that nobody came for sounds HIGH."""
    is_raised = alarm.priority is Priority.MEDIUM and alarm.escalation > 0
    return Priority.HIGH if is_raised else alarm.priority
