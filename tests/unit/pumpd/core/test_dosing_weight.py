"""Pounds for kilograms, a shifted point, and by which weight a heavy patient is dosed (facts/clinical.md 2.2)."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.core.dosing_weight import DosingWeight, body_mass_index, dosing_weight, ideal_g
from pumpd.core.library import KETAMINE
from pumpd.core.order import Order

ORDER = Order("tok-4711", "ketamine", 70_000, 500, 2_000, 2_400, "bd-60")
#: 110 kg at 170 cm: BMI 38.06.
HEAVY = replace(ORDER, weight_g=110_000, height_mm=1_700, sex="m")


def codes(answer: DosingWeight) -> list[str]:
    return [one.code for one in answer.refusals]


@pytest.mark.parametrize(
    ("now_g", "before_g", "code"),
    [
        (154_322, 70_000, "weight_in_pounds"),
        (158_900, 70_000, "weight_in_pounds"),  # 72.08 kg: +2.97 %
        (158_960, 70_000, None),  # 72.10 kg: +3.01 %
        (149_750, 70_000, "weight_in_pounds"),  # 67.93 kg: -2.96 %
        (149_600, 70_000, None),  # 67.86 kg: -3.06 %
        (110_231, 50_000, "weight_in_pounds"),
        (70_000, 7_000, "weight_ten_fold"),
        (71_000, 7_000, "weight_ten_fold"),
        (7_000, 70_000, "weight_tenth"),
        (70_000, 70_000, None),
        (77_000, 70_000, None),
        (35_000, 70_000, None),
    ],
)
def test_a_slip_shows_against_the_weight_before(now_g: int, before_g: int, code: str | None) -> None:
    answer = dosing_weight(replace(ORDER, weight_g=now_g, previous_weight_g=before_g), KETAMINE)
    assert codes(answer) == ([] if code is None else [code])
    assert all(not one.is_soft and one.field == "weight_kg" for one in answer.refusals)


def test_a_slip_says_both_weights() -> None:
    (one,) = dosing_weight(replace(ORDER, weight_g=154_000, previous_weight_g=70_000), KETAMINE).refusals
    assert one.text == (
        "body weight 154 kg is 2.2046 times the previous weight of 70 kg: pounds in the field for kilograms?"
    )


def test_a_previous_weight_of_nothing_is_refused_without_arithmetic() -> None:
    assert codes(dosing_weight(replace(ORDER, previous_weight_g=0), KETAMINE)) == ["previous_weight"]


def test_without_height_the_actual_weight_is_taken_and_nothing_is_said() -> None:
    assert dosing_weight(ORDER, KETAMINE) == DosingWeight(70_000, (), ())


def test_below_35_the_actual_weight_is_taken_and_said() -> None:
    answer = dosing_weight(replace(ORDER, height_mm=1_700, sex="m"), KETAMINE)
    assert answer == DosingWeight(70_000, (), ("weight = 70 kg, actual (BMI 24.2 kg/m2)",))


def test_from_35_on_the_prescriber_picks_and_one_gram_less_is_below() -> None:
    """35 kg/m2 at 2 m are 140 kg exactly."""
    at_bound = replace(ORDER, weight_g=140_000, height_mm=2_000, sex="m")
    assert body_mass_index(140_000, 2_000) == 35
    answer = dosing_weight(at_bound, KETAMINE)
    assert (answer.grams, codes(answer)) == (0, ["weight_basis_missing"])
    assert answer.refusals[0].field == "weight_basis"
    assert "BMI 35 kg/m2" in answer.refusals[0].text
    assert codes(dosing_weight(replace(at_bound, weight_g=139_999), KETAMINE)) == []
    assert dosing_weight(replace(at_bound, weight_basis="actual"), KETAMINE).grams == 140_000


@pytest.mark.parametrize(
    ("sex", "height_mm", "ideal"),
    [("m", 1_700, "65936.8"), ("f", 1_700, "61436.8"), ("m", 1_524, "50000"), ("f", 1_524, "45500")],
)
def test_the_ideal_weight_is_exact(sex: str, height_mm: int, ideal: str) -> None:
    assert ideal_g(height_mm, sex) == Fraction(ideal)


def test_ideal_and_adjusted_are_shown_step_by_step_and_floored_to_the_gram() -> None:
    ideal = dosing_weight(replace(HEAVY, weight_basis="ideal"), KETAMINE)
    assert ideal == DosingWeight(
        65_936,
        (),
        (
            "ideal weight = 50 + 0.9055 x (170 - 152.4) = 65.9368 kg (BMI 38 kg/m2)",
            "weight = 65.936 kg, ideal",
        ),
    )
    adjusted = dosing_weight(replace(HEAVY, weight_basis="adjusted"), KETAMINE)
    assert adjusted.grams == 83_562
    assert adjusted.steps[1:] == (
        "adjusted weight = 65.9368 + 0.4 x (110 - 65.9368) = 83.56208 kg",
        "weight = 83.562 kg, adjusted",
    )


@pytest.mark.parametrize("basis", ["ideal", "adjusted"])
def test_a_basis_never_raises_the_weight(basis: str) -> None:
    slight = replace(ORDER, weight_g=50_000, height_mm=1_800, sex="m", weight_basis=basis)
    answer = dosing_weight(slight, KETAMINE)
    assert (answer.grams, codes(answer)) == (0, ["weight_basis_above_actual"])


@pytest.mark.parametrize(("height_mm", "code"), [(1_199, "height_below_hard"), (2_301, "height_above_hard")])
def test_a_height_in_metres_or_inches_is_refused(height_mm: int, code: str) -> None:
    assert code in codes(dosing_weight(replace(ORDER, height_mm=height_mm, sex="m"), KETAMINE))
    assert codes(dosing_weight(replace(ORDER, height_mm=0, sex="m"), KETAMINE)) == ["height_below_hard"]


def test_a_dosing_weight_below_the_hard_limit_is_refused() -> None:
    short = replace(ORDER, weight_g=60_000, height_mm=1_250, sex="f", weight_basis="ideal")
    assert codes(dosing_weight(short, KETAMINE)) == ["dosing_weight_below_hard"]


@given(
    st.integers(30_000, 200_000),
    st.integers(1_200, 2_300),
    st.sampled_from("fm"),
    st.sampled_from(["", "actual", "ideal", "adjusted"]),
)
def test_no_basis_ever_doses_by_more_than_the_body_weighs(
    weight_g: int, height_mm: int, sex: str, basis: str
) -> None:
    order = replace(ORDER, weight_g=weight_g, height_mm=height_mm, sex=sex, weight_basis=basis)
    answer = dosing_weight(order, KETAMINE)
    assert 0 <= answer.grams <= weight_g
    assert answer.grams or answer.refusals
