"""One set of observations: what the monitor measures at this moment, and what a person sees.

Theory of operation. Nobody types in vitals that a monitor sends: the set takes the freshest ones, with the ages a resume
would ask for, and is refused where they are older. A cuff reading that is missing is asked for with the refusal, so the
second press finds it.
"""

from interlocks.vocabulary import Signal
from pumpd.core.actions import NoteAct, RequestReading
from pumpd.core.answers import Acted, accepted, refused
from pumpd.core.attendance import SCALES
from pumpd.core.clinic import observing
from pumpd.core.clinic.care_events import PatientObserved
from pumpd.core.clinic.course import Observation, logged
from pumpd.core.gates import CUFF_REQUESTED, PULSE_AGE_MS, RESUME_CUFF_AGE_MS
from pumpd.core.replacing import replace
from pumpd.core.state import ChannelState, Policy

#: 0: not at all; 10: completely. Ours: the facts ask for "gone" only (facts/clinical.md 1 row 15).
DISSOCIATION = (0, 10)


def observe(state: ChannelState, event: PatientObserved, policy: Policy) -> Acted:
    """The set that is due, or why there is none."""
    assert policy.clinic is not None
    care = state.care
    slot = observing.slot_of(care, policy.clinic)
    reasons = [*_off_scale(event), *(() if isinstance(slot, int) else (slot,))]
    if not reasons:
        reasons = _stale(state)
    if reasons or isinstance(slot, str):
        asks = any(CUFF_REQUESTED in one for one in reasons)
        state, answers = refused(state, event.request_id, tuple(reasons))
        return state, (*answers, *((RequestReading(reason="observe"),) if asks else ()))
    cuff, hr, spo2 = state.cuff[-1], state.picture.newest(Signal.HR), state.picture.newest(Signal.SPO2)
    assert hr is not None
    assert spo2 is not None
    one = Observation(
        slot_min=slot,
        at_ms=care.since_end_ms,
        wall_ms=event.wall_ms,
        by=event.by,
        sys=cuff.sys,
        dia=cuff.dia,
        hr=hr.value,
        spo2=spo2.value,
        moaas=event.moaas,
        dissociation=event.dissociation,
        note=event.note.strip(),
    )
    one = replace(one, short_of=observing.shortfalls(one, state.session.baseline, care.spo2_before))
    care = replace(care, observations=(*care.observations, one))
    text = text_of(one)
    state = replace(state, care=logged(care, "observe", text, event.by, event.wall_ms))
    return state, (
        accepted(event.request_id, text, *one.short_of),
        NoteAct(text=f"observe: {text}", by=event.by),
    )


def text_of(one: Observation) -> str:
    """The set in a line."""
    text = (
        f"+{one.slot_min} min: {one.sys:g}/{one.dia:g} mmHg, {one.hr:g} /min, SpO2 {one.spo2:g} %, "
        f"MOAA/S {one.moaas}, dissociation {one.dissociation}"
    )
    return f"{text}; {one.note}" if one.note else text


def _off_scale(event: PatientObserved) -> list[str]:
    scales = (
        ("MOAA/S", event.moaas, SCALES[Signal.MOAAS]),
        ("dissociation", event.dissociation, DISSOCIATION),
    )
    return [
        f"{name} {value} is not on its scale, {low} to {high}"
        for name, value, (low, high) in scales
        if not low <= value <= high
    ]


def _stale(state: ChannelState) -> list[str]:
    found = []
    limit_s = RESUME_CUFF_AGE_MS // 1000
    if not state.cuff:
        found.append(f"no cuff reading; {CUFF_REQUESTED}")
    elif (age_ms := state.now.ms - state.cuff[-1].ms) > RESUME_CUFF_AGE_MS:
        found.append(f"newest cuff reading is {age_ms // 1000} s old (limit {limit_s} s); {CUFF_REQUESTED}")
    for name, signal in (("heart rate", Signal.HR), ("SpO2", Signal.SPO2)):
        age = state.picture.age_link_ms(signal, state.now)
        if age is None:
            found.append(f"no {name}")
        elif age > PULSE_AGE_MS:
            found.append(f"{name} is {age // 1000} s old (limit {PULSE_AGE_MS // 1000} s)")
    return found
