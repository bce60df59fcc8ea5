"""What people and panels do about alarms: see them, ask for quiet, say that they listen.

Theory of operation. Acknowledging says "I have seen it" of an alarm and of every row in it; it releases nothing and
moves nothing (law 8). To say of a sensor or a monitor that it is gone for good is another thing (`absence`). The audio
may be paused for two minutes, to think; the pause can be renewed by another press, never stretched in advance, and the
next alarm that calls ends it. All of it is in the record with the person's name.
"""

from interlocks.evaluate import acknowledge as acknowledge_rules
from pumpd.core import absence
from pumpd.core import events as ev
from pumpd.core.actions import NoteAct
from pumpd.core.alarm_signal import AUDIO_PAUSE_MS
from pumpd.core.alarms import acknowledge as acknowledge_alarms
from pumpd.core.answers import Acted, accepted, refused
from pumpd.core.replacing import replace
from pumpd.core.state import ChannelState

#: Names remembered; whoever speaks under more of them is heard all the same.
LISTENERS_KEPT = 8


def acknowledge(state: ChannelState, event: ev.AlarmAcknowledged) -> Acted:
    """Seen: one alarm, by its cause or by any of its rows, or with an empty name all of them. Nothing flows for it."""
    name = event.rule
    meant = [one for one in state.alarms if not name or one.is_named(name)]
    rows = {one.rule_id for one in state.findings}
    if name and not meant and name not in rows:
        if absence.can_be_gone(state, name):
            return absence.take_off(state, event)
        known = {one.key for one in state.alarms} | rows
        active = ", ".join(sorted(known)) or "none"
        return refused(state, event.request_id, (f"no alarm {name} (active: {active})",))
    keys = {one.key for one in meant}
    # A row that is in force but no longer an alarm can still be named, and is then meant alone.
    wanted = rows if not name else {row for one in meant for row in one.members} or {name}
    note = event.note.strip()
    rules = state.rules
    for row in sorted(wanted & rows):
        rules = acknowledge_rules(rules, row, state.now, is_noted=bool(note))
    state = replace(
        state,
        rules=rules,
        alarms=acknowledge_alarms(state.alarms, lambda one: one.key in keys, event.by),
        delivery=replace(state.delivery, surprise="") if name in ("", "PUMP-ACT") else state.delivery,
        restore_problem="" if name in ("", "RESTORE") else state.restore_problem,
    )
    text = f"acknowledged {name or 'all alarms'}" + (f": {note}" if note else "")
    return state, (accepted(event.request_id), NoteAct(text=text, by=event.by))


def pause_audio(state: ChannelState, event: ev.AudioPausePressed) -> Acted:
    """Two minutes of quiet from this press; lights and words stay. Refused when there is nothing to be quietened."""
    if all(one.acknowledged_by for one in state.alarms):
        return refused(state, event.request_id, ("no alarm sounds",))
    state = replace(state, audio_paused_until_link_ms=state.now.link_ms + AUDIO_PAUSE_MS)
    return state, (
        accepted(event.request_id),
        NoteAct(text=f"audio paused for {AUDIO_PAUSE_MS // 1000} s", by=event.by),
    )


def listener_spoke(state: ChannelState, event: ev.ListenerSpoke) -> Acted:
    """Somebody can be seen or heard at this moment."""
    others = tuple(one for one in state.listeners if one[0] != event.listener)
    return replace(state, listeners=(*others, (event.listener, state.now))[-LISTENERS_KEPT:]), ()
