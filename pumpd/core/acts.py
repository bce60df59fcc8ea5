"""What a person asks for: granted, or refused with every reason at once.

Theory of operation. A person's act is a request, answered exactly once with ACCEPTED or REFUSED in the same decision
that changes the state; for acts that move the pump, CONFIRMED or NOT CONFIRMED follows when the readback says so.
Everything that lets more drug flow asks here whether it may: `start_blockers` and `resume_blockers` are lists of
sentences, shown live to the nurse and used for the refusal, so what the screen says and what the daemon does cannot
differ. A pause is never refused.
"""

from dataclasses import replace

from drivers.contract import Approval, Motion
from interlocks.evaluate import acknowledge as acknowledge_rules
from interlocks.evaluate import fresh_states, release
from interlocks.vocabulary import Baseline, Demand, Signal
from pumpd.core import events as ev
from pumpd.core import guard
from pumpd.core.account import anchored
from pumpd.core.actions import Action, Answer, ApproveMaximum, NoteAct, RequestReading, Stage
from pumpd.core.alarms import acknowledge as acknowledge_alarms
from pumpd.core.dose import derive
from pumpd.core.order import Order, parse_order
from pumpd.core.restriction import Hold
from pumpd.core.session import Act, HoldKind, Phase, Session, baseline_of, held, moved
from pumpd.core.state import ChannelState, Policy, Waiting

Acted = tuple[ChannelState, tuple[Action, ...]]

#: facts/clinical.md 3.3. Ages in treatment ms.
RESUME_CUFF_AGE_MS = 120_000
#: clinical.md 3.2, ST2: a pulse or saturation older than this is no longer "fresh"; link ms.
PULSE_AGE_MS = 10_000
BASELINE_SYS_MAX_MMHG = 160
BASELINE_DIA_MAX_MMHG = 100
START_SPO2_MIN_PERCENT = 94
#: A line pressure is a 10 Hz signal; clinical.md 3.2, LP1: stale after 2 s, link ms.
LINE_AGE_MS = 2_000


def _refused(state: ChannelState, request_id: str, reasons: tuple[str, ...]) -> Acted:
    return state, (Answer(request_id=request_id, stage=Stage.REFUSED, reasons=reasons),)


def _accepted(request_id: str, *notes: str) -> Answer:
    return Answer(request_id=request_id, stage=Stage.ACCEPTED, reasons=notes)


def _move(session: Session, act: Act) -> Session | str:
    after = moved(session, act)
    return (
        after
        if after is not None
        else f"{act.value} is not possible while the session is {session.phase.value}"
    )


def enter_order(state: ChannelState, event: ev.OrderEntered, policy: Policy) -> Acted:
    """An order becomes a programme, or a list of refusals that name value, limit and unit."""
    if not {"prescriber", "nurse"} & set(event.roles):
        return _refused(
            state, event.request_id, (f"{event.by} may not enter orders: role prescriber or nurse needed",)
        )
    session = _move(state.session, Act.ENTER)
    if isinstance(session, str):
        return _refused(state, event.request_id, (session,))
    order = parse_order({**dict(event.fields), "accept_soft": event.accept_soft})
    if not isinstance(order, Order):
        return _refused(state, event.request_id, tuple(one.text for one in order))
    derived = derive(order, policy.capabilities.get(order.syringe))
    if derived.programme is None:
        return _refused(
            state,
            event.request_id,
            tuple(_refusal(one.code, one.text, one.is_soft) for one in derived.refusals),
        )
    session = Session(
        phase=session.phase,
        serial=session.serial + 1,
        order=order,
        programme=derived.programme,
        entered_by=event.by,
    )
    note = NoteAct(text=f"order entered for {order.patient}: {'; '.join(derived.steps[-2:])}", by=event.by)
    state = replace(
        state, session=session, findings=(), rules=(), delivery=replace(state.delivery, is_configured=False)
    )
    close = ApproveMaximum(approval=Approval(0, 0))
    return state, (close, _accepted(event.request_id, *derived.steps), note)


def _refusal(code: str, text: str, is_soft: bool) -> str:
    return f"{text} (may be accepted with --accept-soft {code})" if is_soft else text


def verify_order(state: ChannelState, event: ev.OrderVerified) -> Acted:
    """A second person; the same one twice is one person."""
    if not {"prescriber", "nurse"} & set(event.roles):
        return _refused(
            state, event.request_id, (f"{event.by} may not verify: role prescriber or nurse needed",)
        )
    session = _move(state.session, Act.VERIFY)
    if isinstance(session, str):
        return _refused(state, event.request_id, (session,))
    if event.by == session.entered_by:
        return _refused(
            state, event.request_id, (f"{event.by} entered this order: a second person must verify it",)
        )
    programme = session.programme
    assert programme is not None
    session = replace(session, verified_by=event.by)
    approve = ApproveMaximum(approval=Approval(programme.rate_nl_h, programme.vtbi_nl))
    state = replace(state, session=session)
    return state, (approve, _accepted(event.request_id), NoteAct(text="order verified", by=event.by))


