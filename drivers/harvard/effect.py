"""What an outgoing line would do, read back from its very bytes for the gate.

Theory of operation. This is the second opinion. It knows nothing of the turn that wanted the line, nor of the
code that wrote its numbers: it takes the line apart as the pump would (`@`, address, word, number, unit) and
computes the value with its own arithmetic, upwards where it is not whole. A word it does not know is UNKNOWN, and
the gate refuses that; so are the words that withdraw, and `run`, which is whatever the key last was.

Clearing the counter gives the target in the pump another meaning, so it RESCALES: after it, nothing starts before
rate and target have passed again. Taking the target away is setting it to 0, which is no limit.
"""

import re

from drivers.gate import Effect, EffectKind

_LINE = re.compile(r"@?(?:[0-9]{1,2}:?)?@?(?P<word>[a-z]+)(?: (?P<rest>[a-z0-9./ ]+))?\r")
_NUMBER = re.compile(r"(?P<whole>[0-9]{1,6})(?:\.(?P<decimals>[0-9]{1,5}))? (?P<unit>[a-z/]+)")
_DIAMETER = re.compile(r"[0-9]{1,2}\.[0-9]{3}")

#: Picolitres an hour, and picolitres, so that a fifth decimal is whole.
_RATE_PL_H = {
    "ml/min": 60 * 10**9,
    "ul/min": 60 * 10**6,
    "nl/min": 60 * 10**3,
    "ml/hr": 10**9,
    "ul/hr": 10**6,
    "nl/hr": 10**3,
}
_VOLUME_PL = {"ml": 10**9, "ul": 10**6, "nl": 10**3}

_HARMLESS = frozenset(
    {
        *("irate", "irate lim", "ivolume", "tvolume", "diameter", "version", "ver"),
        *("poll on", "echo off", "nvram off", "nvram none", "cttime"),
    }
)
_FORBIDDEN = frozenset({"run", "rrun", "wrun", "wrate", "irate max"})


def effect_of(frame: bytes) -> Effect:
    """The effect of one request line. Never raises."""
    text = frame.decode("ascii", "backslashreplace")
    match = _LINE.fullmatch(text)
    if match is None:
        return Effect(EffectKind.UNKNOWN, repr(text))
    word, rest = match["word"], match["rest"] or ""
    wording = f"{word} {rest}".strip()
    if wording in ("stp", "stop"):
        return Effect(EffectKind.HALTS, wording)
    if wording in _HARMLESS:
        return Effect(EffectKind.HARMLESS, wording)
    if wording == "irun":
        return Effect(EffectKind.STARTS, wording)
    if wording == "ctvolume":
        return Effect(EffectKind.SETS_VOLUME, wording, 0)
    if wording in _FORBIDDEN or word in _FORBIDDEN:
        return Effect(EffectKind.FORBIDDEN, wording)
    if wording in ("civolume", "load qs i") or (word == "diameter" and _DIAMETER.fullmatch(rest)):
        return Effect(EffectKind.RESCALES, wording)
    return _numeric(word, rest, wording)


def _numeric(word: str, rest: str, wording: str) -> Effect:
    units = {"irate": _RATE_PL_H, "tvolume": _VOLUME_PL}.get(word)
    number = _NUMBER.fullmatch(rest)
    if units is None or number is None or number["unit"] not in units:
        return Effect(EffectKind.UNKNOWN, wording)
    hundred_thousandths = int(number["whole"]) * 10**5 + int(((number["decimals"] or "") + "00000")[:5])
    value = -(-hundred_thousandths * units[number["unit"]] // 10**8)
    kind = EffectKind.SETS_RATE if word == "irate" else EffectKind.SETS_VOLUME
    return Effect(kind, wording, value)
