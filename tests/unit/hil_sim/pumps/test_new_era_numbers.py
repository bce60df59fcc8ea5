"""The pump's numbers (facts/protocols.md 1, "Numbers")."""

from decimal import Decimal

import pytest

from hil_sim.pumps.new_era_numbers import NotANumber, OutOfDigits, read_number, write_number


@pytest.mark.parametrize(
    ("value", "text"),
    [
        ("5", "5.000"),
        ("14.43", "14.43"),
        ("1000", "1000."),
        ("9999.9", "9999."),
        ("0", "0.000"),
        ("0.1259", "0.125"),
    ],
)
def test_numbers_are_written_with_four_digits_and_always_a_point(value: str, text: str) -> None:
    assert write_number(Decimal(value)) == text


@pytest.mark.parametrize(
    ("text", "value"), [("5", "5"), ("5.", "5"), (".5", "0.5"), ("0.001", "0.001"), ("9999", "9999")]
)
def test_numbers_are_read_with_or_without_point_and_decimals(text: str, value: str) -> None:
    assert read_number(text) == Decimal(value)


@pytest.mark.parametrize("text", ["12345", "26.590", "0.0001", "10000"])
def test_five_digits_are_out_of_range(text: str) -> None:
    with pytest.raises(OutOfDigits):
        read_number(text)


@pytest.mark.parametrize("text", ["", ".", "-5", "1e3", "5,0", "NAN", "1.2.3"])
def test_what_is_no_number_is_none(text: str) -> None:
    with pytest.raises(NotANumber):
        read_number(text)
