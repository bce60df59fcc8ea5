"""Breath after breath: a phase that runs at the present rate, and the time since it last came round.

Theory of operation. A rule that asks "no breath for 20 s" (facts/clinical.md 3.2, RR2) needs breaths, not a
rate. The phase advances by rate x time; each full turn is a breath. Without a rate nothing turns and the gap
grows, and when breathing begins again the first breath comes at once, as a gasp does.
"""

from math import floor


class Breathing:
    """The chest of one person."""

    __slots__ = ("_gap_s", "_phase")

    def __init__(self) -> None:
        self._phase = 0.0
        self._gap_s = 0.0

    @property
    def gap_s(self) -> float:
        """Seconds since the last breath."""
        return self._gap_s

    def advance(self, dt_s: float, rate_per_min: float) -> None:
        """Let `dt_s` pass at this rate; 0 is apnoea."""
        if rate_per_min <= 0.0:
            self._gap_s += dt_s
            self._phase = 1.0  # the breath that is waiting
            return
        self._phase += dt_s * rate_per_min / 60.0
        if self._phase < 1.0:
            self._gap_s += dt_s
            return
        self._phase -= floor(self._phase)
        self._gap_s = self._phase * 60.0 / rate_per_min
