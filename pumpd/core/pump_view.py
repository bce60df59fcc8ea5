"""What the pump tells: the readback counted, compared with what was commanded, and kept.

Theory of operation. A report is believed by the driver before it arrives here. It moves the dose account, proves or
disproves a halt, and is compared with the last command. What the pump did without being told, or may have done, becomes a
session hold, so that a keypad press, a reboot, a refusal and a lost link all end in the same place: standing still, with
a reason, waiting for a person. Outside an infusion the same surprise is an alarm of its own.
"""

from drivers.contract import (
    Adjust,
    Configure,
    CounterReading,
    Motion,
    Outcome,
    PumpAlarm,
    PumpReport,
    Run,
    WatchdogKind,
)
from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.account import Account, count, counter_fell, frozen_s, is_creeping
from pumpd.core.actions import NoteAct
from pumpd.core.guard import capabilities_of, end_nl_of, fastest_nl_h
from pumpd.core.observe import Observed, samples_arrived
from pumpd.core.replacing import replace
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState, Delivery, Policy
from pumpd.core.units import format_ml, format_rate

_ALARM_WORDS = {
    PumpAlarm.RESET: "the pump lost power and restarted",
    PumpAlarm.STALL: "the pump's motor is stalled",
    PumpAlarm.HOST_SILENT: "the pump stopped itself because the daemon fell silent",
    PumpAlarm.PROGRAM: "the pump reports a program error",
    PumpAlarm.BATTERY: "the pump's battery is low or empty: put it on the mains",
}

_LAX_WORDS = "it may go on if pumpd falls silent"

_EXPECTED_AT_REST = (PumpAlarm.RESET, PumpAlarm.HOST_SILENT)


def link_up(state: ChannelState, event: ev.PumpLinkUp) -> Observed:
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
        is_starved=False,
    )
    text = (
        f"pump answers: {event.identity.model} {event.identity.firmware} at address {event.identity.address}"
    )
    return replace(state, delivery=delivery), (NoteAct(text=text),)


def link_down(state: ChannelState, event: ev.PumpLinkDown) -> Observed:
    """Link loss changes what we know, not what was given (facts/requirements.md 4, pain 4)."""
    delivery = replace(
        state.delivery,
        is_link_up=False,
        is_wrong_pump=event.is_wrong_pump,
        link_reason=event.reason,
        doubted_nl_h=state.delivery.unobserved_nl_h,
        report=None,
        is_configured=False,
        is_halt_confirmed=False,
        intent=None,
    )
    short = event.reason.split(" (", 1)[0]  # the whole of it stands in the note
    session = held(state.session, HoldKind.PUMP, f"pump link lost: {short}", "pumpd", event.at)
    return replace(state, delivery=delivery, session=session), (
        NoteAct(text=f"pump link down: {event.reason}"),
    )


