"""What a person says is gone for good: a sensor taken off, a monitor taken away.

Theory of operation. Silence is unsafe, so a signal that only some monitors send is missed from its first value on, and
a monitor that died, spoke for another patient, or was two, is held against its bed until it speaks again. Where it never
will, nothing that arrives can end that, but a person can: by acknowledging that very thing, by its own name and with a
note. It is then as if it had never been there, and counts again with its first word (decision record 0019).

That takes a guard away, so it releases nothing (law 8). Rows wait for their proof and for a nurse as before, what
tripped on a value is cleared by a value alone, and while delivery goes on at the prescribed rate it is refused: a
silence lowers first. What every treatment needs (pulse, saturation, cuff) and what the configuration names cannot be gone.
"""

from collections.abc import Sequence

from interlocks.conditions import WORDS
from interlocks.picture import Picture
from interlocks.vocabulary import FITTED, Signal
from pumpd.core import events as ev
from pumpd.core.actions import NoteAct
from pumpd.core.answers import Acted, accepted, refused
from pumpd.core.replacing import replace
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState

#: Signals that not every monitor sends, and the rows that miss them once they were heard.
MISSED_BY: dict[Signal, tuple[str, ...]] = {
    Signal.RR: ("ST2",),
    Signal.BREATH_GAP: ("ST2",),
    Signal.MAP: ("ST1", "ST1b", "BP4"),
    Signal.AIR_15MIN: ("AI1",),
}
#: facts/clinical.md 3.2, ST2: a breath heard this recently is no silence, link ms.
SILENT_MS = 10_000


def can_be_gone(state: ChannelState, name: str) -> bool:
    """`name` is a measured signal's or that of a device which is missed; not an alarm's."""
    return (
        name in (*state.feed.wrong_patient, *state.feed.two_monitors, *state.feed.offline)
        or _signal(name) is not None
    )


def take_off(state: ChannelState, event: ev.AlarmAcknowledged) -> Acted:
    """Somebody says that `event.rule`, see `can_be_gone`, is gone for good; refused with every reason at once."""
    name, note = event.rule, event.note.strip()
    signal = _signal(name)
    reasons = () if signal is None else _against(state, signal)
    if not note:
        reasons = (*reasons, f"say in a note that {_called(name)} is gone, and why")
    if _is_at_full_rate(state):
        reasons = (*reasons, "delivery goes on at the prescribed rate: pause first")
    if reasons:
        return refused(state, event.request_id, reasons)
    if signal is None:
        state = replace(
            state,
            feed=replace(
                state.feed,
                wrong_patient=tuple(one for one in state.feed.wrong_patient if one != name),
                two_monitors=tuple(one for one in state.feed.two_monitors if one != name),
                offline=tuple(one for one in state.feed.offline if one != name),
            ),
        )
    else:
        kept = tuple(one for one in state.picture.samples if one.signal is not signal)
        state = replace(state, picture=Picture(kept))
    told = NoteAct(text=f"{_called(name)} is gone for good: {note}", by=event.by)
    return state, (accepted(event.request_id), told)


def with_ways_out(state: ChannelState, blockers: Sequence[str]) -> tuple[str, ...]:
    """The same reasons; where a row among them misses a signal that may never come back, what a person can do about it."""
    missed = {signal: rows for signal, rows in MISSED_BY.items() if not _against(state, signal)}
    if not missed:
        return tuple(blockers)
    return tuple(_with_way_out(text, missed) for text in blockers)


def _with_way_out(text: str, missed: dict[Signal, tuple[str, ...]]) -> str:
    row = text.partition(":")[0]
    for signal in (one for one, rows in missed.items() if row in rows):
        text += f"; if {WORDS[signal]} is not measured any more, {or_gone(signal.value)}"
    return text


def or_gone(name: str) -> str:
    """How to say that a device or a signal is gone for good."""
    return f"acknowledge {name} with a note that it is gone for good"


def _signal(name: str) -> Signal | None:
    return next((one for one in WORDS if one.value == name), None)


def _called(name: str) -> str:
    signal = _signal(name)
    return name if signal is None else WORDS[signal]


def _against(state: ChannelState, signal: Signal) -> tuple[str, ...]:
    words = WORDS[signal]
    if signal not in MISSED_BY and signal in FITTED:
        return (f"{words} is fitted by the configuration: only the engineer can take it out",)
    if signal not in MISSED_BY:
        return (f"no treatment goes on without {words}",)
    sample = state.picture.newest(signal)
    if sample is None:
        return (f"{words} has not been measured: nothing is missed",)
    if signal is Signal.MAP:
        is_heard = sample.measured_ms == state.picture.cuff_measured_ms()
        return (f"{words} came with the newest cuff reading",) if is_heard else ()
    age_ms = state.now.link_ms - sample.received.link_ms
    return () if age_ms > SILENT_MS else (f"{words} was heard {age_ms / 1000:.1f} s ago",)


def _is_at_full_rate(state: ChannelState) -> bool:
    programme, granted = state.session.programme, state.permit
    if state.session.phase is not Phase.INFUSING or programme is None or granted is None:
        return False
    return granted.rate_nl_h >= programme.rate_nl_h
