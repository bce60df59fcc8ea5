"""The words of the New Era wire: numbers, units and replies. Bytes in, our integers out, and back. No state.

Theory of operation. The pump writes a number with at most four digits, one point and three decimals, in a
unit that stands beside it or was said before. Inside this project there are only integer nanolitres,
nanolitres per hour and micrometres; every unit of the pump is a whole multiple of a thousand of ours, so its
third decimal is still a whole number and no float is needed in either direction. What cannot be written
exactly in four digits is not written at all: `render` returns None and the caller refuses, it never rounds
(design law 10).

Source: facts/protocols.md 1.
"""

import re
from dataclasses import dataclass

from drivers.contract import Motion, PumpAlarm

#: Nanolitres per hour in one unit of a rate.
RATE_UNITS: dict[bytes, int] = {b"MH": 1_000_000, b"UH": 1_000, b"MM": 60_000_000, b"UM": 60_000}
#: Nanolitres in one unit of a volume.
VOLUME_UNITS: dict[bytes, int] = {b"ML": 1_000_000, b"UL": 1_000}
#: Micrometres in a millimetre, the unit of the diameter.
MILLIMETRE = 1_000

#: Syringes up to this diameter count in microlitres, wider ones in millilitres.
MICROLITRES_UP_TO_UM = 14_000
#: The pump's table ends here (facts: 0.1-50.0 mm).
DIAMETER_RANGE_UM = (100, 50_000)

MOTIONS: dict[str, Motion] = {
    "I": Motion.INFUSING,
    "W": Motion.WITHDRAWING,
    "S": Motion.HALTED,
    "P": Motion.HALTED,
    "T": Motion.WAITING,
    "U": Motion.WAITING,
    "X": Motion.PURGING,
}
ALARMS: dict[str, PumpAlarm] = {
    "R": PumpAlarm.RESET,
    "S": PumpAlarm.STALL,
    "T": PumpAlarm.HOST_SILENT,
    "E": PumpAlarm.PROGRAM,
    "O": PumpAlarm.PROGRAM,
}

_REPLY = re.compile(rb"(\d\d)(?:([IWSPTUX])(.*)|A\?(.))", re.DOTALL)
_NUMBER = re.compile(rb"\d{1,4}(?:\.\d{0,3})?")

# The shapes of what may follow the status letter. A reply of another shape answers another question.
DONE = re.compile(rb"(?:\?[A-Z]*)?")
RATE = re.compile(rb"(\d{1,4}(?:\.\d{0,3})?)([UM][MH])")
VOLUME = re.compile(rb"(\d{1,4}(?:\.\d{0,3})?)([UM]L)")
DIAMETER = re.compile(rb"\d{1,4}\.\d{0,3}")
DIRECTION = re.compile(rb"INF|WDR|REV|STK")
DISPENSED = re.compile(rb"I(\d{1,4}(?:\.\d{0,3})?)W(\d{1,4}(?:\.\d{0,3})?)([UM]L)")
SECONDS = re.compile(rb"\d{1,3}")
VERSION = re.compile(rb"(NE\d+(?:X\d*)?)V(\d+\.\d+)|\?SAFE")
#: A word the firmware may not know; then it answers `?`.
PHASE_FUNCTION = re.compile(rb"[A-Z]{3}(?:\d*)|\?[A-Z]*")
PHASE = re.compile(rb"\d{1,2}|\?[A-Z]*")
POWER_FAIL = re.compile(rb"\d|\?[A-Z]*")


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer: either a status letter with text behind it, or an alarm with nothing."""

    address: int
    letter: str
    text: bytes
    alarm: PumpAlarm | None = None

    @property
    def error(self) -> str | None:
        """The pump's refusal (`?`, `?NA`, `?OOR`, `?COM`, `?IGN`), None if it did not refuse."""
        return self.text.decode("ascii") if self.text.startswith(b"?") else None

    @property
    def motion(self) -> Motion:
        """What the status letter says."""
        return MOTIONS[self.letter]


def parse_reply(text: bytes) -> Reply | None:
    """Read one reply text; None if it is none. An alarm letter we do not know counts as a program alarm."""
    match = _REPLY.fullmatch(text)
    if match is None or not text.isascii():
        return None
    address = int(match[1])
    if match[4] is not None:
        return Reply(address, "A", b"", ALARMS.get(match[4].decode("ascii"), PumpAlarm.PROGRAM))
    return Reply(address, match[2].decode("ascii"), match[3])


def parse_number(text: bytes, unit: int) -> int | None:
    """Our integer for a number in `unit`s (a multiple of 1000); None if the pump writes no number so."""
    if _NUMBER.fullmatch(text) is None:
        return None
    whole, _, decimals = text.partition(b".")
    return int(whole) * unit + int(decimals.ljust(3, b"0")) * (unit // 1000)


def render(value: int, unit: int) -> bytes | None:
    """`value` exactly in `unit`s with four digits at most; None if that cannot be done."""
    for decimals in (3, 2, 1, 0):
        scaled, rest = divmod(value * 10**decimals, unit)
        if 0 <= scaled <= 9999:
            if rest:
                return None
            digits = b"%0*d" % (decimals + 1, scaled)
            return digits[:-decimals] + b"." + digits[-decimals:] if decimals else digits
    return None


def floor(value: int, unit: int) -> int:
    """The largest value not above `value` that `render` can write in `unit`s."""
    for decimals in (3, 2, 1, 0):
        step = unit // 10**decimals
        if value // step <= 9999:
            return value - value % step
    return 9999 * unit


def volume_unit(diameter_um: int) -> bytes:
    """The unit the pump counts volume in for this syringe."""
    return b"UL" if diameter_um <= MICROLITRES_UP_TO_UM else b"ML"


def rate_text(rate_nl_h: int) -> bytes | None:
    """Number and unit for a rate: ml/h, or ul/h where only that holds the value exactly."""
    for unit in (b"MH", b"UH"):
        number = render(rate_nl_h, RATE_UNITS[unit])
        if number is not None:
            return number + unit
    return None


def parse_rate(text: bytes) -> int | None:
    """`26.25MH` in nl/h."""
    match = RATE.fullmatch(text)
    return parse_number(match[1], RATE_UNITS[match[2]]) if match else None


def parse_volume(text: bytes) -> int | None:
    """`17.50ML` in nl."""
    match = VOLUME.fullmatch(text)
    return parse_number(match[1], VOLUME_UNITS[match[2]]) if match else None


def parse_dispensed(text: bytes) -> tuple[int, int] | None:
    """`I0.125W0.000ML`: infused and withdrawn, nl."""
    match = DISPENSED.fullmatch(text)
    if match is None:
        return None
    unit = VOLUME_UNITS[match[3]]
    infused, withdrawn = parse_number(match[1], unit), parse_number(match[2], unit)
    return None if infused is None or withdrawn is None else (infused, withdrawn)


def dispensed_step(text: bytes) -> int | None:
    """What the last digit of the infused volume stands for, nl."""
    match = DISPENSED.fullmatch(text)
    if match is None:
        return None
    return VOLUME_UNITS[match[3]] // (1, 10, 100, 1000)[len(match[1].partition(b".")[2])]


def parse_diameter(text: bytes) -> int | None:
    """`26.59` in micrometres."""
    return parse_number(text, MILLIMETRE)


def parse_version(text: bytes) -> tuple[str, str] | None:
    """`NE1000V3.928`: model and firmware."""
    match = VERSION.fullmatch(text)
    return (match[1].decode("ascii"), match[2].decode("ascii")) if match and match[1] else None
