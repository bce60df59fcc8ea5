"""What each event tells: the first step of every decision.

Theory of operation. One function per kind of event takes the state and returns it with the new knowledge in it, and
whatever notes belong to the event itself. No pump command is decided here: knowledge only. What the pump did without
being told, or may have done, becomes a session hold, so that a keypad press, a reboot, a refusal and a lost link all
end in the same place: standing still, with a reason, waiting for a person.
"""

from dataclasses import replace

from drivers.contract import Adjust, Approval, Run
from interlocks.evaluate import RuleState, carry_over, fresh_states
from interlocks.picture import Picture, observe
from interlocks.vocabulary import Sample, Signal
from pumpd.core import events as ev
from pumpd.core.account import after_restart
from pumpd.core.actions import Action, ApproveMaximum
from pumpd.core.session import BASELINE_KEPT, CuffReading, HoldKind, Phase, held
from pumpd.core.state import ChannelState, Delivery, Feed, Policy

Observed = tuple[ChannelState, tuple[Action, ...]]


def started(state: ChannelState, event: ev.DaemonStarted, policy: Policy) -> Observed:
    """Law 9. Clocks begin anew, the pump is unknown, an open session stands still until a person resumes."""
    now = event.at
    session = state.session
    if session.guarding_since is not None:
        session = replace(session, guarding_since=now)
    session = replace(session, holds=tuple(replace(one, since=now) for one in session.holds), ratchet_nl_h=0)
    session = held(session, HoldKind.RESTART, "the daemon was restarted during this infusion", "pumpd", now)
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
        rules=_carried_rules(state, policy),
        findings=(),
        delivery=delivery,
        account=after_restart(state.account),
        feed=Feed(),
        alarms=tuple(replace(one, since=now) for one in state.alarms),
        waiting=(),
        journal_failure="",
        is_journal_behind=False,
        restore_problem=event.restore_problem,
    )
    return fresh, _approval(fresh)


def _in_flight_nl_h(delivery: Delivery) -> int:
    """A command, or a raise whose record was on its way, may or may not have reached the pump before the end."""
    run, intent = delivery.run, delivery.intent
    commanded = run.command.rate_nl_h if run is not None and isinstance(run.command, Run | Adjust) else 0
    return max(commanded, intent.rate_nl_h if intent is not None else 0)


def _carried_rules(state: ChannelState, policy: Policy) -> tuple[RuleState, ...]:
    """What each row remembers, by its name: the table in force may have gained or lost rows since."""
    if not state.rules:
        return ()
    known = {one.rule_id: one for one in carry_over(state.rules, state.now)}
    return tuple(
        known[blank.rule_id]
        if blank.rule_id in known and len(known[blank.rule_id].tallies) == len(blank.tallies)
        else blank
        for blank in fresh_states(policy.rules)
    )


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
        if sys is not None and dia is not None and not (sys.is_suspect or dia.is_suspect):
            map_mmhg = mean.value if mean is not None and mean.measured_ms == sys.measured_ms else None
            reading = CuffReading(sys.measured_ms, sys.value, dia.value, map_mmhg)
            cuff = (*cuff, reading)[-BASELINE_KEPT:]
    feed = state.feed
    if feed.wrong_patient and any(one.source == feed.wrong_patient for one in samples):
        feed = replace(feed, wrong_patient="")  # that very device speaks for the right patient again
    return replace(state, picture=picture, cuff=cuff, feed=feed), fresh


def sample_refused(state: ChannelState, event: ev.SampleRefused) -> Observed:
    """Counted and shown; the old sample goes stale by itself."""
    counts = dict(state.feed.rejected)
    counts[event.reason] = counts.get(event.reason, 0) + 1
    feed = replace(
        state.feed,
        rejected=tuple(sorted(counts.items())),
        last_rejection=f"{event.device}: {event.reason}: {event.detail}",
        wrong_patient=event.device if event.reason == "wrong_patient" else state.feed.wrong_patient,
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


def intent_recorded(state: ChannelState, event: ev.IntentRecorded) -> Observed:
    """The record of a raise is on disk."""
    intent = state.delivery.intent
    if intent is None or intent.intent_id != event.intent_id:
        return state, ()
    return replace(state, delivery=replace(state.delivery, intent=replace(intent, is_durable=True))), ()


def journal_pace_changed(state: ChannelState, event: ev.JournalPaceChanged) -> Observed:
    """The stop is done all the same; that its record is late is for a person to know (I8)."""
    return replace(state, is_journal_behind=event.is_behind), ()


def journal_failed(state: ChannelState, event: ev.JournalFailed) -> Observed:
    """A delivery that cannot be recorded does not go on (faults row 82); the stop needs no record."""
    session = held(
        state.session, HoldKind.RECORD, f"the journal cannot be written: {event.reason}", "pumpd", event.at
    )
    return replace(state, session=session, journal_failure=event.reason), ()
