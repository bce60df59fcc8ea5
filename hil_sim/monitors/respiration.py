"""The respiration channel: breaths per minute and the time since the last breath, once a second.

Theory of operation. A monitor counts breaths, so its rate lags: when breathing stops it shows the last rate
until its apnoea time is over, and then 0. The time since the last breath has no such delay, which is why RR2
(facts/clinical.md 3.2) asks for it. Apnoea time 20 s: a usual factory setting [general knowledge].
"""

from dataclasses import dataclass

APNOEA_S = 20.0


@dataclass(frozen=True, slots=True)
class RespirationSample:
    """What is shown: breaths per minute, seconds."""

    rr: int
    gap_s: float


class RespirationMeter:
    """The counter and its memory."""

    def __init__(self) -> None:
        self._shown = 0

    def sample(self, rr: float, gap_s: float, error_per_min: float) -> RespirationSample:
        """Return what is shown for the true rate and gap."""
        if gap_s >= APNOEA_S:
            self._shown = 0
        elif rr > 0.0:
            self._shown = max(round(rr + error_per_min), 0)
        return RespirationSample(self._shown, round(gap_s, 1))
