"""A value that stands still although its stamps are new: a transducer that hangs (facts/faults.md row 54).

Theory of operation. A pressure sensor that resolves tenths never shows the same tenth for a minute: its own
noise, the pump's steps and the patient's breathing move the last digit. One that does has stopped measuring
and repeats itself, and a repeated line pressure would hide an occlusion for ever. So its readings count as
refused from then on, the signal goes stale, and its silence trips, until the value moves.

Only what has that fine digit can be judged so. A saturation of 98 % for ten minutes is a healthy person, a
paced or beta-blocked heart keeps its beat for an hour, a cuff on a patient simulator repeats itself exactly,
and a transducer that shows whole or half mmHg may honestly stand still: for those no number of equal samples
tells a frozen sensor from a quiet patient, and an alarm that cries in every quiet treatment is ignored in the
one that matters. Their guard is the rest: quality flag, sequence, measured time.
"""

from dataclasses import dataclass
from typing import Final

FROZEN_AFTER_MS: Final = 60_000
FROZEN_SAMPLES: Final = 30  # a sparse stream shows too little to call it still


@dataclass(slots=True)
class Stillness:
    """Watches one value of one device."""

    _value: float | None = None
    _since_ms: int = 0
    _samples: int = 0

    def is_frozen(self, value: float, measured_ms: int) -> bool:
        """Take the next value, measured at `measured_ms`; True if it has stood still too long to be one."""
        if value != self._value:
            self._value, self._since_ms, self._samples = value, measured_ms, 0
        self._samples += 1
        # Finer than a half: the sensor has a last digit that would move if it measured.
        return (
            not (value * 2.0).is_integer()
            and self._samples >= FROZEN_SAMPLES
            and measured_ms - self._since_ms >= FROZEN_AFTER_MS
        )
