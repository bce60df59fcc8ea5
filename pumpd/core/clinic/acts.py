"""What people do and say around an infusion: granted and recorded, or refused with every reason at once.

Theory of operation. Each act of the course changes one thing of `Care` and adds a line to its log, in the same decision
that answers it. None commands the pump, lifts a hold or touches a permit. What may be written down at any time asks for
a name only; what the start or the closing rests on asks for a proven person and for the screen that person was looking at.
"""

from interlocks.vocabulary import Signal
from pumpd.core import events as ev
from pumpd.core.actions import NoteAct
from pumpd.core.answers import LOOK_AGAIN, Acted, accepted, refused
from pumpd.core.clinic import care_events as ce
from pumpd.core.clinic import checklist, gates, notes, observing, series
from pumpd.core.clinic.course import Care, Closing, Prime, SignOff, logged
from pumpd.core.clinic.observe_act import observe
from pumpd.core.library import PRIME_NL
from pumpd.core.replacing import replace
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState, Policy
from pumpd.core.units import BadDecimal, format_ml, parse_decimal

#: Decimals of a primed volume: microlitres.
_ML_DECIMALS = 3
_NL_PER_STEP = 1_000


def act(state: ChannelState, event: ce.CareEvent, policy: Policy) -> Acted:
    """One act of the care."""
    match event:
        case ce.AdverseEventReported():
            reasons = notes.event_faults(event.code, event.severity, event.note)
            return _written(state, event, "event", reasons)
        case ce.MedicationReported():
            return _written(state, event, "given", ())
        case ce.NoteEntered():
            return _written(state, event, "note", ())
        case ce.BedAccepted():
            return _hand_over(state, event)
    reasons = _at_odds(state, event, policy)
    if reasons:
        return refused(state, event.request_id, reasons)
    match event:
        case ce.ChecklistAnswered():
            return _answer(state, event)
        case ce.LinePrimed():
            return _prime(state, event)
        case ce.PatientObserved():
            return observe(state, event, policy)
        case ce.RecoveryAccepted():
            return _sign_off(state, event)
        case ce.SessionClosed():
            return _close(state, event, policy)


#: Verb and roles of each act of the course.
_WHO: dict[type[ce.CourseEvent], tuple[str, tuple[str, ...]]] = {
    ce.ChecklistAnswered: ("checklist", ("nurse", "prescriber")),
    ce.LinePrimed: ("prime", ("nurse",)),
    ce.PatientObserved: ("observe", ("nurse",)),
    ce.RecoveryAccepted: ("sign_off", ("prescriber",)),
    ce.SessionClosed: ("close", ("nurse",)),
}
_BEFORE_START: dict[type[ce.CourseEvent], tuple[Phase, ...]] = {
    ce.ChecklistAnswered: (Phase.ORDERED, Phase.VERIFIED),
    ce.LinePrimed: (Phase.VERIFIED,),
}


def _at_odds(state: ChannelState, event: ce.CourseEvent, policy: Policy) -> tuple[str, ...]:
    """Why this site, this person, this moment or this screen is the wrong one."""
    verb, roles = _WHO[type(event)]
    if policy.clinic is None:
        return (
            f"{verb} belongs to the clinic's course: this site runs the bench course (no [clinic] table)",
        )
    if not set(roles) & set(event.roles):
        return (f"{event.by} may not {verb}: role {' or '.join(roles)} needed",)
    phases = _BEFORE_START.get(type(event))
    if phases is not None and state.session.phase not in phases:
        return (f"{verb} is not possible while the session is {state.session.phase.value}",)
    if phases is None and not observing.is_open(state, policy):
        return (f"{verb} is for the time after an infusion: there is none to observe",)
    if event.epoch != state.epoch:
        return (LOOK_AGAIN.format(act=verb),)
    return ()


def _recorded(
    state: ChannelState, care: Care, event: ce.CareEvent, kind: str, text: str, *told: str
) -> Acted:
    """The act is done: its line in the log, its answer, its note in the record."""
    care = logged(care, kind, text, event.by, event.wall_ms)
    note = NoteAct(text=f"{kind}: {text}", by=event.by)
    return replace(state, care=care), (accepted(event.request_id, *told), note)


def _written(
    state: ChannelState,
    event: ce.AdverseEventReported | ce.MedicationReported | ce.NoteEntered,
    kind: str,
    reasons: tuple[str, ...],
) -> Acted:
    """At any time from the order to the next one: what happens at the door belongs to the record as well."""
    if state.session.phase is Phase.IDLE:
        reasons = (*reasons, "no order: there is no patient to write about")
    if reasons:
        return refused(state, event.request_id, reasons)
    match event:
        case ce.AdverseEventReported():
            text = notes.event_text(event.code, event.severity, event.note)
        case ce.MedicationReported():
            text = notes.given_text(event.drug, event.dose, event.note)
        case ce.NoteEntered():
            text = event.text
    return _recorded(state, state.care, event, kind, text)


def _hand_over(state: ChannelState, event: ce.BedAccepted) -> Acted:
    """The new nurse takes the bed, by her own name."""
    care, reasons = state.care, []
    if "nurse" not in event.roles:
        reasons.append(f"{event.by} may not take a bed over: role nurse needed")
    if state.session.phase is Phase.IDLE or care.closing is not None:
        reasons.append("no session is open: there is nothing to take over")
    elif care.nurse == event.by:
        reasons.append(f"{event.by} is in charge already")
    if reasons:
        return refused(state, event.request_id, tuple(reasons))
    text = f"{event.by} takes over from {care.nurse}" if care.nurse else f"{event.by} takes over"
    return _recorded(state, replace(care, nurse=event.by), event, "handover", text)


