"""Plain statistics, nobody left out."""

import json
from statistics import fmean, quantiles, stdev

import pytest

from hil_sim.patient.archetypes import ARCHETYPES, archetype
from hil_sim.population import Course, Plan, observe, observe_all
from hil_sim.population_figures import LIMITS, figures_of, percentile, spread

PLAN = Plan(people=40, seed=3)


@pytest.fixture(scope="module")
def courses() -> list[Course]:
    return observe_all(PLAN)


def test_a_sample_is_described_as_the_textbook_does() -> None:
    values = [4.0, 8.0, 15.0, 16.0, 23.0, 42.0]
    said = spread(values)
    assert (said.mean, said.sd, said.least, said.most) == (fmean(values), stdev(values), 4.0, 42.0)
    inclusive = quantiles(values, n=20, method="inclusive")
    assert said.percentiles == pytest.approx([inclusive[index] for index in (0, 4, 9, 14, 18)])


def test_percentiles_end_at_the_ends() -> None:
    assert (percentile([1.0, 2.0], 0), percentile([1.0, 2.0], 100), percentile([7.0], 95)) == (1.0, 2.0, 7.0)
    assert spread([7.0]).sd == 0.0


def test_changes_are_against_each_persons_own_rest(courses: list[Course]) -> None:
    figures = figures_of(PLAN, courses)
    rises = [one.looks[40.0].sys - one.resting.sys for one in courses]
    assert figures.at[40.0]["systolic_change_mmhg"].mean == pytest.approx(fmean(rises))
    assert figures.at[40.0]["systolic_change_mmhg"].sd == pytest.approx(stdev(rises))
    assert figures.at[40.0]["c_ven_ng_ml"].mean == pytest.approx(
        fmean(one.looks[40.0].c_ven_ng_ml for one in courses)
    )


def test_everybody_has_a_score_at_every_minute(courses: list[Course]) -> None:
    figures = figures_of(PLAN, courses)
    assert {sum(row.values()) for row in figures.moaas.values()} == {40}


def test_each_limit_is_passed_by_the_person_it_is_for() -> None:
    """The archetypes of clinical.md 6.2 against the limits of 3.2."""
    over = {
        name: {key for key, (_, is_over) in LIMITS.items() if is_over(observe(archetype(name), PLAN).worst)}
        for name in ARCHETYPES
    }
    assert over["typical"] == {"dissociation_from_30_points"}
    assert {"rise_20_percent", "systolic_over_160_mmhg"} <= over["exaggerated"]
    assert "systolic_from_180_mmhg" not in over["exaggerated"]
    assert {"systolic_from_180_mmhg", "diastolic_from_110_mmhg", "from_180_or_110_mmhg"} <= over["crisis"]
    assert {"spo2_below_94_percent", "spo2_below_92_percent", "spo2_below_90_percent"} <= over["desaturating"]
    assert "spo2_below_94_percent" not in over["typical"]
    assert "heart_rate_below_45_bpm" in over["vagal"]
    assert "heart_rate_over_120_bpm" in over["panicking"]
    assert {"moaas_4_or_less", "moaas_3_or_less"} <= over["sleepy"]
    assert "dissociation_from_60_points" in over["dissociating"]


def test_a_return_counts_those_who_were_away(courses: list[Course]) -> None:
    figures = figures_of(PLAN, courses)
    sedated = figures.returns["sedation"]
    assert sedated.ever_away == sum(one.worst["moaas"] < 5 for one in courses)
    assert figures.returns["half_level"].ever_away == 40


def test_when_nobody_was_away_there_is_no_time_of_return() -> None:
    plan = Plan(people=2, dose_mg_per_kg=0.01)
    figures = figures_of(plan, observe_all(plan))
    assert figures.returns["sedation"].at_min is None
    assert figures.to_json()["returned_at_min"]["sedation"]["at_min"] is None


def test_the_json_is_json_with_units_in_its_keys(courses: list[Course]) -> None:
    said = json.loads(json.dumps(figures_of(PLAN, courses).to_json()))
    assert (said["people"], said["dose_mg_per_kg"], said["duration_min"], said["seed"]) == (40, 0.5, 40.0, 3)
    assert list(said["at_min"]) == ["10", "20", "30", "40", "60", "80", "130"]
    row = said["at_min"]["40"]
    assert set(row["c_ven_ng_ml"]) == {"mean", "sd", "p5", "p25", "p50", "p75", "p95", "min", "max"}
    assert {"c_art_ng_ml", "systolic_change_mmhg", "diastolic_change_mmhg", "heart_rate_change_bpm"} <= set(
        row
    )
    assert sum(row["moaas_share"].values()) == pytest.approx(1.0)
    assert all(0.0 <= share <= 1.0 for share in said["over_limit_share"].values())
