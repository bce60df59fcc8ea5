"""After the end: when the patient is looked at, what counts as recovered, when the session may be closed.

Theory of operation. A set of vitals is due every 15 minutes after the end, for one or two hours (facts/clinical.md 1 rows 9
to 11). A set fills the newest slot that has come; what was not taken in its quarter of an hour stays missing, since nobody
can look at a patient of twenty minutes ago. Five minutes after its time a set that nobody has taken is an alarm, until
one is taken. Behind the last slot sets go on every 15 minutes, and may be taken sooner, until the criteria of row 15 are
met by two in a row, or a prescriber accepts the vitals as they are. Nobody signs a dissociated or drowsy patient off.

Closing waits for the whole time and for the criteria, whoever asks. Before the first minute of it all nothing was given,
so a session that was stopped unstarted is closed by itself.
"""

from interlocks.vocabulary import Baseline
from pumpd.core.clinic.course import ENDED, Care, Clinic, Observation
from pumpd.core.guard import given_high_nl
from pumpd.core.state import ChannelState, Policy

MINUTE_MS = 60_000
SLOT_MIN = 15
#: Ours: how long before its time a set may be taken, how late it is missed, how far apart those behind the last slot are.
EARLY_MS = 2 * MINUTE_MS
GRACE_MS = 5 * MINUTE_MS
APART_MS = 5 * MINUTE_MS
#: Row 15: of the baseline, per cent, or so many mm[Hg] or beats, whichever is more; saturation in points.
WITHIN_PERCENT = 10
WITHIN = 10
SPO2_BELOW = 2
AWAKE_MOAAS = 5
SETS_IN_A_ROW = 2


def is_open(state: ChannelState, policy: Policy) -> bool:
    """Drug was given, perhaps, its session is over, and nobody has closed it."""
    return (
        policy.clinic is not None
        and state.session.phase in ENDED
        and state.care.closing is None
        and state.session.started_by != ""
        and given_high_nl(state, policy) > 0
    )


def slots(clinic: Clinic) -> tuple[int, ...]:
    """When sets are due, min after the end."""
    return tuple(range(SLOT_MIN, clinic.observation_min + 1, SLOT_MIN))


def due_ms(care: Care, clinic: Clinic) -> int | None:
    """When the next set is due, or the oldest that nobody has looked for was, ms after the end; None: no more are."""
    last_ms = care.observations[-1].at_ms if care.observations else -EARLY_MS
    for slot_min in slots(clinic):
        if slot_min * MINUTE_MS - EARLY_MS > last_ms:
            return slot_min * MINUTE_MS
    return None if not unrecovered(care) else last_ms + SLOT_MIN * MINUTE_MS


def slot_of(care: Care, clinic: Clinic) -> int | str:
    """The slot that a set taken now fills, min; or why none is wanted now."""
    now_ms = care.since_end_ms
    come = [one for one in slots(clinic) if one * MINUTE_MS - EARLY_MS <= now_ms]
    if not come:
        return f"the first observation is due in {_minutes(SLOT_MIN * MINUTE_MS - now_ms)}"
    newest = come[-1]
    done = {one.slot_min for one in care.observations}
    if newest not in done and not any(one > newest for one in done):
        return newest
    if newest != clinic.observation_min:
        return f"the next observation is due in {_minutes((newest + SLOT_MIN) * MINUTE_MS - now_ms)}"
    since_ms = now_ms - care.observations[-1].at_ms
    if since_ms < APART_MS:
        return f"the last observation is {since_ms // 1000} s old (at least {APART_MS // 1000} s apart)"
    return now_ms // MINUTE_MS


def missed(state: ChannelState, policy: Policy) -> str:
    """The set that is late by more than the grace, in words that do not change while it is; "" none."""
    clinic, care = policy.clinic, state.care
    # The time first: until the first set is late there is nothing else to look at.
    if clinic is None or care.since_end_ms <= SLOT_MIN * MINUTE_MS + GRACE_MS or not is_open(state, policy):
        return ""
    at_ms = due_ms(care, clinic)
    if at_ms is None or care.since_end_ms <= at_ms + GRACE_MS:
        return ""
    return f"the observation due {at_ms // MINUTE_MS} min after the end was not taken: look at the patient"


def shortfalls(one: Observation, baseline: Baseline | None, spo2_before: float | None) -> tuple[str, ...]:
    """What of row 15 this set does not meet, each with value and limit."""
    found = []
    known = (None, None, None) if baseline is None else (baseline.sys, baseline.dia, baseline.hr)
    measured = (one.sys, one.dia, one.hr)
    for name, unit, value, before in zip(
        ("systolic", "diastolic", "heart rate"), ("mmHg", "mmHg", "/min"), measured, known, strict=True
    ):
        if before is None:
            found.append(f"{name} before the infusion is not known")
            continue
        within = max(WITHIN, before * WITHIN_PERCENT / 100)
        if abs(value - before) > within:
            found.append(f"{name} {value:g} {unit} was {before:g} before (limit {within:g} {unit} apart)")
    if spo2_before is None:
        found.append("SpO2 before the infusion is not known")
    elif one.spo2 < spo2_before - SPO2_BELOW:
        found.append(f"SpO2 {one.spo2:g} % was {spo2_before:g} % before (limit {SPO2_BELOW} % below)")
    return (*found, *_not_back(one))


def _not_back(one: Observation) -> tuple[str, ...]:
    """What no prescriber accepts: who is not awake, or not here, does not leave."""
    found = []
    if one.moaas < AWAKE_MOAAS:
        found.append(f"MOAA/S {one.moaas}: needs {AWAKE_MOAAS}")
    if one.dissociation > 0:
        found.append(f"dissociation {one.dissociation}: needs 0")
    return tuple(found)


def unrecovered(care: Care) -> tuple[str, ...]:
    """Why the patient does not count as recovered; (): does, or a prescriber has accepted it."""
    sets, accepted = care.observations, care.sign_off
    if accepted is not None and sets and all(one.is_recovered for one in sets[accepted.sets :]):
        return _not_back(sets[-1])
    last = sets[-SETS_IN_A_ROW:]
    found = tuple(f"at {one.slot_min} min: {reason}" for one in last for reason in one.short_of)
    if len(last) < SETS_IN_A_ROW:
        found = (*found, f"{len(last)} of {SETS_IN_A_ROW} observations in a row")
    return found


def close_blockers(state: ChannelState, policy: Policy) -> tuple[str, ...]:
    """Everything that stands between an ended infusion and its closing, but for the escort's name."""
    clinic, care = policy.clinic, state.care
    assert clinic is not None
    found = []
    left_ms = clinic.observation_min * MINUTE_MS - care.since_end_ms
    if left_ms > 0:
        found.append(f"the observation lasts {clinic.observation_min} min: {_minutes(left_ms)} left")
    if reasons := unrecovered(care):
        found.append("not recovered: " + "; ".join(reasons))
    if state.delivery.halt_since is not None:
        found.append("the pump has not confirmed that it stands still")
    return tuple(found)


def _minutes(ms: int) -> str:
    seconds = -(-ms // 1000)
    return f"{seconds // 60} min {seconds % 60} s"
