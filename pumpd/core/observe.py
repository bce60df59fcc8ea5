"""What each event tells: the first step of every decision.

Theory of operation. One function per kind of event takes the state and returns it with the new knowledge in it, and
whatever notes belong to the event itself. No pump command is decided here: knowledge only. What the pump did without
being told, or may have done, becomes a session hold, so that a keypad press, a reboot, a refusal and a lost link all
end in the same place: standing still, with a reason, waiting for a person.
"""

from dataclasses import replace

from drivers.contract import Approval, Configure, Motion, Outcome, PumpAlarm, PumpReport, Run
from interlocks.evaluate import carry_over
from interlocks.picture import Picture, observe
from interlocks.vocabulary import Sample, Signal
from pumpd.core import events as ev
from pumpd.core.account import after_restart, count, counter_fell
from pumpd.core.actions import Action, ApproveMaximum, NoteAct
from pumpd.core.session import BASELINE_KEPT, CuffReading, HoldKind, Phase, held
from pumpd.core.state import ChannelState, Delivery, Feed, Policy
from pumpd.core.units import format_rate

Observed = tuple[ChannelState, tuple[Action, ...]]

_ALARM_WORDS = {
    PumpAlarm.RESET: "the pump lost power and restarted",
    PumpAlarm.STALL: "the pump's motor is stalled",
    PumpAlarm.HOST_SILENT: "the pump stopped itself because the daemon fell silent",
    PumpAlarm.PROGRAM: "the pump reports a program error",
}


def started(state: ChannelState, event: ev.DaemonStarted) -> Observed:
    """Law 9. Clocks begin anew, the pump is unknown, an open session stands still until a person resumes."""
    now = event.at
    session = state.session
    if session.guarding_since is not None:
        session = replace(session, guarding_since=now)
    session = replace(session, holds=tuple(replace(one, since=now) for one in session.holds), ratchet_nl_h=0)
    session = held(session, HoldKind.RESTART, "the daemon was restarted during this infusion", "pumpd", now)
    # A command that was in flight when the last process ended may or may not have reached the pump.
    run = state.delivery.run
    in_flight = run.command.rate_nl_h if run is not None and isinstance(run.command, Run) else 0
    delivery = Delivery(
        commanded_nl_h=state.delivery.commanded_nl_h,
        doubted_nl_h=max(in_flight, state.delivery.doubted_nl_h),
        last_id=state.delivery.last_id,
    )
    fresh = replace(
        state,
        now=now,
        boot=event.boot,
        session=session,
        picture=Picture(),
        cuff=(),
        rules=carry_over(state.rules, now),
        findings=(),
        delivery=delivery,
        account=after_restart(state.account),
        feed=Feed(),
        alarms=tuple(replace(one, since=now) for one in state.alarms),
        waiting=(),
        journal_failure="",
    )
    return fresh, _approval(fresh)


def _approval(state: ChannelState) -> tuple[Action, ...]:
    programme = state.session.programme
    if programme is None or state.session.phase not in (Phase.VERIFIED, Phase.INFUSING):
        return ()
    return (ApproveMaximum(approval=Approval(programme.rate_nl_h, programme.vtbi_nl)),)


def samples_arrived(
    state: ChannelState, samples: tuple[Sample, ...]
) -> tuple[ChannelState, frozenset[Signal]]:
    """New measurements; returns which signals are really new."""
    picture = observe(state.picture, samples)
    fresh = frozenset(one.signal for one in samples if picture.newest(one.signal) is one)
    cuff = state.cuff
    if Signal.SYS in fresh and Signal.DIA in fresh:
        sys, dia, mean = (picture.newest(one) for one in (Signal.SYS, Signal.DIA, Signal.MAP))
        if sys is not None and dia is not None and not sys.is_suspect:
            map_mmhg = mean.value if mean is not None and mean.measured_ms == sys.measured_ms else None
            reading = CuffReading(sys.measured_ms, sys.value, dia.value, map_mmhg)
            cuff = (*cuff, reading)[-BASELINE_KEPT:]
    feed = replace(state.feed, wrong_patient=False) if state.feed.wrong_patient else state.feed
    return replace(state, picture=picture, cuff=cuff, feed=feed), fresh


def sample_refused(state: ChannelState, event: ev.SampleRefused) -> Observed:
    """Counted and shown; the old sample goes stale by itself."""
    counts = dict(state.feed.rejected)
    counts[event.reason] = counts.get(event.reason, 0) + 1
    feed = replace(
        state.feed,
        rejected=tuple(sorted(counts.items())),
        last_rejection=f"{event.device}: {event.reason}: {event.detail}",
        wrong_patient=state.feed.wrong_patient or event.reason == "wrong_patient",
    )
    return replace(state, feed=feed), ()


