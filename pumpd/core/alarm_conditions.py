"""What is wrong now, one condition for each cause, and what the alarms become of it.

Theory of operation. Rows that watch the same trouble are members of one condition: 165/92 crosses two rows and is one
alarm. Every silence, of whatever row, is one condition, because one broken cable is one trouble; its words lead with
the link when that is known to be down, and then say what is silent. The words are the rows' own sentences, which are
fixed when a row trips: a number that creeps makes no news.

A member of MEDIUM or above that nobody has seen calls, whatever was seen of the others: 190/115 is news after 166/90.
Only a silence is excused, by a lost link or monitor that people have been told of, until that is proven back.

A row that restricts is no longer a condition once it has been proven clear and, where it latches, been seen: what
still holds the rate is shown as a restriction. When a session has ended nothing judges any more, so what stood then
stands until a person has seen it. That the dose is complete is told in the same way.

Technical conditions wait for a person; the notices on how the work stands end with what they tell.
"""

from collections.abc import Iterator
from typing import Final

from interlocks.vocabulary import Demand, Finding, Priority, Truth
from pumpd.core import events as ev
from pumpd.core import journal_room, order_age
from pumpd.core.actions import Action, SignalAlarm
from pumpd.core.alarm_signal import escalated, signal_of
from pumpd.core.alarms import RANK, Alarm, Condition, acknowledge, advance, notes
from pumpd.core.clinic.observing import is_open, missed
from pumpd.core.guard import STOP_CONFIRM_MS
from pumpd.core.replacing import replace
from pumpd.core.session import HoldKind, Phase
from pumpd.core.state import NOT_OPENED, ChannelState, Feed, Policy

#: The one alarm of everything that is not heard.
VITALS_LOST = "vital-signs-lost"

#: How a lost broker is named among what is lost; devices go by their own names.
LINK = "the link to the monitors"
#: The row that proves the link sound again: until then a loss is the same one.
_LINK_ROW = "ST3"

#: So long before the end, at the programmed rate, the end is announced.
NEAR_END_MS = 180_000
#: A nurse's pause longer than this, link ms, may have been forgotten.
ON_HOLD_MS = 120_000

_MS_PER_HOUR = 3_600_000

#: By names of their own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_STOPPED: Final = Phase.STOPPED
_INFUSING: Final = Phase.INFUSING
#: The phases in which somebody needs the pump, and somebody must see an alarm.
_ATTENDED = (Phase.VERIFIED, Phase.INFUSING)


def raise_alarms(
    before: ChannelState, state: ChannelState, event: ev.Event, policy: Policy
) -> tuple[ChannelState, tuple[Action, ...]]:
    """State the conditions that hold; alarms, sound and light follow.

    Args:
        before: the channel before this decision.
        state: the channel with everything in it that the event told.
        event: a stop silences what the session's own rows said; a start of the daemon tells all alarms again.
    """
    is_stop = isinstance(event, ev.StopPressed)
    if isinstance(event, ev.StopPressed):
        state = _silenced(state, event.by)
    acted = state.alarms
    # A row ended the session in this very decision: what it has to say is new.
    has_ended = before.session.phase is not state.session.phase and not is_stop
    alarms, has_called = advance(acted, conditions(state, policy, has_ended=has_ended), state.now)
    alarms = escalated(alarms, state.now)
    paused_until = 0 if has_called or not alarms else state.audio_paused_until_link_ms
    signal = signal_of(alarms, paused_until, state.now)
    told: tuple[Action, ...] = notes(before.alarms, acted, alarms, is_all=isinstance(event, ev.DaemonStarted))
    if signal != state.signal:
        told = (*told, SignalAlarm(signal=signal))
    if alarms == state.alarms and signal == state.signal and paused_until == state.audio_paused_until_link_ms:
        return state, told
    return replace(state, alarms=alarms, signal=signal, audio_paused_until_link_ms=paused_until), told


def _silenced(state: ChannelState, by: str) -> ChannelState:
    """Whoever ends the session has seen its alarms, and ends any pause of the audio (R56). The pump's own stay."""
    return replace(
        state,
        alarms=acknowledge(state.alarms, lambda one: bool(one.members), by),
        audio_paused_until_link_ms=0,
    )


