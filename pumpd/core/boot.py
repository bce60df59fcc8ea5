"""The daemon's own start: what a channel still knows, and what nobody may assume any more.

Theory of operation. Law 9. Both clocks begin anew, the pump is unknown, and an open session stands still until a person
resumes. What was measured is gone; what was found, held, given or counted stays. The rule table may be another one
than before: a row keeps its latch by its name, and a row that no longer acts leaves what it demanded behind as a hold
that names it, so that no latch is ever lost without a word (facts/faults.md I5).
"""

from drivers.contract import Adjust, Approval, Run
from interlocks.evaluate import RuleState, carry_over, fresh_states
from interlocks.picture import Picture
from interlocks.trace import Trace
from interlocks.vocabulary import Demand, Stamp
from pumpd.core import events as ev
from pumpd.core.account import after_restart
from pumpd.core.actions import Action, AlarmSignal, ApproveMaximum
from pumpd.core.alarms import restarted
from pumpd.core.configuration_change import other_configuration
from pumpd.core.library_change import other_library
from pumpd.core.observe import Observed
from pumpd.core.replacing import replace
from pumpd.core.session import HoldKind, Phase, Session, held
from pumpd.core.state import ChannelState, Delivery, Feed, Policy


def started(state: ChannelState, event: ev.DaemonStarted, policy: Policy) -> Observed:
    """The channel at the first event of a boot."""
    now = event.at
    state = refitted(state, policy)
    session = held(
        _on_new_clocks(state.session, now),
        HoldKind.RESTART,
        "the daemon was restarted during this infusion",
        "pumpd",
        now,
    )
    if changed := other_library(session, policy.library):
        session = held(session, HoldKind.RESTART, f"{changed}; the programme stays", "pumpd", now)
    if changed := other_configuration(session, event.configuration, event.configuration_changes):
        session = held(session, HoldKind.RESTART, changed, "pumpd", now)
    delivery = Delivery(
        commanded_nl_h=state.delivery.commanded_nl_h,
        doubted_nl_h=max(_in_flight_nl_h(state.delivery), state.delivery.unobserved_nl_h),
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
        permit=None,
        delivery=delivery,
        account=after_restart(state.account, is_start_open=_is_start_open(state.delivery)),
        feed=Feed(),
        alarms=restarted(state.alarms, now),
        waiting=(),
        trace=Trace(),
        tick=None,
        audio_paused_until_link_ms=0,
        listeners=(),
        signal=AlarmSignal(),
        journal_failure="",
        is_journal_behind=False,
        restore_problem=event.restore_problem,
        configuration=event.configuration,
        configuration_edited="",
        neighbours=(),
        journal_room=None,
        certificates="",
    )
    return fresh, _approval(fresh)


def _on_new_clocks(session: Session, now: Stamp) -> Session:
    """Totals stay. Instants become now: whatever must lie in the past for a relief is then as young as it can be."""
    return replace(
        session,
        verified=None,  # for how long it has waited nobody knows: `order_age`
        guarding_since=None if session.guarding_since is None else now,
        holds=tuple(replace(one, since=now) for one in session.holds),
        ratchet_nl_h=0,
        resumed=None if session.resumed is None else now,
        alerts=tuple(replace(one, ms=now.ms) for one in session.alerts),
    )


def _in_flight_nl_h(delivery: Delivery) -> int:
    """A command, or a raise whose record was on its way, may or may not have reached the pump before the end."""
    run, intent = delivery.run, delivery.intent
    commanded = run.command.rate_nl_h if run is not None and isinstance(run.command, Run | Adjust) else 0
    return max(commanded, intent.rate_nl_h if intent is not None else 0)


def _is_start_open(delivery: Delivery) -> bool:
    return delivery.intent is not None or (delivery.run is not None and isinstance(delivery.run.command, Run))


def refitted(state: ChannelState, policy: Policy) -> ChannelState:
    """The memory of the rows under the table in force, by their names; a row that lost its place is a hold."""
    if not state.rules:
        return state
    blanks = fresh_states(policy.rules)
    known = {one.rule_id: one for one in state.rules}
    rules = tuple(_kept(known.get(one.rule_id), one) for one in blanks)
    acting = {one.id for one in policy.rules if not one.is_shadow}
    session = state.session
    for one in state.findings:
        if one.demand > Demand.ADVISE and one.rule_id not in acting:
            reason = f"row {one.rule_id} demanded {one.demand.name} ({one.reason}) and no longer acts"
            session = held(session, HoldKind.RESTART, reason, "pumpd", state.now)
    if rules == state.rules and session is state.session:
        return state
    return replace(state, rules=rules, session=session)


def _kept(known: RuleState | None, blank: RuleState) -> RuleState:
    if known is None:
        return blank
    # Another ladder: what was counted on the old rungs is void, what the row demands is not.
    return known if len(known.tallies) == len(blank.tallies) else replace(known, tallies=blank.tallies)


def _approval(state: ChannelState) -> tuple[Action, ...]:
    programme = state.session.programme
    if programme is None or state.session.phase not in (Phase.VERIFIED, Phase.INFUSING):
        return ()
    return (ApproveMaximum(approval=Approval(programme.rate_nl_h, programme.vtbi_nl)),)