def feed_link_changed(state: ChannelState, event: ev.FeedLinkChanged) -> Observed:
    """The broker came or went."""
    return replace(state, feed=replace(state.feed, is_up=event.is_up, reason=event.reason)), ()


def monitor_spoke(state: ChannelState, event: ev.MonitorSpoke) -> Observed:
    """A monitor's last will is as good as a lost broker for what it measured."""
    offline = tuple(one for one in state.feed.offline if one != event.device)
    if not event.is_online:
        offline = (*offline, event.device)
    return replace(state, feed=replace(state.feed, offline=offline)), ()


def pump_link_up(state: ChannelState, event: ev.PumpLinkUp) -> Observed:
    """Somebody answers and is who he should be; what he does is not known until he reports."""
    delivery = replace(
        state.delivery,
        is_link_up=True,
        is_wrong_pump=False,
        link_reason="",
        identity=event.identity,
        report=None,
        is_configured=False,
        setup_tried=None,
        is_halt_confirmed=False,
        halt_sent=None,
        halt_round_link_ms=event.at.link_ms,
        silent_until_link_ms=0,
    )
    text = (
        f"pump answers: {event.identity.model} {event.identity.firmware} at address {event.identity.address}"
    )
    return replace(state, delivery=delivery), (NoteAct(text=text),)


def pump_link_down(state: ChannelState, event: ev.PumpLinkDown) -> Observed:
    """Link loss changes what we know, not what was given (facts/requirements.md 4, pain 4)."""
    delivery = replace(
        state.delivery,
        is_link_up=False,
        is_wrong_pump=event.is_wrong_pump,
        link_reason=event.reason,
        report=None,
        is_configured=False,
        is_halt_confirmed=False,
        intent=None,
    )
    session = held(state.session, HoldKind.PUMP, f"pump link lost: {event.reason}", "pumpd", event.at)
    return replace(state, delivery=delivery, session=session), (
        NoteAct(text=f"pump link down: {event.reason}"),
    )


def pump_reported(
    state: ChannelState, event: ev.PumpReported, policy: Policy
) -> tuple[ChannelState, frozenset[Signal]]:
    """A believed readback: count it, compare it with what was commanded, keep it."""
    report, now, before = event.report, event.at, state.delivery
    session, account = state.session, state.account
    surprises = list(_surprises(state, report))
    if session.phase is Phase.INFUSING:
        if counter_fell(account, report):
            surprises.append("the pump's volume counter was cleared or fell back")
        account = count(account, report, now, before.commanded_nl_h, policy.lease_ms)
    for reason in surprises:
        session = held(session, HoldKind.PUMP, reason, "pump", now)
    is_halted = report.motion is Motion.HALTED
    settled = is_halted and before.run is None and before.halt is None and before.doubted_nl_h == 0
    lost_setup = PumpAlarm.RESET in report.alarms or _wrong_diameter(state, report) != ""
    delivery = replace(
        before,
        report=report,
        reported_at=now,
        watchdog_ms=before.watchdog_ms if report.watchdog_ms is None else report.watchdog_ms,
        is_configured=before.is_configured and not lost_setup,
        setup_tried=None if lost_setup else before.setup_tried,
        is_halt_confirmed=is_halted and (settled or before.is_halt_confirmed),
        commanded_nl_h=0 if is_halted and before.run is None else before.commanded_nl_h,
    )
    state = replace(state, session=session, account=account, delivery=delivery)
    if report.pressure_mmhg is None:
        return state, frozenset()
    sample = Sample(Signal.LINE_PRESSURE, report.pressure_mmhg, now.ms, now, "pump", now.link_ms)
    return samples_arrived(state, (sample,))


def _surprises(state: ChannelState, report: PumpReport) -> tuple[str, ...]:
    """What the pump did that nobody told it to; facts/faults.md rows 6, 8, 10, 13, 15."""
    before = state.delivery
    found: list[str] = []
    found.extend(_ALARM_WORDS[one] for one in report.alarms)
    if report.motion in (Motion.WITHDRAWING, Motion.PURGING, Motion.WAITING):
        found.append(f"the pump is {report.motion.value}, which nobody commanded")
    if diameter := _wrong_diameter(state, report):
        found.append(diameter)
    if before.run is None and before.doubted_nl_h == 0:
        commanded = before.commanded_nl_h
        if report.motion is Motion.INFUSING and commanded == 0 and before.is_halt_confirmed:
            found.append("the pump was started at the pump itself")
        elif report.motion is Motion.INFUSING and commanded and report.rate_nl_h != commanded:
            found.append(
                f"rate at the pump is {format_rate(report.rate_nl_h)}, commanded {format_rate(commanded)}"
            )
        elif _stopped_itself(state, report) and not is_dose_given(state, report):
            found.append("the pump was stopped at the pump itself")
    return tuple(found)


