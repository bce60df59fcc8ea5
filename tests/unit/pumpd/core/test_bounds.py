"""A value against its row: the bound itself passes, and of several the worst is told."""

from fractions import Fraction

import pytest

from pumpd.core.bounds import beyond
from pumpd.core.library import Limit

ROW = Limit("dose", "dose_mg_per_kg", "dose", "mg/kg", 1_000, "test", 100, 200, 500, 1_000)


@pytest.mark.parametrize(
    ("value", "code"),
    [
        (99, "dose_below_hard"),
        (100, "dose_below_soft"),
        (199, "dose_below_soft"),
        (200, None),
        (500, None),
        (501, "dose_above_soft"),
        (1_000, "dose_above_soft"),
        (1_001, "dose_above_hard"),
    ],
)
def test_a_bound_passes_and_a_step_beyond_is_told_by_the_worst(value: int, code: str | None) -> None:
    found = beyond(ROW, Fraction(value))
    assert [one.code for one in found] == ([] if code is None else [code])
    assert all(one.is_soft == one.code.endswith("soft") for one in found)


def test_the_sentence_has_value_limit_and_unit() -> None:
    (one,) = beyond(ROW, Fraction(3_001, 2))
    assert one.text == "dose 1.5005 mg/kg is above the hard limit of 1 mg/kg"
    assert one.field == "dose_mg_per_kg"


def test_a_row_without_a_bound_refuses_nothing_on_that_side() -> None:
    assert beyond(Limit("rate", "minutes", "rate", "mL/h", 1, "test", hard_max=5), Fraction(0)) == ()
