"""The course as people are shown it: where it stands, what comes next, what was done by whom.

Theory of operation. Where it stands is not remembered but read off what is recorded, in the order of the steps: the first
thing that is missing is the step. So no restart and no lost message can put it forward. What the screen asks for next is
what the gates would refuse without.
"""

from typing import Any

from pumpd.core import order_age
from pumpd.core.clinic import checklist, gates, observing, series
from pumpd.core.clinic.course import ENDED, Care, Clinic, Observation, Step
from pumpd.core.clinic.prompts import prompts
from pumpd.core.gates import baseline_shown
from pumpd.core.library import PRIME_NL
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import format_ml

_STEPS = {Phase.IDLE: Step.ORDER, Phase.ORDERED: Step.VERIFY, Phase.INFUSING: Step.INFUSING}
_NEXT = {
    Step.ORDER: "A prescriber or nurse enters an order",
    Step.VERIFY: "A second person verifies the order",
    Step.CHECKLIST: "A nurse or prescriber answers the checklist",
    Step.PRIME: "Prime the line by hand while the patient is not connected, then record it",
    Step.START: "A nurse starts",
    Step.CLOSABLE: "A nurse closes the session, with the escort's name",
    Step.CLOSED: "The next order begins a new session",
}


def step_of(state: ChannelState, policy: Policy) -> Step:
    """Where the course stands. The bench knows order, verify, start, infusing and closed."""
    phase = state.session.phase
    if phase in _STEPS:
        return _STEPS[phase]
    if phase in ENDED:
        if not observing.is_open(state, policy):
            return Step.CLOSED
        return Step.OBSERVING if observing.close_blockers(state, policy) else Step.CLOSABLE
    if order_age.blockers(state, policy):
        return Step.VERIFY
    if policy.clinic is None:
        return Step.START
    if gates.checklist_blockers(state):
        return Step.CHECKLIST
    if state.care.prime is None:
        return Step.PRIME
    if isinstance(baseline_shown(state), str) or gates.score_blockers(state):
        return Step.BASELINE
    return Step.START


def words(state: ChannelState, policy: Policy, word: str, headline: str) -> tuple[str, str]:
    """The word and the sentence of the state; after the end a clinic's are its own."""
    if policy.clinic is None or word not in ("COMPLETED", "STOPPED"):
        return word, headline
    closing = state.care.closing
    if closing is not None:
        return "CLOSED", f"Closed by {closing.by}; escort: {closing.escort}"
    if not observing.is_open(state, policy):
        return word, headline
    return "OBSERVING", f"{headline}; the patient is observed for {policy.clinic.observation_min} min"


def next_of(state: ChannelState, policy: Policy, step: Step, blocked: tuple[str, ...]) -> str:
    """One sentence; `blocked`: what stands between this moment and a start."""
    if step is Step.CHECKLIST and (blocking := checklist.blocking(state.care.answers)):
        return f"The checklist forbids a start: {', '.join(one.text for one in blocking)}"
    if step is Step.BASELINE:
        shown = baseline_shown(state)
        reasons = (*((shown,) if isinstance(shown, str) else ()), *gates.score_blockers(state))
        return "Before start: " + "; ".join(reasons)
    if step is Step.START and blocked:
        return "Before start: " + "; ".join(blocked)
    if step in (Step.INFUSING, Step.OBSERVING):
        due = prompts(state, policy)
        first = min(due, key=lambda one: one.due_in_s, default=None)
        if first is not None:
            return first.sentence
        if step is Step.OBSERVING:
            return "Before closing: " + "; ".join(observing.close_blockers(state, policy))
    return _NEXT.get(step, "")