def start_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Everything that stands between a verified order and flow; facts/clinical.md 3.3, START."""
    found = list(_pump_blockers(state, policy))
    baseline = _baseline(state)
    if isinstance(baseline, str):
        found.append(f"no baseline: {baseline}")
    elif baseline.sys > BASELINE_SYS_MAX_MMHG or baseline.dia > BASELINE_DIA_MAX_MMHG:
        limit = f"{BASELINE_SYS_MAX_MMHG}/{BASELINE_DIA_MAX_MMHG} mmHg"
        found.append(f"baseline {baseline.sys:g}/{baseline.dia:g} mmHg is above {limit}")
    found.extend(_vitals_blockers(state, policy))
    spo2 = state.picture.newest(Signal.SPO2)
    if spo2 is not None and spo2.value < START_SPO2_MIN_PERCENT:
        found.append(f"SpO2 {spo2.value:g} % is below {START_SPO2_MIN_PERCENT} %")
    return tuple(found)


def _baseline(state: ChannelState) -> Baseline | str:
    hr = state.picture.newest(Signal.HR)
    return baseline_of(state.cuff, None if hr is None else hr.value, state.now.ms)


def _pump_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    delivery, found = state.delivery, []
    if state.journal_failure:
        found.append(f"the journal cannot be written: {state.journal_failure}")
    if not delivery.is_link_up:
        return (*found, f"no pump: {delivery.link_reason}")
    if delivery.doubted_nl_h:
        found.append("the last command's outcome is unknown: the pump has not confirmed that it stands still")
    if not delivery.is_configured:
        reason = delivery.config_refusal or "not confirmed yet"
        found.append(f"the pump is not set up for this syringe: {reason}")
    if delivery.watchdog_ms != policy.lease_ms:
        shown = "unknown" if delivery.watchdog_ms is None else f"{delivery.watchdog_ms} ms"
        found.append(f"the pump's communication watchdog is {shown}, needed {policy.lease_ms} ms")
    return tuple(found)


def _vitals_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    found = []
    if not state.feed.is_up:
        found.append(f"no broker: {state.feed.reason}")
    found.extend(f"monitor {one} is offline" for one in state.feed.offline)
    wanted = [(Signal.HR, "heart rate", PULSE_AGE_MS), (Signal.SPO2, "SpO2", PULSE_AGE_MS)]
    if policy.has_line_pressure:
        wanted.append((Signal.LINE_PRESSURE, "line pressure", LINE_AGE_MS))
    for signal, name, limit_ms in wanted:
        age_ms = state.picture.age_link_ms(signal, state.now)
        if age_ms is None:
            found.append(f"no {name} yet")
        elif age_ms > limit_ms:
            found.append(f"{name} is {age_ms / 1000:.0f} s old (limit {limit_ms // 1000} s)")
    return tuple(found)


def start(state: ChannelState, event: ev.StartPressed, policy: Policy) -> Acted:
    """Flow for the first time: every gate open, baseline accepted by the person who starts."""
    if "nurse" not in event.roles:
        return _refused(state, event.request_id, (f"{event.by} may not start: role nurse needed",))
    session = _move(state.session, Act.START)
    if isinstance(session, str):
        return _refused(state, event.request_id, (session,))
    blockers = start_blockers(state, policy)
    report, at, baseline = state.delivery.report, state.delivery.reported_at, _baseline(state)
    if not blockers and (report is None or at is None or report.motion is not Motion.HALTED):
        blockers = ("the pump has not reported that it stands still",)
    if blockers or report is None or at is None or isinstance(baseline, str):
        return _refused(state, event.request_id, blockers)
    programme = session.programme
    assert programme is not None
    session = replace(
        session,
        started_by=event.by,
        baseline=baseline,
        guarding_since=state.now,
        ratchet_nl_h=programme.rate_nl_h,
        holds=(),
    )
    text = f"started; baseline {baseline.sys:g}/{baseline.dia:g} mmHg accepted"
    state = replace(
        state,
        session=session,
        account=anchored(report, at),
        rules=fresh_states(policy.rules),
        findings=(),
        waiting=(*state.waiting, Waiting(event.request_id, True, state.now)),
    )
    # The baseline may be minutes old, and silence counts from the reading (ST1b): have a new one on its way.
    fresh_cuff = RequestReading(reason="start")
    return state, (_accepted(event.request_id, text), NoteAct(text=text, by=event.by), fresh_cuff)


def pause(state: ChannelState, event: ev.PausePressed) -> Acted:
    """Never refused. Outside an infusion it still halts the motor: somebody saw a reason."""
    session = held(state.session, HoldKind.NURSE, f"paused by {event.by}", event.by, state.now)
    delivery = replace(state.delivery, is_halt_confirmed=False, halt_sent=None, silent_until_link_ms=0)
    state = replace(
        state,
        session=session,
        delivery=delivery,
        waiting=(*state.waiting, Waiting(event.request_id, False, state.now)),
    )
    return state, (_accepted(event.request_id), NoteAct(text="pause pressed", by=event.by))


def stop(state: ChannelState, event: ev.StopPressed) -> Acted:
    """The session is over. Where there is none to end, the motor is halted all the same."""
    session = moved(state.session, Act.STOP) or state.session
    delivery = replace(state.delivery, is_halt_confirmed=False, halt_sent=None, silent_until_link_ms=0)
    state = replace(
        state,
        session=replace(session, ratchet_nl_h=0, holds=()),
        delivery=delivery,
        waiting=(*state.waiting, Waiting(event.request_id, False, state.now)),
    )
    close = ApproveMaximum(approval=Approval(0, 0))
    return state, (_accepted(event.request_id), close, NoteAct(text="stop pressed", by=event.by))


def resume_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Every cause that persists, and every check that is not fresh; facts/clinical.md 3.3, RESUME."""
    found = [
        f"{one.rule_id}: {one.blocks_because or one.reason}"
        for one in state.findings
        if one.demand >= Demand.PAUSE and not one.is_releasable
    ]
    found.extend(_pump_blockers(state, policy))
    found.extend(_vitals_blockers(state, policy))
    age_ms = state.picture.age_ms(Signal.SYS, state.now)
    if age_ms is None:
        found.append("no cuff reading since the start of the daemon; one has been requested")
    elif age_ms > RESUME_CUFF_AGE_MS:
        limit_s = RESUME_CUFF_AGE_MS // 1000
        found.append(
            f"newest cuff reading is {age_ms // 1000} s old (limit {limit_s} s); one has been requested"
        )
    return tuple(found)


