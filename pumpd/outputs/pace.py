"""How punctually the control cycle turns, for metrics.

Theory of operation. A cycle is late by what lies between it and the one before beyond the period. Sum and count let a
scraper reckon the mean of any interval; the longest would be lost in them, so it is kept for two windows of half a minute:
whoever looks every half minute has seen every one. Nothing here decides anything: a cycle that is late past the limit is
the core's to find (ST rules, decision 0014).
"""

WINDOW_MS = 30_000


class Pace:
    """Counts of one life of the daemon.

    Args:
        started_wall_ms: when it began, treatment wall clock.
        period_s: what a cycle is meant to take, life time.
    """

    def __init__(self, started_wall_ms: int, period_s: float) -> None:
        self._started_wall_ms = started_wall_ms
        self._period_ms = round(period_s * 1_000)
        self._cycles = 0
        self._late_ms = 0
        self._last_ms: int | None = None
        self._window_ms = 0
        self._longest_ms = (0, 0)  # of the window before, of this one

    def cycle_began(self, link_ms: int) -> None:
        """A control cycle begins now."""
        self._cycles += 1
        if self._last_ms is None:
            self._last_ms = self._window_ms = link_ms
            return
        late_ms = max(0, link_ms - self._last_ms - self._period_ms)
        self._last_ms = link_ms
        self._late_ms += late_ms
        if link_ms - self._window_ms >= WINDOW_MS:
            self._window_ms, self._longest_ms = link_ms, (self._longest_ms[1], 0)
        self._longest_ms = self._longest_ms[0], max(self._longest_ms[1], late_ms)

    def figures(self) -> dict[str, int]:
        """For the console: cycles since the start, how late they were in all and at the most of late, ms."""
        return {
            "started_wall_ms": self._started_wall_ms,
            "cycles": self._cycles,
            "cycle_late_ms": self._late_ms,
            "cycle_latest_ms": max(self._longest_ms),
        }
