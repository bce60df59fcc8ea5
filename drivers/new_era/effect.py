"""What an outgoing New Era frame would do, read back from its very bytes for the gate.

Theory of operation. This is the second opinion. It knows nothing of the turn that wanted the frame, nor of
the code that wrote its numbers: it takes the frame apart as the pump would (length and CRC, or the CR that ends a line
of basic mode; address, word) and computes the value with its own arithmetic. A word it does not know is UNKNOWN, and
the gate refuses that.

A number without a unit means "in the unit you have". The unit the pump was last read to have is passed in;
unknown, the largest unit is assumed, so that doubt makes the gate stricter, never more lenient.
"""

import re
from dataclasses import dataclass

from drivers.gate import Effect, EffectKind
from drivers.new_era.framing import checksum

_SCALE_NL_H = {"MM": 60_000_000, "MH": 1_000_000, "UM": 60_000, "UH": 1_000}
_SCALE_NL = {"ML": 1_000_000, "UL": 1_000}
_WORDS = re.compile(r"[0-9]{0,2}(?P<word>[A-Z]+)(?P<rest>.*)")
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,4})(?:\.(?P<decimals>[0-9]{0,3}))?(?P<unit>[A-Z]*)")

_READS = frozenset({"DIS", "DIA", "RAT", "VOL", "VER", "DIR", "SAF", "FUN", "PF", "PHN"})
_HARMLESS = frozenset({"DIRINF", "FUNRAT", "FUNSTP", "PF0", "PHN1", "PHN2"})
_FORBIDDEN = ("DIR", "PUR")


@dataclass(frozen=True, slots=True)
class Scales:
    """Units the pump was last read to use; empty = not known."""

    rate: str = ""
    volume: str = ""


def effect_of(frame: bytes, scales: Scales) -> Effect:
    """The effect of one request frame, of either mode. Never raises."""
    text = _unwrap(frame)
    if text is None:
        return Effect(EffectKind.UNKNOWN, f"a malformed frame {frame.hex(' ')}")
    match = _WORDS.fullmatch(text)
    if match is None:
        return Effect(EffectKind.UNKNOWN, repr(text))
    return _effect(match["word"], match["rest"], scales)


def _effect(word: str, rest: str, scales: Scales) -> Effect:
    wording = word + rest
    if wording == "STP":
        return Effect(EffectKind.HALTS, wording)
    if wording in _READS or wording in _HARMLESS:
        return Effect(EffectKind.HARMLESS, wording)
    if wording == "RUN":
        return Effect(EffectKind.STARTS, wording)
    if wording in ("VOLML", "VOLUL"):
        return Effect(EffectKind.RESCALES, wording)
    if wording.startswith(_FORBIDDEN):
        return Effect(EffectKind.FORBIDDEN, wording)
    number = _NUMBER.fullmatch(rest)
    if number is not None:
        return _numeric(word, number, wording, scales)
    return Effect(EffectKind.UNKNOWN, wording)


def _numeric(word: str, number: "re.Match[str]", wording: str, scales: Scales) -> Effect:
    thousandths = int(number["whole"]) * 1000 + int(((number["decimals"] or "") + "000")[:3])
    unit = number["unit"]
    if word == "RAT" and (unit in _SCALE_NL_H or not unit):
        scale = _SCALE_NL_H.get(unit or scales.rate, _SCALE_NL_H["MM"])
        return Effect(EffectKind.SETS_RATE, wording, thousandths * scale // 1000)
    if word == "VOL" and not unit:
        scale = _SCALE_NL.get(scales.volume, _SCALE_NL["ML"])
        return Effect(EffectKind.SETS_VOLUME, wording, thousandths * scale // 1000)
    if word == "DIA" and not unit:
        return Effect(EffectKind.RESCALES, wording)
    # SAF0 would take the pump's own watchdog away, so it has no place among the harmless.
    if word == "SAF" and not unit and number["decimals"] is None and thousandths > 0:
        return Effect(EffectKind.HARMLESS, wording)
    return Effect(EffectKind.UNKNOWN, wording)


def _unwrap(frame: bytes) -> str | None:
    if frame[:1].isdigit():  # a packet begins with STX
        text = frame.removesuffix(b"\r")
        return text.decode("ascii") if text != frame and text.isascii() else None
    if len(frame) < 6 or frame[0] != 0x02 or frame[-1] != 0x03 or frame[1] != len(frame) - 1:
        return None
    text = frame[2:-3]
    if frame[-3] << 8 | frame[-2] != checksum(text) or not text.isascii():
        return None
    return text.decode("ascii")
