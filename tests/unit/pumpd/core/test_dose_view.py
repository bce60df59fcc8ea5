"""Rates, doses, volumes and the course of a treatment, exact and in words."""

from decimal import Decimal

import pytest
from channel_bench import Bench, infusing

from pumpd.core import dose_view
from pumpd.core.guard import given_high_nl

RATE = 26_200_000


def test_without_an_order_there_is_nothing_to_show_and_no_error() -> None:
    bench = Bench()
    assert dose_view.dose(bench.state, bench.policy) == {}
    assert dose_view.order(bench.state) == {}
    assert dose_view.time_left_s(bench.state, RATE) is None
    assert set(dose_view.volume(bench.state).values()) == {0}
    assert set(dose_view.rates(bench.state).values()) == {0}


def test_a_dose_given_in_part_is_an_interval_around_the_count() -> None:
    bench = infusing()
    bench.advance(30)
    dose = dose_view.dose(bench.state, bench.policy)
    low, best, high = (float(dose[f"given_{one}_mg"]) for one in ("low", "best", "high"))
    assert 0 < low <= best < high < 1
    assert all("mg" not in value for value in dose.values())


def test_the_interval_is_cut_at_neither_end() -> None:
    """What has left the syringe lies in what is shown of the interval, to the last digit."""
    bench = infusing()
    for _ in range(7):
        bench.advance(1)
        dose = dose_view.dose(bench.state, bench.policy)
        low_mg, high_mg = (Decimal(dose[f"given_{one}_mg"]) for one in ("low", "high"))
        high_nl = given_high_nl(bench.state, bench.policy)
        assert low_mg <= Decimal(bench.state.account.low_nl) * 2 / 10**6
        assert Decimal(high_nl) * 2 / 10**6 <= high_mg < Decimal(high_nl) * 2 / 10**6 + Decimal("0.001")


@pytest.mark.parametrize(("rate", "seconds"), [(RATE, 2400), (RATE // 2, 4800), (0, None)])
def test_what_is_left_takes_as_long_as_the_rate_says(rate: int, seconds: int | None) -> None:
    bench = infusing()
    left_s = dose_view.time_left_s(bench.state, rate)
    assert left_s == seconds if seconds is None else abs((left_s or 0) - seconds) < 10


def test_the_order_is_told_in_its_own_units() -> None:
    shown = dose_view.order(infusing().state)
    assert (shown["patient"], shown["weight"], shown["rate"]) == ("tok-4711", "70 kg", "26.2 mL/h")


def test_a_pump_that_is_not_heard_has_no_reported_rate() -> None:
    bench = infusing()
    bench.link_down()
    assert dose_view.rates(bench.state)["reported_nl_h"] is None


def test_the_course_is_whole_seconds_of_treatment() -> None:
    bench = infusing()
    bench.pause()
    bench.tick(1_999, 100)
    assert dose_view.course(bench.state) == {"elapsed_s": 2, "planned_s": 2_405, "paused_s": 1}


def test_what_a_clinic_adds_to_an_order_is_shown_with_it_and_what_stays_in_the_line() -> None:
    """facts/clinical.md 2.3: what is in the line at the end is drug on top of the dose if it is flushed."""
    bench = Bench()
    bench.order(
        weight_kg="110",
        height_cm="170",
        sex="m",
        weight_basis="ideal",
        profile="depression",
        kind="booster",
        vial_mg_per_ml="50",
        drawn_ml="2",
        final_ml="50",
        line_ml="1.2",
        override_reason="none",
    )
    shown = dose_view.order(bench.state)
    assert shown["weight"] == "110 kg"
    assert {key: shown[key] for key in list(shown)[11:]} == {
        "dosed by": "65.936 kg, ideal",
        "profile": "depression",
        "kind": "booster",
        "recipe": "2 mL of the 50 mg/mL vial + 48 mL saline = 50 mL of 2 mg/mL",
        "line": "1.2 mL",
        "left in the line": "2.4 mg: discard it; a flush would give it on top",
        "overridden because": "none",
    }
