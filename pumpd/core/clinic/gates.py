"""What a clinic's course puts before an order and before a start, on top of everything that stands there anyway.

Theory of operation. The gates of every site are `pumpd.core.gates`; these are added to them and can only refuse. Each
sentence names the thing, its value, the limit and the unit. A soft one names the code by which a person may accept it.
"""

from interlocks.vocabulary import Baseline, Signal
from pumpd.core import events as ev
from pumpd.core.clinic import checklist, series
from pumpd.core.clinic.observing import is_open
from pumpd.core.state import ChannelState, Policy

#: Facts/clinical.md 3.3, START: soft above this pair; the hard pair is the gates' own.
SOFT_SYS_MMHG, SOFT_DIA_MMHG = 140, 90
HARD_SYS_MMHG, HARD_DIA_MMHG = 160, 100
BASELINE_CODE = "baseline_above_soft"
#: 3.3, START: MOAA/S 5; ours: entered as late as the baseline may be measured. Treatment ms.
SCORE_AGE_MS = 15 * 60_000


def start_blockers(
    state: ChannelState, policy: Policy, baseline: Baseline | str, accept_soft: tuple[str, ...] = ()
) -> tuple[str, ...]:
    """What the course still asks before a start; () on the bench."""
    if policy.clinic is None:
        return ()
    found = [*checklist_blockers(state)]
    if state.care.prime is None:
        found.append("the line is not primed yet")
    found.extend(score_blockers(state))
    if (soft := soft_baseline(baseline)) and BASELINE_CODE not in accept_soft:
        found.append(f"{soft} (may be accepted with --accept-soft {BASELINE_CODE})")
    return tuple(found)


def checklist_blockers(state: ChannelState) -> tuple[str, ...]:
    """The checklist is not answered, or an answer forbids a start."""
    if not checklist.is_complete(state.care.answers):
        return ("the checklist is not answered yet",)
    given = dict(state.care.answers)
    return tuple(
        f"checklist: {one.text} {given[one.key]} ({one.key}): no start"
        for one in checklist.blocking(state.care.answers)
    )


def score_blockers(state: ChannelState) -> tuple[str, ...]:
    """No sedation score, or an old one; one that is too low is the gates' own."""
    age_ms = state.picture.age_ms(Signal.MOAAS, state.now)
    limit = f"{SCORE_AGE_MS // 60_000} min"
    if age_ms is None:
        return (f"no MOAA/S entered yet: needs 5, at most {limit} old",)
    return (f"MOAA/S is {age_ms // 60_000} min old (limit {limit})",) if age_ms > SCORE_AGE_MS else ()


def soft_baseline(baseline: Baseline | str) -> str:
    """The baseline is above the soft pair and not above the hard one; "" it is not."""
    if isinstance(baseline, str) or baseline.sys > HARD_SYS_MMHG or baseline.dia > HARD_DIA_MMHG:
        return ""
    if baseline.sys <= SOFT_SYS_MMHG and baseline.dia <= SOFT_DIA_MMHG:
        return ""
    return f"baseline {baseline.sys:g}/{baseline.dia:g} mmHg is above {SOFT_SYS_MMHG}/{SOFT_DIA_MMHG} mmHg"


def order_refusals(state: ChannelState, event: ev.OrderEntered, policy: Policy) -> tuple[str, ...]:
    """Why the course takes no order now."""
    if policy.clinic is None:
        return ()
    found = []
    if is_open(state, policy):
        found.append(f"session {state.session.serial} is not closed: observe the patient, then close it")
    found.extend(series.refusals(event.past_wall_ms, event.wall_ms, event.accept_soft))
    return tuple(found)


def start_refusals(event: ev.StartPressed, policy: Policy) -> tuple[str, ...]:
    """Why the course does not let this very press start: what was not known, or not asked, when the order came."""
    known = () if policy.clinic is None else (BASELINE_CODE,)
    found = [f"{one} is not a limit that can be accepted" for one in event.accept_soft if one not in known]
    if policy.clinic is not None:
        found.extend(one.text for one in series.too_close(event.past_wall_ms, event.wall_ms))
    return tuple(found)
