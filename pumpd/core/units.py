"""Numbers as people write and read them; integers everywhere between.

Theory of operation. A prescription is typed as a decimal string and must survive to the wire without ever
being a float, so the parser here counts digits and returns an integer number of the smallest step ("0.5" with
three decimals is 500). It is deliberately narrow: one spelling per number. A comma, an exponent, a sign, a
space or a leading zero each have a history of tenfold errors, and a refusal costs the typist two seconds.
The way back writes the exact number with its unit and without trailing zeros, because "5.0 mg" has been read
as 50 mg (ISMP list of error-prone abbreviations).

Steps: nanolitres, nanolitres per hour, nanograms, grams, micrograms per kilogram, micrograms per millilitre.
"""

from fractions import Fraction

NL_PER_ML = 1_000_000
NG_PER_MG = 1_000_000
SECONDS_PER_HOUR = 3600

#: No number in an order needs more digits before the point; it bounds what the parser will look at.
MAX_WHOLE_DIGITS = 6

_DIGITS = frozenset("0123456789")


class BadDecimal(ValueError):
    """The text is not a number in the one accepted spelling. The message says what is wrong with it."""


def parse_decimal(text: str, decimals: int) -> int:
    """Read an exact decimal as an integer count of its smallest step.

    Args:
        text: what was typed, e.g. "0.5".
        decimals: digits allowed after the point; 3 makes the step 0.001.

    Returns:
        The number times 10**decimals: `parse_decimal("0.5", 3) == 500`.

    Raises:
        BadDecimal: for anything but digits with at most one point between digits.
    """
    if not text:
        raise BadDecimal("is empty")
    whole, point, fraction = text.partition(".")
    if not set(whole) <= _DIGITS or not set(fraction) <= _DIGITS:
        raise BadDecimal("is not a plain decimal number (digits and at most one point, as in 0.5)")
    if not whole or (point and not fraction):
        raise BadDecimal("needs a digit on both sides of the point")
    if len(whole) > 1 and whole[0] == "0":
        raise BadDecimal("has a leading zero")
    if len(whole) > MAX_WHOLE_DIGITS:
        raise BadDecimal(f"has more than {MAX_WHOLE_DIGITS} digits before the point")
    if len(fraction) > decimals:
        step = "1" if decimals == 0 else "0." + "1".rjust(decimals, "0")
        raise BadDecimal(f"has more decimals than the step of {step} allows")
    return int(whole + fraction.ljust(decimals, "0"))


def exact_text(value: Fraction | int, places: int = 6) -> str:
    """Write a number without trailing zeros, cut towards zero; "…" marks what did not fit in `places`."""
    return _quotient_text(value.numerator, value.denominator, places)


def _quotient_text(over: int, under: int, places: int = 6) -> str:
    """The same of `over / under`, in integers: a screen is made of a dozen such numbers, several times a second."""
    kept, cut = divmod(abs(over) * 10**places, under)
    whole, rest = divmod(kept, 10**places)
    digits = str(rest).rjust(places, "0").rstrip("0") if places else ""
    text = f"{whole}.{digits}" if digits else str(whole)
    sign = "-" if over < 0 else ""
    return sign + text + ("…" if cut else "")


def _scaled(value: int, per_unit: int, places: int | None) -> str:
    if places is None:
        return _quotient_text(value, per_unit)
    return _quotient_text(value, per_unit, places).removesuffix("…")


def format_ml(volume_nl: int, places: int | None = None) -> str:
    """Volume in mL: exact, or cut towards zero to `places` decimals for a gauge."""
    return f"{_scaled(volume_nl, NL_PER_ML, places)} mL"


def format_rate(rate_nl_h: int, places: int | None = None) -> str:
    """Rate in mL/h: exact, or cut towards zero to `places` decimals."""
    return f"{_scaled(rate_nl_h, NL_PER_ML, places)} mL/h"


def format_mg(dose_ng: int, places: int | None = None) -> str:
    """Mass of drug in mg: exact, or cut towards zero to `places` decimals."""
    return f"{_scaled(dose_ng, NG_PER_MG, places)} mg"


def format_mg_at_most(dose_ng: int, places: int) -> str:
    """The upper end of an interval in mg, to `places` decimals: never less than it is."""
    digit_ng = NG_PER_MG // 10**places
    return format_mg(-(-dose_ng // digit_ng) * digit_ng)


def format_kg(weight_g: int) -> str:
    """Body weight in kg, exact."""
    return f"{_quotient_text(weight_g, 1000)} kg"


def format_mg_per_kg(dose_ug_per_kg: int) -> str:
    """Dose in mg/kg, exact."""
    return f"{_quotient_text(dose_ug_per_kg, 1000)} mg/kg"


def format_mg_per_ml(concentration_ug_per_ml: int) -> str:
    """Concentration in mg/mL, exact."""
    return f"{_quotient_text(concentration_ug_per_ml, 1000)} mg/mL"


def format_duration(duration_s: int) -> str:
    """Minutes and seconds, "40 min 5 s"; minutes are not folded into hours because orders are in minutes."""
    minutes, seconds = divmod(duration_s, 60)
    return f"{minutes} min {seconds} s" if seconds else f"{minutes} min"
