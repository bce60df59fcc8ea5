"""What a person is shown: one word, one sentence, the numbers behind them, and what can be done.

Theory of operation. Panel, terminal, MQTT and report all show this one summary, so they cannot disagree. The word
comes from the pump's readback and the permit together: PAUSING until the pump has confirmed, NOT CONFIRMED when it has
not within a second, never PAUSED because we sent something. Doses are decimal strings made from integers.
"""

from typing import Any

from drivers.contract import Motion
from interlocks.conditions import SPOKEN
from interlocks.vocabulary import Demand, Signal
from pumpd.core.alarms import by_priority
from pumpd.core.dose import volume_to_dose_ng
from pumpd.core.gates import can_resume, resume_blockers, start_blockers
from pumpd.core.guard import STOP_CONFIRM_MS, given_high_nl
from pumpd.core.order import Order
from pumpd.core.restriction import Hold
from pumpd.core.session import Phase, baseline_of
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import (
    format_duration,
    format_kg,
    format_mg,
    format_mg_per_kg,
    format_mg_per_ml,
    format_ml,
    format_rate,
)

_SECONDS_PER_HOUR = 3600


def summarise(state: ChannelState, policy: Policy, wall_ms: int) -> dict[str, Any]:
    """The whole summary, JSON-ready. `wall_ms`: treatment wall clock, for people only."""
    word = word_of(state)
    session, granted = state.session, state.permit
    programme = session.programme
    blocked = resume_blockers(state, policy) if can_resume(state) else ()
    not_started = start_blockers(state, policy) if session.phase is Phase.VERIFIED else ()
    rate = granted.rate_nl_h if granted is not None else 0
    percent = rate * 100 // programme.rate_nl_h if programme is not None and programme.rate_nl_h else 0
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
        "word": word,
        "headline": _headline(state, word, percent),
        "next": _next(state, word, blocked, not_started),
        "rate": _rates(state),
        "dose": _dose(state, policy),
        "volume": _volume(state),
        "time_left_s": _time_left_s(state, rate),
        "percent_of_programme": percent,
        "holds": [{"source": one.kind.value, "reason": one.reason, "by": one.by} for one in session.holds],
        "binding": _binding(state),
        "findings": [
            {
                "rule": one.rule_id,
                "demand": one.demand.name,
                "reason": one.reason,
                "releasable": one.is_releasable,
            }
            for one in state.findings
        ],
        "can_resume": can_resume(state),
        "resume_blocked_by": list(blocked),
        "start_blocked_by": list(not_started),
        "vitals": _vitals(state),
        "line_pressure_mmhg": _value(state, Signal.LINE_PRESSURE),
        "line_pressure_age_ms": state.picture.age_ms(Signal.LINE_PRESSURE, state.now),
        "alarms": _alarms(state),
        "pump": _pump(state),
        "journal": {"ok": not state.journal_failure, "reason": state.journal_failure},
        "feed": _feed(state),
        "order": _order(state),
        "baseline": _baseline(state),
        "people": {
            "entered": session.entered_by,
            "verified": session.verified_by,
            "started": session.started_by,
        },
    }


def word_of(state: ChannelState) -> str:
    """The state in one word, from readback and permit together."""
    session, delivery = state.session, state.delivery
    since = delivery.halt_since
    if since is not None and state.now.link_ms - since.link_ms > STOP_CONFIRM_MS:
        return "NOT CONFIRMED"
    if since is not None and session.phase is Phase.INFUSING:
        return "PAUSING"
    if session.phase is Phase.COMPLETED:
        return "COMPLETED"
    if session.phase is Phase.STOPPED:
        return "STOPPED"
    if not delivery.is_link_up:
        return "NO PUMP"
    if session.phase in (Phase.IDLE, Phase.ORDERED):
        return "NO ORDER" if session.phase is Phase.IDLE else "NOT VERIFIED"
    if session.phase is Phase.VERIFIED:
        return "READY"
    granted, programme = state.permit, session.programme
    if granted is None or programme is None or granted.rate_nl_h == 0:
        return "PAUSED"
    if delivery.report is None or delivery.report.motion is not Motion.INFUSING:
        return "STARTING"
    return "SLOWED" if granted.rate_nl_h < programme.rate_nl_h else "INFUSING"


def _headline(state: ChannelState, word: str, percent: int) -> str:
    if word == "NOT CONFIRMED":
        return "The pump has NOT CONFIRMED that it stands still: use the pump's own stop key"
    reasons = "; ".join(dict.fromkeys(one["reason"] for one in _binding(state)))
    if word in ("PAUSED", "PAUSING"):
        return f"{word.capitalize()}: {reasons}"
    if word == "SLOWED":
        return f"Slowed to {percent} %: {reasons}"
    if word == "INFUSING":
        rate = state.permit.rate_nl_h if state.permit else 0
        return f"Infusing at {format_rate(rate)}, the prescribed rate"
    if word == "NO PUMP":
        return f"No pump: {state.delivery.link_reason}"
    fatal = next((one for one in state.findings if one.demand is Demand.STOP), None)
    if word == "STOPPED" and fatal is not None:
        return f"Stopped by {fatal.rule_id}: {fatal.reason}"
    if word == "COMPLETED" and not state.delivery.is_halt_confirmed:
        return "The dose is complete; the pump has not confirmed yet that it stands still"
    return _PLAIN.get(word, word)


