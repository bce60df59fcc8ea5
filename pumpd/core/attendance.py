"""Who is at the chair, and what that person sees: scores, symptoms, presence.

Theory of operation. What a person enters is a sample like any monitor's: it has a time, a source and an age, and the rows
judge it, and its silence, like every other signal (decision record 0017). So nothing here restricts anything. Whoever
writes down a score, starts, resumes or restores is there; that counts as presence without another press.
"""

from interlocks.conditions import WORDS
from interlocks.picture import Picture
from interlocks.vocabulary import Sample, Signal
from pumpd.core import events as ev
from pumpd.core.actions import NoteAct
from pumpd.core.answers import Acted, accepted, refused
from pumpd.core.replacing import replace
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState

#: Lowest and highest value of each scale (facts/clinical.md 3.3).
SCALES: dict[Signal, tuple[int, int]] = {
    Signal.MOAAS: (0, 5),
    Signal.RASS: (-5, 4),
    Signal.SYMPTOMS: (0, 1),
}
#: The table knows symptoms in one row only; whoever enters them must not expect more of it.
_SYMPTOMS = (
    "symptoms end the session only with a crisis pressure (BP3): pause or stop if the patient needs it"
)


def enter_score(state: ChannelState, event: ev.ScoreEntered) -> Acted:
    """A score becomes a sample; one off its scale is refused with the scale, never clamped (law 10)."""
    reasons = _against(state, event)
    if reasons:
        return refused(state, event.request_id, reasons)
    state = attended(_entered(state, event.scale, event.value, event.by), event.by)
    note = NoteAct(text=f"{WORDS[event.scale]} {event.value} entered", by=event.by)
    told = (_SYMPTOMS,) if event.scale is Signal.SYMPTOMS and event.value > 0 else ()
    return state, (accepted(event.request_id, *told), note)


def _against(state: ChannelState, event: ev.ScoreEntered) -> tuple[str, ...]:
    found = []
    limits = SCALES.get(event.scale)
    if limits is None:
        found.append(f"{WORDS[event.scale]} is measured, not entered (scales: {', '.join(SCALES)})")
    elif not limits[0] <= event.value <= limits[1]:
        found.append(f"{WORDS[event.scale]} {event.value} is not on its scale, {limits[0]} to {limits[1]}")
    return (*found, *_nobody(state))


def _nobody(state: ChannelState) -> tuple[str, ...]:
    return ("no order: there is no patient to watch yet",) if state.session.phase is Phase.IDLE else ()


def confirm_presence(state: ChannelState, event: ev.PresenceConfirmed) -> Acted:
    """Somebody is at the chair and says so (facts/clinical.md 3.2, PR1)."""
    reasons = _nobody(state)
    if reasons:
        return refused(state, event.request_id, reasons)
    return attended(state, event.by), (
        accepted(event.request_id),
        NoteAct(text="presence confirmed", by=event.by),
    )


def attended(state: ChannelState, by: str) -> ChannelState:
    """`by` is at the chair at this moment."""
    return _entered(state, Signal.PRESENCE, 1, by)


def _entered(state: ChannelState, signal: Signal, value: int, by: str) -> ChannelState:
    """The newest word counts, also of two within one millisecond: no device's order of sending is in question here."""
    samples = state.picture.samples
    old = state.picture.newest(signal)
    if old is None:
        entry = Sample(signal, float(value), state.now.ms, state.now, by, 1)
        return replace(state, picture=Picture((*samples, entry)))
    entry = Sample(signal, float(value), state.now.ms, state.now, by, old.seq + 1)
    return replace(state, picture=Picture(tuple(entry if one is old else one for one in samples)))
