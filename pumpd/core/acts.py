"""What a person asks for: granted, or refused with every reason at once.

Theory of operation. A person's act is a request, answered exactly once with ACCEPTED or REFUSED in the same decision
that changes the state; for acts that move the pump, CONFIRMED or NOT CONFIRMED follows when the readback says so.
Everything that lets more drug flow asks `gates` whether it may; an order (`ordering`) and raising a rate again
(`raising`) have modules of their own. A pause is never refused.
"""

from drivers.contract import Approval, Motion
from interlocks.evaluate import fresh_states
from pumpd.core import events as ev
from pumpd.core import guard, neighbours, order_age
from pumpd.core.account import anchored
from pumpd.core.actions import Action, Answer, ApproveMaximum, NoteAct, RequestReading, Stage
from pumpd.core.answers import LOOK_AGAIN, Acted, accepted, refused
from pumpd.core.attendance import attended
from pumpd.core.gates import baseline_shown, start_blockers
from pumpd.core.replacing import replace
from pumpd.core.restriction import Hold
from pumpd.core.session import Act, HoldKind, Phase, Session, held, moved
from pumpd.core.state import ChannelState, Delivery, Policy, Waiting


def _move(session: Session, act: Act) -> Session | str:
    after = moved(session, act)
    return (
        after
        if after is not None
        else f"{act.value} is not possible while the session is {session.phase.value}"
    )


def verify_order(state: ChannelState, event: ev.OrderVerified, policy: Policy) -> Acted:
    """A second person; the same one twice is one person. An order that has waited long is looked at anew."""
    if not {"prescriber", "nurse"} & set(event.roles):
        return refused(
            state, event.request_id, (f"{event.by} may not verify: role prescriber or nurse needed",)
        )
    is_old = state.session.phase is Phase.VERIFIED and order_age.can_verify(state, policy)
    session = state.session if is_old else _move(state.session, Act.VERIFY)
    if isinstance(session, str):
        return refused(state, event.request_id, (session,))
    if event.by == session.entered_by:
        return refused(
            state, event.request_id, (f"{event.by} entered this order: a second person must verify it",)
        )
    if event.epoch != state.epoch:
        # Whoever verifies numbers must have read these numbers, not those of the order before.
        return refused(state, event.request_id, (LOOK_AGAIN.format(act="verify"),))
    programme = session.programme
    assert programme is not None
    session = replace(session, verified_by=event.by, verified=state.now)
    approve = ApproveMaximum(approval=Approval(programme.rate_nl_h, programme.vtbi_nl))
    state = replace(state, session=session)
    told = neighbours.told(state)
    note = NoteAct(text="; ".join(("order verified", *told)), by=event.by)
    return state, (approve, accepted(event.request_id, *told), note)


def start(state: ChannelState, event: ev.StartPressed, policy: Policy) -> Acted:
    """Flow for the first time: every gate open, baseline accepted by the person who starts."""
    if "nurse" not in event.roles:
        return refused(state, event.request_id, (f"{event.by} may not start: role nurse needed",))
    session = _move(state.session, Act.START)
    if isinstance(session, str):
        return refused(state, event.request_id, (session,))
    if event.epoch != state.epoch:
        return refused(state, event.request_id, (LOOK_AGAIN.format(act="start"),))
    blockers = start_blockers(state, policy, event.accept_soft)
    report, at, baseline = state.delivery.report, state.delivery.reported_at, baseline_shown(state)
    if not blockers and (report is None or at is None or report.motion is not Motion.HALTED):
        blockers = ("the pump has not reported that it stands still",)
    if blockers or report is None or at is None or isinstance(baseline, str):
        return refused(state, event.request_id, blockers)
    programme = session.programme
    assert programme is not None
    session = replace(
        session,
        started_by=event.by,
        configuration=state.configuration,
        raised_by=event.by,
        baseline=baseline,
        guarding_since=state.now,
        ratchet_nl_h=programme.rate_nl_h,
        holds=(),
    )
    text = f"started; baseline {baseline.sys:g}/{baseline.dia:g} mmHg accepted"
    state = replace(
        attended(state, event.by),
        session=session,
        account=anchored(report, at),
        rules=fresh_states(policy.rules),
        findings=(),
        waiting=(*state.waiting, Waiting(event.request_id, True, state.now)),
    )
    # The baseline may be minutes old, and silence counts from the reading (ST1b): have a new one on its way.
    fresh_cuff = RequestReading(reason="start")
    return state, (accepted(event.request_id, text), NoteAct(text=text, by=event.by), fresh_cuff)


