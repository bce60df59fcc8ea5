"""A scale's log as text: what is read, what is refused, and what becomes of grams."""

import pytest

from pumpd.commission.gravimetric import Liquid, Unreadable, parse, readings


def test_a_log_with_a_heading_and_remarks_is_read() -> None:
    text = "# Mettler, 2026-11-22\ntime_s;grams\n0;10.0000\n30,10.0415\n\n60,10.0831\n"
    assert parse(text, "a.csv") == ((0.0, 10.0), (30.0, 10.0415), (60.0, 10.0831))


@pytest.mark.parametrize("line", ["30", "30,1,2", "30,1,2,3", "30,abc", "nan,1", "30,inf", "30 1"])
def test_a_line_that_is_no_reading_is_refused_by_its_place(line: str) -> None:
    with pytest.raises(Unreadable, match=r"a\.csv:2: "):
        parse(f"0,10.0\n{line}\n", "a.csv")


def test_grams_become_volume_by_density_from_the_cup_on() -> None:
    found = readings(((5.0, 10.0), (65.0, 10.9982)), Liquid())
    assert found == ((5.0, 0.0), (65.0, pytest.approx(1e6)))


def test_what_has_evaporated_is_added_back() -> None:
    """36 mg/h is 10 ug/s."""
    found = readings(((0.0, 0.0), (100.0, 0.0)), Liquid(1.0, 0.036))
    assert found[1][1] == pytest.approx(1000.0)


@pytest.mark.parametrize(
    ("density", "evaporation", "why"),
    [
        (0.4, 0.0, "density 0.4: must be 0.5 to 2 g/mL"),
        (1.0, -0.1, "evaporation"),
        (1.0, float("nan"), "evap"),
    ],
)
def test_a_liquid_that_cannot_be_is_refused(density: float, evaporation: float, why: str) -> None:
    with pytest.raises(ValueError, match=why):
        Liquid(density, evaporation)


def test_no_line_is_no_reading() -> None:
    assert readings(parse("time_s,grams\n", "a.csv"), Liquid()) == ()
