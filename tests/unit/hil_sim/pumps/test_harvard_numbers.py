"""Numbers as the tape has them (facts/protocols.md 2)."""

from decimal import Decimal

import pytest

from hil_sim.pumps.harvard_numbers import read_rate, read_volume, show, show_rate


@pytest.mark.parametrize(
    ("nl_h", "text"),
    [
        ("11969400", "199.49 ul/min"),
        ("60000000", "1 ml/min"),
        ("360000000", "6 ml/min"),
        ("1502.424", "25.0404 nl/min"),
        ("30", "500 pl/min"),
    ],
)
def test_a_rate_is_shown_in_the_unit_that_suits_it(nl_h: str, text: str) -> None:
    assert show_rate(Decimal(nl_h)) == text
    assert read_rate(text) == Decimal(nl_h)


@pytest.mark.parametrize(
    ("nl", "text"), [(1690.23, "1.69023 ul"), (20038.4, "20.0384 ul"), (8628400, "8.6284 ml"), (0, "0 ul")]
)
def test_so_is_a_volume(nl: float, text: str) -> None:
    assert show(nl) == text


@pytest.mark.parametrize("text", ["", "ml", "1", "1 xl", "1 ml/min", "-1 ml", "1 ml/min/min"])
def test_what_is_no_volume(text: str) -> None:
    assert read_volume(text) is None


def test_short_units_are_read_too() -> None:
    assert read_rate("3.2 u/m") == Decimal(192_000)
    assert read_rate("3.2 u") is None
