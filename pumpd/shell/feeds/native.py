"""Strict parser of the native vitals payload, version 1: bytes to readings or a reason, never an exception.

Theory of operation. `json.loads` accepts NaN, Infinity, 1e999, `true` for 1 and duplicate keys (the last
wins), and NaN compares false with every limit: a "trip when above" rule would silently pass
(facts/faults.md F9). So the text is screened before and while it is parsed, and only then is the shape
checked, key by key. The order is cheap first, so that 4 KiB of hostility costs less than a millisecond (row
59): size, UTF-8, nesting, JSON with hooks, shape, meaning, plausibility.

A model library was not used: duplicate keys, NaN, depth and digit counts need hooks of their own in any case,
and what remains is thirty lines of comparisons in which each refusal has its own name.

The rules on numbers are clinical.md section 4. A heart rate of 0 of good quality is asystole, not a bad
value, and is passed on so that it can trip (row 57). One implausible value refuses the whole message: a
device that is wrong about one thing is not believed about the next line. The pulse that a cuff counted while
it measured is no signal of its own: it travels beside its reading, for admission to hold against the heart
rate, and ends there.
"""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Final, NoReturn

from interlocks.vocabulary import CUFF, UNIT, Signal
from pumpd.shell.feeds.arrivals import Rejected, RejectReason
from pumpd.shell.feeds.names import CUFF_PULSE, MAP_TOLERANCE, NAMES, PLAUSIBLE, PULSE_PRESSURE

MAX_BYTES: Final = 4096
MAX_DEPTH: Final = 4  # a valid payload needs 3
MAX_VALUES: Final = 16
MAX_INT: Final = 2**53 - 1  # what every JSON reader holds exactly
_MAX_INT_DIGITS: Final = 17
_MAX_FLOAT_CHARS: Final = 32

_TOP_REQUIRED: Final = ("v", "device", "boot", "seq", "patient", "measured_at_ms", "values")
_TOP_KEYS: Final = frozenset((*_TOP_REQUIRED, "cuff_active"))
_VALUE_REQUIRED: Final = ("name", "value", "quality")
_VALUE_KEYS: Final = frozenset((*_VALUE_REQUIRED, "unit", "code"))
_IDENTIFIER: Final = re.compile(r"[A-Za-z0-9._:-]{1,64}\Z")
#: Brackets outside of strings. A string without its closing quote is eaten to the end, which keeps this
#: linear.
_BRACKET: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?|[\[{]|[\]}]', re.DOTALL)


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a message. `value` is None exactly when `quality` is "bad"."""

    signal: Signal
    value: float | None
    unit: str
    quality: str


@dataclass(frozen=True, slots=True)
class _CuffPulse:
    """The cuff's own pulse; `value` None: of bad quality."""

    value: float | None


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed, plausible message. Whether it is new, timely and ours is for admission to say.

    Attributes:
        device: device name in the payload.
        boot: identifier of the device's present boot.
        seq: counts messages within one boot.
        patient: patient token the device is bound to.
        measured_at_ms: treatment wall clock of the device, unix ms.
        values: one reading per signal.
        cuff_active: a cuff cycle is running; None: not said.
        cuff_pulse: what the cuff counted while it measured, {beat}/min; None: not said. A cuff that could not
            count makes its own pressures bad, so that there is no third case.
    """

    device: str
    boot: str
    seq: int
    patient: str
    measured_at_ms: int
    values: tuple[Reading, ...]
    cuff_active: bool | None
    cuff_pulse: float | None = None


class _RefusedError(Exception):
    """Carries a refusal out of the depth of the parser; never leaves this module."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def parse(payload: bytes) -> Parsed | Rejected:
    """Read one payload. Never raises, whatever the bytes are.

    Args:
        payload: the message body as it came from the broker.
    """
    raw: object = None
    try:
        raw = _screened_json(payload)
        return _message(raw)
    except _RefusedError as refusal:
        return Rejected(refusal.reason, refusal.detail, _recognised(raw))
    except Exception as fault:
        # A defect here must not become a way to stop the daemon from outside. It is named, so the fuzz test
        # can insist that it never happens.
        return Rejected(RejectReason.PARSER_FAULT, type(fault).__name__)


def _refuse(reason: RejectReason, detail: str) -> NoReturn:
    raise _RefusedError(reason, detail)


def _show(value: object) -> str:
    """Foreign text, safe for a log line: escaped ASCII, cut short (facts/faults.md 6, log injection)."""
    return ascii(value)[:60]


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


def _screened_json(payload: bytes) -> object:
    if len(payload) > MAX_BYTES:
        _refuse(RejectReason.OVERSIZE, f"{len(payload)} bytes > {MAX_BYTES}")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        _refuse(RejectReason.NOT_UTF8, f"at byte {error.start}")
    _check_depth(text)
    try:
        return json.loads(
            text,
            object_pairs_hook=_unique,
            parse_constant=lambda name: _refuse(RejectReason.BAD_NUMBER, name),
            parse_int=_bounded_int,
            parse_float=_finite_float,
        )
    except (ValueError, RecursionError) as error:
        _refuse(RejectReason.NOT_JSON, _show(str(error)))


def _check_depth(text: str) -> None:
    if text.count("[") + text.count("{") <= MAX_DEPTH:
        return  # too few to be nested too deep, wherever they stand
    depth = 0
    for match in _BRACKET.finditer(text):
        token = match.group()
        if token in "[{":
            depth += 1
            if depth > MAX_DEPTH:
                _refuse(RejectReason.TOO_DEEP, f"more than {MAX_DEPTH} levels")
        elif token in "]}":
            depth -= 1


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                _refuse(RejectReason.DUPLICATE_KEY, _show(key))
            seen.add(key)
    return found


