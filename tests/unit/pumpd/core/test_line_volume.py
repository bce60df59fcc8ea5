"""Line and lag (facts/clinical.md 2.3 and 7; requirement 122)."""

from dataclasses import replace

import pytest

from pumpd.core.library import SYRINGES
from pumpd.core.line_volume import left_in_line_ng, line_refusals, line_steps, slack_nl
from pumpd.core.order import Order

ORDER = Order("tok-4711", "ketamine", 70_000, 500, 2_000, 2_400, "bd-60", line_nl=1_200_000)
BD_60, BD_10 = SYRINGES["bd-60"], SYRINGES["bd-10"]


@pytest.mark.parametrize(
    ("key", "nl"),
    [
        ("bd-10", 60_000),
        ("monoject-12", 63_000),
        ("bd-20", 75_000),
        ("bd-30", 90_000),
        ("monoject-35", 97_500),
        ("bd-60", 120_000),
        ("hsw-50", 120_000),
    ],
)
def test_slack_is_that_of_the_facts_at_10_and_50_ml_and_on_the_line_between(key: str, nl: int) -> None:
    assert slack_nl(SYRINGES[key]) == nl


def test_the_worked_order_says_line_rest_and_lag() -> None:
    assert line_steps(ORDER, BD_60, 17_500_000, 26_200_000) == (
        "line 1.2 mL, filled by the 2 mL prime: no part of the dose",
        "left in the line = 1.2 mL x 2 mg/mL = 2.4 mg: discard it; a flush would give it on top",
        "start-up lag = 0.12 mL slack / 26.2 mL/h = 17 s (0.6 % of the session)",
    )
    assert list(line_refusals(ORDER, BD_60, 17_500_000)) == []


def test_R122_a_lag_of_five_percent_passes_and_a_step_more_is_refused() -> None:
    """0.12 mL of 2.4 mL is 5 %."""
    assert list(line_refusals(ORDER, BD_60, 2_400_000)) == []
    (one,) = line_refusals(ORDER, BD_60, 2_399_999)
    assert (one.code, one.field, one.is_soft) == ("lag_above", "concentration_mg_per_ml", False)
    assert "at most 5 %" in one.text
    assert list(line_refusals(ORDER, BD_10, 1_200_000)) == [], "a smaller syringe has less slack"


@pytest.mark.parametrize(
    ("line_nl", "expected"),
    [
        (0, ["line_volume"]),
        (1_000, []),
        (2_000_000, []),
        (2_001_000, ["line_above_prime"]),
        (15_000_000, ["line_above_prime"]),
    ],
)
def test_the_prime_must_be_able_to_fill_the_line(line_nl: int, expected: list[str]) -> None:
    order = replace(ORDER, line_nl=line_nl)
    assert [one.code for one in line_refusals(order, BD_60, 17_500_000)] == expected


def test_without_a_line_nothing_is_said() -> None:
    order = replace(ORDER, line_nl=None)
    assert list(line_refusals(order, BD_60, 1)) == []
    assert line_steps(order, BD_60, 1, 1) == ()


def test_what_is_left_is_never_understated() -> None:
    assert left_in_line_ng(1, 1) == 1
    assert left_in_line_ng(1_200_000, 2_000) == 2_400_000
