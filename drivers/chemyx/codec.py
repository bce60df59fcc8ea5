"""The words of the Chemyx wire: an echo of what was asked, lines, and `>`. Bytes in, our integers out, and back.

Theory of operation. The pump repeats each command before it answers, so an answer names its question, and one that is
late or another's cannot be taken for anything else. There is no check, though: a flipped digit is not seen here.

The pump counts in one of four units, which its settings name; everything of ours is said in the second of them (mL/hr),
six decimals, so that every nanolitre and nanolitre per hour can be said exactly. The dispensed volume has four.

Source: facts/protocols.md 3. How `view parameter` words its lines is not told there; every form is taken that begins
with the names it gives.
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Motion, PumpAlarm

ML_PER_HOUR = 1
#: Unit number: nl/h in one unit of a rate, nl in one unit of a volume.
UNITS = {0: (60_000_000, 1_000_000), 1: (1_000_000, 1_000_000), 2: (60_000, 1_000), 3: (1_000, 1_000)}
DIAMETER_RANGE_UM = (103, 40_000)
#: `dispensed volume` has four decimals of a millilitre.
COUNTER_STEP_NL = 100

MOTIONS = {
    0: Motion.HALTED,
    1: Motion.INFUSING,
    2: Motion.HALTED,  # paused: `start` goes on with the same run
    3: Motion.WAITING,  # a delay before the start [G]
    4: Motion.HALTED,  # stalled [G]
}
STALLED = 4

_NUMBER = rb"(-?\d{1,7}(?:\.\d{0,6})?)"
STATUS = re.compile(rb"[0-4]")
DISPENSED = re.compile(rb"dispensed volume\s*=\s*" + _NUMBER)
STARTED = re.compile(rb"Pump (?:start running|delay)\.*")
STOPPED = re.compile(rb"Pump stop!?")
SETTINGS = re.compile(rb"(?s)(?=.*^unit)(?=.*^dia)(?=.*^rate)(?=.*^volume).*", re.MULTILINE)
REFUSAL = b"Invalid Command!"
_LINE = re.compile(rb"^(unit|dia|rate|volume|delay)[a-z]*\s*[=:]?\s*(-?[\d.,]+)\s*[A-Za-z/]*$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: the command as the pump repeated it, and the lines behind it."""

    asked: bytes
    text: bytes

    @property
    def error(self) -> str | None:
        """The pump's only refusal."""
        return "Invalid Command!" if REFUSAL in self.text else None

    @property
    def alarm(self) -> PumpAlarm | None:
        """A stall is a status like any other."""
        return PumpAlarm.STALL if self.asked == b"pump status" and self.text == b"%d" % STALLED else None


@dataclass(frozen=True, slots=True)
class Settings:
    """`view parameter` in our units. `delay`: 0 or not is all that counts."""

    unit: int
    diameter_um: int
    rate_nl_h: int
    volume_nl: int
    has_delay: bool


def parse_piece(piece: bytes, recent: "tuple[bytes, ...]") -> Reply | None:
    """What stood before a `>`: the answer to the last of our recent commands that is repeated in it; None if none is."""
    lines = [line.strip() for line in re.split(rb"[\r\n]+", piece)]
    at = max((number for number, line in enumerate(lines) if line in recent), default=None)
    if at is None or not piece.isascii():
        return None
    return Reply(lines[at], b"\n".join(line for line in lines[at + 1 :] if line))


def _whole(number: bytes, unit: int) -> int | None:
    """In our unit, to the nearest; None if it is no number."""
    if not re.fullmatch(_NUMBER, number):
        return None
    return round(Fraction(number.decode("ascii").rstrip(".")) * unit)


def parse_dispensed(text: bytes, unit: int) -> int | None:
    """`dispensed volume = 0.1250` in nl."""
    match = DISPENSED.fullmatch(text)
    return _whole(match[1], UNITS[unit][1]) if match else None


def parse_settings(text: bytes) -> Settings | None:
    """None if something is missing, or is a list (a program of several steps)."""
    found = {match[1]: match[2] for match in _LINE.finditer(text)}
    unit = _whole(found.get(b"unit", b""), 1)
    if unit not in UNITS:
        return None
    rate_unit, volume_unit = UNITS[unit]
    diameter = _whole(found.get(b"dia", b""), 1_000)
    rate = _whole(found.get(b"rate", b""), rate_unit)
    volume = _whole(found.get(b"volume", b""), volume_unit)
    delay = _whole(found.get(b"delay", b"0"), 1_000_000)
    if diameter is None or rate is None or volume is None or delay is None:
        return None
    return Settings(unit, diameter, rate, volume, delay != 0)


def render(value: int, unit: int) -> bytes:
    """Six decimals, exact: every unit of ours divides a millionth of the pump's."""
    whole, rest = divmod(value, unit)
    return b"%d.%06d" % (whole, rest * 1_000_000 // unit)


def render_diameter(diameter_um: int) -> bytes:
    """Millimetres, three decimals."""
    return b"%d.%03d" % divmod(diameter_um, 1_000)
