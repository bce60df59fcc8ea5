"""The bursts of the alarm signal, as numbers: when each pulse begins, how long it lasts, how high it is.

Theory of operation. A nurse with her back to the pump knows from the rhythm how bad it is (ten pulses, three, two) and
from the melody what kind of equipment calls (drug delivery: C5 D4 G4 - C5 D4). Both are facts of facts/clinical.md 5.1,
after IEC 60601-1-8; the times chosen lie in the middle of its ranges, so that they stay inside them whether a pulse is
measured at the foot of its ramps or at their top. A pulse's width is taken here at half its height.

Patterns are data without a sound; `render` makes the sound, and whoever plays it keeps the beat of `repeat_ms`.
"""

from dataclasses import dataclass
from enum import StrEnum

from interlocks.vocabulary import Priority


class Pitch(StrEnum):
    """The tones in use; equal temperament, A4 = 440 Hz."""

    C5 = "C5"
    G4 = "G4"
    E4 = "E4"
    D4 = "D4"
    C4 = "C4"


HERTZ: dict[Pitch, float] = {
    Pitch.C5: 523.251,
    Pitch.G4: 391.995,
    Pitch.E4: 329.628,
    Pitch.D4: 293.665,
    Pitch.C4: 261.626,
}


@dataclass(frozen=True, slots=True)
class Pulse:
    """One tone: begin and width in ms at half height."""

    start_ms: int
    width_ms: int
    pitch: Pitch

    @property
    def end_ms(self) -> int:
        """Where the next spacing begins."""
        return self.start_ms + self.width_ms


@dataclass(frozen=True, slots=True)
class Burst:
    """What is played as one: its pulses, and from one begin to the next, ms, while the alarm sounds."""

    name: str
    pulses: tuple[Pulse, ...]
    repeat_ms: int

    @property
    def length_ms(self) -> int:
        """From the first pulse's begin to the last one's end."""
        return self.pulses[-1].end_ms

    @property
    def interburst_ms(self) -> int:
        """The silence between two bursts."""
        return self.repeat_ms - self.length_ms


HIGH_WIDTH_MS, HIGH_SPACING_MS = 130, 100  # 75-200 and 50-125
HIGH_HALVES_MS = 600  # 5th to 6th pulse: 350-1300
MILD_WIDTH_MS, MILD_SPACING_MS = 180, 180  # MEDIUM and LOW: 125-250 both


def _sequence(tones: tuple[Pitch, ...], width_ms: int, gaps_ms: tuple[int, ...]) -> tuple[Pulse, ...]:
    """Lay the tones one behind the other; `gaps_ms` are the silences between them."""
    pulses = [Pulse(0, width_ms, tones[0])]
    for tone, gap_ms in zip(tones[1:], gaps_ms, strict=True):
        pulses.append(Pulse(pulses[-1].end_ms + gap_ms, width_ms, tone))
    return tuple(pulses)


_FIVE = (Pitch.C5, Pitch.D4, Pitch.G4, Pitch.C5, Pitch.D4)
_X = HIGH_SPACING_MS
#: Within one half; 3rd to 4th pulse: 2x + td, as long as if a pulse had been left out.
_HALF_GAPS_MS = (_X, _X, 2 * _X + HIGH_WIDTH_MS, _X)

HIGH = Burst(
    "high",
    _sequence(_FIVE + _FIVE, HIGH_WIDTH_MS, (*_HALF_GAPS_MS, HIGH_HALVES_MS, *_HALF_GAPS_MS)),
    repeat_ms=10_000,
)
MEDIUM = Burst(
    "medium",
    _sequence((Pitch.C5, Pitch.D4, Pitch.G4), MILD_WIDTH_MS, (MILD_SPACING_MS,) * 2),
    repeat_ms=20_000,
)
LOW = Burst("low", _sequence((Pitch.E4, Pitch.C4), MILD_WIDTH_MS, (MILD_SPACING_MS,)), repeat_ms=30_000)

#: Something is wrong and nothing sounds: one tone a minute, fewer than any alarm has (clinical.md 5.1: default 60 s).
REMINDER = Burst("reminder", _sequence((Pitch.C5,), MILD_WIDTH_MS, ()), repeat_ms=60_000)

BURSTS: dict[Priority, Burst] = {Priority.HIGH: HIGH, Priority.MEDIUM: MEDIUM, Priority.LOW: LOW}
ALL = (HIGH, MEDIUM, LOW, REMINDER)