def _stopped_itself(state: ChannelState, report: PumpReport) -> bool:
    """It stands still although it was told to run and no halt of ours is on its way."""
    delivery = state.delivery
    return report.motion is Motion.HALTED and delivery.commanded_nl_h > 0 and delivery.halt_since is None


def _wrong_diameter(state: ChannelState, report: PumpReport) -> str:
    programme = state.session.programme
    if report.diameter_um is None or programme is None or not state.delivery.is_configured:
        return ""
    if report.diameter_um == programme.diameter_um:
        return ""
    return (
        f"syringe diameter at the pump is {report.diameter_um / 1000:.2f} mm, "
        f"ordered {programme.diameter_um / 1000:.2f} mm"
    )


#: The pump's volume limit is floored to 0.01 mL and its counter reads in 0.01 mL: two steps may stay undelivered.
COMPLETE_WITHIN_NL = 20_000


def is_dose_given(state: ChannelState, report: PumpReport | None = None) -> bool:
    """All but what pump and counter cannot resolve has been counted."""
    programme, account = state.session.programme, state.account
    if programme is None or account.counter_nl is None:
        return False
    counted = account.best_nl
    if report is not None:
        counted += max(0, report.infused_nl - account.counter_nl)
    return counted + account.over_nl + COMPLETE_WITHIN_NL >= programme.vtbi_nl


def pump_command_ended(state: ChannelState, event: ev.PumpCommandEnded) -> Observed:
    """One of four outcomes, for the command it belongs to; an older command's end tells nothing any more."""
    before = state.delivery
    if before.halt is not None and event.command_id == before.halt.command_id:
        return replace(state, delivery=_halt_ended(before, event)), ()
    if before.run is None or event.command_id != before.run.command_id:
        return state, ()
    command = before.run.command
    delivery = replace(before, run=None)
    confirmed = event.outcome is Outcome.CONFIRMED
    if isinstance(command, Configure):
        refusal = "" if confirmed else f"{event.outcome.value}: {event.detail}"
        return replace(state, delivery=replace(delivery, is_configured=confirmed, config_refusal=refusal)), ()
    assert isinstance(command, Run)
    if confirmed:
        return replace(state, delivery=delivery), ()
    session, was_halting = state.session, before.halt_since is not None
    if event.outcome is Outcome.UNKNOWN:
        delivery = replace(delivery, doubted_nl_h=max(command.rate_nl_h, before.commanded_nl_h))
    if not was_halting:
        rate = format_rate(command.rate_nl_h)
        reason = f"the pump did not take {rate} ({event.outcome.value}): {event.detail}"
        session = held(session, HoldKind.PUMP, reason, "pumpd", event.at)
    note = NoteAct(text=f"run {format_rate(command.rate_nl_h)}: {event.outcome.value}: {event.detail}")
    return replace(state, delivery=delivery, session=session), (note,)


def _halt_ended(before: Delivery, event: ev.PumpCommandEnded) -> Delivery:
    if event.outcome is not Outcome.CONFIRMED:
        return replace(before, halt=None)
    return replace(
        before,
        halt=None,
        run=None,
        is_halt_confirmed=True,
        doubted_nl_h=0,
        commanded_nl_h=0,
        halt_since=None,
    )


def intent_recorded(state: ChannelState, event: ev.IntentRecorded) -> Observed:
    """The record of a raise is on disk."""
    intent = state.delivery.intent
    if intent is None or intent.intent_id != event.intent_id:
        return state, ()
    return replace(state, delivery=replace(state.delivery, intent=replace(intent, is_durable=True))), ()


def journal_failed(state: ChannelState, event: ev.JournalFailed) -> Observed:
    """A delivery that cannot be recorded does not go on (faults row 82); the stop needs no record."""
    session = held(
        state.session, HoldKind.RECORD, f"the journal cannot be written: {event.reason}", "pumpd", event.at
    )
    return replace(state, session=session, journal_failure=event.reason), ()
