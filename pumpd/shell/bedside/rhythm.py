"""When a sounder pulses, in whole milliseconds of link time from when the sound began.

Theory of operation. A priority is told by its rhythm before it is told by anything else, and the rhythms are one table
for everything that sounds (`pumpd.tones`, facts/clinical.md 5.1): ten pulses every 10 s, three every 20 s, two every
30 s. Of a pulse only its beginning counts here; how long a bell rings is the terminal's affair, about 125 ms. A
reminder is one pulse a minute, and the first only after a minute: whoever has just asked for quiet knows.
"""

from dataclasses import dataclass

from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.tones import patterns


@dataclass(frozen=True, slots=True)
class Rhythm:
    """One burst and how often it comes again.

    Attributes:
        pulses_ms: beginnings of the pulses from the beginning of the burst.
        every_ms: from the beginning of one burst to that of the next.
    """

    pulses_ms: tuple[int, ...]
    every_ms: int

    def after(self, elapsed_ms: int) -> int:
        """The first pulse later than `elapsed_ms`, both counted from when the sound began; -1 asks for the first."""
        bursts = max(0, (elapsed_ms - self.pulses_ms[-1]) // self.every_ms)
        while True:
            for pulse_ms in self.pulses_ms:
                if (at_ms := bursts * self.every_ms + pulse_ms) > elapsed_ms:
                    return at_ms
            bursts += 1


def _rhythm(burst: patterns.Burst, first_ms: int = 0) -> Rhythm:
    return Rhythm(tuple(first_ms + one.start_ms for one in burst.pulses), burst.repeat_ms)


BURSTS: dict[Priority, Rhythm] = {priority: _rhythm(burst) for priority, burst in patterns.BURSTS.items()}
REMINDER = _rhythm(patterns.REMINDER, first_ms=patterns.REMINDER.repeat_ms)


def rhythm_of(signal: AlarmSignal) -> Rhythm | None:
    """What sounds; None: silence."""
    if signal.sound is not None:
        return BURSTS[signal.sound]
    return REMINDER if signal.has_reminder else None
