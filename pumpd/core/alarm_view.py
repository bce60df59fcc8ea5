"""Alarms and their signal as everybody is shown them, JSON-ready.

Theory of operation. Panel, terminal, topics and report show these same words. An alarm that somebody has seen is shown
as not acknowledged again while a row that joined it later still waits for a person. A row that is LOW, or a silence that
a known loss explains, does not sound for that, but whoever wants to resume must be able to see what is missing.
"""

from typing import Any

from pumpd.core.alarm_conditions import unseen_members
from pumpd.core.alarms import by_priority
from pumpd.core.state import ChannelState


def alarms(state: ChannelState) -> list[dict[str, Any]]:
    """What is wrong, unacknowledged before acknowledged, worst first. `rule`: the leading row, or the key."""
    return [
        {
            "key": one.key,
            "rule": one.lead or one.key,
            "members": list(one.members),
            "priority": one.priority.value,
            "text": one.text,
            "since_ms": one.since.ms,
            "age_s": (state.now.ms - one.since.ms) // 1000,
            "acknowledged": "" if unseen_members(state, one) else one.acknowledged_by,
            "first_out": one.is_first_out,
            "present": one.is_present,
            "escalation": one.escalation,
        }
        for one in by_priority(state.alarms)
    ]


def signal(state: ChannelState) -> dict[str, Any]:
    """What lights and sounds. `audio_paused_left_s`: counted down to 1, rounded up; 0 while nothing is paused (R55)."""
    shown = state.signal
    left_ms = max(0, state.audio_paused_until_link_ms - state.now.link_ms) if shown.is_audio_paused else 0
    return {
        "light": None if shown.light is None else shown.light.value,
        "sound": None if shown.sound is None else shown.sound.value,
        "audio_paused": shown.is_audio_paused,
        "audio_paused_left_s": -(-left_ms // 1000),
        "reminder": shown.has_reminder,
        "escalation": shown.escalation,
    }
