"""The permit compared with the pump's readback: whatever is missing is commanded, every time anew.

Theory of operation. There is no script of "send this, then expect that". Each decision looks at what is permitted and
at what the pump last said, and emits what would make them equal. A lost acknowledgement, a refusal, a keypad press and
a reboot are the same case: they differ, so a command goes out.

*To rest* (permit zero, or no session at all): halts every 200 ms for a second, then silence for a lease and 1.5 s, then
halts again, until a readback says "halted" (faults T_s, I10, rows 1 to 4). The silence is not patience: on a wire whose
every valid packet renews the pump's lease, shouting at a pump that does not obey keeps it alive, while silence lets its
own watchdog take it down. No press of a button shortens a silence that has begun.

*To a rate*: lowering goes out at once, and only ever to a pump that runs (`Adjust`): if somebody stopped it meanwhile, it
stays stopped. Raising, from rest (`Run`) or from a lower rate, first writes its intent, waits for the disk to have it
(law 6), and only then commands, if it is still what is wanted and still recent. While one such command is under way no
other follows it: its end is at most a second away, and a halt overtakes it anyway. Nothing that adds drug is sent while
any outcome is in doubt (law 4).

The readback itself is asked for from here, by the tick: so the pump's lease is renewed only by a completed control
cycle (law 7), and a daemon whose loop hangs starves its pump by doing nothing.
"""

from typing import Final

from drivers.contract import Adjust, Configure, Halt, Motion, Poll, Run, WatchdogKind
from pumpd.core.actions import Action, CommandPump, WriteIntent
from pumpd.core.guard import capabilities_of
from pumpd.core.replacing import replace
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState, Intent, Outstanding, Policy
from pumpd.core.units import format_rate

#: By a name of its own, for what is asked at every decision; see `interlocks.vocabulary.TRUE`.
_INFUSING: Final = Motion.INFUSING

Reconciled = tuple[ChannelState, tuple[Action, ...]]

#: Repetition of an unconfirmed halt: at most 250 ms (facts/faults.md T_s), and ticks are 100 ms apart.
HALT_REPEAT_MS = 200
#: One round of halts, and how long beyond the lease the silence after it lasts: the last halt's own exchanges
#: (three rounds of two, 200 ms each at worst) are packets too.
HALT_ROUND_MS = 1_000
SILENCE_SLACK_MS = 1_500
#: A record that is not on disk by then is no basis for raising anything: the person who asked is told instead.
INTENT_WITHIN_MS = 5_000
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
        poll_id = delivery.last_id + 1
        state = replace(state, delivery=replace(delivery, last_id=poll_id, polled_link_ms=now.link_ms))
        actions = (*actions, CommandPump(command_id=poll_id, command=Poll()))
    return state, actions


def _without_link(state: ChannelState) -> ChannelState:
    """Nothing can be sent. A halt that is wanted stays wanted, so that its alarm comes in time."""
    delivery = state.delivery
    may_run = delivery.commanded_nl_h > 0 or delivery.doubted_nl_h > 0
    if may_run and delivery.halt_since is None:
        delivery = replace(delivery, halt_since=state.now)
    return replace(state, delivery=replace(delivery, intent=None, run=None, halt=None))


def _command(
    state: ChannelState, command: Configure | Run | Adjust | Halt
) -> tuple[ChannelState, CommandPump]:
    delivery = state.delivery
    command_id = delivery.last_id + 1
    sent = Outstanding(command_id, command, state.now)
    if isinstance(command, Halt):
        delivery = replace(delivery, halt=sent, last_id=command_id)
    else:
        delivery = replace(delivery, run=sent, last_id=command_id)
    return replace(state, delivery=delivery), CommandPump(command_id=command_id, command=command)


