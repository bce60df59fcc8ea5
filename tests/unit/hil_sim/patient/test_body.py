"""The whole person: volume in, vital signs out, script on top."""

import pytest

from hil_sim.parts import Body as BodyShape
from hil_sim.patient.body import BODY_EVENTS, Body
from hil_sim.patient.pd import PdParameters, Resting
from hil_sim.patient.sedation import Mind


def infuse(body: Body, minutes: float, ml_h: float = 26.25) -> None:
    """Run the usual programme in one-second steps."""
    for _ in range(round(minutes * 60)):
        body.advance(1.0, ml_h * 1_000_000 / 3600)


def test_the_body_has_the_shape_the_world_expects() -> None:
    shape: BodyShape = Body(70.0, 2000.0)
    assert shape.vitals().sys == 125.0


def test_forty_minutes_of_the_usual_programme_raise_pressure_as_at_yale() -> None:
    """Clinical.md 6.2: +16.0 / +11.0 mmHg at 40 min; 17.5 mL of 2 mg/mL are 35 mg."""
    body = Body(70.0, 2000.0)
    infuse(body, 40)
    seen = body.vitals()
    assert body.given_ug == pytest.approx(35_000.0)
    assert seen.c_ven_ng_ml == pytest.approx(177, abs=1)
    assert seen.sys == pytest.approx(141.0, abs=0.1)
    assert seen.dia == pytest.approx(89.0, abs=0.1)
    assert seen.map == pytest.approx(seen.dia + (seen.sys - seen.dia) / 3)
    assert seen.spo2 == 97.0


def test_slowing_holds_the_level_and_pausing_brings_it_down() -> None:
    """Clinical.md 3.2: from 25 min, half rate goes 129 to 136 ng/mL in 20 min; PAUSE drops 12 % in 5 min."""
    slowed, paused = Body(70.0, 2000.0), Body(70.0, 2000.0)
    infuse(slowed, 25)
    infuse(paused, 25)
    at_25 = paused.vitals().c_ven_ng_ml
    infuse(slowed, 20, ml_h=13.125)
    infuse(paused, 5, ml_h=0.0)
    assert at_25 == pytest.approx(129, abs=1)
    assert slowed.vitals().c_ven_ng_ml == pytest.approx(136, abs=1)
    assert paused.vitals().c_ven_ng_ml == pytest.approx(at_25 * 0.88, rel=0.01)


def test_a_scripted_shift_adds_to_the_true_pressure_over_its_ramp() -> None:
    body = Body(70.0, 2000.0)
    body.event("bp_shift", sys=26.0, dia=10.0, over_s=60.0)
    body.advance(30.0, 0.0)
    assert (body.vitals().sys, body.vitals().dia) == (138.0, 83.0)
    body.advance(600.0, 0.0)
    assert (body.vitals().sys, body.vitals().dia) == (151.0, 88.0)


def test_pulse_and_saturation_shift_and_return() -> None:
    body = Body(70.0, 2000.0)
    body.event("spo2_shift", spo2=-9.0, over_s=10.0, for_s=60.0)
    body.event("hr_shift", hr=50.0)
    body.advance(20.0, 0.0)
    assert (body.vitals().spo2, body.vitals().hr) == (88.0, 122.0)
    body.advance(60.0, 0.0)
    assert body.vitals().spo2 == 97.0


def test_values_keep_within_what_a_body_can_have() -> None:
    body = Body(70.0, 2000.0)
    body.event("spo2_shift", spo2=40.0)
    body.event("hr_shift", hr=-500.0)
    body.event("bp_shift", sys=-100.0, dia=60.0)
    seen = body.vitals()
    assert (seen.spo2, seen.hr, seen.sys, seen.dia) == (100.0, 0.0, 25.0, 25.0)


def test_backflow_must_return_before_drug_does() -> None:
    body = Body(70.0, 2000.0)
    body.advance(1.0, -50_000.0)
    body.advance(1.0, 30_000.0)
    assert body.given_ug == 0.0
    body.advance(1.0, 30_000.0)
    assert body.given_ug == pytest.approx(20.0)  # 10 000 nl of 2000 ug/mL


