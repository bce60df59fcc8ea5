"""The cuff: a reading every five minutes that takes half a minute, and sometimes is none.

Theory of operation. A cuff measures at the *end* of a cycle, so the newest pressure is always at least a
cycle old; it may fail and try again with the cuff still tight; it may be asked for an extra reading (STAT).
Automatic cycles lie on a grid that STAT does not move; what falls due while the cuff is tight is served by
the running cycle. Between two inflations lies a minimum gap. Periods, cycle time, gap, retry and measurable
range are those of facts/clinical.md 4. Chance is not rolled here: the caller brings one `CuffDraw` to each
reading.
"""

from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass

MAX_INFLATED_S = 180.0  # IEC 60601-2-30, adult, any way of use (clinical.md 4)
_MEASURABLE_HR = (40.0, 240.0)  # Biolight (clinical.md 4)
_MEASURABLE_SYS = (40.0, 270.0)
_MEASURABLE_DIA = (10.0, 215.0)


@dataclass(frozen=True, slots=True)
class CuffDraw:
    """The chance part of one reading: errors in mmHg and beats, an artefact factor, an outright failure."""

    sys_error_mmhg: float = 0.0
    dia_error_mmhg: float = 0.0
    artefact_factor: float = 1.0
    has_failed: bool = False
    pulse_error_bpm: float = 0.0


@dataclass(frozen=True, slots=True)
class CuffReading:
    """What the display shows after a cycle: three pressures, mmHg, and the pulse it counted, or an error code."""

    ended_s: float
    sys: int | None
    dia: int | None
    mean: int | None
    error: str | None
    pulse: int | None = None


class Cuff:
    """The cuff's own machine; all times in treatment seconds.

    Args:
        period_s: between starts of automatic cycles.
        cycle_s: inflation to reading.
        first_cycles_s: starts of the first automatic cycles; the period runs from the last of them.
        min_gap_s: between the end of one cycle and the start of the next.
        max_attempts: cycles tried before the error code.

    Raises:
        ValueError: the settings would keep the cuff tight longer than 180 s, or never let go.
    """

    def __init__(
        self,
        period_s: float = 300.0,
        cycle_s: float = 30.0,
        first_cycles_s: Sequence[float] = (5.0,),
        min_gap_s: float = 5.0,
        max_attempts: int = 2,
    ) -> None:
        if not (cycle_s > 0.0 and min_gap_s >= 0.0 and max_attempts >= 1 and first_cycles_s):
            raise ValueError("a cuff needs a first cycle, a cycle time and at least one attempt")
        if cycle_s * max_attempts > MAX_INFLATED_S:
            raise ValueError(f"{max_attempts} x {cycle_s} s keep the cuff tight over {MAX_INFLATED_S} s")
        if period_s < cycle_s * max_attempts + min_gap_s or list(first_cycles_s) != sorted(first_cycles_s):
            raise ValueError(f"period_s {period_s} is too short, or first_cycles_s runs backwards")
        self._period_s, self._cycle_s, self._min_gap_s = period_s, cycle_s, min_gap_s
        self._max_attempts = max_attempts
        self._first_s = deque(first_cycles_s)
        self._auto_s = self._first_s.popleft()
        self._stat_s: float | None = None
        self._ends_s: float | None = None
        self._free_s = 0.0
        self._attempt = 0

    @property
    def is_active(self) -> bool:
        """True while the cuff is tight."""
        return self._ends_s is not None

    def request_stat(self, now_s: float) -> None:
        """Ask for a cycle now; a running one serves, and the minimum gap is kept."""
        if not self.is_active and self._stat_s is None:
            self._stat_s = now_s

    def advance(self, now_s: float) -> bool:
        """Start what is due; True when a reading must be taken with `take_reading`."""
        if self._ends_s is None:
            wanted_s = self._auto_s if self._stat_s is None else min(self._auto_s, self._stat_s)
            start_s = max(wanted_s, self._free_s)
            if now_s < start_s:
                return False
            self._ends_s = start_s + self._cycle_s
            self._attempt = 1
            self._stat_s = None
        return now_s >= self._ends_s

    def take_reading(self, sys: float, dia: float, hr: float, draw: CuffDraw) -> CuffReading | None:
        """End the cycle on the true pressures (mmHg) and pulse; None when the cuff tries again.

        Raises:
            RuntimeError: no cycle has run.
        """
        if self._ends_s is None:
            raise RuntimeError("no cycle has run")
        ended_s = self._ends_s
        shown_sys = round((sys + draw.sys_error_mmhg) * draw.artefact_factor)
        shown_dia = round((dia + draw.dia_error_mmhg) * draw.artefact_factor)
        error = _why_not(shown_sys, shown_dia, hr, draw)
        if error is not None and self._attempt < self._max_attempts:
            self._attempt += 1
            self._ends_s = ended_s + self._cycle_s
            return None
        self._ends_s = None
        self._free_s = ended_s + self._min_gap_s
        self._schedule(ended_s)
        if error is not None:
            return CuffReading(ended_s, None, None, None, error)
        mean, pulse = round((shown_sys + 2 * shown_dia) / 3), max(round(hr + draw.pulse_error_bpm), 0)
        return CuffReading(ended_s, shown_sys, shown_dia, mean, None, pulse)

    def _schedule(self, ended_s: float) -> None:
        """Move the automatic grid past what this cycle has served."""
        while self._auto_s <= ended_s:
            self._auto_s = self._first_s.popleft() if self._first_s else self._auto_s + self._period_s


def _why_not(sys: float, dia: float, hr: float, draw: CuffDraw) -> str | None:
    """Return the error code of a reading that is none."""
    if draw.has_failed:
        return "motion"
    if not _MEASURABLE_HR[0] <= hr <= _MEASURABLE_HR[1]:
        return "weak_pulse"
    in_range = (
        _MEASURABLE_SYS[0] <= sys <= _MEASURABLE_SYS[1] and _MEASURABLE_DIA[0] <= dia <= _MEASURABLE_DIA[1]
    )
    return None if in_range and dia < sys else "out_of_range"
