"""When the next sample is due, in treatment time, without drumming on the wire at demonstration speed.

Theory of operation. A monitor's period is a fact of treatment time; the broker lives in real time. At speed
60 a 10 Hz transducer would publish 600 messages a real second, which tests nothing but the broker, so no
stream is published faster than every 20 ms real. Due times lie on a grid: a late look does not shift the
next one, and what was missed is missed, as on a real monitor, never caught up.
"""

from math import floor

MIN_REAL_S = 0.020


def period_at_speed(period_s: float, speed: float) -> float:
    """Return the period in treatment seconds that keeps `MIN_REAL_S` between two messages."""
    return max(period_s, MIN_REAL_S * speed)


class Cadence:
    """A grid of due times.

    Args:
        period_s: treatment seconds between two samples.

    Raises:
        ValueError: the period is not above 0.
    """

    def __init__(self, period_s: float) -> None:
        if not period_s > 0.0:
            raise ValueError(f"period_s must be above 0, not {period_s}")
        self._period_s = period_s
        self._next_s = 0.0

    def is_due(self, now_s: float) -> bool:
        """True once for each grid point reached; several missed ones count as one."""
        if now_s < self._next_s:
            return False
        # Rounding must not put the next point a hair behind the one just reached (0.3 / 0.1 is below 3).
        self._next_s = (floor(now_s / self._period_s + 1e-9) + 1) * self._period_s
        return True