def _to_rest(state: ChannelState, policy: Policy) -> Reconciled:
    delivery, now = replace(state.delivery, intent=None, differs_since=None), state.now
    state = replace(state, delivery=delivery)
    if delivery.is_halt_confirmed:
        rested = replace(delivery, halt_since=None, halt_sent=None, commanded_nl_h=0, silent_until_link_ms=0)
        return _set_up(replace(state, delivery=replace(rested, is_starved=False)))
    if now.link_ms < delivery.silent_until_link_ms:
        return state, ()
    if delivery.halt_since is None:
        first = delivery.last_id + 1
        delivery = replace(delivery, halt_since=now, halt_round_link_ms=now.link_ms, first_halt_id=first)
    elif delivery.silent_until_link_ms:
        delivery = replace(delivery, halt_round_link_ms=now.link_ms)
    elif (
        now.link_ms - delivery.halt_round_link_ms > HALT_ROUND_MS
        and policy.watchdog is not WatchdogKind.NONE  # silence takes nothing down there
    ):
        silent_until = now.link_ms + policy.lease_ms + SILENCE_SLACK_MS
        starved = replace(delivery, silent_until_link_ms=silent_until, is_starved=True)
        return replace(state, delivery=starved), ()
    state = replace(state, delivery=replace(delivery, silent_until_link_ms=0))
    if delivery.halt_sent is not None and now.link_ms - delivery.halt_sent.link_ms < HALT_REPEAT_MS:
        return state, ()
    state, action = _command(state, Halt())
    return replace(state, delivery=replace(state.delivery, halt_sent=now)), (action,)


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
    delivery, report = state.delivery, state.delivery.report
    if report is None or delivery.halt is not None or delivery.run is not None:
        return state, ()
    running_nl_h = report.rate_nl_h if report.motion is _INFUSING else 0
    if running_nl_h == rate_nl_h:
        return replace(state, delivery=replace(delivery, intent=None, differs_since=None)), ()
    if running_nl_h > rate_nl_h:
        return _lower(state, rate_nl_h)
    return _raise(state, policy, rate_nl_h, is_running=running_nl_h > 0)


def _lower(state: ChannelState, rate_nl_h: int) -> Reconciled:
    """At once; and if the readback does not follow within a second, standing still is the only safe rate left."""
    since = state.delivery.differs_since
    if since is not None and state.now.link_ms - since.link_ms > LOWER_WITHIN_MS:
        reason = f"the pump did not come down to {format_rate(rate_nl_h)} within 1 s"
        return replace(state, session=held(state.session, HoldKind.PUMP, reason, "pumpd", state.now)), ()
    if since is not None and state.delivery.commanded_nl_h == rate_nl_h:
        return state, ()
    state = replace(state, delivery=replace(state.delivery, differs_since=since or state.now))
    return _add(state, Adjust(rate_nl_h))


def _raise(state: ChannelState, policy: Policy, rate_nl_h: int, *, is_running: bool) -> Reconciled:
    delivery = state.delivery
    if delivery.commanded_nl_h == rate_nl_h:
        return state, ()  # told already: the next readback shows it, or shows a surprise
    if not delivery.is_configured:
        return _set_up(state) if delivery.is_halt_confirmed else (state, ())
    intent = delivery.intent
    if intent is None or intent.rate_nl_h != rate_nl_h:
        return _intend(state, rate_nl_h, _limit_nl(state, policy))
    if not intent.is_durable:
        return _await_record(state, intent), ()
    limit_nl = _limit_nl(state, policy)
    return _add(state, Adjust(rate_nl_h) if is_running else Run(rate_nl_h, limit_nl))


def _intend(state: ChannelState, rate_nl_h: int, limit_nl: int) -> Reconciled:
    intent = Intent(state.delivery.last_id + 1, rate_nl_h, limit_nl, state.now)
    delivery = replace(state.delivery, intent=intent, last_id=intent.intent_id)
    write = WriteIntent(
        intent_id=intent.intent_id, rate_nl_h=rate_nl_h, volume_nl=limit_nl, by=state.session.raised_by
    )
    return replace(state, delivery=delivery), (write,)


def _await_record(state: ChannelState, intent: Intent) -> ChannelState:
    """I6: what a person asked for is done while that person is still looking, or not at all."""
    if state.now.link_ms - intent.since.link_ms <= INTENT_WITHIN_MS:
        return state
    reason = f"the journal did not record the start within {INTENT_WITHIN_MS // 1000} s"
    return replace(state, session=held(state.session, HoldKind.RECORD, reason, "pumpd", state.now))


def _add(state: ChannelState, command: Run | Adjust) -> Reconciled:
    assert state.delivery.doubted_nl_h == 0, "law 4: nothing that adds drug while an outcome is unknown"
    state, action = _command(state, command)
    delivery = replace(state.delivery, commanded_nl_h=command.rate_nl_h, is_halt_confirmed=False, intent=None)
    return replace(state, delivery=delivery), (action,)


def _limit_nl(state: ChannelState, policy: Policy) -> int:
    """What is left of the dose, by the high end of what has been given, as this pump can be told it."""
    programme = state.session.programme
    assert programme is not None
    left_nl = programme.vtbi_nl - state.account.best_nl - state.account.over_nl
    return capabilities_of(state, policy).floor_volume(max(0, left_nl))