def conditions(state: ChannelState, policy: Policy, *, has_ended: bool) -> list[Condition]:
    """Everything that is wrong now; `has_ended`: the session came into its phase with this decision, by itself."""
    unseen = {one.key for one in state.alarms if not one.acknowledged_by}
    found, phase = list(_technical(state)), state.session.phase
    for one in _causes(state):
        if phase is not _STOPPED or has_ended or one.key in unseen:
            found.append(one)
    found.extend(_notices(state, policy, is_end_new=has_ended or "END" in unseen))
    return found


# -- what the rows say -------------------------------------------------------------------------------------------


def cause_key(finding: Finding) -> str:
    """The alarm that a row belongs to."""
    return VITALS_LOST if finding.is_silence else finding.cause.replace(" ", "-")


def _causes(state: ChannelState) -> Iterator[Condition]:
    if not state.findings:
        return
    groups: dict[str, list[Finding]] = {}
    for one in state.findings:
        if one.is_present or (one.is_latching and not one.is_acknowledged):
            groups.setdefault(cause_key(one), []).append(one)
    standing = {one.key: one for one in state.alarms}
    for key, members in groups.items():
        alarm = standing.get(key)
        # The first of the worst: `max` keeps the first of equals, and findings come first-out first.
        lead = max(members, key=lambda one: RANK[one.priority])
        demand = max(one.demand for one in members)
        yield Condition(
            key,
            lead.priority,
            _silence_text(members, lead, state.feed) if key == VITALS_LOST else lead.reason,
            lead=lead.rule_id,
            members=tuple(one.rule_id for one in members),
            demand=demand,
            is_present=any(one.is_present for one in members),
            is_latching=demand is Demand.STOP or any(one.is_latching for one in members),
            callers=tuple(one.rule_id for one in members if _wants_person(one, alarm, state)),
            losses=_losses(state.feed, members, alarm) if key == VITALS_LOST else (),
        )


def _wants_person(finding: Finding, alarm: Alarm | None, state: ChannelState) -> bool:
    """A row calls when nobody has seen it, unless it is a silence that what people know of explains."""
    if finding.is_acknowledged or not finding.is_present or finding.priority is Priority.LOW:
        return False
    # Having called it waits for a person, whatever becomes of the link: else it would call twice.
    if alarm is None or finding.rule_id in alarm.callers:
        return True
    return not (finding.is_silence and (_is_explained(finding, alarm) or _is_heard(finding, state)))


def _is_explained(finding: Finding, alarm: Alarm) -> bool:
    """A lost broker explains every silence; a lost monitor those of what it measured, and its own."""
    known = set(alarm.known_losses)
    sources = {one.source for one in finding.evidence}
    return LINK in known or bool(known and (not sources or sources & known))


def _is_heard(finding: Finding, state: ChannelState) -> bool:
    """It is heard again, and only the proof that it stays so is under way."""
    return any(one.rule_id == finding.rule_id and one.truth is Truth.FALSE for one in state.rules)


def _losses(feed: Feed, members: list[Finding], alarm: Alarm | None) -> tuple[str, ...]:
    """What is lost; and what was, until the link is proven sound: one that flaps is one loss."""
    lost = (*(() if feed.is_up else (LINK,)), *feed.offline)
    if alarm is None or all(one.rule_id != _LINK_ROW for one in members):
        return lost
    return tuple(dict.fromkeys((*lost, *alarm.losses)))


def _silence_text(members: list[Finding], lead: Finding, feed: Feed) -> str:
    """The link first when it is down, then what is silent. Neither names anything that changes while it lasts."""
    link: list[str] = []
    if not feed.is_up:
        link.append(f"{LINK} is down")
    elif feed.offline:
        link.append(f"offline: {', '.join(feed.offline)}")
    reasons = (*link, lead.reason, *(one.reason for one in members))
    return "; ".join(dict.fromkeys(reasons))


# -- what pump, record and daemon say ----------------------------------------------------------------------------


