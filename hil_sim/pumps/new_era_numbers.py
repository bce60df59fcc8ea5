"""How a New Era pump reads and writes numbers (facts/protocols.md 1, "Numbers").

The display has four digits and a point, and so has the wire: 0.001 to 9999 with at most three decimals.
Replies always carry a point (`1000.`), which open drivers' parsers demand; requests may leave it out.
"""

from __future__ import annotations

import re
from decimal import ROUND_DOWN, Decimal

_NUMBER = re.compile(r"(\d*)(?:\.(\d*))?")
DIGITS_MAX = 4
DECIMALS_MAX = 3
#: By the digits before the point: how far a number is written behind it.
_PLACES = {whole: Decimal(1).scaleb(whole - DIGITS_MAX) for whole in range(1, DIGITS_MAX)}

NL_PER_VOLUME_UNIT = {"UL": Decimal(1000), "ML": Decimal(1_000_000)}
NL_H_PER_RATE_UNIT = {
    "UM": Decimal(60_000),
    "MM": Decimal(60_000_000),
    "UH": Decimal(1000),
    "MH": Decimal(1_000_000),
}


class NotANumber(Exception):
    """The text holds no number at all: the pump answers `?`."""


class OutOfDigits(Exception):
    """More digits than the pump has: it answers `?OOR`."""


def read_number(text: str) -> Decimal:
    """Parse a number under the four-digit rule. Raises NotANumber or OutOfDigits."""
    match = _NUMBER.fullmatch(text)
    if match is None or not (match[1] or match[2]):
        raise NotANumber(text)
    whole, decimals = match[1] or "", match[2] or ""
    if len(whole) + len(decimals) > DIGITS_MAX or len(decimals) > DECIMALS_MAX:
        raise OutOfDigits(text)
    return Decimal(f"{whole or '0'}.{decimals or '0'}")


def write_number(value: Decimal) -> str:
    """Four digits and a point, cut off rather than rounded: a counter never shows what has not gone yet."""
    whole = str(int(value))
    if len(whole) >= DIGITS_MAX:
        return f"{whole}."
    return str(value.quantize(_PLACES[len(whole)], rounding=ROUND_DOWN))
