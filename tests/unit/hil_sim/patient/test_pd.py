"""The response curve against facts/clinical.md 6.2."""

import pytest

from hil_sim.patient.pd import PdParameters, Resting, mean_pressure, response, response_factor


@pytest.mark.parametrize(
    ("ng_ml", "mmhg"),
    [(62.0, 4.0), (109.5, 9.6), (146.9, 13.5), (177.3, 16.0), (115.4, 10.2), (84.7, 6.7), (68.4, 4.7)],
)
def test_systolic_rises_as_calibrated(ng_ml: float, mmhg: float) -> None:
    """Levels of 6.1 at 10, 20, 30, 40, 60, 80 and 100 min give the rises of 6.2."""
    assert response(ng_ml, PdParameters()).sys == pytest.approx(mmhg, abs=0.06)


def test_diastolic_and_pulse_rise_at_forty_minutes_as_calibrated() -> None:
    """Yale: +11.0 mmHg diastolic; pulse about +5."""
    change = response(177.3, PdParameters())
    assert change.dia == pytest.approx(11.0, abs=0.05)
    assert change.hr == pytest.approx(5.0, abs=0.5)


def test_no_drug_means_no_change() -> None:
    assert response(0.0, PdParameters()).sys == 0.0
    assert response(-3.0, PdParameters()).sys == 0.0


def test_the_response_never_passes_its_emax() -> None:
    assert response(1e9, PdParameters()).sys == pytest.approx(27.5)


def test_a_person_may_respond_more_or_not_at_all_and_a_pulse_may_fall() -> None:
    usual = response(150.0, PdParameters()).sys
    assert response(150.0, PdParameters(response_factor=1.6)).sys == pytest.approx(1.6 * usual)
    assert response(150.0, PdParameters(response_factor=0.0)).sys == 0.0
    assert response(150.0, PdParameters(hr_emax_bpm=-10.0)).hr == pytest.approx(-5.0)


@pytest.mark.parametrize("bad", [{"ec50_ng_ml": 0.0}, {"gamma": -1.0}, {"response_factor": -0.1}])
def test_a_curve_that_is_none_is_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        PdParameters(**bad)


def test_age_and_hypertension_raise_the_response() -> None:
    """Clinical.md 6.2, third row."""
    assert response_factor(40.0, is_hypertensive=False) == 1.0
    assert response_factor(60.0, is_hypertensive=True) == pytest.approx(1.3 * 1.1)


def test_resting_values_are_the_documented_ones() -> None:
    assert Resting() == Resting(sys=125.0, dia=78.0, hr=72.0, spo2=97.0)


def test_mean_pressure_lies_a_third_of_the_way_up() -> None:
    assert mean_pressure(120.0, 60.0) == pytest.approx(80.0)
