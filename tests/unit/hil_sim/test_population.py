"""Everybody gets the whole dose, evenly, and is looked at until it is over (issue 5, the patient)."""

from dataclasses import replace

import pytest

from hil_sim.patient.archetypes import archetype
from hil_sim.patient.people import Person
from hil_sim.population import RETURNS, WATCHED_MIN, Plan, draw, observe, observe_all


def test_the_typical_person_has_the_course_of_the_sheet() -> None:
    """clinical.md 6.1 and 6.2: levels and rises at 10, 20, 30, 40, 60 and 80 min."""
    seen = observe(Person(), Plan()).looks
    for minute, level, rise in (
        (10.0, 62, 4.0), (20.0, 109.5, 9.6), (30.0, 147, 13.5), (40.0, 177, 16.0), (60.0, 115, 10.2), (80.0, 85, 6.7),
    ):  # fmt: skip
        assert seen[minute].c_ven_ng_ml == pytest.approx(level, abs=1.0)
        assert seen[minute].sys - 125.0 == pytest.approx(rise, abs=0.1)


def test_the_artery_leads_during_the_infusion_and_follows_after_it() -> None:
    """clinical.md 6.1, Henthorn 2018."""
    seen = observe(Person(), Plan()).looks
    assert seen[30.0].c_art_ng_ml > seen[30.0].c_ven_ng_ml + 5.0
    assert seen[60.0].c_art_ng_ml < seen[60.0].c_ven_ng_ml - 2.0


def test_times_of_peak_and_return_are_those_of_the_course() -> None:
    course = observe(Person(), Plan())
    assert course.peak_min == {"c_ven": 40.0, "c_art": 40.0, "sys": 40.0}
    assert course.return_min["recovery"] == pytest.approx(54.0, abs=6.0)  # within 10 %, 12.5 mmHg
    assert course.return_min["systolic_5"] == pytest.approx(96.0, abs=4.0)  # 4.7 mmHg at 100 min (6.2)
    assert course.return_min["half_level"] == pytest.approx(78.0, abs=2.0)  # 88 ng/mL
    assert course.return_min["sedation"] == 0.0
    assert course.worst["sys"] == pytest.approx(141.0, abs=0.1)


def test_who_is_not_back_when_watching_ends_is_not_said_to_be_back() -> None:
    never = replace(archetype("slow_clearing"), pk_factors=(0.6, 0.05, 1.0))
    course = observe(never, Plan())
    assert course.return_min["dissociation"] is None
    assert set(course.return_min) == set(RETURNS)


def test_the_end_of_any_infusion_is_looked_at() -> None:
    plan = Plan(dose_mg_per_kg=1.0, minutes=52.5)
    course = observe(Person(), plan)
    assert 52.5 in course.looks
    assert course.peak_min["c_ven"] == 52.5
    assert course.looks[52.5].c_ven_ng_ml > course.looks[60.0].c_ven_ng_ml


def test_a_very_long_infusion_is_watched_to_its_end_and_beyond() -> None:
    course = observe(Person(), Plan(minutes=600.0, dose_mg_per_kg=5.0))
    assert course.peak_min["c_ven"] == 600.0
    assert 600.0 < (course.return_min["half_level"] or 0.0) < 600.0 + WATCHED_MIN


def test_what_a_tendency_does_is_noted() -> None:
    course = observe(archetype("desaturating"), Plan())
    assert course.worst["spo2"] == pytest.approx(87.0)
    assert "vomiting" in observe(archetype("vomiting"), Plan()).symptoms


def test_a_population_is_its_numbers_one_after_the_other() -> None:
    plan = Plan(people=3, seed=5)
    assert observe_all(plan) == [observe(draw(5, number), plan) for number in range(3)]
    assert draw(5, 1) != draw(6, 1)


@pytest.mark.parametrize(
    ("numbers", "said"),
    [
        ({"people": 1}, "--n is 1"),
        ({"dose_mg_per_kg": 0.0}, "--dose-mg-per-kg is 0.0"),
        ({"dose_mg_per_kg": float("nan")}, "--dose-mg-per-kg is nan"),
        ({"minutes": -4.0}, "--minutes is -4.0"),
        ({"minutes": 601.0}, "600 min at the most"),
    ],
)
def test_an_infusion_that_is_none_is_refused_with_value_limit_and_unit(
    numbers: dict[str, float], said: str
) -> None:
    with pytest.raises(ValueError, match=said):
        Plan(**numbers)  # type: ignore[arg-type]
