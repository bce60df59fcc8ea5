"""The only place that asks the machine what time it is.

Theory of operation. The wall clock is read once, when the process starts; from then on every stamp, and every
wall time shown to people or put into a record, is that one reading plus what the monotonic clock has counted.
So a step of the wall clock (a late NTP answer, somebody setting the date) changes no decision; it shows only
in `wall_jump_ms`, which exists to be reported (facts/faults.md rows 88 and 89, I23).

The monotonic source is CLOCK_BOOTTIME where there is one: CLOCK_MONOTONIC stands still while the machine is
suspended, and a daemon that slept a minute must find its samples a minute older. NTP's slow corrections bend
both monotonic clocks along with the wall clock, so the jump holds steps only, however long the process lives.

Treatment time may run faster than life for a demonstration. Two processes given the same speed and the same
epoch agree on the treatment wall clock without talking: `T = E + S*(W0 - E) + S*(M - M0)`. All of it is
integers and fractions; a float would be off by milliseconds after a day at high speed.
"""

import math
import time
from collections.abc import Callable
from fractions import Fraction

from interlocks.vocabulary import Stamp

_NS_PER_MS = 1_000_000

NsClock = Callable[[], int]


def boottime_ns() -> int:
    """Nanoseconds since some fixed instant, counting on through a suspend where the system can."""
    if hasattr(time, "CLOCK_BOOTTIME"):
        return time.clock_gettime_ns(time.CLOCK_BOOTTIME)
    return time.monotonic_ns()


class Clock:
    """Both clocks of one process. Make one at start; nothing about it can be set later.

    Args:
        speed: treatment seconds per real second, 1 or more; 1 is real equipment.
        epoch_ms: the instant (unix ms, wall) at which treatment wall time and real wall time are equal; None:
            the start of this process. Not in the future, or treatment time would start before the present.
        monotonic_ns: counts real time, ns.
        wall_ns: real wall clock, ns since 1970.

    Raises:
        ValueError: the speed is below 1 or not finite, or the epoch is negative or in the future.
    """

    __slots__ = (
        "_anchor_ms",
        "_monotonic_ns",
        "_speed",
        "_speed_over",
        "_speed_under",
        "_start_mono_ns",
        "_start_wall_ns",
        "_wall_ns",
    )

    def __init__(
        self,
        speed: Fraction | float = 1,
        epoch_ms: int | None = None,
        *,
        monotonic_ns: NsClock = boottime_ns,
        wall_ns: NsClock = time.time_ns,
    ) -> None:
        if not math.isfinite(speed) or speed < 1:
            raise ValueError(f"speed is {speed}: it must be a finite number, 1 or more")
        self._speed = Fraction(speed)
        # The same as two integers: a decision asks for the time five times.
        self._speed_over, self._speed_under = self._speed.as_integer_ratio()
        self._monotonic_ns = monotonic_ns
        self._wall_ns = wall_ns
        self._start_wall_ns = wall_ns()
        self._start_mono_ns = monotonic_ns()
        epoch_ns = self._start_wall_ns if epoch_ms is None else epoch_ms * _NS_PER_MS
        if not 0 <= epoch_ns <= self._start_wall_ns:
            raise ValueError(f"epoch is {epoch_ms} ms: it must lie between 1970 and now")
        self._anchor_ms = (epoch_ns + self._scaled(self._start_wall_ns - epoch_ns)) // _NS_PER_MS

    @property
    def speed(self) -> Fraction:
        """Treatment seconds per real second."""
        return self._speed

    def stamp(self) -> Stamp:
        """Now, on both monotonic clocks, whole milliseconds since this process started."""
        elapsed_ns = self._elapsed_ns()
        return Stamp(ms=self._scaled(elapsed_ns) // _NS_PER_MS, link_ms=elapsed_ns // _NS_PER_MS)

    def wall_ms(self) -> int:
        """Treatment wall clock for people and for payloads, unix ms. Never steps."""
        return self._anchor_ms + self._scaled(self._elapsed_ns()) // _NS_PER_MS

    def to_ms(self, wall_treatment_ms: int) -> int:
        """Our treatment time (the scale of `Stamp.ms`) of an instant on the treatment wall clock, unix ms.

        Negative for an instant before this process started. How far the sender's clock may be trusted is for
        the caller to judge.
        """
        return wall_treatment_ms - self._anchor_ms

    def real_wall_ms(self) -> int:
        """The machine's wall clock as it stands now, unix ms. For records; it may step."""
        return self._wall_ns() // _NS_PER_MS

    def wall_jump_ms(self) -> int:
        """How far the real wall clock has stepped since this process started, ms; positive is forwards."""
        jump_ns = self._wall_ns() - self._start_wall_ns - self._elapsed_ns()
        return (jump_ns + _NS_PER_MS // 2) // _NS_PER_MS

    def _elapsed_ns(self) -> int:
        return self._monotonic_ns() - self._start_mono_ns

    def _scaled(self, real_ns: int) -> int:
        return real_ns * self._speed_over // self._speed_under
