"""How a pump of the "ultra" command set reads and writes numbers (facts/protocols.md 2).

It takes a number with any of its units and answers in the unit that suits the size, with about six digits and no
padding: `199.49 ul/min`, `1 ml/min`, `0 ul`. Diameters have four decimals always.
"""

from __future__ import annotations

import re
from decimal import ROUND_HALF_EVEN, Decimal

NL_PER_UNIT = {
    "l": Decimal(10**9),
    "ml": Decimal(10**6),
    "ul": Decimal(1000),
    "nl": Decimal(1),
    "pl": Decimal("0.001"),
}
PER_HOUR = {"h": 1, "hr": 1, "m": 60, "min": 60, "s": 3600, "sec": 3600}
SHOWN_DIGITS = 6

_QUANTITY = re.compile(r"(\d+(?:\.\d*)?|\.\d+) ?([a-z]+)(?:/([a-z]+))?")


def read_volume(text: str) -> Decimal | None:
    """`1 ml` in nL; None when number or unit is none."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match[3] is not None:
        return None
    unit = NL_PER_UNIT.get(match[2])
    return None if unit is None else Decimal(match[1]) * unit


def read_rate(text: str) -> Decimal | None:
    """`6 ml/min`, `3.2 u/m`, `20 ul/hr` in nL/h; None when number or unit is none."""
    match = _QUANTITY.fullmatch(text)
    if match is None or match[3] not in PER_HOUR:
        return None
    volume = match[2] if match[2].endswith("l") else match[2] + "l"
    unit = NL_PER_UNIT.get(volume)
    return None if unit is None else Decimal(match[1]) * unit * PER_HOUR[match[3]]


def show(value_nl: Decimal | float, nothing: str = "ul") -> str:
    """A volume in the unit that suits it; 0 in `nothing`s."""
    value = Decimal(value_nl)
    for unit in ("ml", "ul", "nl", "pl"):
        scaled = value / NL_PER_UNIT[unit]
        if scaled >= 1 or (unit == "pl" and scaled > 0):
            return f"{_digits(scaled)} {unit}"
    return f"0 {nothing}"


def show_rate(rate_nl_h: Decimal) -> str:
    """A rate by the minute, in the unit that suits it."""
    return f"{show(rate_nl_h / 60)}/min"


def _digits(value: Decimal) -> str:
    decimals = max(SHOWN_DIGITS - len(str(int(value))), 0)
    text = str(value.quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_EVEN))
    return text.rstrip("0").rstrip(".") if "." in text else text
