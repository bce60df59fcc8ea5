"""The line pressure of the last seconds, for what a single value cannot tell: how fast it rises or falls.

Theory of operation. An open line shows no slope, a blocked one several mmHg a second (facts/clinical.md 7), and a
line that comes apart falls within one. So the newest samples are kept for as long as the slowest slope needs, at
most one for each `STEP_MS`, which bounds the trace however fast a transducer talks. Times are the device's, so a
burst that the network held back is not a slope.

A fall is measured from a level that three samples in a row have held: two samples are noise (so LP1 reads them as
well), and noise that ends is not a line that comes apart.
"""

from dataclasses import dataclass
from math import isfinite, nan

#: facts/clinical.md 3.2, LP0: the rise is judged over 15 s.
KEPT_MS = 15_000
#: A transducer speaks at 10 Hz; what comes faster adds nothing to a slope.
STEP_MS = 100
#: facts/clinical.md 3.2, LP1 and LP3: so many samples are no noise.
HELD = 3


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
        return max((values[-1] - value for value in values), default=0.0)

    def fallen(self, within_ms: int) -> float:
        """Return how far the newest value stands below the highest level held in the last `within_ms`.

        0 without three values before it; one that is no finite number makes it NaN.
        """
        values = self._since(within_ms)
        if not isfinite(sum(values)):
            return nan
        levels = (min(values[i : i + HELD]) for i in range(len(values) - HELD))
        return max([0.0, *(level - values[-1] for level in levels)])

    def _since(self, within_ms: int) -> list[float]:
        """Return the values of so long, oldest first."""
        return [value for ms, value in self.points if self.points[-1][0] - ms <= within_ms]


def followed(trace: Trace, measured_ms: int, value: float) -> Trace:
    """Return the trace with one more value; what is older than `KEPT_MS` or not newer than the last is left out."""
    points = trace.points
    if points and measured_ms - points[-1][0] < STEP_MS:
        return trace
    begin_ms = measured_ms - KEPT_MS
    return Trace((*(point for point in points if point[0] >= begin_ms), (measured_ms, value)))
