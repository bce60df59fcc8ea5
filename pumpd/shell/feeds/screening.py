"""From bytes to a JSON value that means what its sender wrote, or a refusal: what every feed of JSON needs first.

Theory of operation. `json.loads` accepts NaN, Infinity, 1e999, `true` for 1 and duplicate keys (the last
wins), and NaN compares false with every limit: a "trip when above" rule would silently pass
(facts/faults.md F9). So the text is screened before and while it is parsed. The order is cheap first, so that
kilobytes of hostility cost less than a millisecond (row 59): size, UTF-8, nesting, JSON with hooks.

A model library was not used: duplicate keys, NaN, depth and digit counts need hooks of their own in any case.
"""

import json
import re
from typing import Final, NoReturn

from pumpd.shell.feeds.arrivals import RejectReason

MAX_INT: Final = 2**53 - 1  # what every JSON reader holds exactly
_MAX_INT_DIGITS: Final = 17
_MAX_FLOAT_CHARS: Final = 32
#: A string, in which a bracket is none. One without its closing quote is eaten to the end, which keeps this linear.
_STRING: Final = re.compile(r'"(?:[^"\\]++|\\.)*+"?', re.DOTALL)
_BRACKET: Final = re.compile(r"[\[\]{}]")


class RefusedError(Exception):
    """Carries a refusal out of the depth of a parser; never leaves this folder's parsers."""

    def __init__(self, reason: RejectReason, detail: str) -> None:
        super().__init__(detail)
        self.reason = reason
        self.detail = detail


def refuse(reason: RejectReason, detail: str) -> NoReturn:
    raise RefusedError(reason, detail)


def show(value: object) -> str:
    """Foreign text, safe for a log line: escaped ASCII, cut short (facts/faults.md 6, log injection)."""
    return ascii(value)[:60]


def screened_json(payload: bytes, max_bytes: int, max_depth: int) -> object:
    """The value that these bytes spell.

    Args:
        payload: the message body as it came from the broker.
        max_bytes: the longest that is looked at.
        max_depth: levels of objects and lists.

    Raises:
        RefusedError: they spell none, or one that two readers could take for two things.
    """
    if len(payload) > max_bytes:
        refuse(RejectReason.OVERSIZE, f"{len(payload)} bytes > {max_bytes}")
    try:
        text = payload.decode("utf-8")
    except UnicodeDecodeError as error:
        refuse(RejectReason.NOT_UTF8, f"at byte {error.start}")
    _check_depth(text, max_depth)
    try:
        return _DECODER.decode(text)
    except (ValueError, RecursionError) as error:
        refuse(RejectReason.NOT_JSON, show(str(error)))


def _check_depth(text: str, max_depth: int) -> None:
    if text.count("[") + text.count("{") <= max_depth:
        return  # too few to be nested too deep, wherever they stand
    depth = 0
    for bracket in _BRACKET.findall(_STRING.sub("", text)):
        if bracket in "[{":
            depth += 1
            if depth > max_depth:
                refuse(RejectReason.TOO_DEEP, f"more than {max_depth} levels")
        else:
            depth -= 1


def _unique(pairs: list[tuple[str, object]]) -> dict[str, object]:
    found = dict(pairs)
    if len(found) != len(pairs):
        seen: set[str] = set()
        for key, _ in pairs:
            if key in seen:
                refuse(RejectReason.DUPLICATE_KEY, show(key))
            seen.add(key)
    return found


def _bounded_int(token: str) -> int:
    if len(token) > _MAX_INT_DIGITS:
        refuse(RejectReason.BAD_NUMBER, f"integer of {len(token)} characters")
    return int(token)


def _finite_float(token: str) -> float:
    value = float(token)
    if len(token) > _MAX_FLOAT_CHARS or value in (float("inf"), float("-inf")):
        refuse(RejectReason.BAD_NUMBER, show(token))
    return value


def _no_number(name: str) -> NoReturn:
    refuse(RejectReason.BAD_NUMBER, name)


#: Made once: `json.loads` makes one for each text that is read with hooks.
_DECODER: Final = json.JSONDecoder(
    object_pairs_hook=_unique,
    parse_constant=_no_number,
    parse_int=_bounded_int,
    parse_float=_finite_float,
)
