"""How the syringe was made up, reckoned again from the vial's label.

Theory of operation. Vials of one drug come in strengths a factor ten apart, and the same millilitres from the wrong one
are ten times the drug, in a syringe whose label says otherwise (facts/clinical.md 2.1). So strength, volume drawn and
final volume are entered as they stand before the person, and must make the concentration that was ordered, within 2 %.
Where they do not, the refusal says how far off, and what would make it right with this vial.
"""

from collections.abc import Iterator
from fractions import Fraction

from pumpd.core.library import Drug, Vial
from pumpd.core.order import Order
from pumpd.core.order_values import Refusal
from pumpd.core.units import NL_PER_ML, exact_text, format_mg_per_ml, format_ml

#: What was made may be off what was ordered by this share (facts/clinical.md 2.1 [REC]).
OFF_AT_MOST = Fraction(2, 100)


def recipe_refusals(order: Order, drug: Drug) -> Iterator[Refusal]:
    """Everything against the recipe; nothing where none was given. The ordered concentration: above 0."""
    vial_ug_per_ml, drawn_nl, final_nl = order.vial_ug_per_ml, order.drawn_nl, order.final_nl
    if vial_ug_per_ml is None or drawn_nl is None or final_nl is None:
        return
    vial = next((one for one in drug.vials if one.ug_per_ml == vial_ug_per_ml), None)
    if vial is None:
        known = ", ".join(format_mg_per_ml(one.ug_per_ml) for one in drug.vials)
        text = f"there is no vial of {format_mg_per_ml(vial_ug_per_ml)} {drug.key} here ({known})"
        yield Refusal("vial_unknown", "vial_mg_per_ml", text)
    if not 0 < drawn_nl <= final_nl:
        text = f"{format_ml(drawn_nl)} drawn does not make up to {format_ml(final_nl)}"
        yield Refusal("recipe_volumes", "drawn_ml", text)
        return
    if vial is not None and final_nl < drawn_nl * vial.dilute_at_least:
        least = format_ml(drawn_nl * vial.dilute_at_least)
        text = (
            f"{format_mg_per_ml(vial_ug_per_ml)} must never go into a vein undiluted: make "
            f"{format_ml(drawn_nl)} of it up to {least} at least, not {format_ml(final_nl)}"
        )
        yield Refusal("vial_undiluted", "final_ml", text)
    made = _made(vial_ug_per_ml, drawn_nl, final_nl)
    if abs(made - order.concentration_ug_per_ml) > OFF_AT_MOST * order.concentration_ug_per_ml:
        yield Refusal("recipe_mismatch", "drawn_ml", _mismatch(order, made, vial))


def fill_refusals(order: Order, fill_nl: int) -> Iterator[Refusal]:
    """What was made must be enough to draw up."""
    if order.final_nl is not None and order.final_nl < fill_nl:
        text = f"{format_ml(order.final_nl)} made up is less than the {format_ml(fill_nl)} to draw up"
        yield Refusal("final_below_fill", "final_ml", text)


def recipe_steps(order: Order) -> tuple[str, ...]:
    """How many mL of which vial and how many mL of saline; nothing without a recipe that can be reckoned."""
    vial_ug_per_ml, drawn_nl, final_nl = order.vial_ug_per_ml, order.drawn_nl, order.final_nl
    if vial_ug_per_ml is None or drawn_nl is None or final_nl is None or not 0 < drawn_nl <= final_nl:
        return ()
    made = exact_text(_made(vial_ug_per_ml, drawn_nl, final_nl) / 1000, 4)
    return (
        f"recipe = {format_ml(drawn_nl)} of the {format_mg_per_ml(vial_ug_per_ml)} vial"
        f" + {format_ml(final_nl - drawn_nl)} saline = {format_ml(final_nl)} of {made} mg/mL",
    )


def _made(vial_ug_per_ml: int, drawn_nl: int, final_nl: int) -> Fraction:
    """ug/mL, exact."""
    return Fraction(vial_ug_per_ml * drawn_nl, final_nl)


def _mismatch(order: Order, made: Fraction, vial: Vial | None) -> str:
    assert order.vial_ug_per_ml is not None
    assert order.drawn_nl is not None
    assert order.final_nl is not None
    wanted = order.concentration_ug_per_ml
    text = (
        f"{format_ml(order.drawn_nl)} of {format_mg_per_ml(order.vial_ug_per_ml)} made up to "
        f"{format_ml(order.final_nl)} is {exact_text(made / 1000, 4)} mg/mL, "
        f"{exact_text(made / wanted, 3)} times the ordered {format_mg_per_ml(wanted)} (at most 2 % off)"
    )
    if vial is None or vial.ug_per_ml < wanted:
        return text
    drawn_nl = Fraction(wanted * order.final_nl, vial.ug_per_ml)
    saline = exact_text((order.final_nl - drawn_nl) / NL_PER_ML, 3)
    return f"{text}; from this vial: {exact_text(drawn_nl / NL_PER_ML, 3)} mL + {saline} mL saline"
