"""Numbers for people: exact, with as many digits as they have, the unit always beside them.

Theory of operation. A rate comes as whole nanolitres an hour and a dose as decimal text, and both are shown as what they
are; nothing is rounded but what a person could not read in time (a pressure's age, the time left). The decimal mark is a
point in every language, because the pump's display, the record and the daemon's own sentences have a point.
"""

from decimal import ROUND_CEILING, Decimal
from typing import Any

_NL_PER_ML = 1_000_000
NONE = "\N{EN DASH}"


def ml_h(rate_nl_h: Any) -> str:
    """26_200_000 -> "26.2"; None -> a dash."""
    if not isinstance(rate_nl_h, int):
        return NONE
    whole, rest = divmod(rate_nl_h, _NL_PER_ML)
    digits = f"{rest:06d}".rstrip("0")
    return f"{whole}.{digits}" if digits else f"{whole}.0"


def mg(text: Any) -> str:
    """Decimal text as it came, to two places: "12.3456" -> "12.34", cut and never rounded up."""
    if not isinstance(text, str) or not text:
        return NONE
    whole, _, rest = text.partition(".")
    return f"{whole}.{(rest + '00')[:2]}"


def mg_at_most(text: Any) -> str:
    """The upper end of an interval: "12.3412" -> "12.35", never less than it is."""
    if not isinstance(text, str) or not text:
        return NONE
    return f"{Decimal(text).quantize(Decimal('0.01'), ROUND_CEILING)}"


def minutes(seconds: Any) -> str:
    """2403 -> "40 min"; below two minutes to the second."""
    if not isinstance(seconds, int):
        return NONE
    if seconds < 120:
        return f"{seconds} s"
    whole = -(-seconds // 60)
    return f"{whole} min" if whole < 180 else f"{whole // 60} h {whole % 60:02d} min"


def age(ms: Any) -> str:
    """How old: "3 s", "12 min"."""
    if not isinstance(ms, int | float):
        return NONE
    seconds = int(ms) // 1000
    return f"{seconds} s" if seconds < 100 else f"{seconds // 60} min"


def plain(value: Any) -> str:
    """A measured number as short as it can be said: 97.0 -> "97"."""
    if not isinstance(value, int | float) or isinstance(value, bool):
        return NONE
    return f"{value:.4g}"
