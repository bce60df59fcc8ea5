"""Two times: the link's, which is real, and the treatment's, which may be scaled.

A demonstration of forty minutes may run in one, but a serial line keeps its own pace: the pump's
communication watchdog and the 0.5 s inter-byte gap are judged in real monotonic time whatever the speed.
Treatment wall time is `T = E + S*(W0 - E) + S*(mono - M0)`; two processes given the same speed S and epoch
E agree on it without talking. The wall clock is read once, at the start, so a later jump of it changes
nothing.
"""

from __future__ import annotations

import time
from collections.abc import Callable


class SimClock:
    """Scaled time for one process.

    Args:
        speed: treatment seconds per real second, above 0.
        epoch_ms: the instant (unix ms) at which treatment and real wall time coincide; process start if None.
    """

    def __init__(
        self,
        speed: float = 1.0,
        epoch_ms: int | None = None,
        *,
        wall_s: Callable[[], float] = time.time,
        mono_s: Callable[[], float] = time.monotonic,
    ) -> None:
        if not speed > 0:
            raise ValueError(f"speed must be above 0, not {speed}")
        self.speed = speed
        self._mono_s = mono_s
        self._m0_s = mono_s()
        w0_ms = wall_s() * 1000.0
        self.epoch_ms = round(w0_ms) if epoch_ms is None else epoch_ms
        self._start_ms = self.epoch_ms + speed * (w0_ms - self.epoch_ms)

    def link_ms(self) -> float:
        """Real time, ms, on the machine's monotonic clock: comparable between processes of one boot."""
        return self._mono_s() * 1000.0

    def read(self) -> tuple[float, float]:
        """One instant in both times: (treatment s, link ms)."""
        mono_s = self._mono_s()
        return self.speed * (mono_s - self._m0_s), mono_s * 1000.0

    def treatment_s(self) -> float:
        """Treatment seconds since this process started."""
        return self.speed * (self._mono_s() - self._m0_s)

    def wall_treatment_ms(self) -> int:
        """Treatment wall clock, unix ms."""
        return round(self._start_ms + self.treatment_s() * 1000.0)
