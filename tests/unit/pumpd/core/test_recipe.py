"""The recipes of facts/clinical.md 2.1, the wrong vial, and 2 %."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.core.library import KETAMINE
from pumpd.core.order import Order
from pumpd.core.recipe import fill_refusals, recipe_refusals, recipe_steps

ORDER = Order("tok-4711", "ketamine", 70_000, 500, 2_000, 2_400, "bd-60")


def made(mg_per_ml: int, vial: int, drawn: str, final: str = "50") -> Order:
    nl = [int(Fraction(text) * 1_000_000) for text in (drawn, final)]
    return replace(
        ORDER,
        concentration_ug_per_ml=mg_per_ml * 1000,
        vial_ug_per_ml=vial * 1000,
        drawn_nl=nl[0],
        final_nl=nl[1],
    )


def codes(order: Order) -> list[str]:
    return [one.code for one in recipe_refusals(order, KETAMINE)]


#: The table of 2.1: mg/mL wanted, vial, mL drawn, mL of saline, for 50 mL.
TABLE = [
    (1, 10, "5", "45"),
    (1, 50, "1", "49"),
    (1, 100, "0.5", "49.5"),
    (2, 10, "10", "40"),
    (2, 50, "2", "48"),
    (2, 100, "1", "49"),
]


@pytest.mark.parametrize(("mg_per_ml", "vial", "drawn", "saline"), TABLE)
def test_every_recipe_of_the_table(mg_per_ml: int, vial: int, drawn: str, saline: str) -> None:
    order = made(mg_per_ml, vial, drawn)
    assert codes(order) == []
    assert recipe_steps(order) == (
        f"recipe = {drawn} mL of the {vial} mg/mL vial + {saline} mL saline = 50 mL of {mg_per_ml} mg/mL",
    )


@pytest.mark.parametrize(("mg_per_ml", "vial", "drawn", "saline"), TABLE)
@pytest.mark.parametrize("other", [10, 50, 100])
def test_the_same_millilitres_from_another_vial_are_caught(
    mg_per_ml: int, vial: int, drawn: str, saline: str, other: int
) -> None:
    """clinical.md 2.1: the same mL from 100 instead of 10 mg/mL is ten times the drug."""
    assert ("recipe_mismatch" in codes(made(mg_per_ml, other, drawn))) == (other != vial)


def test_the_wrong_vial_is_told_with_how_far_off_and_what_would_be_right() -> None:
    (one,) = recipe_refusals(made(2, 100, "10"), KETAMINE)
    assert (one.code, one.field, one.is_soft) == ("recipe_mismatch", "drawn_ml", False)
    assert one.text == (
        "10 mL of 100 mg/mL made up to 50 mL is 20 mg/mL, 10 times the ordered 2 mg/mL (at most 2 % off); "
        "from this vial: 1 mL + 49 mL saline"
    )


@pytest.mark.parametrize(
    ("drawn", "is_right"), [("2.04", True), ("2.041", False), ("1.96", True), ("1.959", False)]
)
def test_two_percent_passes_and_a_microlitre_more_does_not(drawn: str, is_right: bool) -> None:
    assert (codes(made(2, 50, drawn)) == []) is is_right


@pytest.mark.parametrize(
    ("vial", "drawn", "final", "expected"),
    [
        (20, "5", "50", ["vial_unknown"]),
        (50, "0", "50", ["recipe_volumes"]),
        (50, "51", "50", ["recipe_volumes"]),
        (50, "0", "0", ["recipe_volumes"]),
        (100, "10", "15", ["vial_undiluted", "recipe_mismatch"]),
        (100, "10", "20", ["recipe_mismatch"]),  # 1:1: diluted, and still 50 mg/mL
        (50, "10", "10", ["recipe_mismatch"]),
    ],
)
def test_what_is_no_recipe_is_refused(vial: int, drawn: str, final: str, expected: list[str]) -> None:
    assert codes(made(2, vial, drawn, final)) == expected


def test_a_hundred_milligrams_per_millilitre_never_goes_in_undiluted() -> None:
    """clinical.md 2.1 [V4]: dilute at least 1:1."""
    (refusal, _) = recipe_refusals(made(2, 100, "5", "5"), KETAMINE)
    assert refusal.text == (
        "100 mg/mL must never go into a vein undiluted: make 5 mL of it up to 10 mL at least, not 5 mL"
    )


def test_what_was_made_must_be_enough() -> None:
    order = made(2, 50, "0.82", "20.5")
    assert list(fill_refusals(order, 20_500_000)) == []
    (one,) = fill_refusals(order, 20_500_001)
    assert (one.code, one.field) == ("final_below_fill", "final_ml")


def test_without_a_recipe_nothing_is_said() -> None:
    assert (codes(ORDER), recipe_steps(ORDER), list(fill_refusals(ORDER, 1))) == ([], (), [])
    assert recipe_steps(made(2, 50, "51")) == ()


@given(
    st.sampled_from([10, 50, 100]),
    st.integers(1, 60_000),
    st.integers(1, 100_000),
    st.sampled_from([1_000, 2_000]) | st.integers(1, 5_000),
)
def test_a_recipe_that_passes_makes_the_ordered_concentration_within_two_percent(
    vial: int, drawn_ul: int, final_ul: int, ug_per_ml: int
) -> None:
    order = replace(
        ORDER,
        concentration_ug_per_ml=ug_per_ml,
        vial_ug_per_ml=vial * 1000,
        drawn_nl=drawn_ul * 1000,
        final_nl=final_ul * 1000,
    )
    is_near = abs(vial * 1000 * drawn_ul - ug_per_ml * final_ul) * 50 <= ug_per_ml * final_ul
    found = codes(order)
    if not found:
        assert is_near
        assert drawn_ul <= final_ul
        assert vial < 100 or 2 * drawn_ul <= final_ul
    elif drawn_ul <= final_ul and (vial < 100 or 2 * drawn_ul <= final_ul):
        assert not is_near
