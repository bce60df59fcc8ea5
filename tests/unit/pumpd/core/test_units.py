"""One spelling per number in, exact numbers with units out."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.core import units

BAD_SPELLINGS = [
    *(
        "",
        " ",
        "0,5",
        "5e-1",
        "1E2",
        "070",
        "00.5",
        "+5",
        "-5",
        "--5",
        " 5",
        "5 ",
        "5\n",
        "5\x00",
        "NaN",
        "nan",
    ),
    *("inf", ".5", "5.", ".", "1.2.3", "0x10", "1_000", "1234567", "\u0663", "\u00bd", "\uff15"),
]


@pytest.mark.parametrize(
    ("text", "decimals", "steps"),
    [("70", 3, 70_000), ("0.5", 3, 500), ("2", 3, 2_000), ("40", 0, 40), ("0", 3, 0), ("70.125", 3, 70_125)],
)
def test_an_exact_decimal_becomes_a_whole_number_of_steps(text: str, decimals: int, steps: int) -> None:
    assert units.parse_decimal(text, decimals) == steps


@pytest.mark.parametrize(
    "text",
    BAD_SPELLINGS,
)
def test_every_other_spelling_is_refused(text: str) -> None:
    with pytest.raises(units.BadDecimal):
        units.parse_decimal(text, 3)


def test_too_many_decimals_name_the_step() -> None:
    with pytest.raises(units.BadDecimal, match=r"step of 0\.001 "):
        units.parse_decimal("0.0005", 3)
    with pytest.raises(units.BadDecimal, match="step of 1 "):
        units.parse_decimal("40.5", 0)


@given(st.integers(0, 10**9 - 1))
def test_writing_and_reading_back_gives_the_same_number(steps: int) -> None:
    assert units.parse_decimal(units.exact_text(Fraction(steps, 1000)), 3) == steps


@given(st.text(max_size=12))
def test_whatever_is_accepted_is_worth_what_python_says_it_is(text: str) -> None:
    try:
        steps = units.parse_decimal(text, 3)
    except units.BadDecimal:
        return
    assert Fraction(text) == Fraction(steps, 1000)


@pytest.mark.parametrize(
    ("shown", "expected"),
    [
        (units.format_ml(17_500_000), "17.5 mL"),
        (units.format_ml(20_000_000), "20 mL"),
        (units.format_ml(1), "0.000001 mL"),
        (units.format_ml(-1_500_000), "-1.5 mL"),
        (units.format_ml(3_141_593, places=2), "3.14 mL"),
        (units.format_ml(9_999, places=1), "0 mL"),
        (units.format_rate(26_250_000), "26.25 mL/h"),
        (units.format_rate(26_250_000, places=1), "26.2 mL/h"),
        (units.format_mg(35_000_000), "35 mg"),
        (units.format_kg(70_500), "70.5 kg"),
        (units.format_mg_per_kg(500), "0.5 mg/kg"),
        (units.format_mg_per_ml(2_000), "2 mg/mL"),
        (units.format_duration(2_400), "40 min"),
        (units.format_duration(2_405), "40 min 5 s"),
        (units.exact_text(Fraction(1, 3), 3), "0.333…"),
        (units.exact_text(Fraction(-1, 3), 0), "-0…"),
        (units.exact_text(0, 3), "0"),
    ],
)
def test_numbers_for_people_are_exact_cut_downwards_and_without_trailing_zeros(
    shown: str, expected: str
) -> None:
    assert shown == expected