_PLAIN = {
    "COMPLETED": "The dose is complete; the motor stands still",
    "STOPPED": "The session was stopped; the rest of the dose is void",
    "NO ORDER": "No order",
    "NOT VERIFIED": "Order entered: a second person must verify it",
    "READY": "Verified, not started",
    "STARTING": "Starting: waiting for the pump's readback",
}


def _next(state: ChannelState, word: str, blocked: tuple[str, ...], not_started: tuple[str, ...]) -> str:
    if word == "NOT CONFIRMED":
        if not state.delivery.is_link_up:
            return "Nobody answers on the pump's line: look at the pump; it stops by itself when it hears nothing"
        return "Halts are repeated until the pump confirms"
    if word == "PAUSED" or (word == "SLOWED" and can_resume(state)):
        if not blocked:
            return "A nurse may resume"
        return "Before resume: " + "; ".join(blocked)
    if word == "READY":
        return "Before start: " + "; ".join(not_started) if not_started else "A nurse may start"
    return ""


def _rates(state: ChannelState) -> dict[str, int | None]:
    programme, report = state.session.programme, state.delivery.report
    return {
        "programmed_nl_h": programme.rate_nl_h if programme else 0,
        "permitted_nl_h": state.permit.rate_nl_h if state.permit else 0,
        "commanded_nl_h": state.delivery.commanded_nl_h,
        "reported_nl_h": None if report is None else state.delivery.reported_nl_h,
    }


def _dose(state: ChannelState, policy: Policy) -> dict[str, str]:
    programme, account = state.session.programme, state.account
    if programme is None:
        return {}

    def mg(volume_nl: int) -> str:
        return format_mg(volume_to_dose_ng(volume_nl, programme.concentration_ug_per_ml), 3).removesuffix(
            " mg"
        )

    return {
        "prescribed_mg": format_mg(programme.dose_ng, 3).removesuffix(" mg"),
        "programmed_mg": format_mg(programme.dose_rounded_ng, 3).removesuffix(" mg"),
        "given_low_mg": mg(account.low_nl),
        "given_best_mg": mg(account.best_nl),
        "given_high_mg": mg(given_high_nl(state, policy)),
        "left_mg": mg(max(0, programme.vtbi_nl - account.best_nl)),
    }


def _volume(state: ChannelState) -> dict[str, int]:
    return {
        "vtbi_nl": state.session.programme.vtbi_nl if state.session.programme else 0,
        "infused_nl": state.account.best_nl,
        "expected_nl": state.account.expected_nl,
    }


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


def _feed(state: ChannelState) -> dict[str, Any]:
    return {
        "link": "up" if state.feed.is_up else "down",
        "reason": state.feed.reason,
        "offline": list(state.feed.offline),
        "rejected": dict(state.feed.rejected),
        "last_rejection": state.feed.last_rejection,
    }


def _time_left_s(state: ChannelState, rate_nl_h: int) -> int | None:
    programme = state.session.programme
    if programme is None or rate_nl_h == 0:
        return None
    return max(0, programme.vtbi_nl - state.account.best_nl) * _SECONDS_PER_HOUR // rate_nl_h


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


def _vitals(state: ChannelState) -> dict[str, Any]:
    shown = {}
    for signal in Signal:
        sample = state.picture.newest(signal)
        if sample is not None and signal is not Signal.LINE_PRESSURE:
            age_ms = state.picture.age_ms(signal, state.now)
            shown[signal.value] = {"value": sample.value, "age_ms": age_ms, "unit": SPOKEN[signal]}
    return shown


def _value(state: ChannelState, signal: Signal) -> float | None:
    sample = state.picture.newest(signal)
    return None if sample is None else sample.value


def _alarms(state: ChannelState) -> list[dict[str, Any]]:
    return [
        {
            "rule": one.key,
            "priority": one.priority.value,
            "text": one.text,
            "since_ms": one.since.ms,
            "age_s": (state.now.ms - one.since.ms) // 1000,
            "acknowledged": one.acknowledged_by,
            "first_out": one.is_first_out,
            "present": one.is_present,
        }
        for one in by_priority(state.alarms)
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


def _order(state: ChannelState) -> dict[str, Any]:
    order, programme = state.session.order, state.session.programme
    if not isinstance(order, Order) or programme is None:
        return {}
    return {
        "patient": order.patient,
        "drug": order.drug,
        "weight": format_kg(order.weight_g),
        "prescribed": format_mg_per_kg(order.dose_ug_per_kg),
        "concentration": format_mg_per_ml(order.concentration_ug_per_ml),
        "syringe": order.syringe,
        "dose": format_mg(programme.dose_rounded_ng),
        "volume": format_ml(programme.vtbi_nl),
        "rate": format_rate(programme.rate_nl_h),
        "duration": format_duration(programme.duration_s),
        "draw up": format_ml(programme.fill_nl),
    }


def _baseline(state: ChannelState) -> dict[str, Any] | None:
    baseline = state.session.baseline
    if baseline is None and state.session.phase is Phase.VERIFIED:
        candidate = baseline_of(state.cuff, None, state.now.ms)
        if isinstance(candidate, str):
            return None
        return {"sys": candidate.sys, "dia": candidate.dia, "accepted": False}
    if baseline is None:
        return None
    return {"sys": baseline.sys, "dia": baseline.dia, "accepted": True}
