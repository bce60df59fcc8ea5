"""The one decision: what is known, what just happened, what to do.

Theory of operation. Every event, whatever it is, runs the whole pipeline in one order:

    observe (session, picture, pump) -> interlocks -> permit -> alarms -> reconcile -> answers

so there is no fast path that forgets a rule and no rare path that nobody has walked. The function is pure: the same
state, event and policy give the same result on any machine in any year, which is what makes a journal a proof. No
timer lives here; every deadline is a comparison with the stamp of the event, and the tick brings the stamps.

Actions come back with halts first: nothing is ever performed before a halt of the same decision.
"""

from typing import Final

from drivers.contract import Approval, Halt
from interlocks.picture import renewed
from interlocks.vocabulary import Baseline, Signal
from pumpd.core import (
    acts,
    alarm_acts,
    attendance,
    boot,
    journal_room,
    neighbours,
    observe,
    ordering,
    pump_view,
    raising,
)
from pumpd.core import events as ev
from pumpd.core.actions import Action, ApproveMaximum, CommandPump, NoteAct
from pumpd.core.alarm_conditions import raise_alarms
from pumpd.core.answers import refused
from pumpd.core.clinic import acts as care_acts
from pumpd.core.clinic.care_events import CareEvent
from pumpd.core.clinic.course import aged, seen
from pumpd.core.configuration_events import ConfigurationEdited
from pumpd.core.course import lapsed
from pumpd.core.daemon_events import CertificatesExamined, JournalRoomMeasured, NeighboursChanged
from pumpd.core.delivery import reconcile
from pumpd.core.gates import baseline_shown
from pumpd.core.guard import guard
from pumpd.core.replacing import replace
from pumpd.core.session import Act, HoldKind, Phase, held, moved
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import format_ml

Decided = tuple[ChannelState, tuple[Action, ...]]

_NO_SIGNAL: frozenset[Signal] = frozenset()

#: By names of their own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_INFUSING: Final = Phase.INFUSING
_VERIFIED: Final = Phase.VERIFIED


def decide(state: ChannelState, event: ev.Event, policy: Policy) -> Decided:
    """Run the pipeline once.

    Args:
        state: the channel before.
        event: what happened.
        policy: what does not change while the daemon runs.

    Returns:
        The channel after, and what the edges are to do, in order.
    """
    before = state
    is_tick = isinstance(event, ev.Ticked)
    state = _arrived_at(state, event, policy)
    state, told, fresh = _observe(state, event, policy)
    state, completed = _complete(state)
    state, guarded = guard(state, policy, fresh)
    state, alarmed = raise_alarms(before, state, event, policy)
    state, commanded = reconcile(state, policy, is_tick=is_tick)
    state, answered = acts.settle_waiting(state)
    epoch = state.epoch if _outlook(state) == _outlook(before) else state.epoch + 1
    # The tick only now: during the decision it is the cycle before that tells how late this one is.
    state = replace(state, epoch=epoch, tick=event.at if is_tick else state.tick)
    actions = (*told, *completed, *guarded, *alarmed, *commanded, *answered)
    return state, _halts_first(actions)


def _arrived_at(state: ChannelState, event: ev.Event, policy: Policy) -> ChannelState:
    """The clock moves on, and with it the course of a session. Between two boots there is no time to account for."""
    if isinstance(event, ev.DaemonStarted):
        return replace(state, now=event.at)
    session = lapsed(state.session, state.permit, state.now, event.at)
    care = state.care
    if policy.clinic is not None:
        care = aged(care, session.phase, event.at.ms - state.now.ms)
    return replace(state, now=event.at, session=session, care=care)


def _observe(
    state: ChannelState, event: ev.Event, policy: Policy
) -> tuple[ChannelState, tuple[Action, ...], frozenset[Signal]]:
    match event:
        case ev.Ticked():
            return state, (), _NO_SIGNAL
        case ev.SamplesArrived():
            state, fresh = observe.samples_arrived(state, event.samples, event.cuff_active)
            return state, (), fresh
        case ev.PumpReported():
            state, fresh = pump_view.reported(state, event, policy)
            return state, (), fresh
    after, told = _told(state, event, policy)
    return after, told, renewed(state.picture, after.picture)


