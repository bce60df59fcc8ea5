"""Numbers in registers: exact both ways, and nothing rounded up on its way to a pump."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_vectors import VECTORS

from drivers.modbus.numbers import Kind, scale

ML_H = scale(Kind.U32, "0.001 ml/h", "rate")
ML_MIN = scale(Kind.F32, "0.001 ml/min", "rate")


def test_the_float_of_the_facts_is_written_and_read() -> None:
    """facts/protocols.md 6: float32 360.0 = 43B4 0000."""
    [vector] = VECTORS["float"]
    words = tuple(int(word, 16) for word in vector["big"].split())
    assert ML_MIN.words_of(360 * 60_000_000) == words
    assert ML_MIN.value_of(words) == 360 * 60_000_000


def test_a_value_between_two_steps_cannot_be_said() -> None:
    assert ML_H.words_of(26_250_000) == (0, 26_250)
    assert ML_H.words_of(26_250_001) is None
    assert ML_MIN.words_of(26_250_000) is None  # 0.4375 ml/min in steps of 0.001


def test_what_does_not_fit_or_is_negative_cannot_be_said() -> None:
    watchdog = scale(Kind.U16, "1 s", "time")
    assert watchdog.words_of(65_535_000) == (65_535,)
    assert watchdog.words_of(65_536_000) is None
    assert watchdog.words_of(-1000) is None


@given(st.integers(min_value=0, max_value=10_000_000))
def test_every_step_of_a_float_is_read_back_as_itself_and_never_stands_above_it(steps: int) -> None:
    value = steps * 60_000
    words = ML_MIN.words_of(value)
    assert words is not None or steps > 2**22, "refused only where floats are coarser than the steps"
    if words is None:
        return
    assert ML_MIN.value_of(words) == value
    raw = int.from_bytes(b"".join(word.to_bytes(2, "big") for word in words), "big")
    exponent, fraction = raw >> 23, raw & 0x7FFFFF
    mantissa = fraction | 0x800000 if exponent else fraction
    assert mantissa * Fraction(2) ** (max(exponent, 1) - 150) * 60_000_000 <= value


def test_a_float_that_is_no_step_counts_upwards_and_one_that_is_no_number_not_at_all() -> None:
    assert ML_MIN.value_of((0x3EE0, 0x0000)) == 26_250_000  # 0.4375
    assert ML_MIN.value_of((0x3EE0, 0x0100)) == 26_250_458  # 0.43750763 = 26 250 457.8 nl/h
    for words in ((0x7FC0, 0), (0x7F80, 0), (0xFF80, 0)):
        assert ML_MIN.value_of(words) is None


def test_a_pressure_may_be_negative_and_need_not_be_whole() -> None:
    pressure = scale(Kind.I16, "0.1 mmHg", "pressure")
    assert pressure.exact((0xFF9C,)) == -10
    assert pressure.exact((1,)) == Fraction(1, 10)


@pytest.mark.parametrize(
    ("text", "measures"),
    [("1 ml", "rate"), ("ml/h", "rate"), ("0.0000001 ml/h", "rate"), ("0 ml", "volume"), ("-1 s", "time")],
)
def test_a_step_that_is_none_is_refused(text: str, measures: str) -> None:
    with pytest.raises(ValueError):
        scale(Kind.U16, text, measures)


def test_the_largest_value_is_the_kinds() -> None:
    assert scale(Kind.U16, "1 ul", "volume").largest == 65_535_000
    assert scale(Kind.I16, "1 ul", "volume").largest == 32_767_000
