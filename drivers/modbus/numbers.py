"""Numbers in registers: which integer of ours stands behind which words, exactly, both ways.

Theory of operation. A map says of each number how it is kept (16 or 32 bits, signed, or a 32-bit float) and what
one step of it is worth, as text with a unit: `0.001 ml/h`. Everything is worked out in fractions, so no value
passes through a rounding that nobody chose. What is not a whole number of steps cannot be said and is refused
(`words_of` gives None); nothing is ever rounded up on its way to a pump.

A float register holds the value in the unit itself, and the step is only how finely it may be said. Hardly any
decimal is a binary float, so a value is written as the largest float not above it (one part in eight million at
most) and read back as the step that it lies within one float's distance of; where floats are coarser than the steps
and it would read back as another, it is refused. A float that lies nowhere near a step
is taken at its full value, rounded up to our next integer: of a rate or a volume found in a pump the larger is the
safer to believe.

Ours: nl/h, nl, um, ms, and mmHg for a pressure.
"""

import re
import struct
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction
from math import ceil


class Kind(StrEnum):
    """How a number lies in registers."""

    U16 = "u16"
    I16 = "i16"
    U32 = "u32"
    I32 = "i32"
    F32 = "f32"

    @property
    def words(self) -> int:
        """Registers it takes."""
        return 1 if self in (Kind.U16, Kind.I16) else 2


#: What one of each unit is in ours, by what is measured.
UNITS: dict[str, dict[str, Fraction]] = {
    "rate": {
        "ml/h": Fraction(1_000_000),
        "ul/h": Fraction(1_000),
        "nl/h": Fraction(1),
        "ml/min": Fraction(60_000_000),
        "ul/min": Fraction(60_000),
    },
    "volume": {"ml": Fraction(1_000_000), "ul": Fraction(1_000), "nl": Fraction(1)},
    "length": {"mm": Fraction(1_000), "um": Fraction(1)},
    "time": {"s": Fraction(1_000), "ms": Fraction(1)},
    "pressure": {"mmHg": Fraction(1), "kPa": Fraction(760_000, 101_325), "mbar": Fraction(76_000, 101_325)},
}

_STEP = re.compile(r"(?P<number>\d{1,9}(?:\.\d{1,9})?) (?P<unit>[A-Za-z/]+)")
_INTEGERS = {Kind.U16: ">H", Kind.I16: ">h", Kind.U32: ">I", Kind.I32: ">i"}


@dataclass(frozen=True, slots=True)
class Scale:
    """One number's way into registers. `step`, `unit`: in ours; `text`: as the map says it."""

    kind: Kind
    step: Fraction
    unit: Fraction
    text: str

    def words_of(self, value: int) -> tuple[int, ...] | None:
        """The words for `value`, big end first; None if it cannot be said."""
        steps, rest = divmod(Fraction(value), self.step)
        if rest or value < 0:
            return None
        if self.kind is Kind.F32:
            words = _split(_float_not_above(Fraction(value) / self.unit))
            return words if self.value_of(words) == value else None
        try:
            return _split(struct.pack(_INTEGERS[self.kind], int(steps)))
        except struct.error:
            return None

    def exact(self, words: tuple[int, ...]) -> Fraction | None:
        """What stands in the words (big end first), in ours; None for a float that is no number."""
        packed = b"".join(word.to_bytes(2, "big") for word in words)
        if self.kind is not Kind.F32:
            return int(struct.unpack(_INTEGERS[self.kind], packed)[0]) * self.step
        found = _float(packed)
        if found is None:
            return None
        nearest = round(found * self.unit / self.step) * self.step
        room = abs(found) * self.unit / 2**23
        return nearest if abs(nearest - found * self.unit) <= room else found * self.unit

    def value_of(self, words: tuple[int, ...]) -> int | None:
        """As `exact`, as an integer of ours, rounded up where it is none."""
        found = self.exact(words)
        return None if found is None else ceil(found)

    @property
    def largest(self) -> int:
        """The largest value of ours that fits, for an integer kind."""
        bits = {Kind.U16: 16, Kind.I16: 15, Kind.U32: 32, Kind.I32: 31, Kind.F32: 31}[self.kind]
        return int((2**bits - 1) * self.step)


def scale(kind: Kind, text: str, measures: str) -> Scale:
    """Read `0.001 ml/h` for a number that measures a rate.

    Raises:
        ValueError: no such unit for it, or a step that is not a whole number of ours (pressures excepted).
    """
    match = _STEP.fullmatch(text)
    unit = UNITS[measures].get(match["unit"]) if match else None
    if match is None or unit is None:
        raise ValueError(f"{text!r} is not a step of a {measures}; units: {', '.join(UNITS[measures])}")
    step = Fraction(match["number"]) * unit
    if step <= 0:
        raise ValueError(f"{text!r}: a step must be above 0")
    if measures != "pressure" and step.denominator != 1:
        raise ValueError(f"{text!r} is not a whole number of our smallest {measures}")
    return Scale(kind, step, unit, text)


def _split(packed: bytes) -> tuple[int, ...]:
    return tuple(int.from_bytes(packed[at : at + 2], "big") for at in range(0, len(packed), 2))


def _float(packed: bytes) -> Fraction | None:
    found: float = struct.unpack(">f", packed)[0]
    is_number = found == found and abs(found) != float("inf")
    return Fraction(found) if is_number else None


def _float_not_above(exact: Fraction) -> bytes:
    """The largest float32 not above `exact` (which is not negative)."""
    packed = struct.pack(">f", float(exact))
    near = _float(packed)
    if near is not None and near > exact:
        return (int.from_bytes(packed, "big") - 1).to_bytes(4, "big")
    return packed