def _told(state: ChannelState, event: ev.Event, policy: Policy) -> Decided:
    match event:
        case ev.PumpCommandEnded():
            return pump_view.command_ended(state, event)
        case ev.IntentRecorded():
            return observe.intent_recorded(state, event)
        case ev.PumpLinkUp():
            return pump_view.link_up(state, event)
        case ev.PumpLinkDown():
            return pump_view.link_down(state, event)
        case ev.FeedLinkChanged():
            return observe.feed_link_changed(state, event)
        case ev.MonitorSpoke():
            return observe.monitor_spoke(state, event)
        case ev.SampleRefused():
            return observe.sample_refused(state, event)
        case ev.JournalFailed():
            return observe.journal_failed(state, event)
        case ev.ListenerSpoke():
            return alarm_acts.listener_spoke(state, event)
        case JournalRoomMeasured():
            return journal_room.measured(state, event)
        case NeighboursChanged():
            return neighbours.changed(state, event)
        case CertificatesExamined():
            return observe.certificates_examined(state, event)
        case ConfigurationEdited():
            return observe.configuration_edited(state, event)
        case ev.JournalPaceChanged():
            return observe.journal_pace_changed(state, event)
        case ev.DaemonStarted():
            return boot.started(state, event, policy)
        case _:
            return _asked(state, event, policy)


def _asked(state: ChannelState, event: ev.Event, policy: Policy) -> Decided:
    """What the course of a clinic asks stands before and behind an order and a start, and before nothing else."""
    if not isinstance(event, ev.OrderEntered | ev.StartPressed):
        return _acted(state, event, policy)
    if reasons := care_acts.refusals(state, event, policy):
        return refused(state, event.request_id, reasons)
    after, told = _acted(state, care_acts.stripped(event), policy)
    return care_acts.followed(state, after, event, policy), told


def _acted(state: ChannelState, event: ev.Event, policy: Policy) -> Decided:
    match event:
        case ev.PausePressed():
            return acts.pause(state, event)
        case ev.StopPressed():
            return acts.stop(state, event)
        case ev.AlarmAcknowledged():
            return alarm_acts.acknowledge(state, event)
        case ev.AudioPausePressed():
            return alarm_acts.pause_audio(state, event)
        case ev.ResumePressed():
            return raising.resume(state, event, policy)
        case ev.RestorePressed():
            return raising.restore(state, event, policy)
        case ev.StartPressed():
            return acts.start(state, event, policy)
        case ev.OrderEntered():
            return ordering.enter_order(state, event, policy)
        case ev.OrderVerified():
            return acts.verify_order(state, event, policy)
        case ev.ReadingWanted():
            return acts.want_reading(state, event)
        case ev.ScoreEntered():
            return attendance.enter_score(state, event)
        case ev.PresenceConfirmed():
            return attendance.confirm_presence(state, event)
    if isinstance(event, CareEvent):
        return care_acts.act(state, event, policy)
    raise TypeError(f"no decision for {type(event).__name__}")


def _complete(state: ChannelState) -> Decided:
    """The dose is in, by the pump's counter and by our own integral; if they disagree, a person decides."""
    if state.session.phase is not _INFUSING or not pump_view.is_dose_given(state):
        return state, ()
    if reason := pump_view.why_not_complete(state):
        return replace(state, session=held(state.session, HoldKind.PUMP, reason, "pumpd", state.now)), ()
    session = moved(state.session, Act.COMPLETE)
    assert session is not None
    state = replace(state, session=replace(session, holds=(), ratchet_nl_h=0))
    note = NoteAct(text=f"dose complete: {format_ml(state.account.best_nl)} counted by the pump", by="pumpd")
    return state, (ApproveMaximum(approval=Approval(0, 0)), note)


def _outlook(state: ChannelState) -> tuple[object, ...]:
    """What a person's decision to verify, start, resume or restore rests on."""
    session = state.session
    offered = baseline_shown(state) if session.phase is _VERIFIED else None
    return (
        (offered.sys, offered.dia) if isinstance(offered, Baseline) else None,
        session.phase,
        session.serial,
        session.verified,
        [(one.kind, one.reason) for one in session.holds],
        [(one.rule_id, one.demand) for one in state.findings],
        state.delivery.is_link_up,
        state.presses,
        state.neighbours,
        seen(state.care),
    )


def _halts_first(actions: tuple[Action, ...]) -> tuple[Action, ...]:
    if len(actions) < 2 or not any(isinstance(one, CommandPump) for one in actions):
        return actions
    return tuple(sorted(actions, key=_rank))


def _rank(action: Action) -> int:
    if isinstance(action, CommandPump) and isinstance(action.command, Halt):
        return 0
    if isinstance(action, ApproveMaximum):
        return 1
    return 3 if isinstance(action, CommandPump) else 2
