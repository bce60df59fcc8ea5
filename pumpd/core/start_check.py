"""What the rule table would do at the very first moment of an infusion: judged before the start, not after it.

Theory of operation. A row counts from the start on, so what was measured before it would count for nothing until it is
measured again, and drug would flow meanwhile. Therefore a start asks the whole table in force, the site's limits
included, about what is known now, with the baseline that is about to be accepted. Nothing waits for its confirmation: a
value over a limit is no reason to begin, though it may be none to stop yet. Whoever would slow or stand blocks, by name.
"""

from dataclasses import replace

from interlocks.evaluate import first_signs
from interlocks.vocabulary import Baseline, Demand, Flag, Signal
from pumpd.core.attendance import attended
from pumpd.core.guard import NO_FLOW, situation_of
from pumpd.core.state import ChannelState, Policy

#: facts/clinical.md 3.3, START: MOAA/S 5.
START_MOAAS = 5
#: Said by the gates themselves, and in plainer words.
_TOLD = frozenset({Flag.BROKER_DOWN, Flag.WRONG_PATIENT, Flag.TWO_MONITORS})


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
    # Without a baseline a row that is judged by it cannot be asked yet; its absence is said by the gates.
    signs = first_signs(policy.rules, situation, are_errors_told=baseline is not None)
    return tuple(
        f"{one.rule_id}: {one.reason}"
        for one in signs
        if one.demand >= Demand.SLOW and not (one.is_silence and are_silences_told)
    )


def low_score(state: ChannelState) -> tuple[str, ...]:
    """The newest sedation score, however old, if it is not that of somebody awake."""
    score = state.picture.newest(Signal.MOAAS)
    if score is None or score.value >= START_MOAAS:
        return ()
    return (f"MOAA/S {score.value:g}: needs {START_MOAAS}",)