def test_people_differ_by_explicit_parameters() -> None:
    strong = Body(70.0, 2000.0, resting=Resting(sys=145.0, dia=92.0), pd=PdParameters(response_factor=1.6))
    infuse(strong, 40)
    assert strong.vitals().sys == pytest.approx(145.0 + 1.6 * 16.0, abs=0.1)


@pytest.mark.parametrize(
    ("name", "params"),
    [("bp_jump", {"sys": 1.0}), ("bp_shift", {"over_s": 1.0}), ("hr_shift", {"hr": 1.0, "sys": 2.0})],
)
def test_an_unknown_event_is_refused_with_what_there_is(name: str, params: dict[str, float]) -> None:
    with pytest.raises(ValueError, match="_shift"):
        Body(70.0, 2000.0).event(name, **params)


def test_every_event_is_described() -> None:
    shifts = {"bp_shift", "hr_shift", "spo2_shift", "deep_sedation"}
    assert set(BODY_EVENTS) == shifts | {"faint", "nausea", "vomit", "panic"}


def test_a_tenfold_rate_puts_the_person_under_and_the_usual_one_does_not() -> None:
    """Clinical.md 3.2 and 6.2: 332 ng/mL at 5 min and 620 at 10 min with the rate tenfold."""
    usual, tenfold = Body(70.0, 2000.0), Body(70.0, 2000.0)
    infuse(usual, 40)
    assert (usual.vitals().moaas, usual.vitals().rr) == (5, 14.0)
    assert usual.vitals().dissociation == pytest.approx(0.3 * (177 - 50), abs=0.5)
    infuse(tenfold, 5, ml_h=262.5)
    assert tenfold.vitals().c_ven_ng_ml == pytest.approx(332, abs=2)
    assert tenfold.vitals().moaas == 4
    infuse(tenfold, 15, ml_h=262.5)
    assert tenfold.vitals().moaas == 1
    assert tenfold.vitals().rr < 10.0


def test_deep_sedation_by_script_lowers_score_and_breathing_and_passes() -> None:
    body = Body(70.0, 2000.0)
    body.event("deep_sedation", ng_ml=1200.0, over_s=10.0, for_s=60.0)
    body.advance(20.0, 0.0)
    assert (body.vitals().moaas, body.vitals().c_ven_ng_ml) == (1, 0.0)
    assert body.vitals().rr == pytest.approx(14.0 * (1.0 - 0.7 * 500.0 / 800.0))
    body.advance(60.0, 0.0)
    assert (body.vitals().moaas, body.vitals().rr) == (5, 14.0)


def test_a_patient_who_does_not_breathe_has_a_growing_gap() -> None:
    body = Body(70.0, 2000.0)
    body.is_apnoeic = True
    for _ in range(25):
        body.advance(1.0, 0.0)
    assert (body.vitals().rr, body.vitals().breath_gap_s) == (0.0, 25.0)


def test_one_persons_mind_gives_way_sooner_than_anothers() -> None:
    """Clinical.md 6.2: the levels that sedate differ by 20 % between people; at 177 ng/mL the usual person is awake."""
    sleepy = Body(70.0, 2000.0, mind=Mind(sedation_factor=1.2, dissociation_factor=2.0))
    infuse(sleepy, 40)
    seen = sleepy.vitals()
    assert (seen.moaas, seen.symptoms) == (4, ("drowsiness",))
    assert seen.dissociation == pytest.approx(2.0 * 0.3 * (177 - 50), abs=0.5)


def test_a_pressure_that_is_too_low_takes_the_answers_away_whatever_lowered_it() -> None:
    body = Body(70.0, 2000.0)
    body.event("bp_shift", sys=-70.0, dia=-40.0)
    assert (body.vitals().moaas, body.vitals().symptoms) == (1, ("unconscious",))