def care(state: ChannelState, policy: Policy, start_blocked_by: tuple[str, ...]) -> dict[str, Any]:
    """The whole object of the summary."""
    known, clinic = state.care, policy.clinic
    step = step_of(state, policy)
    is_open = step in (Step.OBSERVING, Step.CLOSABLE)
    left_ms = 0 if clinic is None else clinic.observation_min * observing.MINUTE_MS - known.since_end_ms
    has_ended = is_open or known.closing is not None
    prime, sign_off, closing = known.prime, known.sign_off, known.closing
    return {
        "course": "bench" if clinic is None else "clinic",
        "step": step.value,
        "next": next_of(state, policy, step, start_blocked_by),
        "nurse": known.nurse,
        "checklist": _checklist(known, clinic),
        "prime": None if prime is None else {"by": prime.by, "volume_ml": _ml(prime.volume_nl)},
        "allowances": {"prime_ml": _ml(PRIME_NL)},
        "soft": _soft(state, clinic),
        "prompts": [
            {"key": one.key, "text": one.text, "due_in_s": one.due_in_s} for one in prompts(state, policy)
        ],
        "observations": [] if clinic is None or not has_ended else _observations(known, clinic),
        "ended_ago_s": known.since_end_ms // 1000 if has_ended else None,
        "closable_in_s": max(0, -(-left_ms // 1000)) if is_open else None,
        "close_blocked_by": list(observing.close_blockers(state, policy)) if is_open else [],
        "sign_off": None if sign_off is None else {"by": sign_off.by, "note": sign_off.note},
        "closed": None
        if closing is None
        else {"by": closing.by, "escort": closing.escort, "wall_ms": closing.wall_ms},
        "log": [
            {"kind": one.kind, "text": one.text, "by": one.by, "wall_ms": one.wall_ms} for one in known.log
        ],
        "series": _series(known, clinic),
    }


def _ml(volume_nl: int) -> str:
    text = format_ml(volume_nl).removesuffix(" mL")
    return text if "." in text else f"{text}.0"


def _checklist(known: Care, clinic: Clinic | None) -> dict[str, Any]:
    """The bench asks nothing."""
    given = dict(known.answers)
    return {
        "items": [
            {
                "key": one.key,
                "text": one.text,
                "group": one.group,
                "blocks": one.blocks,
                "answer": given.get(one.key),
            }
            for one in (checklist.ITEMS if clinic is not None else ())
        ],
        "by": known.answered_by,
        "is_complete": checklist.is_complete(known.answers),
        "blocking": [one.key for one in checklist.blocking(known.answers)],
    }


def _soft(state: ChannelState, clinic: Clinic | None) -> list[dict[str, str]]:
    """What a start would have to accept by its code."""
    if clinic is None or state.session.phase is not Phase.VERIFIED:
        return []
    text = gates.soft_baseline(baseline_shown(state))
    return [{"code": gates.BASELINE_CODE, "text": text}] if text else []


def _observations(known: Care, clinic: Clinic) -> list[dict[str, Any]]:
    """Every slot, taken or not, and the sets behind the last one."""
    done = {one.slot_min: one for one in known.observations}
    return [
        _observation(slot_min, done.get(slot_min), known.since_end_ms)
        for slot_min in sorted({*observing.slots(clinic), *done})
    ]


def _observation(slot_min: int, one: Observation | None, now_ms: int) -> dict[str, Any]:
    due_in_s = (slot_min * observing.MINUTE_MS - now_ms) // 1000
    if one is None:
        nothing = dict.fromkeys(("sys", "dia", "hr", "spo2", "moaas", "dissociation", "wall_ms"))
        return {
            "slot_min": slot_min,
            "due_in_s": due_in_s,
            "is_done": False,
            "by": "",
            "note": "",
            **nothing,
            "is_recovered": False,
            "short_of": [],
        }
    return {
        "slot_min": slot_min,
        "due_in_s": due_in_s,
        "is_done": True,
        "by": one.by,
        "sys": one.sys,
        "dia": one.dia,
        "hr": one.hr,
        "spo2": one.spo2,
        "moaas": one.moaas,
        "dissociation": one.dissociation,
        "note": one.note,
        "wall_ms": one.wall_ms,
        "is_recovered": one.is_recovered,
        "short_of": list(one.short_of),
    }


def _series(known: Care, clinic: Clinic | None) -> dict[str, Any]:
    if clinic is None or not known.ordered_wall_ms:
        of = 0 if clinic is None else clinic.series_of
        return {"number": 0, "of": of, "last_wall_ms": None, "warnings": [], "begun": []}
    past, at = known.past_wall_ms, known.started_wall_ms or known.ordered_wall_ms
    return {
        "number": series.number_of(past, at),
        "of": clinic.series_of,
        "last_wall_ms": past[-1] if past else None,
        "warnings": [one.text for one in series.crossed(past, at)],
        "begun": [
            *(_begun(past[:index], one, is_this=False) for index, one in enumerate(past)),
            *([_begun(past, known.started_wall_ms, is_this=True)] if known.started_wall_ms else []),
        ],
    }


def _begun(before: tuple[int, ...], wall_ms: int, *, is_this: bool) -> dict[str, Any]:
    return {"number": series.number_of(before, wall_ms), "wall_ms": wall_ms, "is_this": is_this}