def _in_charge(care: Care, event: ce.CourseEvent) -> Care:
    """The first nurse who does something of the course is in charge, until another takes over."""
    return care if care.nurse or "nurse" not in event.roles else replace(care, nurse=event.by)


def _answer(state: ChannelState, event: ce.ChecklistAnswered) -> Acted:
    answers = dict(event.answers)
    if reasons := checklist.faults(answers):
        return refused(state, event.request_id, reasons)
    given = checklist.ordered(answers)
    blocking = tuple(one.key for one in checklist.blocking(given))
    care = _in_charge(replace(state.care, answers=given, answered_by=event.by), event)
    text = f"blocks: {', '.join(blocking)}" if blocking else f"{len(given)} answers, none blocks"
    return _recorded(state, care, event, "checklist", text, *((f"no start: {text}",) if blocking else ()))


def _prime(state: ChannelState, event: ce.LinePrimed) -> Acted:
    """By hand, before the line is connected; the pump does not move for it and it is no dose (clinical.md 2.3)."""
    reasons, limit = [], format_ml(PRIME_NL)
    volume_nl = 0
    try:
        volume_nl = parse_decimal(event.volume_ml, _ML_DECIMALS) * _NL_PER_STEP
        if not 0 < volume_nl <= PRIME_NL:
            reasons.append(f"volume_ml {event.volume_ml} mL: must be above 0 mL and at most {limit}")
        elif (order := state.session.order) is not None and order.line_nl and volume_nl < order.line_nl:
            # The dose account counts what the plunger gives as given: that is so only with drug up to the tip.
            line = format_ml(order.line_nl)
            reasons.append(f"volume_ml {event.volume_ml} mL does not fill the line of {line}")
    except BadDecimal as bad:
        reasons.append(f"volume_ml {event.volume_ml!r} {bad} (mL, at most {limit})")
    if not event.is_disconnected:
        reasons.append("disconnected: the line is primed only while the patient is not connected to it")
    if not event.is_air_free:
        reasons.append("air_free: the line must be free of air before it is connected")
    if reasons:
        return refused(state, event.request_id, tuple(reasons))
    care = _in_charge(replace(state.care, prime=Prime(event.by, volume_nl)), event)
    text = f"line primed with {format_ml(volume_nl)} by hand, patient not connected, no air"
    return _recorded(state, care, event, "prime", text)


def _sign_off(state: ChannelState, event: ce.RecoveryAccepted) -> Acted:
    care, note = state.care, event.note.strip()
    reasons = []
    if not note:
        reasons.append("sign_off needs a note that says why")
    if not care.observations:
        reasons.append("no observation yet: there is nothing to accept")
    if reasons:
        return refused(state, event.request_id, tuple(reasons))
    care = replace(care, sign_off=SignOff(event.by, note, len(care.observations)))
    return _recorded(state, care, event, "sign_off", note, *observing.unrecovered(care))


def _close(state: ChannelState, event: ce.SessionClosed, policy: Policy) -> Acted:
    escort = event.escort.strip()
    reasons = observing.close_blockers(state, policy)
    if not escort:
        reasons = (*reasons, "close needs the escort's name: nobody leaves alone")
    if reasons:
        return refused(state, event.request_id, reasons)
    care = replace(state.care, closing=Closing(event.by, escort, event.wall_ms))
    return _recorded(state, care, event, "close", f"escort: {escort}")


# -- before and behind an order and a start ----------------------------------------------------------------------


def refusals(
    state: ChannelState, event: ev.OrderEntered | ev.StartPressed, policy: Policy
) -> tuple[str, ...]:
    """What the course has against an order or a start, before anything else is asked."""
    if isinstance(event, ev.OrderEntered):
        return gates.order_refusals(state, event, policy)
    return gates.start_refusals(event, policy)


def stripped(event: ev.OrderEntered | ev.StartPressed) -> ev.OrderEntered | ev.StartPressed:
    """The event without what was accepted of the course: an order knows only its own limits."""
    if isinstance(event, ev.StartPressed) or not series.CODES & set(event.accept_soft):
        return event
    return replace(event, accept_soft=tuple(one for one in event.accept_soft if one not in series.CODES))


def followed(
    before: ChannelState, after: ChannelState, event: ev.OrderEntered | ev.StartPressed, policy: Policy
) -> ChannelState:
    """The care behind an order, which makes it anew, or a start; where it was refused nothing changes."""
    if isinstance(event, ev.OrderEntered):
        if after.session.serial == before.session.serial:
            return after
        return replace(after, care=_ordered(event) if policy.clinic is not None else Care())
    if policy.clinic is None or after.session.phase is before.session.phase:
        return after
    return replace(after, care=_started(before, after, event))


def _ordered(event: ev.OrderEntered) -> Care:
    care = Care(ordered_wall_ms=event.wall_ms, past_wall_ms=event.past_wall_ms)
    crossed = series.crossed(event.past_wall_ms, event.wall_ms)
    number = series.number_of(event.past_wall_ms, event.wall_ms)
    text = "; ".join((f"session {number} of its series", *(f"accepted: {one.text}" for one in crossed)))
    return logged(care, "order", text, event.by, event.wall_ms)


def _started(before: ChannelState, after: ChannelState, event: ev.StartPressed) -> Care:
    care, baseline = after.care, after.session.baseline
    spo2 = before.picture.newest(Signal.SPO2)
    care = replace(
        care,
        nurse=care.nurse or event.by,
        spo2_before=None if spo2 is None else spo2.value,
        started_wall_ms=event.wall_ms,
    )
    soft = "" if baseline is None else gates.soft_baseline(baseline)
    return logged(care, "start", f"accepted: {soft}" if soft else "started", event.by, event.wall_ms)
