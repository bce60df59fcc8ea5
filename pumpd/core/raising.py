"""The two acts that raise a rate during an infusion, both a nurse's, in two steps.

Theory of operation. After a stand nobody knows how the patient takes the drug again, so `resume` lifts the ratchet to half
the programme and no higher. Five minutes later at the earliest `restore` lifts it to the programme; that is also the
way back from a slow-down whose cause has cleared (decision record 0015). Both look at the same fresh checks, on the
state the person was looking at (facts/faults.md I6), and release what may be released, and nothing else does.
"""

from interlocks.evaluate import RuleState, release
from interlocks.vocabulary import Demand
from pumpd.core import events as ev
from pumpd.core import guard
from pumpd.core.actions import NoteAct, RequestReading
from pumpd.core.answers import LOOK_AGAIN, Acted, accepted, refused
from pumpd.core.attendance import attended
from pumpd.core.gates import (
    CUFF_REQUESTED,
    can_restore,
    can_resume,
    half_rate_nl_h,
    restore_blockers,
    resume_blockers,
)
from pumpd.core.replacing import replace
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy, Waiting
from pumpd.core.units import format_rate


def resume(state: ChannelState, event: ev.ResumePressed, policy: Policy) -> Acted:
    """The way out of a stand, to half the prescribed rate."""
    reasons = _at_odds(state, event, "resume") or resume_blockers(state, policy)
    if reasons:
        return _refused(state, event, reasons, "resume")
    rate_nl_h = half_rate_nl_h(state, policy)
    state = _raised(state, event, _released(state, policy), rate_nl_h)
    session = replace(state.session, holds=(), resumed=state.now, configuration=state.configuration)
    state = replace(state, session=session)
    note = NoteAct(text=f"resume pressed: half the prescribed rate, {format_rate(rate_nl_h)}", by=event.by)
    return state, (accepted(event.request_id), note)


def restore(state: ChannelState, event: ev.RestorePressed, policy: Policy) -> Acted:
    """The way from a slowed rate to the prescribed one."""
    reasons = _at_odds(state, event, "restore") or restore_blockers(state, policy)
    if reasons:
        return _refused(state, event, reasons, "restore")
    rules = _released(state, policy)
    # A row may have ceased to be clear since it was last looked at; check and commit are one step (row 68).
    back = _restricting(rules, policy)
    if back:
        return _refused(state, event, back, "restore")
    programme = state.session.programme
    assert programme is not None
    state = _raised(state, event, rules, programme.rate_nl_h)
    rate = format_rate(programme.rate_nl_h)
    note = NoteAct(text=f"restore pressed: the prescribed rate, {rate}", by=event.by)
    return state, (accepted(event.request_id), note)


def _refused(
    state: ChannelState, event: ev.ResumePressed | ev.RestorePressed, reasons: tuple[str, ...], verb: str
) -> Acted:
    state, actions = refused(state, event.request_id, reasons)
    wants_cuff = any(CUFF_REQUESTED in one for one in reasons)
    return state, (*actions, *((RequestReading(reason=verb),) if wants_cuff else ()))


def _at_odds(state: ChannelState, event: ev.ResumePressed | ev.RestorePressed, verb: str) -> tuple[str, ...]:
    """Why this person, this act or this moment is the wrong one, before any gate is asked."""
    if "nurse" not in event.roles:
        return (f"{event.by} may not {verb}: role nurse needed",)
    is_possible = can_resume(state) if isinstance(event, ev.ResumePressed) else can_restore(state)
    if not is_possible:
        return (_nothing_to(state, verb),)
    if event.epoch != state.epoch:
        return (LOOK_AGAIN.format(act=verb),)
    return ()


def _nothing_to(state: ChannelState, verb: str) -> str:
    if state.session.phase is Phase.INFUSING and can_restore(state):
        return "nothing to resume: delivery goes on, slowed; use restore for the prescribed rate"
    if state.session.phase is Phase.INFUSING and can_resume(state):
        return "nothing to restore: delivery stands still; use resume first"
    return f"nothing to {verb}: the session is {state.session.phase.value}"


def _released(state: ChannelState, policy: Policy) -> tuple[RuleState, ...]:
    return release(policy.rules, state.rules, guard.situation_of(state, policy, frozenset()))


def _restricting(rules: tuple[RuleState, ...], policy: Policy) -> tuple[str, ...]:
    return tuple(
        f"{one.rule_id}: {one.reason}"
        for one, rule in zip(rules, policy.rules, strict=True)
        if one.demand > Demand.ADVISE and not rule.is_shadow
    )


def _raised(
    state: ChannelState,
    event: ev.ResumePressed | ev.RestorePressed,
    rules: tuple[RuleState, ...],
    ratchet_nl_h: int,
) -> ChannelState:
    return replace(
        attended(state, event.by),
        rules=rules,
        session=replace(state.session, ratchet_nl_h=ratchet_nl_h, raised_by=event.by),
        waiting=(*state.waiting, Waiting(event.request_id, True, state.now)),
    )
