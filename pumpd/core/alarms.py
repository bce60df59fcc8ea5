"""Alarms: one for each cause, what was wrong and nobody has seen, what came first.

Theory of operation. Each decision states the conditions that hold (`Condition`, one a cause); `advance` compares them
with the alarms of before. A condition that appears becomes an alarm. One that goes away takes its alarm along, unless
the alarm is latching and nobody has acknowledged it: what happened while nobody looked is not lost. A higher priority,
a higher demand, a return or a further row that nobody has seen *calls*: the alarm is unacknowledged again and begins
anew. A row calls once in its excursion, until somebody has seen it; other words call nobody. Until somebody has
acknowledged, a priority never falls. The first alarm of an episode carries `is_first_out`: of twelve lamps that is the
one to read. There is no way to switch an alarm off.

What is told to the record, the topics and a nurse-call system (`notes`) is the difference between the alarms before and
after a decision, so nothing can change without being told and nothing is told that did not change.
"""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

from interlocks.frozen import quick
from interlocks.vocabulary import Demand, Priority, Stamp
from pumpd.core.actions import AlarmPhase, NoteAlarm
from pumpd.core.replacing import replace

#: How urgent: more is worse.
RANK = {Priority.LOW: 0, Priority.MEDIUM: 1, Priority.HIGH: 2}


@quick
@dataclass(frozen=True, slots=True)
class Condition:
    """Something that is wrong now, by its cause.

    Attributes:
        key: names the cause: a lower-case slug, or a technical word in capitals.
        text: of the leading row.
        lead: the leading row; "" for a technical condition.
        members: the rows of this cause that hold or wait to be seen, first-out first.
        demand: the highest of them.
        is_present: it holds; False: it only waits to be seen.
        is_latching: it waits for a person when it is over.
        callers: the members that want a person who has not seen them, and call when they begin to.
        losses: links and devices that its words say are lost.
    """

    key: str
    priority: Priority
    text: str
    lead: str = ""
    members: tuple[str, ...] = ()
    demand: Demand = Demand.NONE
    is_present: bool = True
    is_latching: bool = True
    callers: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()


@quick
@dataclass(frozen=True, slots=True)
class Alarm:
    """A condition as people meet it.

    Attributes:
        since: when it began, or last worsened, came back or was joined.
        escalation: how often nobody has acknowledged in time.
        called_link_ms: since when, or since which escalation, people are waited for; link time.
        callers: the members that have called and that nobody has seen yet.
        losses: what its words say is lost.
        known_losses: those that it has called with or that somebody has acknowledged.
    """

    key: str
    priority: Priority
    text: str
    since: Stamp
    is_present: bool = True
    is_first_out: bool = False
    acknowledged_by: str = ""
    lead: str = ""
    members: tuple[str, ...] = ()
    demand: Demand = Demand.NONE
    is_latching: bool = True
    escalation: int = 0
    called_link_ms: int = 0
    callers: tuple[str, ...] = ()
    losses: tuple[str, ...] = ()
    known_losses: tuple[str, ...] = ()

    def is_named(self, name: str) -> bool:
        """Tell whether a person means this alarm by the name of its cause or of one of its rows."""
        return name == self.key or name in self.members


def advance(
    alarms: Sequence[Alarm], conditions: Iterable[Condition], now: Stamp
) -> tuple[tuple[Alarm, ...], bool]:
    """The alarms after this decision, in order of occurrence, and whether one of them calls anew."""
    current = {one.key: one for one in conditions}
    if not alarms and not current:
        return (), False
    is_going_on = any(one.is_present and one.key in current and current[one.key].is_present for one in alarms)
    kept: list[Alarm] = []
    has_called = False
    for alarm in alarms:
        condition = current.pop(alarm.key, None)
        if condition is not None:
            kept.append(_followed(alarm, condition, now))
            has_called = has_called or _calls(alarm, condition)
        elif alarm.is_latching and not alarm.acknowledged_by:
            kept.append(replace(alarm, is_present=False) if alarm.is_present else alarm)
    kept.extend(_begun(condition, now) for condition in current.values())
    return _with_first_out(kept, alarms, is_going_on), has_called or bool(current)


def _begun(condition: Condition, now: Stamp) -> Alarm:
    return Alarm(
        condition.key,
        condition.priority,
        condition.text,
        now,
        is_present=condition.is_present,
        lead=condition.lead,
        members=condition.members,
        demand=condition.demand,
        is_latching=condition.is_latching,
        called_link_ms=now.link_ms,
        callers=condition.callers,
        losses=condition.losses,
        known_losses=condition.losses,
    )


def _has_worsened(alarm: Alarm, condition: Condition) -> bool:
    return RANK[condition.priority] > RANK[alarm.priority] or condition.demand > alarm.demand


def _calls(alarm: Alarm, condition: Condition) -> bool:
    is_back = condition.is_present and not alarm.is_present
    return _has_worsened(alarm, condition) or is_back or not set(condition.callers) <= set(alarm.callers)


