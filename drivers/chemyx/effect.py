"""What an outgoing Chemyx line would do, read back from its bytes for the gate, with arithmetic of its own.

Theory of operation. A number has no unit on this wire; it means what the settings say. The unit that was last read is
passed in; unknown, the largest is assumed, so that doubt makes the gate stricter. A negative volume withdraws, a list is a
program, and `hexw2` sets everything at once: none of them is ours to send.
"""

import re

from drivers.gate import Effect, EffectKind

_RATE_NL_H = (60_000_000, 1_000_000, 60_000, 1_000)
_VOLUME_NL = (1_000_000, 1_000_000, 1_000, 1_000)
_HARMLESS = ("pump status", "dispensed volume", "view parameter", "set delay 0")
_SET = re.compile(r"set (rate|volume|units|diameter) (-?)([0-9]+)(?:\.([0-9]{0,6}))?")


def effect_of(frame: bytes, unit: int | None) -> Effect:
    """The effect of one line. Never raises."""
    text = frame.decode("ascii", "backslashreplace")
    word = text.removesuffix("\r")
    if word == text:
        return Effect(EffectKind.UNKNOWN, f"a line without an end {text!r}")
    if word in ("stop", "pause"):
        return Effect(EffectKind.HALTS, word)
    if word in _HARMLESS:
        return Effect(EffectKind.HARMLESS, word)
    if word == "start":
        return Effect(EffectKind.STARTS, word)
    match = _SET.fullmatch(word)
    if match is None:
        return Effect(EffectKind.UNKNOWN, repr(word))
    if match[2]:
        return Effect(EffectKind.FORBIDDEN, word)
    if match[1] in ("units", "diameter"):
        return Effect(EffectKind.RESCALES, word)
    millionths = int(match[3]) * 1_000_000 + int(((match[4] or "") + "000000")[:6])
    scales = _RATE_NL_H if match[1] == "rate" else _VOLUME_NL
    scale = scales[unit] if unit is not None and 0 <= unit < len(scales) else max(scales)
    kind = EffectKind.SETS_RATE if match[1] == "rate" else EffectKind.SETS_VOLUME
    return Effect(kind, word, -(-millionths * scale // 1_000_000))
