"""From what is known to what is permitted: the interlocks, the restrictions, the alarm conditions.

Theory of operation. While a session is infusing (running or held) the whole rule table is evaluated on every event;
what it finds, every session hold, the programme and the ratchet become restrictions, and their minimum is the permit.
A finding that demands STOP ends the session here, so that nothing later can argue with it. Everything that restricts,
and everything technical that a person must know of, is an alarm condition.
"""

from dataclasses import replace

from drivers.contract import Approval, Capabilities, Run
from interlocks.evaluate import Situation, evaluate, fresh_states
from interlocks.vocabulary import Demand, Finding, Flag, Flow, Priority, Signal, Stamp
from pumpd.core.account import flow, high_nl
from pumpd.core.actions import Action, ApproveMaximum, NoteAct, NoteTrip, RequestReading
from pumpd.core.alarms import Condition, advance
from pumpd.core.restriction import Hold, Permit, Restriction, Source, from_findings, permit
from pumpd.core.session import Act, HoldKind, Phase, moved
from pumpd.core.state import NOT_OPENED, ChannelState, Delivery, Policy

Guarded = tuple[ChannelState, tuple[Action, ...]]

#: facts/faults.md T_s: a stop not confirmed by then is an alarm.
STOP_CONFIRM_MS = 1_000
#: A start is some fifteen exchanges, 200 ms each at worst, and its readback comes with the last of them.
START_WITHIN_MS = 3_000

NO_FLOW = Flow(0, 0, 0, 0, False, 0, 0, 0, 0, False, None)


def fastest_nl_h(state: ChannelState) -> int:
    """The highest rate at which the pump may be running at this moment."""
    delivery = state.delivery
    if delivery.is_halt_confirmed:
        return delivery.doubted_nl_h
    # What it says of itself counts beside what it was told: a rate may have been set at the pump.
    return max(delivery.doubted_nl_h, delivery.commanded_nl_h, delivery.reported_nl_h)


def given_high_nl(state: ChannelState, policy: Policy) -> int:
    """Upper end of what has been given by now, nl."""
    return high_nl(
        state.account,
        state.now,
        fastest_nl_h=fastest_nl_h(state),
        lease_ms=policy.lease_ms,
        steps=capabilities_of(state, policy).volume_steps,
    )


def flow_of(state: ChannelState, policy: Policy) -> Flow:
    """Delivered against commanded, for the rules and for people."""
    programme = state.session.programme
    if programme is None or state.session.phase is Phase.IDLE:
        return NO_FLOW
    return flow(
        state.account,
        state.now,
        fastest_nl_h=fastest_nl_h(state),
        lease_ms=policy.lease_ms,
        steps=capabilities_of(state, policy).volume_steps,
        vtbi_nl=programme.vtbi_nl,
        # A pump that has not spoken since this daemon started is the RESTART hold's case, not a silence.
        is_running=state.delivery.commanded_nl_h > 0 and state.delivery.reported_at is not None,
        silent_since=_silent_since(state.delivery, state.now),
    )


def _silent_since(delivery: Delivery, now: Stamp) -> Stamp | None:
    """Since when the pump has owed a readback. A start owes one only at its end; the pump's own lease covers the wait."""
    if delivery.run is None:
        return delivery.reported_at
    sent = delivery.run.sent
    if not isinstance(delivery.run.command, Run):
        return sent
    return Stamp(now.ms, min(now.link_ms, sent.link_ms + START_WITHIN_MS))


def situation_of(state: ChannelState, policy: Policy, fresh: frozenset[Signal]) -> Situation:
    """What the rules get to see."""
    flags = set()
    if not state.feed.is_up or state.feed.offline:
        flags.add(Flag.BROKER_DOWN)
    if state.feed.wrong_patient:
        flags.add(Flag.WRONG_PATIENT)
    return Situation(
        now=state.now,
        picture=state.picture,
        fresh=fresh,
        baseline=state.session.baseline,
        flow=flow_of(state, policy),
        flags=frozenset(flags),
        has_line_pressure=policy.has_line_pressure,
        guarding_since=state.session.guarding_since or state.now,
    )


def guard(state: ChannelState, policy: Policy, fresh: frozenset[Signal]) -> Guarded:
    """Evaluate every row, end the session on a STOP, compute the permit."""
    actions: list[Action] = []
    if state.session.phase is Phase.INFUSING:
        rules = state.rules or fresh_states(policy.rules)
        outcome = evaluate(policy.rules, rules, situation_of(state, policy, fresh))
        actions.extend(_trips(state.findings, outcome.findings))
        actions.extend(RequestReading(reason=rule_id) for rule_id in outcome.requests)
        state = replace(state, rules=outcome.states, findings=outcome.findings)
        state, ended = _end_on_stop(state)
        actions.extend(ended)
    elif state.findings and state.session.phase is not Phase.STOPPED:
        state = replace(state, findings=(), rules=())
    granted = permit_of(state, policy)
    # Law 1: the ratchet follows the permit down and never up; only a person's start or resume lifts it.
    ratchet = min(state.session.ratchet_nl_h, granted.rate_nl_h)
    state = replace(state, permit=granted, session=replace(state.session, ratchet_nl_h=ratchet))
    return state, tuple(actions)