def _halt_again(delivery: Delivery) -> Delivery:
    """Have a fresh proof that it stands; a halt that is under way already, its silences included, goes on as it is."""
    if delivery.halt_since is not None:
        return delivery
    return replace(delivery, is_halt_confirmed=False, halt_sent=None)


def pause(state: ChannelState, event: ev.PausePressed) -> Acted:
    """Never refused. Outside an infusion it still halts the motor: somebody saw a reason."""
    session = held(state.session, HoldKind.NURSE, f"paused by {event.by}", event.by, state.now)
    delivery = _halt_again(state.delivery)
    state = replace(
        state,
        session=session,
        delivery=delivery,
        presses=state.presses + 1,
        waiting=(*state.waiting, Waiting(event.request_id, False, state.now)),
    )
    return state, (accepted(event.request_id), NoteAct(text="pause pressed", by=event.by))


def stop(state: ChannelState, event: ev.StopPressed) -> Acted:
    """The session is over. Where there is none to end, the motor is halted all the same."""
    session = moved(state.session, Act.STOP) or state.session
    delivery = _halt_again(state.delivery)
    state = replace(
        state,
        session=replace(session, ratchet_nl_h=0, holds=()),
        delivery=delivery,
        presses=state.presses + 1,
        waiting=(*state.waiting, Waiting(event.request_id, False, state.now)),
    )
    close = ApproveMaximum(approval=Approval(0, 0))
    return state, (accepted(event.request_id), close, NoteAct(text="stop pressed", by=event.by))


def want_reading(state: ChannelState, event: ev.ReadingWanted) -> Acted:
    """A cuff cycle now."""
    note = NoteAct(text="cuff reading asked for", by=event.by)
    return state, (accepted(event.request_id), note, RequestReading(reason=f"asked by {event.by}"))


def settle_waiting(state: ChannelState) -> Acted:
    """Tell those who wait what the readback says."""
    if not state.waiting:
        return state, ()
    kept: list[Waiting] = []
    actions: list[Action] = []
    for one in state.waiting:
        if _has_come(state, one):
            actions.append(Answer(request_id=one.request_id, stage=Stage.CONFIRMED))
        elif _is_moot(state, one):
            reasons = tuple(each.reason for each in state.permit.binding) if state.permit else ()
            actions.append(Answer(request_id=one.request_id, stage=Stage.NOT_CONFIRMED, reasons=reasons))
        elif not one.is_warned and state.now.link_ms - one.since.link_ms > guard.STOP_CONFIRM_MS:
            actions.append(Answer(request_id=one.request_id, stage=Stage.NOT_CONFIRMED))
            kept.append(replace(one, is_warned=True))
        else:
            kept.append(one)
    return replace(state, waiting=tuple(kept)), tuple(actions)


def _has_come(state: ChannelState, one: Waiting) -> bool:
    delivery, granted = state.delivery, state.permit
    if not one.wants_motion:
        return delivery.is_link_up and delivery.is_halt_confirmed
    report = delivery.report
    return (
        granted is not None
        and granted.rate_nl_h > 0
        and report is not None
        and report.motion is Motion.INFUSING
        and report.rate_nl_h == granted.rate_nl_h
    )


def _is_moot(state: ChannelState, one: Waiting) -> bool:
    """Somebody wanted flow, and meanwhile something holds it."""
    return one.wants_motion and state.permit is not None and state.permit.hold is not Hold.NONE
