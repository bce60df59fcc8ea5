"""The permit compared with the pump's readback: whatever is missing is commanded, every time anew.

Theory of operation. There is no script of "send this, then expect that". Each decision looks at what is permitted and
at what the pump last said, and emits what would make them equal. A lost acknowledgement, a refusal, a keypad press and
a reboot are the same case: they differ, so a command goes out.

*To rest* (permit zero, or no session at all): a halt at once, repeated every 250 ms until a readback says "halted"
(faults T_s, I10). A pump that answers but does not stop is a different matter: on a wire whose every valid packet renews
the lease, shouting keeps it alive. So after one second of answered, unheeded halts we fall silent for a lease and half a
second more, let the pump's own watchdog take it down, and begin again (faults rows 3 and 4).

*To a rate*: lowering goes out at once. Raising, from rest or from a lower rate, first writes its intent, waits for the
disk to have it (law 6), and only then commands, if it is still what is wanted. Nothing that adds drug is sent while any
outcome is in doubt (law 4); the hold that an UNKNOWN outcome puts on sees to that, and the assertion here too.

The readback itself is asked for from here, by the tick: so the pump's lease is renewed only by a completed control
cycle (law 7), and a daemon whose loop hangs starves its pump by doing nothing.
"""

from dataclasses import replace

from drivers.contract import Configure, Halt, Motion, Poll, PumpCommand, Run
from interlocks.vocabulary import Stamp
from pumpd.core.actions import Action, CommandPump, WriteIntent
from pumpd.core.guard import capabilities_of
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState, Delivery, Intent, Outstanding, Policy
from pumpd.core.units import format_rate

Reconciled = tuple[ChannelState, tuple[Action, ...]]

#: Repetition of an unconfirmed halt, facts/faults.md T_s.
HALT_REPEAT_MS = 250
#: One round of halts before falling silent, and the slack beyond the lease.
HALT_ROUND_MS = 1_000
SILENCE_SLACK_MS = 500
#: A running rate above the wanted one for this long after it was commanded down is a hold.
LOWER_WITHIN_MS = 1_000
#: A refused setup is tried again this much later.
RETRY_SETUP_MS = 2_000


def reconcile(state: ChannelState, policy: Policy, *, is_tick: bool) -> Reconciled:
    """Emit what brings the pump to the permit.

    Args:
        state: with the permit of this decision.
        policy: poll interval, lease, what the pump can do.
        is_tick: this event is the control cycle's own; only that renews the lease.
    """
    granted, delivery, now = state.permit, state.delivery, state.now
    assert granted is not None
    if not delivery.is_link_up:
        return _without_link(state), ()
    if granted.rate_nl_h == 0 or delivery.doubted_nl_h > 0:
        state, actions = _to_rest(state, policy)
    else:
        state, actions = _to_rate(state, policy, granted.rate_nl_h)
    delivery = state.delivery
    is_due = now.link_ms - delivery.polled_link_ms >= policy.poll_link_ms
    if is_tick and is_due and now.link_ms >= delivery.silent_until_link_ms:
        state, poll = _command(state, Poll())
        state = replace(state, delivery=replace(state.delivery, polled_link_ms=now.link_ms))
        actions = (*actions, poll)
    return state, actions


def _without_link(state: ChannelState) -> ChannelState:
    """Nothing can be sent. A halt that is wanted stays wanted, so that its alarm comes in time."""
    delivery = state.delivery
    may_run = delivery.commanded_nl_h > 0 or delivery.doubted_nl_h > 0
    if may_run and delivery.halt_since is None:
        delivery = replace(delivery, halt_since=state.now)
    return replace(state, delivery=replace(delivery, intent=None, run=None, halt=None))


def _command(state: ChannelState, command: PumpCommand) -> tuple[ChannelState, CommandPump]:
    delivery = state.delivery
    command_id = delivery.last_id + 1
    sent = Outstanding(command_id, command, state.now) if not isinstance(command, Poll) else None
    if isinstance(command, Halt):
        delivery = replace(delivery, halt=sent)
    elif sent is not None:
        delivery = replace(delivery, run=sent)
    delivery = replace(delivery, last_id=command_id)
    return replace(state, delivery=delivery), CommandPump(command_id=command_id, command=command)


def _to_rest(state: ChannelState, policy: Policy) -> Reconciled:
    delivery, now = replace(state.delivery, intent=None, differs_since=None), state.now
    state = replace(state, delivery=delivery)
    if delivery.is_halt_confirmed:
        rested = replace(delivery, halt_since=None, halt_sent=None, commanded_nl_h=0, silent_until_link_ms=0)
        return _set_up(replace(state, delivery=rested))
    if now.link_ms < delivery.silent_until_link_ms:
        return state, ()
    if delivery.halt_since is None:
        delivery = replace(delivery, halt_since=now, halt_round_link_ms=now.link_ms, silent_until_link_ms=0)
    elif delivery.silent_until_link_ms:
        delivery = replace(delivery, halt_round_link_ms=now.link_ms, silent_until_link_ms=0)
    elif now.link_ms - delivery.halt_round_link_ms > HALT_ROUND_MS and _is_answering(delivery, now):
        silent_until = now.link_ms + policy.lease_ms + SILENCE_SLACK_MS
        return replace(state, delivery=replace(delivery, silent_until_link_ms=silent_until)), ()
    state = replace(state, delivery=delivery)
    if delivery.halt_sent is not None and now.link_ms - delivery.halt_sent.link_ms < HALT_REPEAT_MS:
        return state, ()
    state, action = _command(state, Halt())
    return replace(state, delivery=replace(state.delivery, halt_sent=now)), (action,)