def _followed(alarm: Alarm, condition: Condition, now: Stamp) -> Alarm:
    calls, was_seen = _calls(alarm, condition), bool(alarm.acknowledged_by)
    if not calls and _is_told(alarm, condition):
        return alarm
    return replace(
        alarm,
        priority=condition.priority if was_seen else worst(alarm.priority, condition.priority),
        demand=condition.demand if was_seen else max(alarm.demand, condition.demand),
        text=condition.text,
        lead=condition.lead,
        members=condition.members,
        is_present=condition.is_present,
        is_latching=condition.is_latching,
        since=now if calls else alarm.since,
        acknowledged_by="" if calls else alarm.acknowledged_by,
        # What comes and goes unseen has been waiting all the time: it cannot put its own escalation off.
        called_link_ms=now.link_ms
        if calls and (was_seen or _has_worsened(alarm, condition))
        else alarm.called_link_ms,
        callers=condition.callers,
        losses=condition.losses,
        known_losses=tuple(one for one in condition.losses if calls or one in alarm.known_losses),
    )


def _is_told(alarm: Alarm, condition: Condition) -> bool:
    """The alarm says all of it already, as at nearly every decision while it stands."""
    return (
        alarm.text == condition.text
        and alarm.priority is condition.priority
        and alarm.demand is condition.demand
        and alarm.is_present is condition.is_present
        and alarm.is_latching is condition.is_latching
        and alarm.lead == condition.lead
        and alarm.members == condition.members
        and alarm.callers == condition.callers
        and alarm.losses == condition.losses
        and alarm.known_losses == tuple(one for one in condition.losses if one in alarm.known_losses)
    )


def _with_first_out(kept: list[Alarm], before: Sequence[Alarm], is_going_on: bool) -> tuple[Alarm, ...]:
    """An episode lasts while anything is present; what opens it is its first-out, and only that."""
    was_present = {one.key for one in before if one.is_present}
    newly = [index for index, one in enumerate(kept) if one.is_present and one.key not in was_present]
    has_first = is_going_on and any(
        one.is_first_out and one.key in was_present for one in kept if one.is_present
    )
    for index in newly:
        is_first = not has_first and (kept[index].is_first_out or not is_going_on)
        kept[index] = replace(kept[index], is_first_out=is_first)
        has_first = has_first or is_first
    return tuple(kept)


def acknowledge(alarms: Sequence[Alarm], is_meant: Callable[[Alarm], bool], by: str) -> tuple[Alarm, ...]:
    """Mark alarms as seen by a person. What is over and seen goes with the same decision, see `advance`."""
    return tuple(_seen(one, by) if is_meant(one) and not one.acknowledged_by else one for one in alarms)


def _seen(alarm: Alarm, by: str) -> Alarm:
    return replace(alarm, acknowledged_by=by, escalation=0, callers=(), known_losses=alarm.losses)


def restarted(alarms: Sequence[Alarm], now: Stamp) -> tuple[Alarm, ...]:
    """The alarms in a new process: clocks and waiting begin anew, what is known and who has seen it stays."""
    return tuple(replace(one, since=now, called_link_ms=now.link_ms) for one in alarms)


def notes(
    before: Sequence[Alarm], acted: Sequence[Alarm], after: Sequence[Alarm], *, is_all: bool = False
) -> tuple[NoteAlarm, ...]:
    """What a decision did to the alarms.

    Args:
        before: the alarms before it.
        acted: those same alarms, with what a person has just done to them.
        after: the alarms after it.
        is_all: tell every standing alarm again, changed or not.
    """
    if not acted and not after:
        return ()
    standing = {one.key for one in after}
    found = [
        _note(AlarmPhase.END, replace(one, is_present=False)) for one in acted if one.key not in standing
    ]
    known = {one.key: one for one in before}
    for alarm in after:
        was = known.get(alarm.key)
        if was is None:
            found.append(_note(AlarmPhase.START, alarm))
        elif is_all or (
            alarm is not was and _note(AlarmPhase.UPDATE, alarm) != _note(AlarmPhase.UPDATE, was)
        ):
            found.append(_note(AlarmPhase.UPDATE, alarm))
    return tuple(found)


def _note(phase: AlarmPhase, alarm: Alarm) -> NoteAlarm:
    return NoteAlarm(
        phase=phase,
        key=alarm.key,
        priority=alarm.priority,
        text=alarm.text,
        since=alarm.since,
        members=alarm.members,
        is_present=alarm.is_present,
        is_first_out=alarm.is_first_out,
        acknowledged_by=alarm.acknowledged_by,
        escalation=alarm.escalation,
    )


def worst(*priorities: Priority) -> Priority:
    """The most severe of one or more."""
    return max(priorities, key=RANK.__getitem__)


def by_priority(alarms: Sequence[Alarm]) -> tuple[Alarm, ...]:
    """For people: unacknowledged before acknowledged, high before low, older before newer."""
    return tuple(
        sorted(alarms, key=lambda one: (bool(one.acknowledged_by), -RANK[one.priority], one.since.link_ms))
    )