def can_resume(state: ChannelState) -> bool:
    """There is something for a person to lift: a hold, a rule that may be released, or the ratchet."""
    session = state.session
    if session.phase is not Phase.INFUSING or session.programme is None:
        return False
    return bool(session.holds) or session.ratchet_nl_h < session.programme.rate_nl_h


def resume(state: ChannelState, event: ev.ResumePressed, policy: Policy) -> Acted:
    """The only act that raises a rate during an infusion: lifts what may be lifted, and nothing else."""
    if "nurse" not in event.roles:
        return _refused(state, event.request_id, (f"{event.by} may not resume: role nurse needed",))
    if not can_resume(state):
        reason = f"nothing to resume: the session is {state.session.phase.value}"
        return _refused(state, event.request_id, (reason,))
    if event.epoch != state.epoch:
        reason = "the situation has changed since that screen was drawn: look again, then resume"
        return _refused(state, event.request_id, (reason,))
    blockers = resume_blockers(state, policy)
    if blockers:
        state, actions = _refused(state, event.request_id, blockers)
        wants_cuff = any("has been requested" in one for one in blockers)
        return state, (*actions, *((RequestReading(reason="resume"),) if wants_cuff else ()))
    programme = state.session.programme
    assert programme is not None
    situation = guard.situation_of(state, policy, frozenset())
    state = replace(
        state,
        rules=release(policy.rules, state.rules, situation),
        session=replace(state.session, holds=(), ratchet_nl_h=programme.rate_nl_h),
        waiting=(*state.waiting, Waiting(event.request_id, True, state.now)),
    )
    return state, (_accepted(event.request_id), NoteAct(text="resume pressed", by=event.by))


def acknowledge(state: ChannelState, event: ev.AlarmAcknowledged) -> Acted:
    """Seen. Nothing flows for it."""
    known = {one.key for one in state.alarms} | {one.rule_id for one in state.findings}
    if event.rule and event.rule not in known:
        active = ", ".join(sorted(known)) or "none"
        return _refused(state, event.request_id, (f"no alarm {event.rule} (active: {active})",))
    state = replace(
        state,
        rules=acknowledge_rules(state.rules, event.rule or None, state.now),
        alarms=acknowledge_alarms(state.alarms, event.rule, event.by),
    )
    text = f"acknowledged {event.rule or 'all alarms'}"
    return state, (_accepted(event.request_id), NoteAct(text=text, by=event.by))


def want_reading(state: ChannelState, event: ev.ReadingWanted) -> Acted:
    """A cuff cycle now."""
    return state, (_accepted(event.request_id), RequestReading(reason=f"asked by {event.by}"))


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
