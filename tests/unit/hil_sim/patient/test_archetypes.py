"""Each named person does in a usual infusion what the name says (facts/clinical.md 6.2, "Scenarios")."""

import pytest

from hil_sim.parts import Vitals
from hil_sim.patient.archetypes import ARCHETYPES, archetype


def course(name: str, minutes: int = 40) -> list[Vitals]:
    """Half a milligram per kilogram in 40 min, looked at every ten seconds."""
    person = archetype(name)
    body = person.body()
    seen = []
    for _ in range(minutes * 6):
        body.advance(10.0, 0.5 * person.weight_kg * 500_000 / 240)
        seen.append(body.vitals())
    return seen


def test_the_typical_person_is_the_middle_of_clinical_6() -> None:
    end = course("typical")[-1]
    assert (end.sys, end.dia) == pytest.approx((141.0, 89.0), abs=0.1)
    assert (end.moaas, end.symptoms) == (5, ())


def test_the_exaggerated_response_is_45_over_25() -> None:
    """clinical.md 6.2."""
    end = course("exaggerated")[-1]
    assert (end.sys - 125.0, end.dia - 78.0) == pytest.approx((45.0, 25.0), abs=0.1)


def test_the_hypertensive_person_starts_at_145_over_92_and_passes_160_over_100() -> None:
    """clinical.md 6.2; BP2."""
    seen = course("hypertensive")
    assert (archetype("hypertensive").resting.sys, archetype("hypertensive").resting.dia) == (145.0, 92.0)
    assert (seen[-1].sys, seen[-1].dia) == pytest.approx((145.0 + 1.3 * 16.0, 92.0 + 1.3 * 11.0), abs=0.2)


def test_a_crisis_passes_180_over_110_from_a_pressure_that_may_start() -> None:
    """BP3; START is refused above 160/100 (clinical.md 3.3)."""
    seen = course("crisis")
    assert max(one.sys for one in seen) >= 180.0
    assert max(one.dia for one in seen) >= 110.0
    assert archetype("crisis").resting.sys <= 160.0
    assert archetype("crisis").resting.dia <= 100.0


def test_who_does_not_respond_hardly_moves() -> None:
    assert course("non_responder")[-1].sys == pytest.approx(126.6, abs=0.1)


def test_the_frail_person_has_more_drug_and_is_drowsier() -> None:
    end, usual = course("frail")[-1], course("typical")[-1]
    assert end.c_ven_ng_ml > usual.c_ven_ng_ml
    assert (end.moaas, "drowsiness" in end.symptoms) == (4, True)
    assert end.sys - 138.0 > 1.3 * 16.0


def test_the_desaturating_person_is_below_90_for_minutes_and_recovers() -> None:
    """SP2: < 90 % for 10 s."""
    seen = course("desaturating")
    low = [index for index, one in enumerate(seen) if one.spo2 < 90.0]
    assert low
    assert 120 <= 10 * len(low) <= 300
    assert seen[-1].spo2 == pytest.approx(95.0)


def test_the_vagal_person_faints_once_at_about_ten_minutes() -> None:
    """BP4, HR2, SE3."""
    seen = course("vagal")
    away = [index for index, one in enumerate(seen) if one.moaas <= 1]
    assert 500 <= 10 * away[0] <= 700
    assert away == list(range(away[0], away[-1] + 1))
    assert min(one.hr for one in seen) < 45.0
    assert min(one.sys for one in seen) < 90.0


def test_the_nauseous_person_is_sick_and_the_vomiting_one_vomits_and_moves() -> None:
    assert {symptom for one in course("nauseous") for symptom in one.symptoms} == {"nausea"}
    seen = course("vomiting")
    assert any("vomiting" in one.symptoms for one in seen)
    assert [one.is_shaking for one in seen] == ["vomiting" in one.symptoms for one in seen]


def test_the_dissociating_person_is_far_away_and_answers() -> None:
    end = course("dissociating")[-1]
    assert end.dissociation > 80.0
    assert end.moaas == 5


def test_the_sleepy_person_answers_only_to_a_loud_voice() -> None:
    """SE1: MOAA/S 3."""
    scores = [one.moaas for one in course("sleepy")]
    assert scores == sorted(scores, reverse=True)
    assert (scores[0], scores[-1]) == (5, 3)


def test_the_panicking_person_has_a_fast_pulse_for_minutes() -> None:
    """HR1: > 120 beats/min for 60 s."""
    assert sum(one.hr > 120.0 for one in course("panicking")) >= 12


def test_the_slow_clearing_person_returns_later() -> None:
    assert archetype("slow_clearing").pk.rates_min()[1] < 0.6 * archetype("typical").pk.rates_min()[1]


@pytest.mark.parametrize("name", ARCHETYPES)
def test_everybody_may_be_started(name: str) -> None:
    """clinical.md 3.3: 160/100 at the most, saturation 94 % or more, awake."""
    at_rest = archetype(name).body().vitals()
    assert (at_rest.sys <= 160.0, at_rest.dia <= 100.0, at_rest.spo2 >= 94.0) == (True, True, True)
    assert (at_rest.moaas, at_rest.symptoms) == (5, ())


def test_an_unknown_name_is_refused_with_who_there_is() -> None:
    with pytest.raises(ValueError, match="typical, non_responder"):
        archetype("martian")
