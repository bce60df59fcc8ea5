"""Strict parser of the native vitals payload, version 1: bytes to readings or a reason, never an exception.

Theory of operation. What the bytes spell is `screening`'s to say; then the shape is checked, key by key, and last what
the numbers can mean (`parsed`). A model library was not used for the shape: what is here are thirty lines of comparisons
in which each refusal has its own name.

The pulse that a cuff counted while it measured is no signal of its own: it travels beside its reading, for admission to
hold against the heart rate, and ends there.
"""

import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final

from interlocks.vocabulary import CUFF, UNIT, Signal
from pumpd.shell.feeds.arrivals import Rejected, RejectReason
from pumpd.shell.feeds.names import CUFF_PULSE, NAMES
from pumpd.shell.feeds.parsed import Parsed, Reading, bad_reading, good_reading, together
from pumpd.shell.feeds.screening import MAX_INT, RefusedError, refuse, screened_json, show

MAX_BYTES: Final = 4096
MAX_DEPTH: Final = 4  # a valid payload needs 3
MAX_VALUES: Final = 16

_TOP_REQUIRED: Final = ("v", "device", "boot", "seq", "patient", "measured_at_ms", "values")
_TOP_KEYS: Final = frozenset((*_TOP_REQUIRED, "cuff_active"))
_VALUE_REQUIRED: Final = ("name", "value", "quality")
_VALUE_KEYS: Final = frozenset((*_VALUE_REQUIRED, "unit", "code"))
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")


@dataclass(frozen=True, slots=True)
class _CuffPulse:
    """The cuff's own pulse; `value` None: of bad quality."""

    value: float | None


def parse(payload: bytes) -> Parsed | Rejected:
    """Read one payload. Never raises, whatever the bytes are.

    Args:
        payload: the message body as it came from the broker.
    """
    raw: object = None
    try:
        raw = screened_json(payload, MAX_BYTES, MAX_DEPTH)
        return _message(raw)
    except RefusedError as refusal:
        return Rejected(refusal.reason, refusal.detail, _recognised(raw))
    except Exception as fault:
        # A defect here must not become a way to stop the daemon from outside. It is named, so the fuzz test
        # can insist that it never happens.
        return Rejected(RejectReason.PARSER_FAULT, type(fault).__name__)


def _recognised(raw: object) -> tuple[Signal, ...]:
    """The signals a refused message spoke of, as far as it can be read; it counts as failed for them."""
    values = raw.get("values") if isinstance(raw, dict) else None
    found: dict[Signal, None] = {}
    for entry in values[:MAX_VALUES] if isinstance(values, list) else ():
        name = entry.get("name") if isinstance(entry, dict) else None
        if isinstance(name, str) and name in NAMES:
            found[NAMES[name][1]] = None
        elif name == CUFF_PULSE[0]:
            found |= dict.fromkeys((Signal.SYS, Signal.DIA))
    return tuple(found)


def _object(raw: object, allowed: frozenset[str], required: tuple[str, ...], what: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        refuse(RejectReason.WRONG_TYPE, f"{what} is not an object")
    for key in raw:
        if key not in allowed:
            refuse(RejectReason.UNKNOWN_KEY, show(key))
    for key in required:
        if key not in raw:
            refuse(RejectReason.MISSING_KEY, key)
    return raw


def _identifier(raw: object, key: str) -> str:
    if not isinstance(raw, str) or _IDENTIFIER.match(raw) is None:
        refuse(RejectReason.WRONG_TYPE, f"{key}: {show(raw)}")
    return raw


def _count(raw: object, key: str) -> int:
    # `type(...) is int`, because True is an int to isinstance.
    if type(raw) is not int or not 0 <= raw <= MAX_INT:
        refuse(RejectReason.WRONG_TYPE, f"{key}: {show(raw)}")
    return raw


def _message(raw: object) -> Parsed:
    top = _object(raw, _TOP_KEYS, _TOP_REQUIRED, "payload")
    if type(top["v"]) is not int or top["v"] != 1:
        refuse(RejectReason.WRONG_VERSION, show(top["v"]))
    cuff_active = top.get("cuff_active")
    if "cuff_active" in top and not isinstance(cuff_active, bool):
        refuse(RejectReason.WRONG_TYPE, f"cuff_active: {show(cuff_active)}")
    values = top["values"]
    if not isinstance(values, list) or len(values) > MAX_VALUES:
        refuse(RejectReason.WRONG_TYPE, f"values: not a list of at most {MAX_VALUES}")
    if not values and "cuff_active" not in top:
        refuse(RejectReason.WRONG_TYPE, "values: empty")
    entries = [_entry(value) for value in values]
    readings = tuple(entry for entry in entries if isinstance(entry, Reading))
    pulses = [entry for entry in entries if isinstance(entry, _CuffPulse)]
    if len(pulses) > 1:
        refuse(RejectReason.REPEATED_SIGNAL, "two values for one signal")
    readings = together(readings, bool(pulses))
    if pulses and pulses[0].value is None:
        # Pressures of which the cuff could not count the pulse: it did not see the artery it measured.
        readings = tuple(
            replace(one, value=None, quality="bad") if one.signal in CUFF else one for one in readings
        )
    return Parsed(
        device=_identifier(top["device"], "device"),
        boot=_identifier(top["boot"], "boot"),
        seq=_count(top["seq"], "seq"),
        patient=_identifier(top["patient"], "patient"),
        measured_at_ms=_count(top["measured_at_ms"], "measured_at_ms"),
        values=readings,
        cuff_active=cuff_active if isinstance(cuff_active, bool) else None,
        cuff_pulse=pulses[0].value if pulses else None,
    )


def _entry(raw: object) -> Reading | _CuffPulse:
    entry = _object(raw, _VALUE_KEYS, _VALUE_REQUIRED, "value")
    name, code = entry["name"], entry.get("code")
    if name == CUFF_PULSE[0]:
        known: tuple[int | None, Signal] | None = (CUFF_PULSE[1], Signal.HR)  # counts the same thing
    else:
        known = NAMES.get(name) if isinstance(name, str) else None
    if known is None:
        refuse(RejectReason.UNKNOWN_SIGNAL, show(name))
    if type(code) is not type(known[0]) or code != known[0]:
        refuse(RejectReason.UNKNOWN_SIGNAL, f"{name} with code {show(code)}")
    reading = _reading(entry, known[1])
    return _CuffPulse(reading.value) if name == CUFF_PULSE[0] else reading


def _reading(entry: Mapping[str, object], signal: Signal) -> Reading:
    name, value, quality = entry["name"], entry["value"], entry["quality"]
    if entry.get("unit") != UNIT[signal]:
        refuse(RejectReason.WRONG_UNIT, f"{name}: {show(entry.get('unit'))} is not {UNIT[signal]}")
    if quality not in ("ok", "bad"):
        refuse(RejectReason.WRONG_TYPE, f"quality: {show(quality)}")
    if value is not None and type(value) not in (int, float):
        refuse(RejectReason.WRONG_TYPE, f"{name}: {show(value)}")
    if quality == "bad":
        return bad_reading(signal)
    if not isinstance(value, int | float):
        refuse(RejectReason.WRONG_TYPE, f"{name}: null with quality ok")
    return good_reading(signal, value)