def reported(
    state: ChannelState, event: ev.PumpReported, policy: Policy
) -> tuple[ChannelState, frozenset[Signal]]:
    """A believed readback: count it, compare it with what was commanded, keep it."""
    report, now, before = event.report, event.at, state.delivery
    session, account = state.session, state.account
    surprises = list(_surprises(state, report, policy))
    if _is_counting(state):
        # At a daemon's first readback outside an infusion a counter may begin anew: the pump was switched off. `count`
        # still takes it for the gap it is.
        is_expected = account.counted_at is None and session.phase is not Phase.INFUSING
        if counter_fell(account, report) and not is_expected:
            surprises.append("the pump's volume counter was cleared or fell back")
        fastest = fastest_nl_h(state)
        steps = capabilities_of(state, policy).volume_steps
        account = count(
            account,
            report,
            now,
            before.commanded_nl_h,
            policy.lease_ms,
            fastest_nl_h=fastest,
            steps=steps,
            end_nl=end_nl_of(state, policy),
        )
        if still_s := frozen_s(account, now, steps):
            surprises.append(f"the pump has shown the same volume for {still_s} s although it should move")
    crept_at = _crept_at(state, account, now, policy)
    for reason in surprises:
        session = held(session, HoldKind.PUMP, reason, "pump", now)
    disobeyed = _disobeyed(before, report, crept_at)
    if disobeyed:
        surprises.insert(0, disobeyed)
        session = held(session, HoldKind.PUMP, disobeyed, "pump", now)
    is_unwatched = bool(disobeyed) or (session.phase is not Phase.INFUSING and bool(surprises))
    is_halted = report.motion is Motion.HALTED
    settled = is_halted and before.run is None and before.halt is None and before.doubted_nl_h == 0
    lost_setup = PumpAlarm.RESET in report.alarms or _wrong_diameter(state, report) != ""
    delivery = replace(
        before,
        report=report,
        reported_at=now,
        watchdog_ms=before.watchdog_ms if report.watchdog_ms is None else report.watchdog_ms,
        surprise=surprises[0] if is_unwatched and not before.surprise else before.surprise,
        is_configured=before.is_configured and not lost_setup,
        setup_tried=None if lost_setup else before.setup_tried,
        crept_at=crept_at,
        is_halt_confirmed=is_halted and crept_at is None and (settled or before.is_halt_confirmed),
        commanded_nl_h=0 if is_halted and before.run is None else before.commanded_nl_h,
    )
    state = replace(state, session=session, account=account, delivery=delivery)
    if report.pressure_mmhg is None:
        return state, frozenset()
    sample = Sample(Signal.LINE_PRESSURE, report.pressure_mmhg, now.ms, now, "pump", now.link_ms)
    return samples_arrived(state, (sample,))


def _disobeyed(before: Delivery, report: PumpReport, crept_at: Stamp | None) -> str:
    """It had to be starved of its lease, or only says that it stands: a person must know before it is used again."""
    if PumpAlarm.HOST_SILENT in report.alarms and before.is_starved:
        return "the pump did not obey the halt and was stopped by its own watchdog: do not use it"
    if crept_at is not None and before.crept_at is None:
        return "the pump says that it stands still while its counter rises: do not use it"
    return ""


#: A counter of 0.01 mL steps moves every 1.4 s at 26 mL/h: standing still is proven by twice that.
CREEP_ENDS_MS = 3_000


def _crept_at(state: ChannelState, account: Account, now: Stamp, policy: Policy) -> Stamp | None:
    """A pump that says "halted" while its counter rises has not halted, however often it says so (faults row 4)."""
    if account.counter_nl is None:
        return None
    before = state.delivery.crept_at
    rose = account.moved_halted_nl > state.account.moved_halted_nl
    if rose and (before is not None or is_creeping(account, capabilities_of(state, policy).volume_steps)):
        return now
    if before is not None and now.link_ms - before.link_ms > CREEP_ENDS_MS:
        return None
    return before


def _is_counting(state: ChannelState) -> bool:
    """From the start on, and on after the end, until the next order: what moves then was given to somebody too."""
    return state.account.counter_nl is not None


def _surprises(state: ChannelState, report: PumpReport, policy: Policy) -> tuple[str, ...]:
    """What the pump did that nobody told it to; facts/faults.md rows 6, 8, 10, 13, 15."""
    before = state.delivery
    is_infusing = state.session.phase is Phase.INFUSING
    found: list[str] = []
    # A pump that was switched on, or left alone, before any session says so at the first readback: no surprise.
    found.extend(_ALARM_WORDS[one] for one in report.alarms if is_infusing or one not in _EXPECTED_AT_REST)
    is_watched = policy.watchdog is WatchdogKind.COMMUNICATION
    is_lax = is_infusing and is_watched and report.watchdog_ms not in (None, policy.lease_ms)
    # Some pumps watch over the line only if they were started through it: then the start is what happened.
    if is_lax and not _was_started_there(before, report):
        found.append(
            f"the pump's watchdog is {report.watchdog_ms} ms, needed {policy.lease_ms} ms: {_LAX_WORDS}"
        )
    if report.motion in (Motion.WITHDRAWING, Motion.PURGING, Motion.WAITING):
        found.append(f"the pump is {report.motion.value}, which nobody commanded")
    if diameter := _wrong_diameter(state, report):
        found.append(diameter)
    if _was_started_there(before, report):
        found.append("the pump was started at the pump itself" + (f": {_LAX_WORDS}" if is_lax else ""))
    elif before.run is None and before.doubted_nl_h == 0:
        commanded = before.commanded_nl_h
        if report.motion is Motion.INFUSING and commanded and report.rate_nl_h != commanded:
            found.append(
                f"rate at the pump is {format_rate(report.rate_nl_h)}, commanded {format_rate(commanded)}"
            )
        elif _stopped_itself(state, report) and not is_dose_given(state, report):
            found.append("the pump was stopped at the pump itself")
    return tuple(found)


