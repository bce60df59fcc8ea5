"""From what is known to what is permitted: the interlocks and the restrictions.

Theory of operation. While a session is infusing (running or held) the whole rule table is evaluated on every event;
what it finds, every session hold, the programme and the ratchet become restrictions, and their minimum is the permit.
A finding that demands STOP ends the session here, so that nothing later can argue with it.
"""

from typing import Final

from drivers.contract import Approval, Capabilities, Run, WatchdogKind
from interlocks.evaluate import RuleState, Situation, evaluate, fresh_states
from interlocks.vocabulary import Demand, Finding, Flag, Flow, Signal, Stamp
from pumpd.core.account import flow, high_nl
from pumpd.core.actions import Action, ApproveMaximum, NoteAct, NoteTrip, RequestReading
from pumpd.core.course import alerted, course_of
from pumpd.core.replacing import replace
from pumpd.core.restriction import Hold, Permit, Restriction, Source, from_findings, permit
from pumpd.core.session import Act, HoldKind, Phase, Session, moved
from pumpd.core.state import ChannelState, Delivery, Policy

Guarded = tuple[ChannelState, tuple[Action, ...]]

#: facts/faults.md T_s: a stop not confirmed by then is an alarm.
STOP_CONFIRM_MS = 1_000
#: A start is some fifteen exchanges, 200 ms each at worst, and its readback comes with the last of them.
START_WITHIN_MS = 3_000

#: By names of their own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_IDLE: Final = Phase.IDLE
_INFUSING: Final = Phase.INFUSING
_PROGRAMME: Final = Source.PROGRAMME
_NO_HOLD: Final = Hold.NONE
_NO_WATCHDOG: Final = WatchdogKind.NONE

NO_FLOW = Flow(0, 0, 0, 0, False, 0, 0, 0, 0, False, None)


def fastest_nl_h(state: ChannelState) -> int:
    """The highest rate at which the pump may be running at this moment."""
    delivery = state.delivery
    if delivery.is_halt_confirmed:
        return delivery.doubted_nl_h
    # What it says of itself counts beside what it was told: a rate may have been set at the pump.
    return max(delivery.doubted_nl_h, delivery.commanded_nl_h, delivery.reported_nl_h)


def end_nl_of(state: ChannelState, policy: Policy) -> int | None:
    """Where a pump that silence does not stop ends by itself: its run's limit is what was left of the order.

    Not known (None) for a rate that nobody here has asked for: who set it may have set another end.
    """
    programme, delivery = state.session.programme, state.delivery
    if policy.watchdog is not _NO_WATCHDOG or programme is None:
        return None
    is_ours = delivery.reported_nl_h <= max(delivery.commanded_nl_h, delivery.doubted_nl_h)
    return programme.vtbi_nl if is_ours else None


def given_high_nl(state: ChannelState, policy: Policy) -> int:
    """Upper end of what has been given by now, nl."""
    return high_nl(
        state.account,
        state.now,
        fastest_nl_h=fastest_nl_h(state),
        lease_ms=policy.lease_ms,
        steps=capabilities_of(state, policy).volume_steps,
        end_nl=end_nl_of(state, policy),
    )


