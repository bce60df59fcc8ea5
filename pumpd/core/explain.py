"""Why the rate was what it was: every restriction, every row in force with its samples, everything that still blocks.

Theory of operation. Nothing is reckoned here that the decision did not reckon: the restrictions are those whose minimum
was the permit, the findings are those the rows made, the blockers are those a resume is refused with. So the explanation
cannot differ from what was done; it only leaves nothing out, where the summary shows what binds. All instants are given
on the treatment wall clock, unix ms.
"""

from collections.abc import Mapping
from typing import Any

from interlocks.conditions import SPOKEN, WORDS
from interlocks.describe import why_words
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Finding, Sample
from pumpd.core.guard import restrictions_of
from pumpd.core.restriction import Hold, Restriction
from pumpd.core.state import ChannelState, Policy
from pumpd.core.summary import summarise


def explain(
    state: ChannelState, policy: Policy, wall_ms: int, seen_by: Mapping[str, str] | None = None
) -> dict[str, Any]:
    """The explanation, JSON-ready.

    Args:
        state: the channel right after the decision that is asked about.
        policy: under which it was decided.
        wall_ms: treatment wall clock of that decision.
        seen_by: who last acknowledged a row or an alarm, by its name; "" names all of them.
    """
    shown = summarise(state, policy, wall_ms)
    rules = {one.id: one for one in policy.rules}
    binding = state.permit.binding if state.permit is not None else ()
    return {
        "channel": policy.channel,
        "wall_ms": wall_ms,
        "boot": state.boot,
        "phase": state.session.phase.value,
        "word": shown["word"],
        "headline": shown["headline"],
        "rate": shown["rate"],
        "restrictions": [
            _restriction(one, is_binding=one in binding) for one in restrictions_of(state, policy)
        ],
        "findings": [
            _finding(one, state, wall_ms, rules.get(one.rule_id), _seer(one, state, seen_by or {}))
            for one in state.findings
        ],
        "shadows": _shadows(state, rules),
        "holds": [
            {
                "kind": one.kind.value,
                "reason": one.reason,
                "by": one.by,
                "since_wall_ms": wall_ms - (state.now.ms - one.since.ms),
            }
            for one in state.session.holds
        ],
        "resume_blocked_by": shown["resume_blocked_by"],
        "restore_blocked_by": shown["restore_blocked_by"],
        "start_blocked_by": shown["start_blocked_by"],
        "alarms": shown["alarms"],
    }


def _restriction(one: Restriction, *, is_binding: bool) -> dict[str, Any]:
    return {
        "source": one.source.value,
        "hold": one.hold.name.lower() if one.hold is not Hold.NONE else "",
        "ceiling_nl_h": one.ceiling_nl_h if one.hold is Hold.NONE else 0,
        "reason": one.reason,
        "rule": one.rule,
        "binding": is_binding,
    }


def _finding(one: Finding, state: ChannelState, wall_ms: int, rule: Rule | None, seer: str) -> dict[str, Any]:
    return {
        "rule": one.rule_id,
        "cause": one.cause,
        "demand": one.demand.name,
        "priority": one.priority.value,
        "reason": one.reason,
        "hazard": one.hazard or (rule.hazard if rule is not None else ""),
        "source": rule.source if rule is not None else "",
        "why": why_words(rule) if rule is not None else "",
        "since_wall_ms": wall_ms - (state.now.ms - one.since_ms),
        "again_wall_ms": _again_wall_ms(one, state, wall_ms),
        "present": one.is_present,
        "evidence": [_evidence(sample, state, wall_ms) for sample in one.evidence],
        "acknowledged": one.is_acknowledged,
        "acknowledged_by": seer,
        "releasable": one.is_releasable,
        "blocked_by": one.blocks_because,
    }


def _again_wall_ms(one: Finding, state: ChannelState, wall_ms: int) -> int | None:
    """When a row came back that had been proven clear; None: this is its first excursion since nobody released it."""
    return wall_ms - (state.now.ms - one.crossed.ms) if one.crossed.ms > one.since_ms else None


def _evidence(sample: Sample, state: ChannelState, wall_ms: int) -> dict[str, Any]:
    age_ms = state.now.ms - sample.measured_ms
    return {
        "signal": sample.signal.value,
        "words": WORDS[sample.signal],
        "value": sample.value,
        "unit": SPOKEN[sample.signal],
        "source": sample.source,
        "seq": sample.seq,
        "measured_wall_ms": wall_ms - age_ms,
        "age_ms": age_ms,
        "suspect": sample.is_suspect,
    }


def _seer(one: Finding, state: ChannelState, seen_by: Mapping[str, str]) -> str:
    """Who acknowledged a row: by its own name, by its alarm's, or all at once. "" where nobody is known to have."""
    if not one.is_acknowledged:
        return ""
    alarm = next((alarm for alarm in state.alarms if alarm.is_named(one.rule_id)), None)
    if alarm is not None and alarm.acknowledged_by:
        return alarm.acknowledged_by
    names = (one.rule_id, *((alarm.key,) if alarm is not None else ()), "")
    return next((seen_by[name] for name in names if name in seen_by), "")


def _shadows(state: ChannelState, rules: Mapping[str, Rule]) -> list[dict[str, Any]]:
    """What the shadow rows would have demanded."""
    return [
        {"rule": one.rule_id, "demand": one.demand.name, "reason": one.reason}
        for one in state.rules
        if one.demand > Demand.NONE and one.rule_id in rules and rules[one.rule_id].is_shadow
    ]
