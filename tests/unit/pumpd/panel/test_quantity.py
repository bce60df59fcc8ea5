"""Numbers as people read them, exact and never rounded up."""

from typing import Any

import pytest

from pumpd.panel.quantity import NONE, age, mg, mg_at_most, minutes, ml_h, plain


@pytest.mark.parametrize(
    ("shown", "said"),
    [
        (ml_h(26_200_000), "26.2"),
        (ml_h(0), "0.0"),
        (ml_h(1_050_001), "1.050001"),
        (ml_h(None), NONE),
        (mg("12.3499"), "12.34"),
        (mg("35"), "35.00"),
        (mg(""), NONE),
        (mg_at_most("12.3401"), "12.35"),
        (mg_at_most("12.34"), "12.34"),
        (mg_at_most("35"), "35.00"),
        (mg_at_most(None), NONE),
        (minutes(119), "119 s"),
        (minutes(121), "3 min"),
        (minutes(10_860), "3 h 01 min"),
        (minutes(None), NONE),
        (age(99_999), "99 s"),
        (age(100_000), "1 min"),
        (age(None), NONE),
        (plain(97.0), "97"),
        (plain(93.66667), "93.67"),
        (plain(True), NONE),
    ],
)
def test_a_number_is_said_with_what_it_has(shown: Any, said: str) -> None:
    assert shown == said
