"""What was prescribed, and the door it comes in by.

Theory of operation. An order arrives as text from a panel, a terminal or a script, and either becomes
integers exactly, or is refused with every reason at once, so that the person corrects all fields in one go.
Nothing is defaulted, clamped, trimmed or guessed; a key nobody knows is a refusal too, because a misspelt
"dose" beside a default would otherwise be a dose nobody ordered. Whether the numbers are wise is not asked
here but in `dose`.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from pumpd.core.units import BadDecimal, parse_decimal


@dataclass(frozen=True, slots=True)
class Refusal:
    """We said no.

    Attributes:
        code: stable name; the code of a soft refusal is what `accept_soft` must contain.
        field: the order's field to look at.
        text: for people: field, value, limit and unit.
        is_soft: a person may accept it by its code.
    """

    code: str
    field: str
    text: str
    is_soft: bool = False


@dataclass(frozen=True, slots=True)
class Order:
    """A prescription in whole steps: grams, micrograms per kilogram, micrograms per millilitre, seconds."""

    patient: str
    drug: str
    weight_g: int
    dose_ug_per_kg: int
    concentration_ug_per_ml: int
    duration_s: int
    syringe: str
    accept_soft: tuple[str, ...] = ()


#: Field of the order -> (digits after the point, unit, what one unit of the last digit is multiplied by).
_NUMBERS: dict[str, tuple[int, str, int]] = {
    "weight_kg": (3, "kg", 1),
    "dose_mg_per_kg": (3, "mg/kg", 1),
    "concentration_mg_per_ml": (3, "mg/mL", 1),
    "minutes": (0, "min", 60),
}
_TOKENS = ("patient", "drug", "syringe")
_OPTIONAL = "accept_soft"

_TOKEN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_TOKEN_LENGTH = 64
_ACCEPT_COUNT = 16
_UNKNOWN_SHOWN = 8


def parse_order(fields: Mapping[str, object]) -> Order | tuple[Refusal, ...]:
    """Read an order from decimal strings.

    Args:
        fields: patient, drug, weight_kg, dose_mg_per_kg, concentration_mg_per_ml, minutes, syringe, all text;
            and, optional, accept_soft: a sequence of codes, or the codes in one text separated by commas.

    Returns:
        The order, or every reason why there is none.
    """
    known = (*_TOKENS, *_NUMBERS, _OPTIONAL)
    unknown = [key for key in fields if key not in known]
    refusals = [
        Refusal("field_unknown", _shown(key), f"unknown field {_shown(key)}")
        for key in unknown[:_UNKNOWN_SHOWN]
    ]
    refusals += [
        Refusal("field_missing", name, f"{name} is missing")
        for name in (*_TOKENS, *_NUMBERS)
        if name not in fields
    ]
    tokens: dict[str, str] = {}
    for name in _TOKENS:
        if name in fields:
            token = _token(name, fields[name])
            if isinstance(token, Refusal):
                refusals.append(token)
            else:
                tokens[name] = token
    numbers: dict[str, int] = {}
    for name in _NUMBERS:
        if name in fields:
            number = _number(name, fields[name])
            if isinstance(number, Refusal):
                refusals.append(number)
            else:
                numbers[name] = number
    accepted = _codes(fields.get(_OPTIONAL, ()))
    if isinstance(accepted, Refusal):
        return (*refusals, accepted)
    if refusals:
        return tuple(refusals)
    return Order(
        patient=tokens["patient"],
        drug=tokens["drug"],
        weight_g=numbers["weight_kg"],
        dose_ug_per_kg=numbers["dose_mg_per_kg"],
        concentration_ug_per_ml=numbers["concentration_mg_per_ml"],
        duration_s=numbers["minutes"],
        syringe=tokens["syringe"],
        accept_soft=accepted,
    )


def _number(name: str, value: object) -> int | Refusal:
    decimals, unit, factor = _NUMBERS[name]
    if not isinstance(value, str):
        return Refusal("not_text", name, f'{name} {_shown(value)} must be text, in {unit}, as in "40"')
    try:
        return parse_decimal(value, decimals) * factor
    except BadDecimal as fault:
        return Refusal("not_a_number", name, f"{name} {_shown(value)} {fault}, in {unit}")


def _token(name: str, value: object) -> str | Refusal:
    """A name that can stand in a log, a topic and a file name without any escaping (faults row 105)."""
    if isinstance(value, str) and 0 < len(value) <= _TOKEN_LENGTH and set(value) <= _TOKEN_CHARACTERS:
        return value
    return Refusal(
        "not_a_name",
        name,
        f"{name} {_shown(value)} must be 1 to {_TOKEN_LENGTH} letters, digits, '-', '_' or '.'",
    )


def _codes(value: object) -> tuple[str, ...] | Refusal:
    refusal = Refusal("not_a_name", _OPTIONAL, f"accept_soft {_shown(value)} must be a list of refusal codes")
    if isinstance(value, str):
        value = value.split(",") if value else ()
    if not isinstance(value, list | tuple) or len(value) > _ACCEPT_COUNT:
        return refusal
    codes: list[str] = []
    for code in value:
        if isinstance(_token(_OPTIONAL, code), Refusal):
            return refusal
        codes.append(str(code))
    return tuple(codes)


def _shown(value: object) -> str:
    """The value as typed, safe to print: quoted, non-ASCII escaped, cut."""
    text = ascii(value)
    return text if len(text) <= 40 else text[:39] + "~"