def _bounded_int(token: str) -> int:
    if len(token) > _MAX_INT_DIGITS:
        _refuse(RejectReason.BAD_NUMBER, f"integer of {len(token)} characters")
    return int(token)


def _finite_float(token: str) -> float:
    value = float(token)
    if len(token) > _MAX_FLOAT_CHARS or value in (float("inf"), float("-inf")):
        _refuse(RejectReason.BAD_NUMBER, _show(token))
    return value


def _object(raw: object, allowed: frozenset[str], required: tuple[str, ...], what: str) -> dict[str, object]:
    if not isinstance(raw, dict):
        _refuse(RejectReason.WRONG_TYPE, f"{what} is not an object")
    for key in raw:
        if key not in allowed:
            _refuse(RejectReason.UNKNOWN_KEY, _show(key))
    for key in required:
        if key not in raw:
            _refuse(RejectReason.MISSING_KEY, key)
    return raw


def _identifier(raw: object, key: str) -> str:
    if not isinstance(raw, str) or _IDENTIFIER.match(raw) is None:
        _refuse(RejectReason.WRONG_TYPE, f"{key}: {_show(raw)}")
    return raw


def _count(raw: object, key: str) -> int:
    # `type(...) is int`, because True is an int to isinstance.
    if type(raw) is not int or not 0 <= raw <= MAX_INT:
        _refuse(RejectReason.WRONG_TYPE, f"{key}: {_show(raw)}")
    return raw


def _message(raw: object) -> Parsed:
    top = _object(raw, _TOP_KEYS, _TOP_REQUIRED, "payload")
    if type(top["v"]) is not int or top["v"] != 1:
        _refuse(RejectReason.WRONG_VERSION, _show(top["v"]))
    cuff_active = top.get("cuff_active")
    if "cuff_active" in top and not isinstance(cuff_active, bool):
        _refuse(RejectReason.WRONG_TYPE, f"cuff_active: {_show(cuff_active)}")
    values = top["values"]
    if not isinstance(values, list) or len(values) > MAX_VALUES:
        _refuse(RejectReason.WRONG_TYPE, f"values: not a list of at most {MAX_VALUES}")
    if not values and "cuff_active" not in top:
        _refuse(RejectReason.WRONG_TYPE, "values: empty")
    entries = [_entry(value) for value in values]
    readings = tuple(entry for entry in entries if isinstance(entry, Reading))
    pulses = [entry for entry in entries if isinstance(entry, _CuffPulse)]
    _check_together(readings, pulses)
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
        _refuse(RejectReason.UNKNOWN_SIGNAL, _show(name))
    if type(code) is not type(known[0]) or code != known[0]:
        _refuse(RejectReason.UNKNOWN_SIGNAL, f"{name} with code {_show(code)}")
    reading = _reading(entry, known[1])
    return _CuffPulse(reading.value) if name == CUFF_PULSE[0] else reading


def _reading(entry: Mapping[str, object], signal: Signal) -> Reading:
    name, value, quality = entry["name"], entry["value"], entry["quality"]
    if entry.get("unit") != UNIT[signal]:
        _refuse(RejectReason.WRONG_UNIT, f"{name}: {_show(entry.get('unit'))} is not {UNIT[signal]}")
    if quality not in ("ok", "bad"):
        _refuse(RejectReason.WRONG_TYPE, f"quality: {_show(quality)}")
    if value is not None and type(value) not in (int, float):
        _refuse(RejectReason.WRONG_TYPE, f"{name}: {_show(value)}")
    if quality == "bad":
        return Reading(signal, None, UNIT[signal], "bad")
    low, high = PLAUSIBLE[signal]
    if not isinstance(value, int | float):
        _refuse(RejectReason.WRONG_TYPE, f"{name}: null with quality ok")
    is_between = signal is Signal.BUTTON and value not in PLAUSIBLE[signal]  # a button is up or down
    if is_between or not low <= value <= high:
        _refuse(RejectReason.IMPLAUSIBLE, f"{signal} {_show(value)} outside {low}..{high}")
    return Reading(signal, float(value), UNIT[signal], "ok")


def _check_together(readings: tuple[Reading, ...], pulses: list[_CuffPulse]) -> None:
    by_signal = {reading.signal: reading for reading in readings}
    if len(by_signal) != len(readings) or len(pulses) > 1:
        _refuse(RejectReason.REPEATED_SIGNAL, "two values for one signal")
    if not pulses and not any(signal in by_signal for signal in CUFF):
        return
    if Signal.SYS not in by_signal or Signal.DIA not in by_signal:
        _refuse(RejectReason.CUFF_INCOMPLETE, "a cuff reading is systolic and diastolic together")
    mean = by_signal[Signal.MAP].value if Signal.MAP in by_signal else None
    _check_cuff(by_signal[Signal.SYS].value, by_signal[Signal.DIA].value, mean)


def _check_cuff(systolic: float | None, diastolic: float | None, mean: float | None) -> None:
    if systolic is None or diastolic is None:
        return  # of bad quality: missing, not implausible
    pulse_pressure = systolic - diastolic
    if not PULSE_PRESSURE[0] <= pulse_pressure <= PULSE_PRESSURE[1]:
        _refuse(RejectReason.IMPLAUSIBLE, f"pulse pressure {pulse_pressure:g} of {systolic:g}/{diastolic:g}")
    if mean is None:
        return
    expected = diastolic + pulse_pressure / 3
    if not diastolic < mean < systolic or not abs(mean - expected) <= MAP_TOLERANCE:
        _refuse(RejectReason.IMPLAUSIBLE, f"mean {mean:g} of {systolic:g}/{diastolic:g}")
