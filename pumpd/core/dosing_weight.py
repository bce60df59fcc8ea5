"""Whose kilograms the dose is for: the weight as typed, held against what is known, and the weight it is dosed by.

Theory of operation. A wrong weight is a wrong dose that looks right everywhere behind it. Two slips have a shape of
their own, pounds in the field for kilograms and a shifted point, and both show against the weight of the session
before (facts/clinical.md 2.2). At a body mass index of 35 there is no agreed rule, so the prescriber says by which
weight to dose; below that the actual weight is taken unless another is asked for. A basis can only lower: the ideal
weight of a slight person lies above the actual one and is refused.

    BMI = kg / m^2
    ideal [kg] = 50 (f: 45.5) + 0.9055 x (cm - 152.4)        adjusted = ideal + 0.4 x (actual - ideal)

Everything is a `Fraction` up to one floor, to the gram.
"""

from dataclasses import dataclass
from fractions import Fraction

from pumpd.core.bounds import beyond
from pumpd.core.library import Drug, Limit
from pumpd.core.order import Order
from pumpd.core.order_values import Refusal
from pumpd.core.units import exact_text, format_kg

#: From here on a basis must be picked, kg/m2.
BASIS_FROM_BMI = 35
POUNDS_PER_KG = Fraction("2.2046")
#: How near a slipped weight must come to the previous one to be told as that slip.
SLIP_WITHIN = Fraction(3, 100)

#: Ours [REC]: adults; the formulae mean nothing for a height typed in metres or inches.
HEIGHT = Limit("height", "height_cm", "height", "cm", 10, "ours [REC]", hard_min=1_200, hard_max=2_300)

_FREE_KG = {"m": Fraction(50), "f": Fraction("45.5")}
_PER_CM_KG = Fraction("0.9055")
_FREE_CM = Fraction("152.4")
_ADJUSTED_SHARE = Fraction(2, 5)


@dataclass(frozen=True, slots=True)
class DosingWeight:
    """grams: what the dose is multiplied by, 0 where that cannot be said; never above the weight ordered."""

    grams: int
    refusals: tuple[Refusal, ...]
    steps: tuple[str, ...]


def body_mass_index(weight_g: int, height_mm: int) -> Fraction:
    """kg/m2, exact."""
    return Fraction(weight_g * 1000, height_mm**2)


def ideal_g(height_mm: int, sex: str) -> Fraction:
    """Ideal body weight, grams, exact (facts/clinical.md 2.2). `sex`: "f" or "m"."""
    return 1000 * (_FREE_KG[sex] + _PER_CM_KG * (Fraction(height_mm, 10) - _FREE_CM))


def dosing_weight(order: Order, drug: Drug) -> DosingWeight:
    """The weight to dose by, with everything against it and how it came about. Weight and height: above 0."""
    slips = _slips(order)
    if order.height_mm is None:
        assert order.weight_basis in ("", "actual"), "the order's door asks for a height with any other"
        return DosingWeight(order.weight_g, slips, ())
    refusals = slips + beyond(HEIGHT, Fraction(order.height_mm))
    if order.height_mm <= 0:
        return DosingWeight(0, refusals, ())
    index = body_mass_index(order.weight_g, order.height_mm)
    body = f"BMI {exact_text(index, 1).removesuffix('…')} kg/m2"
    if not order.weight_basis and index >= BASIS_FROM_BMI:
        text = f"{body} is {BASIS_FROM_BMI} or more: pick the weight to dose by, actual, ideal or adjusted"
        return DosingWeight(0, (*refusals, Refusal("weight_basis_missing", "weight_basis", text)), ())
    if order.weight_basis in ("", "actual"):
        step = f"weight = {format_kg(order.weight_g)}, actual ({body})"
        return DosingWeight(order.weight_g, refusals, (step,))
    return _lowered(order, drug, refusals, body)


def _lowered(order: Order, drug: Drug, refusals: tuple[Refusal, ...], body: str) -> DosingWeight:
    assert order.height_mm is not None
    ideal = ideal_g(order.height_mm, order.sex)
    height = exact_text(Fraction(order.height_mm, 10))
    ideal_text = exact_text(ideal / 1000)
    free = exact_text(_FREE_KG[order.sex])
    steps = [f"ideal weight = {free} + 0.9055 x ({height} - 152.4) = {ideal_text} kg ({body})"]
    exact = ideal
    if order.weight_basis == "adjusted":
        exact = ideal + _ADJUSTED_SHARE * (order.weight_g - ideal)
        actual = exact_text(Fraction(order.weight_g, 1000))
        steps.append(
            f"adjusted weight = {ideal_text} + 0.4 x ({actual} - {ideal_text}) = {exact_text(exact / 1000)} kg"
        )
    if exact > order.weight_g:
        text = (
            f"the {order.weight_basis} weight {exact_text(exact / 1000)} kg is above the body weight "
            f"{format_kg(order.weight_g)}: dose by the actual weight"
        )
        refusals += (Refusal("weight_basis_above_actual", "weight_basis", text),)
        return DosingWeight(0, refusals, tuple(steps))
    refusals += tuple(
        Refusal(f"dosing_{one.code}", "weight_basis", f"dosing weight: {one.text}")
        for one in beyond(drug.limit("weight"), exact)
        if not one.is_soft
    )
    grams = max(0, int(exact))
    steps.append(f"weight = {format_kg(grams)}, {order.weight_basis}")
    return DosingWeight(grams, refusals, tuple(steps))


def _slips(order: Order) -> tuple[Refusal, ...]:
    before_g = order.previous_weight_g
    if before_g is None:
        return ()
    now, before = format_kg(order.weight_g), format_kg(before_g)
    if before_g <= 0:
        return (Refusal("previous_weight", "previous_weight_kg", f"previous weight {before} is no weight"),)
    asked = (
        (
            "weight_in_pounds",
            order.weight_g / POUNDS_PER_KG,
            f"{now} is 2.2046 times the previous weight of {before}: pounds in the field for kilograms?",
        ),
        (
            "weight_ten_fold",
            Fraction(order.weight_g, 10),
            f"{now} is ten times the previous weight of {before}",
        ),
        (
            "weight_tenth",
            Fraction(order.weight_g * 10),
            f"{now} is a tenth of the previous weight of {before}",
        ),
    )
    return tuple(
        Refusal(code, "weight_kg", f"body weight {text}")
        for code, meant_g, text in asked
        if abs(meant_g - before_g) <= SLIP_WITHIN * before_g
    )
