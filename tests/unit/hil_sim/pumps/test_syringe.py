"""The barrel: facts/clinical.md 2.3 and 7."""

import pytest

from hil_sim.pumps.syringe import Syringe, area_mm2, max_rate_nl_h, min_rate_nl_h, travel_mm


def a_syringe(**changes: float) -> Syringe:
    return Syringe(**{"slack_nl": 0.0, **changes})


def test_travel_and_displacement_are_inverse_when_the_diameter_is_true() -> None:
    syringe = a_syringe(diameter_mm=26.59)

    assert syringe.push(travel_mm(1_000_000.0, 26.59)) == pytest.approx(1_000_000.0)
    assert syringe.contents_nl == pytest.approx(49_000_000.0)


@pytest.mark.parametrize(("chosen", "fitted", "percent"), [(26.59, 29.7, 24.8), (29.7, 26.59, -19.8)])
def test_a_wrong_syringe_delivers_by_the_square_of_the_diameters(
    chosen: float, fitted: float, percent: float
) -> None:
    """BD 60 chosen, Terumo 60 fitted: +24.8 %; the reverse: -19.8 % (clinical 2.3)."""
    out_nl = a_syringe(diameter_mm=fitted).push(travel_mm(1_000_000.0, chosen))

    assert (out_nl / 10_000.0) - 100.0 == pytest.approx(percent, abs=0.05)


def test_slack_is_taken_up_before_anything_leaves() -> None:
    syringe = Syringe(diameter_mm=26.59, slack_nl=120_000.0)

    assert syringe.push(travel_mm(100_000.0, 26.59)) == 0.0
    assert syringe.push(travel_mm(100_000.0, 26.59)) == pytest.approx(80_000.0)
    assert syringe.displaced_nl == pytest.approx(80_000.0)


def test_an_empty_barrel_gives_nothing_more() -> None:
    syringe = a_syringe(contents_nl=1000.0)

    assert syringe.push(travel_mm(5000.0, 26.59)) == pytest.approx(1000.0)
    assert syringe.is_at_end


def test_withdrawing_fills_up_to_the_capacity() -> None:
    syringe = a_syringe(contents_nl=59_999_000.0)

    assert syringe.push(-travel_mm(5000.0, 26.59)) == pytest.approx(-1000.0)
    assert syringe.contents_nl == pytest.approx(60_000_000.0)


def test_area_matches_the_table_of_ml_per_mm() -> None:
    assert area_mm2(26.59) / 1000.0 == pytest.approx(0.5553, abs=5e-5)


@pytest.mark.parametrize(
    ("diameter", "low_ul_h", "high_ml_h"),
    [(4.699, 0.729, 53.07), (14.43, 6.877, 500.5), (26.59, 23.35, 1699)],
)
def test_rate_range_is_area_times_screw_speed(diameter: float, low_ul_h: float, high_ml_h: float) -> None:
    assert min_rate_nl_h(diameter) / 1000.0 == pytest.approx(low_ul_h, rel=1e-3)
    assert max_rate_nl_h(diameter) / 1e6 == pytest.approx(high_ml_h, rel=1e-3)


def test_a_loose_plunger_gives_way_as_far_as_it_is_loose_and_no_further() -> None:
    """A siphon (clinical.md 7) empties what the holder lets go of; a plunger held fast gives nothing."""
    loose, fast = Syringe(loose_nl=350_000.0), Syringe()
    assert [loose.give_way(200_000.0), loose.give_way(200_000.0), loose.give_way(200_000.0)] == [
        200_000.0,
        150_000.0,
        0.0,
    ]
    assert (loose.displaced_nl, loose.contents_nl) == (350_000.0, 49_650_000.0)
    assert fast.give_way(200_000.0) == 0.0
