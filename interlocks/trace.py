"""The line pressure of the last seconds, for what a single value cannot tell: how fast it rises or falls.

Theory of operation. An open line shows no slope, a blocked one several mmHg a second (facts/clinical.md 7), and a
line that comes apart falls within one. So the newest samples are kept for as long as the slowest slope needs, at
most one for each `STEP_MS`, which bounds the trace however fast a transducer talks. Times are the device's, so a
burst that the network held back is not a slope.

A fall is measured from a level that three samples in a row have held: two samples are noise (so LP1 reads them as
well), and noise that ends is not a line that comes apart.
"""

from bisect import bisect_left
from dataclasses import dataclass
from math import isfinite, nan
from operator import itemgetter

#: facts/clinical.md 3.2, LP0: the rise is judged over 15 s.
KEPT_MS = 15_000
#: A transducer speaks at 10 Hz; what comes faster adds nothing to a slope.
STEP_MS = 100
#: facts/clinical.md 3.2, LP1 and LP3: so many samples are no noise.
HELD = 3

_measured_ms = itemgetter(0)


@dataclass(frozen=True, slots=True)
class Trace:
    """Pairs of (measured, treatment ms; value, mmHg), oldest first."""

    points: tuple[tuple[int, float], ...] = ()

    def risen(self, within_ms: int) -> float:
        """Return how far the newest value stands above the lowest of the last `within_ms`; 0 without two values.

        One that is no finite number makes it NaN.
        """
        values = self._since(within_ms)
        if not isfinite(sum(values)):
            return nan
        return values[-1] - min(values) if values else 0.0

    def fallen(self, within_ms: int) -> float:
        """Return how far the newest value stands below the highest level held in the last `within_ms`.

        0 without three values before it; one that is no finite number makes it NaN.
        """
        values = self._since(within_ms)
        if not isfinite(sum(values)):
            return nan
        # Each value with the HELD - 1 behind it, the newest value left out.
        before = [values[i:-1] for i in range(HELD)]
        return max(0.0, max(map(min, *before)) - values[-1]) if len(values) > HELD else 0.0

    def _since(self, within_ms: int) -> list[float]:
        """Return the values of so long, oldest first."""
        points = self.points
        return [value for _, value in points[_place(points, points[-1][0] - within_ms) :]] if points else []


def _place(points: tuple[tuple[int, float], ...], ms: int) -> int:
    """Return how many points are older than an instant; they are in order of time."""
    return bisect_left(points, ms, key=_measured_ms)


def followed(trace: Trace, measured_ms: int, value: float) -> Trace:
    """Return the trace with one more value; what is older than `KEPT_MS` or not newer than the last is left out."""
    points = trace.points
    if points and measured_ms - points[-1][0] < STEP_MS:
        return trace
    return Trace((*points[_place(points, measured_ms - KEPT_MS) :], (measured_ms, value)))