def _technical(state: ChannelState) -> Iterator[Condition]:
    delivery = state.delivery
    since = delivery.halt_since
    if since is not None and state.now.link_ms - since.link_ms > STOP_CONFIRM_MS:
        yield Condition("HALT", Priority.HIGH, "halt NOT CONFIRMED: use the pump's own stop key")
    if delivery.surprise:
        yield Condition("PUMP-ACT", Priority.HIGH, delivery.surprise)
    if state.restore_problem:
        text = f"an earlier session is not restored: {state.restore_problem}"
        yield Condition("RESTORE", Priority.HIGH, text)
    if state.journal_failure:
        text = f"the journal cannot be written: {state.journal_failure}"
        yield Condition("JOURNAL", Priority.HIGH, text)
    elif unrecorded := next((one for one in state.session.holds if one.kind is HoldKind.RECORD), None):
        # Worse than a slow disk, which may have been seen by now: what a person asked for is not being done.
        text = f"nothing is given: {unrecorded.reason}; have the disk looked at, then resume"
        yield Condition("JOURNAL", Priority.HIGH, text)
    elif state.is_journal_behind:
        text = "the journal is more than 1 s behind: the disk is slow"
        yield Condition("JOURNAL", Priority.MEDIUM, text)
    edit = next((one for one in state.session.holds if one.kind is HoldKind.CONFIGURATION), None)
    if edit is not None or state.configuration_edited:
        text = state.configuration_edited or (edit.reason if edit is not None else "")
        yield Condition("CONFIG", Priority.MEDIUM, text)
    if delivery.is_wrong_pump:
        yield Condition("PUMP", Priority.HIGH, f"wrong pump on the line: {delivery.link_reason}")
    elif _is_missed(state):
        yield Condition("PUMP", Priority.HIGH, f"no answer from the pump: {delivery.link_reason}")
    elif delivery.config_refusal:
        text = f"the pump did not take its setup: {delivery.config_refusal}"
        yield Condition("SETUP", Priority.MEDIUM, text)
    for hold in state.session.holds:
        if hold.kind is HoldKind.PUMP:
            yield Condition("PUMP-HOLD", Priority.HIGH, hold.reason)
        elif hold.kind is HoldKind.RESTART:
            yield Condition("RESTART", Priority.MEDIUM, hold.reason)


def _is_missed(state: ChannelState) -> bool:
    """A pump that somebody needs does not answer. Before its line was opened once there is nothing to say yet."""
    delivery = state.delivery
    if delivery.is_link_up or delivery.link_reason == NOT_OPENED:
        return False
    return state.session.phase in _ATTENDED


# -- how the work stands -----------------------------------------------------------------------------------------


def _notices(state: ChannelState, policy: Policy, *, is_end_new: bool) -> Iterator[Condition]:
    session, now = state.session, state.now
    programme = session.programme
    if is_end_new and session.phase is Phase.COMPLETED:
        yield _notice("END", Priority.LOW, "the dose is complete")
    if session.phase is _INFUSING and programme is not None:
        left_nl = programme.vtbi_nl - state.account.best_nl
        if left_nl * _MS_PER_HOUR <= programme.rate_nl_h * NEAR_END_MS:
            text = f"less than {NEAR_END_MS // 60_000} min of the dose are left at the prescribed rate"
            yield _notice("NEAR-END", Priority.LOW, text)
        for hold in session.holds:
            if hold.kind is HoldKind.NURSE and now.link_ms - hold.since.link_ms > ON_HOLD_MS:
                text = f"{hold.reason} more than {ON_HOLD_MS // 60_000} min ago: is it forgotten?"
                yield _notice("ON-HOLD", Priority.LOW, text)
    if lapse := order_age.lapse_told(state, policy):
        yield _notice("VERIFICATION", Priority.LOW, lapse)
    if short := journal_room.told(state):
        yield _notice("DISK", Priority.LOW, short)
    if state.certificates:
        yield _notice("CERTIFICATE", Priority.LOW, state.certificates)
    if late := missed(state, policy):
        yield _notice("OBSERVATION", Priority.MEDIUM, late)
    within_ms = policy.listener_within_ms
    if within_ms is not None and (session.phase in _ATTENDED or is_open(state, policy)):
        # The link clock starts with the daemon, so one that never spoke has been silent since 0.
        spoke_ms = max([at.link_ms for _, at in state.listeners], default=0)
        if now.link_ms - spoke_ms > within_ms:
            text = (
                f"no panel or sounder was heard for {within_ms / 1000:g} s: nobody may see or hear an alarm"
            )
            yield _notice("LISTENER", Priority.MEDIUM, text)


def _notice(key: str, priority: Priority, text: str) -> Condition:
    return Condition(key, priority, text, is_latching=False)


def unseen_members(state: ChannelState, alarm: Alarm) -> tuple[str, ...]:
    """Rows of an alarm that wait for a person, although the alarm itself may have been seen before they joined."""
    return tuple(
        one.rule_id
        for one in state.findings
        if one.rule_id in alarm.members and one.is_latching and not one.is_acknowledged
    )
