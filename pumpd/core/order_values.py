"""One value of an order: from what was typed to a whole step, a name or a text, or to a refusal that says why not.

Theory of operation. Each reader takes a field's name and whatever arrived under it, and gives the value or one
`Refusal` with field, value, what is wrong and the unit. No reader trims, converts or guesses.
"""

from collections.abc import Sequence
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
class Number:
    """How a number is written: digits after the point, unit, and what one of its last digit is multiplied by."""

    decimals: int
    unit: str
    factor: int = 1


_TOKEN_CHARACTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-_.")
_TOKEN_LENGTH = 64
_ACCEPT_COUNT = 16


def read_number(name: str, value: object, written: Number) -> int | Refusal:
    """An exact decimal as a whole number of steps."""
    if not isinstance(value, str):
        return Refusal("not_text", name, f'{name} {shown(value)} must be text, in {written.unit}, as in "40"')
    try:
        return parse_decimal(value, written.decimals) * written.factor
    except BadDecimal as fault:
        return Refusal("not_a_number", name, f"{name} {shown(value)} {fault}, in {written.unit}")


def read_token(name: str, value: object) -> str | Refusal:
    """A name that can stand in a log, a topic and a file name without any escaping (faults row 105)."""
    if isinstance(value, str) and 0 < len(value) <= _TOKEN_LENGTH and set(value) <= _TOKEN_CHARACTERS:
        return value
    return Refusal(
        "not_a_name",
        name,
        f"{name} {shown(value)} must be 1 to {_TOKEN_LENGTH} letters, digits, '-', '_' or '.'",
    )


def read_choice(name: str, value: object, choices: Sequence[str]) -> str | Refusal:
    """One of a few words."""
    if isinstance(value, str) and value in choices:
        return value
    return Refusal("not_a_choice", name, f"{name} {shown(value)} must be one of: {', '.join(choices)}")


def read_text(name: str, value: object, at_most: int) -> str | Refusal:
    """A person's own words: printable, one line, and more than blanks."""
    if isinstance(value, str) and value.strip() and len(value) <= at_most and value.isprintable():
        return value
    text = f"{name} {shown(value)} must be text of 1 to {at_most} printable characters"
    return Refusal("not_a_text", name, text)


def read_codes(name: str, value: object) -> tuple[str, ...] | Refusal:
    """Codes of refusals: a list, or one text separated by commas."""
    refusal = Refusal("not_a_name", name, f"{name} {shown(value)} must be a list of refusal codes")
    if isinstance(value, str):
        value = value.split(",") if value else ()
    if not isinstance(value, list | tuple) or len(value) > _ACCEPT_COUNT:
        return refusal
    codes: list[str] = []
    for code in value:
        if isinstance(read_token(name, code), Refusal):
            return refusal
        codes.append(str(code))
    return tuple(codes)


def shown(value: object) -> str:
    """The value as typed, safe to print: quoted, non-ASCII escaped, cut."""
    text = ascii(value)
    return text if len(text) <= 40 else text[:39] + "~"