def _trips(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> list[Action]:
    if before is after:
        return []
    known = {one.rule_id: one.demand for one in before}
    return [
        NoteTrip(
            rule_id=one.rule_id,
            demand=one.demand,
            priority=one.priority,
            reason=one.reason,
            evidence=one.evidence,
        )
        for one in after
        if one.demand > known.get(one.rule_id, Demand.NONE)
    ]


def _end_on_stop(state: ChannelState) -> Guarded:
    fatal = next((one for one in state.findings if one.demand is Demand.STOP), None)
    session = moved(state.session, Act.STOP) if fatal is not None else None
    if fatal is None or session is None:
        return state, ()
    note = NoteAct(text=f"session stopped by {fatal.rule_id}: {fatal.reason}", by="pumpd")
    close = ApproveMaximum(approval=Approval(0, 0))
    return replace(state, session=replace(session, ratchet_nl_h=0)), (close, note)


def permit_of(state: ChannelState, policy: Policy) -> Permit:
    """The minimum of everything that restricts."""
    session, programme = state.session, state.session.programme
    if programme is None or session.phase is not Phase.INFUSING:
        reason = _NOT_INFUSING[session.phase]
        hold = Hold.STOP if session.phase in (Phase.STOPPED, Phase.COMPLETED) else Hold.PAUSE
        return permit((Restriction(Source.PROGRAMME, hold, 0, reason),))
    found = [Restriction(Source.PROGRAMME, Hold.NONE, programme.rate_nl_h, "prescribed rate")]
    floor = capabilities_of(state, policy).floor_rate
    found.extend(from_findings(state.findings, programme.rate_nl_h, floor))
    for one in session.holds:
        source = _HOLD_SOURCE[one.kind]
        found.append(Restriction(source, Hold.PAUSE, 0, one.reason))
    if session.ratchet_nl_h < min(one.ceiling_nl_h for one in found):
        ceiling = session.ratchet_nl_h
        reason = "a person has not raised it again"
        found.append(Restriction(Source.OPERATOR, Hold.PAUSE if ceiling == 0 else Hold.NONE, ceiling, reason))
    return permit(found)


def capabilities_of(state: ChannelState, policy: Policy) -> Capabilities:
    """What the pump can do with the ordered syringe."""
    assert state.session.order is not None
    return policy.capabilities[state.session.order.syringe]


_NOT_INFUSING = {
    Phase.IDLE: "no order",
    Phase.ORDERED: "the order is not verified",
    Phase.VERIFIED: "not started",
    Phase.INFUSING: "no programme",
    Phase.COMPLETED: "the dose is complete",
    Phase.STOPPED: "the session was stopped",
}

_HOLD_SOURCE = {
    HoldKind.NURSE: Source.OPERATOR,
    HoldKind.RESTART: Source.DAEMON,
    HoldKind.PUMP: Source.PUMP,
    HoldKind.RECORD: Source.DAEMON,
}


def raise_alarms(state: ChannelState) -> ChannelState:
    """State the conditions that hold; the alarms follow."""
    alarms = advance(state.alarms, _conditions(state), state.now)
    return state if alarms == state.alarms else replace(state, alarms=alarms)


def _is_missed(state: ChannelState) -> bool:
    """A pump that somebody needs does not answer. Before its line was opened once there is nothing to say yet."""
    delivery = state.delivery
    is_needed = state.session.phase in (Phase.VERIFIED, Phase.INFUSING)
    return is_needed and not delivery.is_link_up and delivery.link_reason != NOT_OPENED


def _conditions(state: ChannelState) -> list[Condition]:
    delivery, found = state.delivery, []
    since = delivery.halt_since
    if since is not None and state.now.link_ms - since.link_ms > STOP_CONFIRM_MS:
        found.append(Condition("HALT", Priority.HIGH, "halt NOT CONFIRMED: use the pump's own stop key"))
    if delivery.surprise:
        found.append(Condition("PUMP-ACT", Priority.HIGH, delivery.surprise))
    if state.restore_problem:
        found.append(
            Condition(
                "RESTORE", Priority.HIGH, f"an earlier session is not restored: {state.restore_problem}"
            )
        )
    if state.is_journal_behind and not state.journal_failure:
        found.append(
            Condition("JOURNAL", Priority.MEDIUM, "the journal is more than 1 s behind: the disk is slow")
        )
    if state.journal_failure:
        found.append(
            Condition("JOURNAL", Priority.HIGH, f"the journal cannot be written: {state.journal_failure}")
        )
    if delivery.is_wrong_pump:
        found.append(Condition("PUMP", Priority.HIGH, f"wrong pump on the line: {delivery.link_reason}"))
    elif _is_missed(state):
        found.append(Condition("PUMP", Priority.HIGH, f"no answer from the pump: {delivery.link_reason}"))
    elif delivery.config_refusal:
        found.append(
            Condition("SETUP", Priority.MEDIUM, f"the pump did not take its setup: {delivery.config_refusal}")
        )
    for hold in state.session.holds:
        if hold.kind is HoldKind.PUMP:
            found.append(Condition("PUMP-HOLD", Priority.HIGH, hold.reason))
        elif hold.kind is HoldKind.RESTART:
            found.append(Condition("RESTART", Priority.MEDIUM, hold.reason))
    found.extend(Condition(one.rule_id, one.priority, one.reason) for one in state.findings)
    return found
