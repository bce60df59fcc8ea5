"""The patient and what watches the patient, as people are shown them.

Theory of operation. Every value comes with its age: a number without one is a rumour. What monitors measure (`vitals`) and
what people see (`observations`) stand apart, because they go stale in different ways. Line pressure has places of its own.
What nobody measures is said too (`unwatched`): a screen that is silent about air looks like one that has found none.
"""

from typing import Any

from interlocks.conditions import SPOKEN
from interlocks.vocabulary import ENTERED, Signal
from pumpd.core.session import Phase, baseline_of
from pumpd.core.state import ChannelState, Policy

_ELSEWHERE = (Signal.LINE_PRESSURE, *ENTERED)


def vitals(state: ChannelState) -> dict[str, Any]:
    """Newest value of each measured signal with its age, ms, and unit."""
    shown: dict[str, Any] = {}
    for signal in Signal:
        sample = state.picture.newest(signal)
        if sample is not None and signal not in _ELSEWHERE:
            age_ms = state.picture.age_ms(signal, state.now)
            shown[signal.value] = {"value": sample.value, "age_ms": age_ms, "unit": SPOKEN[signal]}
    return shown


def observations(state: ChannelState) -> dict[str, Any]:
    """Scores, symptoms and presence by name, each with its age, treatment ms; only those that were ever entered."""
    shown: dict[str, Any] = {}
    for signal in ENTERED:
        sample = state.picture.newest(signal)
        if sample is not None:
            age_ms = state.picture.age_ms(signal, state.now)
            shown[signal.value] = {"value": int(sample.value), "age_ms": age_ms, "by": sample.source}
    return shown


def line(state: ChannelState) -> dict[str, Any]:
    """Pressure in the infusion line, mmHg, and its age, ms."""
    return {
        "line_pressure_mmhg": value(state, Signal.LINE_PRESSURE),
        "line_pressure_age_ms": state.picture.age_ms(Signal.LINE_PRESSURE, state.now),
    }


def unwatched(state: ChannelState, policy: Policy) -> list[str]:
    """Which questions nobody watches (requirement 43): "line_pressure", "air", "breathing".

    Pressure and air have a sensor in the configuration or none; breathing is watched from its first value on.
    """
    watched = {
        "line_pressure": Signal.LINE_PRESSURE in policy.fitted,
        "air": Signal.AIR_BUBBLE in policy.fitted,
        "breathing": any(value(state, one) is not None for one in (Signal.RR, Signal.BREATH_GAP)),
    }
    return [name for name, is_watched in watched.items() if not is_watched]


def value(state: ChannelState, signal: Signal) -> float | None:
    """Newest value of one signal."""
    sample = state.picture.newest(signal)
    return None if sample is None else sample.value


def feed(state: ChannelState) -> dict[str, Any]:
    """The road the values come by."""
    return {
        "link": "up" if state.feed.is_up else "down",
        "reason": state.feed.reason,
        "offline": list(state.feed.offline),
        "rejected": dict(state.feed.rejected),
        "last_rejection": state.feed.last_rejection,
    }


def baseline(state: ChannelState) -> dict[str, Any] | None:
    """The patient's own pressure: offered before the start, accepted by it."""
    baseline = state.session.baseline
    if baseline is None and state.session.phase is Phase.VERIFIED:
        candidate = baseline_of(state.cuff, None, state.now.ms)
        if isinstance(candidate, str):
            return None
        return {"sys": candidate.sys, "dia": candidate.dia, "accepted": False}
    if baseline is None:
        return None
    return {"sys": baseline.sys, "dia": baseline.dia, "accepted": True}
