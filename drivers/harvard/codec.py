"""The words of the "ultra" command set: prompts, numbers, units, errors. Bytes in, our integers out. No state.

Theory of operation. An answer is a few lines and a prompt, and the prompt says what the motor does: every
answer is a status report. The pump chooses the unit of a number
by its size (`199.49 ul/min`, `1 ml/min`) and writes about six digits. Numbers are read into exact fractions.

Volumes are written only as they survive the pump's own way of writing: the unit it would choose itself, six digits.
A rate is ordered by the hour, and of the tenths of a ml/h only every third is a whole number of its five digits by
the minute. So rates have steps of ours, five digits by the hour (`RATE_STEPS`); one that is whole by the minute too is
said in the pump's own unit, any other by the hour (`26.2 ml/hr`). Either may come back by the minute, rounded:
`436.67 ul/min`. Five such digits tell neighbouring steps apart, so `read_rate` takes what lies within their rounding
for the step it stands for, and anything else for what it is. What is no step is not said: `say_rate` and `say_volume`
return None and the caller refuses, it never rounds (design law 10).

Source: facts/protocols.md 2 (manual s10, tape s11).
"""

import re
from dataclasses import dataclass
from fractions import Fraction

from drivers.contract import Motion, PumpAlarm, Step

XON = 0x11

_METRIC_NL = {b"m": Fraction(10**6), b"u": Fraction(10**3), b"n": Fraction(1), b"p": Fraction(1, 10**3)}
_PER_HOUR = {b"h": 1, b"hr": 1, b"m": 60, b"min": 60, b"s": 3600, b"sec": 3600}

_NUMBER = rb"\d{1,12}(?:\.\d{0,9})?"
_RATE = rb"(" + _NUMBER + rb") ?([munp])l?/(hr?|m(?:in)?|s(?:ec)?)"
RATE = re.compile(_RATE)
LIMITS = re.compile(_RATE + rb" to " + _RATE)
VOLUME = re.compile(rb"(" + _NUMBER + rb") ?([munp])l?")
NO_TARGET = re.compile(rb"Target volume not set\.?")
TARGET = re.compile(VOLUME.pattern + rb"|" + NO_TARGET.pattern)
DIAMETER = re.compile(rb"(\d{1,3}(?:\.\d{0,4})?)(?: ?mm)?")
DONE = re.compile(rb"")
#: A setting that may be answered with a sentence.
SAID = re.compile(rb".*", re.DOTALL)

_MODEL = re.compile(rb"(?P<model>[^\n:]*[^\n:\s])\s+v?(?P<firmware>\d+\.\d+(?:\.\d+)*)")
_FIRMWARE = re.compile(rb"^Firmware:\s*v?(\d\S*)\s*$", re.MULTILINE)
_ADDRESS = re.compile(rb"^Pump address:\s*(\d{1,2})\s*$", re.MULTILINE)
_SERIAL = re.compile(rb"^Serial number:\s*(\S+)\s*$", re.MULTILINE)
#: Either of the two ways to say who it is; no other answer of the family looks so.
VERSION = re.compile(rb"(?s:(?=.*Firmware:)(?=.*Serial number:).*)|" + _MODEL.pattern)

_PROMPT = re.compile(rb"(\d{1,2})?(:?T\*|>\*|<\*|[:><*])")
_ERROR = re.compile(rb"(?:Command|Argument) error", re.IGNORECASE)

MOTIONS: dict[str, Motion] = {":": Motion.HALTED, ">": Motion.INFUSING, "<": Motion.WITHDRAWING}

RATE_DIGITS = 5
VOLUME_DIGITS = 6


@dataclass(frozen=True, slots=True)
class Reply:
    """One answer. `address`: as its prompt names it, None for a bare one; `prompt`: one of `: > < * T* >* <*`."""

    address: int | None
    prompt: str
    text: bytes
    alarm: PumpAlarm | None = None

    @property
    def error(self) -> str | None:
        """`Command error` or `Argument error` with the pump's words, None if it did not refuse."""
        return self.text.decode("ascii") if _ERROR.match(self.text) else None

    @property
    def motion(self) -> Motion:
        """What the prompt says. Stalled, at a limit or at its target it stands."""
        return MOTIONS.get(self.prompt, Motion.HALTED)

    @property
    def is_at_target(self) -> bool:
        """It stands because its target is reached."""
        return self.prompt == "T*"

    @property
    def is_stalled(self) -> bool:
        """It stands because the motor cannot move: stalled, or at a limit switch."""
        return self.prompt in ("*", ">*", "<*")


@dataclass(frozen=True, slots=True)
class Version:
    """What an answer says of who answers; empty or None where it says nothing."""

    model: str = ""
    firmware: str = ""
    address: int | None = None
    serial: str = ""


def parse_reply(lines: list[bytes], prompt: bytes) -> Reply | None:
    """Lines without their ends, and what stood last. None if that is no prompt, or not ASCII."""
    match = _PROMPT.fullmatch(prompt)
    if match is None or not all(line.isascii() for line in lines):
        return None
    sign = match[2].decode("ascii")
    if match[1] is None:
        address = None
    else:
        address = int(match[1])
        lines = [re.sub(rb"^0?%d:" % address, b"", line) for line in lines]
    return Reply(address, sign.removeprefix(":") or ":", b"\n".join(line.strip() for line in lines if line))


def _exact(number: bytes) -> Fraction:
    return Fraction(number.decode("ascii").rstrip("."))


def _rate(number: bytes, metric: bytes, time: bytes) -> Fraction:
    return _exact(number) * _METRIC_NL[metric] * _PER_HOUR[time]