def flow_of(state: ChannelState, policy: Policy) -> Flow:
    """Delivered against commanded, for the rules and for people."""
    programme = state.session.programme
    if programme is None or state.session.phase is _IDLE:
        return NO_FLOW
    return flow(
        state.account,
        state.now,
        fastest_nl_h=fastest_nl_h(state),
        lease_ms=policy.lease_ms,
        steps=capabilities_of(state, policy).volume_steps,
        vtbi_nl=programme.vtbi_nl,
        end_nl=end_nl_of(state, policy),
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
    return Situation(
        now=state.now,
        picture=state.picture,
        fresh=fresh,
        baseline=state.session.baseline,
        flow=flow_of(state, policy),
        flags=_flags(state),
        fitted=policy.fitted,
        guarding_since=state.session.guarding_since or state.now,
        trace=state.trace,
        rejects=state.feed.rejects,
        course=course_of(state.session),
        alerts=state.session.alerts,
        tick_gap_ms=0 if state.tick is None else state.now.link_ms - state.tick.link_ms,
    )


#: An occlusion explains a pressure that falls when the line opens.
_OCCLUSION_ROWS = ("LP1", "LP2")
#: Symptoms are judged by the crisis of this row until it is proven over.
_CRISIS_ROW = "BP3"


def _flags(state: ChannelState) -> frozenset[Flag]:
    flags = []
    if not state.feed.is_up or state.feed.offline:
        flags.append(Flag.BROKER_DOWN)
    if state.feed.wrong_patient:
        flags.append(Flag.WRONG_PATIENT)
    if state.feed.two_monitors:
        flags.append(Flag.TWO_MONITORS)
    if state.feed.frozen:
        flags.append(Flag.FROZEN)
    if state.feed.is_cuff_active(state.now):
        flags.append(Flag.CUFF_ACTIVE)
    # As the decision before left it: what a row finds in this one must not depend on the order of the table.
    for one in state.findings:
        if one.demand >= Demand.PAUSE and one.rule_id in _OCCLUSION_ROWS:
            flags.append(Flag.OCCLUSION_KNOWN)
        if one.rule_id == _CRISIS_ROW and one.is_present:
            flags.append(Flag.CRISIS_KNOWN)
    return frozenset(flags)


def guard(state: ChannelState, policy: Policy, fresh: frozenset[Signal]) -> Guarded:
    """Evaluate every row, end the session on a STOP, compute the permit."""
    actions: list[Action] = []
    if state.session.phase is _INFUSING:
        rules = state.rules or fresh_states(policy.rules)
        outcome = evaluate(policy.rules, rules, situation_of(state, policy, fresh))
        actions.extend(_trips(state.findings, outcome.findings))
        actions.extend(_shadow_trips(rules, outcome.shadows))
        actions.extend([RequestReading(reason=rule_id) for rule_id in outcome.requests])
        if outcome.states != state.rules or outcome.findings != state.findings:
            state = replace(state, rules=outcome.states, findings=outcome.findings)
        state, ended = _end_on_stop(state)
        actions.extend(ended)
    elif state.findings and state.session.phase is not Phase.STOPPED:
        state = replace(state, findings=(), rules=())
    granted = permit_of(state, policy)
    session = alerted(state.session, state.permit, granted, state.now)
    if granted.rate_nl_h < session.ratchet_nl_h:
        # Law 1: the ratchet follows the permit down and never up; only a person's act lifts it.
        session = replace(session, ratchet_nl_h=granted.rate_nl_h)
    if session is not state.session or granted != state.permit:
        state = replace(state, permit=granted, session=session)
    return state, tuple(actions)


def _trips(before: tuple[Finding, ...], after: tuple[Finding, ...]) -> list[Action]:
    if before is after:
        return []
    known = {one.rule_id: one for one in before}
    return [_trip(one) for one in after if _is_news(known.get(one.rule_id), one)]


def _is_news(before: Finding | None, after: Finding) -> bool:
    """It demands more, or its excursion is another one: it was proven clear and came back, or silence became a value."""
    return before is None or after.demand > before.demand or after.crossed != before.crossed


def _shadow_trips(before: tuple[RuleState, ...], shadows: tuple[Finding, ...]) -> list[Action]:
    """What rows on trial would have done: for the record alone."""
    if not shadows:
        return []
    known = {one.rule_id: one.demand for one in before}
    return [_trip(one, is_shadow=True) for one in shadows if one.demand > known[one.rule_id]]


def _trip(finding: Finding, *, is_shadow: bool = False) -> NoteTrip:
    return NoteTrip(
        rule_id=finding.rule_id,
        demand=finding.demand,
        priority=finding.priority,
        reason=finding.reason,
        evidence=finding.evidence,
        hazard=finding.hazard,
        is_shadow=is_shadow,
    )


def _end_on_stop(state: ChannelState) -> Guarded:
    if not state.findings:
        return state, ()
    fatal = next((one for one in state.findings if one.demand is Demand.STOP), None)
    session = moved(state.session, Act.STOP) if fatal is not None else None
    if fatal is None or session is None:
        return state, ()
    note = NoteAct(text=f"session stopped by {fatal.rule_id}: {fatal.reason}", by="pumpd")
    close = ApproveMaximum(approval=Approval(0, 0))
    return replace(state, session=replace(session, ratchet_nl_h=0, holds=())), (close, note)


def permit_of(state: ChannelState, policy: Policy) -> Permit:
    """The minimum of everything that restricts.

    The ratchet only repeats what pressed it down; it is named as binding where nothing else holds the rate there.
    """
    granted = permit(restrictions_of(state, policy))
    if len(granted.binding) == 1:
        return granted
    echo = _ratchet(state.session)
    return replace(granted, binding=tuple(one for one in granted.binding if one not in echo))


def restrictions_of(state: ChannelState, policy: Policy) -> tuple[Restriction, ...]:
    """Everything that restricts at this moment, binding or not: the programme, rows, holds, the ratchet."""
    session, programme = state.session, state.session.programme
    if programme is None or session.phase is not _INFUSING:
        reason = _NOT_INFUSING[session.phase]
        hold = Hold.STOP if session.phase in (Phase.STOPPED, Phase.COMPLETED) else Hold.PAUSE
        return (Restriction(Source.PROGRAMME, hold, 0, reason),)
    floor = capabilities_of(state, policy).floor_rate
    return (
        Restriction(_PROGRAMME, _NO_HOLD, programme.rate_nl_h, "prescribed rate"),
        *from_findings(state.findings, programme.rate_nl_h, floor),
        *[Restriction(_HOLD_SOURCE[one.kind], Hold.PAUSE, 0, one.reason) for one in session.holds],
        *_ratchet(session),
    )


def _ratchet(session: Session) -> tuple[Restriction, ...]:
    ceiling_nl_h, programme = session.ratchet_nl_h, session.programme
    if programme is None or ceiling_nl_h >= programme.rate_nl_h:
        return ()
    if ceiling_nl_h == 0:
        return (Restriction(Source.OPERATOR, Hold.PAUSE, 0, "nobody has resumed yet"),)
    reason = "nobody has restored the prescribed rate yet"
    return (Restriction(Source.OPERATOR, Hold.NONE, ceiling_nl_h, reason),)


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
    HoldKind.CONFIGURATION: Source.DAEMON,
}
