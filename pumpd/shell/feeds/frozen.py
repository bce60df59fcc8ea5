"""Values that stand still although their stamps are new: a monitor that hangs (facts/faults.md row 54).

Theory of operation. A frozen monitor is silence with stamps: what it says was measured once, and a crisis hides behind
it. So what has stood still for too long counts as refused from then on, the signals go stale, and their silence trips,
until a value moves. How long is too long differs, because honest values stand still too.

Line pressure. A sensor that resolves tenths never shows the same tenth for a minute: its own noise, the pump's steps and
the patient's breathing move the last digit. A transducer that shows whole or half mmHg may honestly stand still.

Pulse and saturation. A saturation of 99 % for half an hour is a healthy person, so it is never judged by itself. A pulse
is: an hour of a healthy person's beats, as a monitor shows them (averaged over 16 s, whole beats), never stood still for
longer than 25 s; with an eighth of that variability (SDNN 11 ms, a heart that hardly varies) for 198 s, with a sixteenth
for 484 s (the sample series of pyHRV 0.5.0). So five minutes without any change, neither of the pulse nor of a
saturation that the same device sends, is our choice; facts/faults.md row 54 names no figure. A paced or transplanted
heart may stand still for longer and is taken for a frozen monitor: then nothing is given, the safe side of not knowing.

Cuff. Readings of one unchanging artery scatter by some 5 mmHg (facts/clinical.md 6.2), so two equal ones happen and three
hardly do: a pair is equal once in 300, three in a row once in 75 000 (our choice, again). The pulse that the cuff counted
belongs to it, where it is sent: another pulse is another measurement. The third equal reading is refused, and every one
after it, until one differs.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, field
from typing import Final

from interlocks.vocabulary import CUFF, Signal
from pumpd.shell.feeds.arrivals import Rejected, RejectReason

FROZEN_AFTER_MS: Final = 60_000
FROZEN_SAMPLES: Final = 30  # a sparse stream shows too little to call it still
BEATS_FROZEN_AFTER_MS: Final = 300_000
CUFF_FROZEN_READINGS: Final = 3
_BEATS: Final = (Signal.HR, Signal.SPO2)


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


@dataclass(slots=True)
class BeatStillness:
    """Watches pulse and saturation of one device together; they may come in one message or in two."""

    _values: dict[Signal, float] = field(default_factory=dict)
    _since_ms: int = 0
    _samples: int = 0

    def is_frozen(
        self, values: Mapping[Signal, float], missing: Collection[Signal], measured_ms: int
    ) -> bool:
        """Take what a message says of them; True if neither has moved for too long.

        Args:
            values: all good values of the message; others than pulse and saturation are not looked at.
            missing: what the device itself called bad: it knows that it does not see, so it lives.
            measured_ms: when it was measured, treatment time.
        """
        beats = {signal: values[signal] for signal in _BEATS if signal in values}
        if any(signal in missing for signal in _BEATS):
            self._values.clear()
        if not beats:
            return False
        if Signal.HR not in self._values or any(
            self._values.get(signal, value) != value for signal, value in beats.items()
        ):
            self._since_ms, self._samples = measured_ms, 0
        self._values.update(beats)
        if Signal.HR in beats:
            self._samples += 1
        return self._samples >= FROZEN_SAMPLES and measured_ms - self._since_ms >= BEATS_FROZEN_AFTER_MS


@dataclass(slots=True)
class CuffStillness:
    """Watches the cuff readings of one device, each with all that it says."""

    _reading: tuple[object, ...] = ()
    _times: int = 0

    def is_frozen(self, reading: tuple[object, ...]) -> bool:
        """Take the next reading, of any parts that compare; True for the third equal one in a row and any after it."""
        if reading != self._reading:
            self._reading, self._times = reading, 0
        self._times += 1
        return self._times >= CUFF_FROZEN_READINGS


@dataclass(slots=True)
class Standstill:
    """All that is watched of one device."""

    _line: Stillness = field(default_factory=Stillness)
    _beats: BeatStillness = field(default_factory=BeatStillness)
    _cuff: CuffStillness = field(default_factory=CuffStillness)

    def of(
        self,
        values: Mapping[Signal, float],
        missing: Collection[Signal],
        cuff_pulse: float | None,
        measured_ms: int,
    ) -> tuple[Rejected, ...]:
        """Take the good values of a message; the refusals of those that have stopped measuring.

        Args:
            values: in the units of `interlocks.vocabulary.UNIT`.
            missing: what the device itself called bad.
            cuff_pulse: the pulse that the cuff counted, beats per minute, if it said so.
            measured_ms: when it was measured, treatment time.
        """
        found = []
        line = values.get(Signal.LINE_PRESSURE)
        if line is not None and self._line.is_frozen(line, measured_ms):
            found.append(_refused(values, (Signal.LINE_PRESSURE,), f"for {FROZEN_AFTER_MS // 1000} s"))
        if self._beats.is_frozen(values, missing, measured_ms):
            found.append(_refused(values, _BEATS, f"for {BEATS_FROZEN_AFTER_MS // 1000} s"))
        cuff = tuple((signal, values[signal]) for signal in CUFF if signal in values)
        if cuff and self._cuff.is_frozen((*cuff, cuff_pulse)):
            found.append(_refused(values, CUFF, f"{CUFF_FROZEN_READINGS} times"))
        return tuple(found)


def _refused(values: Mapping[Signal, float], watched: Collection[Signal], how_long: str) -> Rejected:
    signals = tuple(signal for signal in watched if signal in values)
    said = ", ".join(f"{signal} {values[signal]:g}" for signal in signals)
    return Rejected(RejectReason.FROZEN, f"exactly {said} {how_long} or more", signals)
