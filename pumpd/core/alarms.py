"""Alarm conditions: what is wrong now, what was wrong and nobody has seen, what came first.

Theory of operation. Each decision states the conditions that hold (`Condition`); `advance` compares them with the
alarms of before. A condition that appears becomes an alarm, a condition that goes away leaves its alarm standing until
a person has acknowledged it, so nothing that happened while nobody looked is lost. The first alarm of an episode
carries `first_out`: of twelve lamps that is the one to read. A condition whose priority rises speaks again
unacknowledged. There is no way to switch an alarm off.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from interlocks.vocabulary import Priority, Stamp

_RANK = {Priority.HIGH: 0, Priority.MEDIUM: 1, Priority.LOW: 2}


@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now. `key` names the cause: a rule id, or a technical word."""

    key: str
    priority: Priority
    text: str


@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition as people meet it."""

    key: str
    priority: Priority
    text: str
    since: Stamp
    is_present: bool = True
    is_first_out: bool = False
    acknowledged_by: str = ""


def advance(alarms: Sequence[Alarm], conditions: Iterable[Condition], now: Stamp) -> tuple[Alarm, ...]:
    """The alarms after this decision, in order of occurrence."""
    current = {one.key: one for one in conditions}
    kept: list[Alarm] = []
    for alarm in alarms:
        condition = current.pop(alarm.key, None)
        if condition is None:
            if not alarm.acknowledged_by:
                kept.append(replace(alarm, is_present=False) if alarm.is_present else alarm)
        else:
            kept.append(_follow(alarm, condition, now))
    is_first = not any(one.is_present for one in kept)
    for condition in current.values():
        kept.append(Alarm(condition.key, condition.priority, condition.text, now, is_first_out=is_first))
        is_first = False
    return tuple(kept)


def _follow(alarm: Alarm, condition: Condition, now: Stamp) -> Alarm:
    if alarm.is_present and condition.priority is alarm.priority and condition.text == alarm.text:
        return alarm
    worsened = _RANK[condition.priority] < _RANK[alarm.priority]
    returned = not alarm.is_present
    return replace(
        alarm,
        priority=condition.priority,
        text=condition.text,
        is_present=True,
        since=now if worsened or returned else alarm.since,
        acknowledged_by="" if worsened or returned else alarm.acknowledged_by,
    )


def acknowledge(alarms: Sequence[Alarm], key: str, by: str) -> tuple[Alarm, ...]:
    """Mark one alarm, or with an empty key all of them, as seen by a person; what is over and seen goes."""
    seen = tuple(replace(one, acknowledged_by=by) if key in ("", one.key) else one for one in alarms)
    return tuple(one for one in seen if one.is_present or not one.acknowledged_by)


def by_priority(alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """For people: unacknowledged before acknowledged, high before low, older before newer."""
    return tuple(
        sorted(alarms, key=lambda one: (bool(one.acknowledged_by), _RANK[one.priority], one.since.link_ms))
    )
