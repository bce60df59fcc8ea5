"""What the rule table would do at the very first moment of an infusion: judged before the start, not after it.

Theory of operation. A row counts from the start on, so what was measured before it would count for nothing until it is
measured again, and drug would flow meanwhile. Therefore a start asks the whole table in force, the site's limits
included, about what is known now, with the baseline that is about to be accepted. Nothing waits for its confirmation: a
value over a limit is no reason to begin, though it may be none to stop yet. Whoever would slow or stand blocks, by name.
"""

from dataclasses import dataclass, replace

from interlocks.evaluate import RuleState, evaluate, fresh_states
from interlocks.rules import AT_ONCE, Rule
from interlocks.vocabulary import Baseline, Demand, Flag, Signal, Truth
from pumpd.core.attendance import attended
from pumpd.core.guard import NO_FLOW, situation_of
from pumpd.core.state import ChannelState, Policy

#: facts/clinical.md 3.3, START: MOAA/S 5.
START_MOAAS = 5
#: Said by the gates themselves, and in plainer words.
_TOLD = frozenset({Flag.BROKER_DOWN, Flag.WRONG_PATIENT})


def unsafe_rows(
    state: ChannelState, policy: Policy, baseline: Baseline | None, *, are_silences_told: bool = False
) -> tuple[str, ...]:
    """Every row that would slow or hold delivery at once or before long, with its sentence.

    Args:
        state: before the start.
        policy: the table in force.
        baseline: the one that the start would accept; None: there is none, so what is judged by it is left out.
        are_silences_told: what is not heard has been said in plainer words.
    """
    # Whoever starts is at the chair.
    state = attended(state, "")
    situation = situation_of(state, policy, frozenset(one.signal for one in state.picture.samples))
    situation = replace(
        situation,
        baseline=baseline,
        flow=NO_FLOW,
        flags=situation.flags - _TOLD,
        guarding_since=state.now,
    )
    table = _table_of(policy.rules)
    outcome = evaluate(table.unconfirmed, table.idle, situation)
    unjudged = {one.rule_id for one in outcome.states if baseline is None and one.truth is Truth.ERROR}
    return tuple(
        f"{one.rule_id}: {one.reason}"
        for one in outcome.findings
        if one.demand >= Demand.SLOW
        and one.rule_id not in unjudged
        and not (one.is_silence and are_silences_told)
    )


def low_score(state: ChannelState) -> tuple[str, ...]:
    """The newest sedation score, however old, if it is not that of somebody awake."""
    score = state.picture.newest(Signal.MOAAS)
    if score is None or score.value >= START_MOAAS:
        return ()
    return (f"MOAA/S {score.value:g}: needs {START_MOAAS}",)


@dataclass(frozen=True, slots=True, eq=False)
class _Table:
    """A table in force as a start asks it: the rows that act, each upon the first sign of each of its questions."""

    in_force: tuple[Rule, ...]
    unconfirmed: tuple[Rule, ...]
    idle: tuple[RuleState, ...]


#: By the identity of the table in force, which each entry keeps alive: to hash a table costs as much as to judge by it.
_TABLES: dict[int, _Table] = {}
#: Channels share a table unless their limits differ; a process has a handful at most.
_TABLES_KEPT = 8


def _table_of(rules: tuple[Rule, ...]) -> _Table:
    table = _TABLES.get(id(rules))
    if table is None:
        unconfirmed = tuple(
            replace(rule, steps=tuple(replace(step, confirm=AT_ONCE) for step in rule.steps))
            for rule in rules
            if not rule.is_shadow
        )
        if len(_TABLES) >= _TABLES_KEPT:
            _TABLES.clear()
        table = _TABLES[id(rules)] = _Table(rules, unconfirmed, fresh_states(unconfirmed))
    return table
