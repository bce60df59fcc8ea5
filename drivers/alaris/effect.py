"""What an outgoing Alaris frame would do, read back from its very bytes for the gate.

Theory of operation. The second opinion: it takes the finished frame apart as the pump would (ESC, check, name,
arguments) and computes the value with its own arithmetic. Five questions and four orders are known; anything
else, however well framed, is UNKNOWN, and the gate refuses that. That is the more needed here as the maker's
command list is not public: of a word that is not ours nobody could say what it does.

One thing is not in the bytes: the volume limit, which this family's pump cannot be told (`limit.py`). INF_START is
shown to the gate with the volume after which the driver itself will halt the pump; with none, the gate refuses it.
"""

import re

from drivers.alaris.framing import CR, ESC, unwrap
from drivers.gate import Effect, EffectKind

_READS = frozenset({"INF", "INF_VI", "INF_RATE", "INST_SERIALNO"})
_REMOTE = re.compile(r"REMOTE_(?:CFG|CTRL)\^ENABLED\^[0-9A-F]{4}", re.ASCII)
_RATE = re.compile(r"INF_RATE\^(?P<whole>[0-9]{1,4})\.(?P<tenths>[0-9])\^ml/h", re.ASCII)


def effect_of(frame: bytes, host_limit_nl: int | None = None) -> Effect:
    """The effect of one request. `host_limit_nl`: where the driver halts the run that this starts. Never raises."""
    piece = frame.removeprefix(ESC)
    text = unwrap(piece.removesuffix(CR)) if piece.endswith(CR) else None
    if text is None:
        return Effect(EffectKind.UNKNOWN, f"a malformed frame {frame.hex(' ')}")
    return _effect(text.decode("ascii"), host_limit_nl)


def _effect(wording: str, host_limit_nl: int | None) -> Effect:
    if wording == "INF_STOP":
        return Effect(EffectKind.HALTS, wording)
    if wording == "INF_START":
        return Effect(EffectKind.STARTS, wording, host_limit_nl=host_limit_nl)
    if wording in _READS or _REMOTE.fullmatch(wording):
        return Effect(EffectKind.HARMLESS, wording)
    rate = _RATE.fullmatch(wording)
    if rate is not None:
        return Effect(
            EffectKind.SETS_RATE, wording, int(rate["whole"]) * 1_000_000 + int(rate["tenths"]) * 100_000
        )
    return Effect(EffectKind.UNKNOWN, repr(wording))
