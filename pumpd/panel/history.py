"""What the panel has seen of one bed: a bounded line of points, for the trend picture.

Theory of operation. The panel keeps nothing on disk and asks nobody for the past, so a panel that started late has
seen little, and says from when on. A cuff reading is one point, taken once, at the time it was measured; what arrives
all the time is taken every few seconds of treatment; a rate when it changes. Each line is bounded: the oldest falls
off, and the picture then begins later. A silence of the link leaves a gap, and a daemon that began anew (another
boot) begins anew here.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Point = tuple[int, float | None]

#: Between two points of what arrives all the time, treatment ms: two hours are 2400 of them.
EVERY_MS = 3_000
KEPT = 4_000
KEPT_EVENTS = 60
#: A cuff reading is known by when it was measured; its age arrives with this much jitter.
SAME_READING_MS = 8_000
_STEADY = ("hr", "spo2")


def _line() -> deque[Point]:
    return deque(maxlen=KEPT)


@dataclass(slots=True)
class History:
    """Points by name: `sys`, `dia`, `hr`, `spo2`, `line_pressure`, `permitted`, `reported`; rates in nl/h."""

    lines: dict[str, deque[Point]] = field(default_factory=dict)
    events: deque[tuple[int, str, str, bool]] = field(default_factory=lambda: deque(maxlen=KEPT_EVENTS))
    boot: str = ""
    session: int | None = None
    began_ms: int | None = None
    began_wall_ms: int = 0
    now_ms: int = 0
    start_ms: int | None = None
    has_seen_start: bool = False
    _steady_ms: int = -EVERY_MS
    _alarms: frozenset[str] = frozenset()
    _word: str = ""

    def add(self, state: Mapping[str, Any]) -> None:
        """Take what is new in a state."""
        at_ms, boot, session = int(state["at_ms"]), str(state.get("boot", "")), state.get("session")
        if boot != self.boot or at_ms < self.now_ms or (session != self.session and session is not None):
            self._begin_anew(boot, session)
        if self.began_ms is None:
            self.began_ms, self.began_wall_ms = at_ms, int(state.get("wall_ms") or 0)
        self.now_ms = at_ms
        self._follow_session(state)
        vitals = state.get("vitals") or {}
        for name in ("sys", "dia"):
            self._add_reading(name, vitals.get(name))
        if at_ms - self._steady_ms >= EVERY_MS:
            self._steady_ms = at_ms
            for name in _STEADY:
                self._put(name, _value(vitals.get(name), EVERY_MS * 4))
            self._put("line_pressure", _number(state.get("line_pressure_mmhg")))
        rate = state.get("rate") or {}
        for name in ("permitted", "reported"):
            self._step(name, _number(rate.get(f"{name}_nl_h")))
        self._note_events(state)

    def lost(self) -> None:
        """Nothing is known from here on until the next state."""
        for name, line in self.lines.items():
            if name not in ("sys", "dia") and line and line[-1][1] is not None:
                line.append((self.now_ms, None))

    def _begin_anew(self, boot: str, session: int | None) -> None:
        self.lines.clear()
        self.events.clear()
        self.boot, self.session = boot, session
        self.began_ms = self.start_ms = None
        self.has_seen_start = False
        self._steady_ms, self._alarms, self._word = -EVERY_MS, frozenset(), ""

    def _follow_session(self, state: Mapping[str, Any]) -> None:
        """The start, as the treatment clock has it: now less what has gone by, once the infusion has begun."""
        if state.get("phase") in ("idle", "ordered", "verified"):
            self.has_seen_start, self.start_ms = True, None
        elif self.start_ms is None:
            elapsed_s = (state.get("course") or {}).get("elapsed_s")
            self.start_ms = self.now_ms - int(elapsed_s) * 1000 if elapsed_s is not None else None

    def _add_reading(self, name: str, sample: Any) -> None:
        if not isinstance(sample, Mapping) or not isinstance(sample.get("age_ms"), int | float):
            return
        measured_ms = self.now_ms - int(sample["age_ms"])
        line = self.lines.setdefault(name, _line())
        if not line or measured_ms - line[-1][0] > SAME_READING_MS:
            line.append((measured_ms, float(sample["value"])))

    def _put(self, name: str, value: float | None) -> None:
        line = self.lines.setdefault(name, _line())
        if value is not None or (line and line[-1][1] is not None):
            line.append((self.now_ms, value))

    def _step(self, name: str, value: float | None) -> None:
        line = self.lines.setdefault(name, _line())
        if not line or line[-1][1] != value:
            line.append((self.now_ms, value))

    def _note_events(self, state: Mapping[str, Any]) -> None:
        word = str(state.get("word", ""))
        alarms = {str(one["key"]): one for one in state.get("alarms") or ()}
        is_first = not self._word
        for key in sorted(alarms.keys() - self._alarms):
            self.events.append((self.now_ms, "alarm", str(alarms[key].get("text", key)), True))
        if word != self._word and not is_first:
            self.events.append((self.now_ms, word, str(state.get("headline", "")), False))
        self._word, self._alarms = word, frozenset(alarms)


def _value(sample: Any, fresh_ms: int) -> float | None:
    """The number of a vital sign, None when it is too old to be drawn as now."""
    if not isinstance(sample, Mapping) or not isinstance(sample.get("age_ms"), int | float):
        return None
    return _number(sample.get("value")) if sample["age_ms"] <= fresh_ms else None


def _number(value: Any) -> float | None:
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else None
