"""What was prescribed, and the door it comes in by.

Theory of operation. An order arrives as text from a panel, a terminal or a script, and either becomes
integers exactly, or is refused with every reason at once, so that the person corrects all fields in one go.
Nothing is defaulted, clamped, trimmed or guessed; a key nobody knows is a refusal too, because a misspelt
"dose" beside a default would otherwise be a dose nobody ordered. Whether the numbers are wise is not asked
here but in `dose`.

Seven fields make an order. The others say how the syringe was made up, whose body it is for and through which
line; on a bench they may be left out, in a clinic (`CLINIC_FIELDS`) they may not. Some come only together: a
recipe is vial, volume drawn and final volume, and a weight that is not the patient's own needs height and sex.
"""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from pumpd.core.order_values import (
    Number,
    Refusal,
    read_choice,
    read_codes,
    read_number,
    read_text,
    read_token,
    shown,
)

__all__ = ["ALWAYS_FIELDS", "CLINIC_FIELDS", "Order", "Refusal", "parse_order"]


@dataclass(frozen=True, slots=True)
class Order:
    """A prescription in whole steps: grams, micrograms per kilogram, micrograms per millilitre, seconds.

    Attributes:
        accept_soft: codes of soft limits that a person has considered; override_reason: why, in that person's words.
        profile: "depression" or "pain"; kind: "induction" or "booster".
        vial_ug_per_ml: strength on the vial's label; drawn_nl of it made up to final_nl.
        height_mm, sex ("f" or "m"), weight_basis ("actual", "ideal" or "adjusted").
        previous_weight_g: of this patient's session before.
        line_nl: dead volume of the line from the syringe to the patient.
        syringe_confirmed: what is printed on the barrel, read off and picked a second time.
    """

    patient: str
    drug: str
    weight_g: int
    dose_ug_per_kg: int
    concentration_ug_per_ml: int
    duration_s: int
    syringe: str
    accept_soft: tuple[str, ...] = ()
    profile: str = ""
    kind: str = ""
    vial_ug_per_ml: int | None = None
    drawn_nl: int | None = None
    final_nl: int | None = None
    height_mm: int | None = None
    sex: str = ""
    weight_basis: str = ""
    previous_weight_g: int | None = None
    line_nl: int | None = None
    syringe_confirmed: str = ""
    override_reason: str = ""


_NUMBERS: dict[str, Number] = {
    "weight_kg": Number(3, "kg"),
    "dose_mg_per_kg": Number(3, "mg/kg"),
    "concentration_mg_per_ml": Number(3, "mg/mL"),
    "minutes": Number(0, "min", 60),
}
_TOKENS = ("patient", "drug", "syringe")
_ACCEPT = "accept_soft"

_MORE_NUMBERS: dict[str, Number] = {
    "vial_mg_per_ml": Number(3, "mg/mL"),
    "drawn_ml": Number(3, "mL", 1_000),
    "final_ml": Number(3, "mL", 1_000),
    "height_cm": Number(1, "cm"),
    "previous_weight_kg": Number(3, "kg"),
    "line_ml": Number(3, "mL", 1_000),
}
_CHOICES: dict[str, tuple[str, ...]] = {
    "profile": ("depression", "pain"),
    "kind": ("induction", "booster"),
    "sex": ("f", "m"),
    "weight_basis": ("actual", "ideal", "adjusted"),
}
#: Longest text; a syringe's title is under 40 characters.
_TEXTS = {"syringe_confirmed": 64, "override_reason": 200}

#: Field -> the order's attribute, where the name with its unit is another.
_ATTRIBUTES = {
    "weight_kg": "weight_g",
    "dose_mg_per_kg": "dose_ug_per_kg",
    "concentration_mg_per_ml": "concentration_ug_per_ml",
    "minutes": "duration_s",
    "vial_mg_per_ml": "vial_ug_per_ml",
    "drawn_ml": "drawn_nl",
    "final_ml": "final_nl",
    "height_cm": "height_mm",
    "previous_weight_kg": "previous_weight_g",
    "line_ml": "line_nl",
}

ALWAYS_FIELDS = (*_TOKENS, *_NUMBERS)
_RECIPE = ("vial_mg_per_ml", "drawn_ml", "final_ml")
_BODY = ("height_cm", "sex")
#: Required beside the seven in the clinic's course; previous_weight_kg where one is known, weight_basis from BMI 35.
CLINIC_FIELDS = ("profile", "kind", *_RECIPE, *_BODY, "line_ml", "syringe_confirmed")

_UNKNOWN_SHOWN = 8


def parse_order(fields: Mapping[str, object], is_clinic: bool = False) -> Order | tuple[Refusal, ...]:
    """Read an order from decimal strings.

    Args:
        fields: patient, drug, weight_kg, dose_mg_per_kg, concentration_mg_per_ml, minutes, syringe, all text;
            optional `CLINIC_FIELDS`, previous_weight_kg, weight_basis and override_reason, text as well; and
            accept_soft: a sequence of codes, or the codes in one text separated by commas.
        is_clinic: those that the clinic's course needs must be there.

    Returns:
        The order, or every reason why there is none.
    """
    known = (*ALWAYS_FIELDS, *_MORE_NUMBERS, *_CHOICES, *_TEXTS, _ACCEPT)
    unknown = [key for key in fields if key not in known]
    refusals = [
        Refusal("field_unknown", shown(key), f"unknown field {shown(key)}")
        for key in unknown[:_UNKNOWN_SHOWN]
    ]
    refusals += _missing(fields, is_clinic)
    values: dict[str, Any] = {}
    for name, value in _read(fields):
        if isinstance(value, Refusal):
            refusals.append(value)
        else:
            values[_ATTRIBUTES.get(name, name)] = value
    accepted = read_codes(_ACCEPT, fields.get(_ACCEPT, ()))
    if isinstance(accepted, Refusal):
        return (*refusals, accepted)
    if is_clinic and accepted and "override_reason" not in fields:
        text = "override_reason is missing: say why the soft limits named in accept_soft are accepted"
        refusals.append(Refusal("field_missing", "override_reason", text))
    if refusals:
        return tuple(refusals)
    return Order(**values, accept_soft=accepted)


def _missing(fields: Mapping[str, object], is_clinic: bool) -> Iterator[Refusal]:
    wanted = [*ALWAYS_FIELDS, *(CLINIC_FIELDS if is_clinic else ())]
    if any(name in fields for name in _RECIPE):
        wanted += _RECIPE
    if fields.get("weight_basis") in ("ideal", "adjusted"):
        wanted += _BODY
    for name in dict.fromkeys(wanted):
        if name not in fields:
            yield Refusal("field_missing", name, f"{name} is missing")


def _read(fields: Mapping[str, object]) -> Iterator[tuple[str, int | str | Refusal]]:
    for name in _TOKENS:
        if name in fields:
            yield name, read_token(name, fields[name])
    for name, written in (*_NUMBERS.items(), *_MORE_NUMBERS.items()):
        if name in fields:
            yield name, read_number(name, fields[name], written)
    for name, choices in _CHOICES.items():
        if name in fields:
            yield name, read_choice(name, fields[name], choices)
    for name, at_most in _TEXTS.items():
        if name in fields:
            yield name, read_text(name, fields[name], at_most)