def _is_answering(delivery: Delivery, now: Stamp) -> bool:
    """It speaks, and does not say that it stands still."""
    at = delivery.reported_at
    return delivery.report is not None and at is not None and now.link_ms - at.link_ms <= 2 * HALT_REPEAT_MS


def _set_up(state: ChannelState) -> Reconciled:
    """A halted pump with a verified programme gets its diameter, units and direction."""
    delivery, programme = state.delivery, state.session.programme
    wanted = state.session.phase in (Phase.VERIFIED, Phase.INFUSING) and programme is not None
    if not wanted or delivery.is_configured or delivery.run is not None or delivery.report is None:
        return state, ()
    tried = delivery.setup_tried
    if tried is not None and state.now.link_ms - tried.link_ms < RETRY_SETUP_MS:
        return state, ()
    assert programme is not None
    state, action = _command(state, Configure(programme.diameter_um))
    return replace(state, delivery=replace(state.delivery, setup_tried=state.now)), (action,)


def _to_rate(state: ChannelState, policy: Policy, rate_nl_h: int) -> Reconciled:
    state = replace(state, delivery=replace(state.delivery, halt_since=None, silent_until_link_ms=0))
    delivery = state.delivery
    report, run = delivery.report, delivery.run
    if report is None or delivery.halt is not None:
        return state, ()
    if run is not None:
        too_fast = isinstance(run.command, Run) and run.command.rate_nl_h > rate_nl_h
        return _run(state, policy, rate_nl_h) if too_fast else (state, ())
    running_nl_h = report.rate_nl_h if report.motion is Motion.INFUSING else 0
    if running_nl_h == rate_nl_h:
        return replace(state, delivery=replace(delivery, intent=None, differs_since=None)), ()
    if running_nl_h > rate_nl_h:
        return _lower(state, policy, rate_nl_h)
    return _raise(state, policy, rate_nl_h)


def _lower(state: ChannelState, policy: Policy, rate_nl_h: int) -> Reconciled:
    """At once; and if the readback does not follow within a second, standing still is the only safe rate left."""
    since = state.delivery.differs_since
    if since is not None and state.now.link_ms - since.link_ms > LOWER_WITHIN_MS:
        reason = f"the pump did not come down to {format_rate(rate_nl_h)} within 1 s"
        session = held(state.session, HoldKind.PUMP, reason, "pumpd", state.now)
        return replace(state, session=session), ()
    if since is not None and state.delivery.commanded_nl_h == rate_nl_h:
        return state, ()
    state = replace(state, delivery=replace(state.delivery, differs_since=since or state.now))
    return _run(state, policy, rate_nl_h)


def _raise(state: ChannelState, policy: Policy, rate_nl_h: int) -> Reconciled:
    delivery = state.delivery
    if delivery.commanded_nl_h == rate_nl_h:
        return state, ()  # told already: the next readback shows it, or shows a surprise
    if not delivery.is_configured:
        return _set_up(state) if delivery.is_halt_confirmed else (state, ())
    intent = delivery.intent
    if intent is None or intent.rate_nl_h != rate_nl_h:
        intent_id = delivery.last_id + 1
        intent = Intent(intent_id, rate_nl_h, _limit_nl(state, policy))
        state = replace(state, delivery=replace(delivery, intent=intent, last_id=intent_id))
        by = state.session.started_by
        return state, (
            WriteIntent(intent_id=intent_id, rate_nl_h=rate_nl_h, volume_nl=intent.volume_nl, by=by),
        )
    if not intent.is_durable:
        return state, ()
    return _run(state, policy, rate_nl_h)


def _run(state: ChannelState, policy: Policy, rate_nl_h: int) -> Reconciled:
    assert state.delivery.doubted_nl_h == 0, "law 4: nothing that adds drug while an outcome is unknown"
    state, action = _command(state, Run(rate_nl_h, _limit_nl(state, policy)))
    delivery = replace(state.delivery, commanded_nl_h=rate_nl_h, is_halt_confirmed=False, intent=None)
    return replace(state, delivery=delivery), (action,)


def _limit_nl(state: ChannelState, policy: Policy) -> int:
    """What is left of the dose, by the high end of what has been given, as this pump can be told it."""
    programme = state.session.programme
    assert programme is not None
    left_nl = programme.vtbi_nl - state.account.best_nl - state.account.over_nl
    return capabilities_of(state, policy).floor_volume(max(0, left_nl))