def parse_rate(text: bytes) -> Fraction | None:
    """`199.49 ul/min` in nl/h, exactly."""
    match = RATE.fullmatch(text)
    return _rate(match[1], match[2], match[3]) if match else None


def read_rate(text: bytes) -> Fraction | None:
    """As above; the step of ours that it stands for if the pump's five digits by the minute would read so."""
    exact = parse_rate(text)
    if exact is None:
        return None
    step = rate_step(exact)
    nearest = round(exact / step) * step
    return Fraction(nearest) if abs(exact - nearest) <= step * _READS_AS_STEP else exact


def parse_limits(text: bytes) -> tuple[Fraction, Fraction] | None:
    """`25.0404 nl/min to 26.0035 ml/min` in nl/h, exactly."""
    match = LIMITS.fullmatch(text)
    if match is None:
        return None
    return _rate(match[1], match[2], match[3]), _rate(match[4], match[5], match[6])


def parse_volume(text: bytes) -> Fraction | None:
    """`1.69023 ul` in nl, exactly."""
    match = VOLUME.fullmatch(text)
    return _exact(match[1]) * _METRIC_NL[match[2]] if match else None


def parse_target(text: bytes) -> Fraction | None:
    """As a volume; 0 where no target is set."""
    return Fraction(0) if NO_TARGET.fullmatch(text) else parse_volume(text)


def parse_diameter(text: bytes) -> Fraction | None:
    """`14.4270 mm` in micrometres, exactly."""
    match = DIAMETER.fullmatch(text)
    return _exact(match[1]) * 1000 if match else None


def parse_version(text: bytes) -> Version:
    """Both known forms: `11 ELITE I/W Single 3.0.4`, and three lines with firmware, address and serial number."""
    firmware, address, serial = _FIRMWARE.search(text), _ADDRESS.search(text), _SERIAL.search(text)
    if firmware or address or serial:
        return Version(
            "",
            firmware[1].decode("ascii") if firmware else "",
            int(address[1]) if address else None,
            serial[1].decode("ascii") if serial else "",
        )
    match = _MODEL.fullmatch(text)
    if match is None:
        return Version()
    return Version(match["model"].decode("ascii").strip(), match["firmware"].decode("ascii"))


def _say(value: Fraction, digits: int) -> bytes | None:
    """The number with so many digits at most, no padding; None if it cannot be said exactly."""
    decimals = digits - len(str(int(value)))
    if decimals < 0:
        return None
    scaled = value * 10**decimals
    if scaled.denominator != 1:
        return None
    text = f"{scaled.numerator:0{decimals + 1}d}"
    whole, fraction = text[: len(text) - decimals], text[len(text) - decimals :].rstrip("0")
    return f"{whole}.{fraction}".rstrip(".").encode("ascii")


def _unit_of(value_nl: Fraction) -> bytes:
    """The unit in which the pump would say it: the largest of which there is at least one."""
    return next((unit for unit in (b"m", b"u") if value_nl >= _METRIC_NL[unit]), b"n")


def say_rate(rate_nl_h: int) -> bytes | None:
    """`437.5 ul/min`, `26.2 ml/hr`: as it will be told from every other step; None if it is no step."""
    if rate_nl_h < RATE_LEAST_NL_H or rate_nl_h % rate_step(Fraction(rate_nl_h)):
        return None
    per_min = Fraction(rate_nl_h, 60)
    unit = _unit_of(per_min)
    number = _say(per_min / _METRIC_NL[unit], RATE_DIGITS)
    if number:
        return number + b" " + unit + b"l/min"
    unit = _unit_of(Fraction(rate_nl_h))
    number = _say(rate_nl_h / _METRIC_NL[unit], RATE_DIGITS)
    return number + b" " + unit + b"l/hr" if number else None


def say_volume(volume_nl: int) -> bytes | None:
    """`14.583 ul`: as the pump will read it back; None if it could not do so exactly."""
    if volume_nl < 1:
        return None
    unit = _unit_of(Fraction(volume_nl))
    number = _say(volume_nl / _METRIC_NL[unit], VOLUME_DIGITS)
    return number + b" " + unit + b"l" if number else None


def say_diameter(diameter_um: int) -> bytes:
    """Millimetres; every whole micrometre can be said."""
    return b"%d.%03d" % divmod(diameter_um, 1000)


#: Five digits by the hour up to 6 ul/h, and so on; the decades are those of five digits by the minute.
RATE_STEPS = tuple(Step(600 * 10**n, 10 ** max(n - 2, 0)) for n in range(9))
#: 1 nl/min: below, the pump's digits are not known.
RATE_LEAST_NL_H = 60
#: Half the last of five digits by the minute is 3 nl/h where a step is 10, and so on in each decade.
_READS_AS_STEP = Fraction(3, 10)
VOLUME_STEPS = (Step(10**6, 1), Step(10**7, 10), Step(10**8, 100), Step(10**9, 1000))


def rate_step(rate_nl_h: Fraction) -> int:
    """How finely a rate of this size can be set, nl/h."""
    return next((row.step for row in RATE_STEPS if rate_nl_h < row.below), RATE_STEPS[-1].step)


def volume_step(volume_nl: int) -> int:
    """How finely a volume of this size can be said, nl."""
    return next((row.step for row in VOLUME_STEPS if volume_nl < row.below), VOLUME_STEPS[-1].step)


def floor_volume(volume_nl: int) -> int:
    """The largest volume not above it that can be said."""
    return volume_nl - volume_nl % volume_step(volume_nl)
