"""The finger probe: pulse and saturation once a second, held ten seconds when the probe falls off, then none.

Theory of operation. Holding the last value is what real oximeters do (Nonin: 10 s, facts/clinical.md 4) and
it is a trap: for ten seconds a number that nobody measured looks fresh. After that the sample says it is
bad and carries no value (facts/faults.md row 65). A pulse too weak to find is the same case as a probe in
the bed, and so is a finger below a tight cuff: no blood comes through (clinical.md 4, same-limb cuff).
"""

from dataclasses import dataclass

HOLD_S = 10.0
_LEAST_PULSE_BPM = 18.0  # below this no oximeter finds a pulse [general knowledge]


@dataclass(frozen=True, slots=True)
class OximeterDraw:
    """The chance part of one sample: beats per minute and percent points."""

    hr_error_bpm: float = 0.0
    spo2_error: float = 0.0


@dataclass(frozen=True, slots=True)
class OximeterSample:
    """What is shown: beats per minute, percent; None is a dash. `is_ok` is the quality the device claims."""

    hr: int | None
    spo2: int | None
    is_ok: bool


class Oximeter:
    """The probe and its short memory.

    Args:
        hold_s: treatment seconds for which the last value is shown without a signal.
    """

    def __init__(self, hold_s: float = HOLD_S) -> None:
        self._hold_s = hold_s
        self._last: OximeterSample | None = None
        self._seen_s = 0.0

    def sample(
        self, now_s: float, hr: float, spo2: float, draw: OximeterDraw, is_probe_on: bool = True
    ) -> OximeterSample:
        """Return what is shown at `now_s` for the true pulse and saturation."""
        if is_probe_on and hr >= _LEAST_PULSE_BPM:
            shown_spo2 = min(max(round(spo2 + draw.spo2_error), 0), 100)
            self._last = OximeterSample(max(round(hr + draw.hr_error_bpm), 0), shown_spo2, is_ok=True)
            self._seen_s = now_s
            return self._last
        if self._last is not None and now_s - self._seen_s <= self._hold_s:
            return self._last
        self._last = None
        return OximeterSample(None, None, is_ok=False)