def _was_started_there(before: Delivery, report: PumpReport) -> bool:
    """It had been proven to stand, no start of ours is under way or in doubt, and it runs."""
    is_idle = before.run is None and before.doubted_nl_h == 0 and before.commanded_nl_h == 0
    return report.motion is Motion.INFUSING and is_idle and before.is_halt_confirmed


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
        counted += max(0, report.counter.since(CounterReading(account.counter_nl, account.cleared_nl)))
    return counted + account.over_nl + COMPLETE_WITHIN_NL >= programme.vtbi_nl


#: facts/faults.md section 1b, Novum: "complete" only if the pump's counter and our integral agree, 5 % + 0.05 mL.
_AGREE_PERCENT, _AGREE_AT_LEAST_NL = 5, 50_000


def why_not_complete(state: ChannelState) -> str:
    """Of a dose of which no more may be given: what keeps it from being called complete; "": it is complete (I19).

    What may have been given while nobody counted ends delivery as what was counted does, but it is no evidence.
    """
    account = state.account
    allowed_nl = account.expected_nl * _AGREE_PERCENT // 100 + _AGREE_AT_LEAST_NL
    counted = f"the pump counted {format_ml(account.best_nl)}"
    if abs(account.best_nl - account.expected_nl) > allowed_nl:
        return f"{counted}, commanded were {format_ml(account.expected_nl)}"
    if account.over_nl > allowed_nl:
        return f"{counted}, and the rest of the dose may have been given unseen: only stop ends this session"
    return ""


def command_ended(state: ChannelState, event: ev.PumpCommandEnded) -> Observed:
    """One of four outcomes, for the command it belongs to; an older command's end tells nothing any more."""
    before = state.delivery
    if _is_of_this_halt(before, event):
        return replace(state, delivery=_halt_ended(before, event)), ()
    if before.run is None or event.command_id != before.run.command_id:
        return state, ()
    command = before.run.command
    delivery = replace(before, run=None)
    confirmed = event.outcome is Outcome.CONFIRMED
    if isinstance(command, Configure):
        refusal = "" if confirmed else f"{event.outcome.value}: {event.detail}"
        programme = state.session.programme
        # The order may have changed while the pump was being set up for the one before.
        fits = programme is not None and command.diameter_um == programme.diameter_um
        delivery = replace(delivery, is_configured=confirmed and fits, config_refusal=refusal)
        return replace(state, delivery=delivery if fits else replace(delivery, setup_tried=None)), ()
    assert isinstance(command, Run | Adjust)
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


def _is_of_this_halt(before: Delivery, event: ev.PumpCommandEnded) -> bool:
    """The newest halt's end, or a proof for an earlier one of the same wish: it stands, whichever halt did it."""
    if before.halt is not None and event.command_id == before.halt.command_id:
        return True
    is_proof = event.outcome is Outcome.CONFIRMED and before.halt_since is not None
    return is_proof and before.first_halt_id <= event.command_id and before.run is None


def _halt_ended(before: Delivery, event: ev.PumpCommandEnded) -> Delivery:
    if event.outcome is not Outcome.CONFIRMED:
        return replace(before, halt=None)
    if before.crept_at is not None:
        return replace(before, halt=None)  # so it says; its counter says otherwise
    return replace(
        before,
        halt=None,
        run=None,
        is_halt_confirmed=True,
        doubted_nl_h=0,
        commanded_nl_h=0,
        halt_since=None,
    )
