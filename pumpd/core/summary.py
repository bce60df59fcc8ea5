"""What a person is shown: one word, one sentence, the numbers behind them, and what can be done.

Theory of operation. Panel, terminal, MQTT and report all show this one summary, so they cannot disagree. It only gathers:
the words are `wording`'s, the numbers those of `dose_view` and `patient_view`, the alarms `alarm_view`'s.
"""

from typing import Any

from pumpd.core import alarm_view, dose_view, journal_room, order_age, patient_view
from pumpd.core.clinic import view as care_view
from pumpd.core.gates import can_restore, can_resume, restore_blockers, resume_blockers, start_blockers
from pumpd.core.restriction import Hold
from pumpd.core.session import Phase, Session
from pumpd.core.state import ChannelState, Policy
from pumpd.core.wording import headline, next_step, word_of


def summarise(state: ChannelState, policy: Policy, wall_ms: int) -> dict[str, Any]:
    """The whole summary, JSON-ready. `wall_ms`: treatment wall clock, for people only."""
    word = word_of(state)
    session, granted, programme = state.session, state.permit, state.session.programme
    resume = resume_blockers(state, policy) if can_resume(state) else ()
    restore = restore_blockers(state, policy) if can_restore(state) else ()
    start = start_blockers(state, policy) if session.phase is Phase.VERIFIED else ()
    rate = granted.rate_nl_h if granted is not None else 0
    percent = rate * 100 // programme.rate_nl_h if programme is not None and programme.rate_nl_h else 0
    care = care_view.care(state, policy, start)
    step_next = next_step(state, word, start=start, resume=resume, restore=restore)
    shown_word, sentence = care_view.words(state, policy, word, headline(state, word, percent, restore))
    return {
        "channel": policy.channel,
        "bed": policy.bed,
        "at_ms": state.now.ms,
        "link_ms": state.now.link_ms,
        "wall_ms": wall_ms,
        "boot": state.boot,
        "epoch": state.epoch,
        "phase": session.phase.value,
        "session": session.serial,
        "word": shown_word,
        "headline": sentence,
        "next": step_next or (care["next"] if policy.clinic is not None else ""),
        "rate": dose_view.rates(state),
        "dose": dose_view.dose(state, policy),
        "volume": dose_view.volume(state),
        "time_left_s": dose_view.time_left_s(state, rate),
        "course": dose_view.course(state),
        "percent_of_programme": percent,
        "holds": [{"source": one.kind.value, "reason": one.reason, "by": one.by} for one in session.holds],
        "binding": _binding(state),
        "findings": _findings(state),
        **order_age.waiting(state, policy),
        "can_resume": can_resume(state),
        "resume_blocked_by": list(resume),
        "can_restore": can_restore(state),
        "restore_blocked_by": list(restore),
        "start_blocked_by": list(start),
        "vitals": patient_view.vitals(state),
        "observations": patient_view.observations(state),
        "unwatched": patient_view.unwatched(state, policy),
        "cuff_active": state.feed.is_cuff_active(state.now),
        **patient_view.line(state),
        "alarms": alarm_view.alarms(state),
        "signal": alarm_view.signal(state),
        "pump": {**_pump(state), "accepted_risk": policy.accepted_risk},
        "journal": _journal(state),
        "feed": patient_view.feed(state),
        "order": dose_view.order(state),
        "library": dose_view.library(state, policy),
        "configuration": dose_view.configuration(state),
        "baseline": patient_view.baseline(state),
        "people": _people(session),
        "care": care,
    }


def _journal(state: ChannelState) -> dict[str, Any]:
    reason = state.journal_failure
    return {"ok": not reason, "reason": reason, "free_mb": journal_room.free_mb(state)}


def _people(session: Session) -> dict[str, str]:
    return {"entered": session.entered_by, "verified": session.verified_by, "started": session.started_by}


def _findings(state: ChannelState) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.rule_id,
            "demand": one.demand.name,
            "reason": one.reason,
            "releasable": one.is_releasable,
        }
        for one in state.findings
    ]


def _binding(state: ChannelState) -> list[dict[str, Any]]:
    if state.permit is None:
        return []
    return [
        {
            "source": one.source.value,
            "reason": one.reason,
            "rule": one.rule,
            "ceiling_nl_h": one.ceiling_nl_h if one.hold is Hold.NONE else None,
        }
        for one in state.permit.binding
    ]


def _pump(state: ChannelState) -> dict[str, Any]:
    delivery = state.delivery
    identity, report, at = delivery.identity, delivery.report, delivery.reported_at
    link = "up" if delivery.is_link_up else "wrong_pump" if delivery.is_wrong_pump else "down"
    return {
        "link": link,
        "reason": delivery.link_reason,
        "identity": f"{identity.model} {identity.firmware} address {identity.address}" if identity else "",
        "motion": report.motion.value if report else "unknown",
        "rate_nl_h": report.rate_nl_h if report else None,
        "watchdog_ms": delivery.watchdog_ms,
        "report_age_ms": None if at is None else state.now.link_ms - at.link_ms,
        "is_configured": delivery.is_configured,
    }
