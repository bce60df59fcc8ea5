"""The model against what has been published (facts/clinical.md 3.2, 6.1, 6.2): agreement, and honest deviations."""

import pytest

from hil_sim.population import Plan, observe_all
from hil_sim.population_figures import Figures, figures_of
from hil_sim.population_published import Comparison, comparisons

#: What the model is known to get wrong, and `hil_sim.population_published` says why.
KNOWN = {"half-life of the last phase", "dissociation gone, median"}


@pytest.fixture(scope="module")
def figures() -> Figures:
    plan = Plan(people=200, seed=1)
    return figures_of(plan, observe_all(plan))


def test_the_yale_series_is_met(figures: Figures) -> None:
    """clinical.md 6.2 [V1]: +16.0 SD 11.2 and +11.0 SD 8.45 mmHg at the end of 2342 infusions."""
    end = figures.at[40.0]
    error = end["systolic_change_mmhg"].sd / 200**0.5
    assert end["systolic_change_mmhg"].mean == pytest.approx(16.0, abs=max(1.6, 2 * error))
    assert end["systolic_change_mmhg"].sd == pytest.approx(11.2, rel=0.15)
    assert end["diastolic_change_mmhg"].mean == pytest.approx(11.0, abs=1.1)
    assert end["diastolic_change_mmhg"].sd == pytest.approx(8.45, rel=0.15)


def test_the_venous_level_at_forty_minutes_is_the_measured_one(figures: Figures) -> None:
    """clinical.md 6.1: 177 ng/mL; 185 ng/mL measured (Zarate 2006)."""
    end = figures.at[40.0]["c_ven_ng_ml"]
    assert end.percentiles[2] == pytest.approx(177.0, rel=0.05)
    assert end.mean == pytest.approx(185.0, rel=0.15)


def test_only_what_is_known_to_deviate_deviates(figures: Figures) -> None:
    rows = comparisons(figures)
    assert {row.what for row in rows if not row.agrees} == KNOWN
    assert len(rows) > 30


def test_every_row_names_its_source_and_a_band_around_what_was_published(figures: Figures) -> None:
    for row in comparisons(figures):
        assert row.source
        assert row.unit
        assert row.low <= row.published <= row.high


def test_a_model_outside_the_band_is_called_a_deviation() -> None:
    row = Comparison("level", "ng/mL", "measured", "somebody", 100.0, 90.0, 110.0, 110.1)
    assert (row.agrees, row.to_json()["agrees"]) == (False, False)
    assert Comparison("level", "ng/mL", "measured", "somebody", 100.0, 90.0, 110.0, 110.0).agrees


@pytest.mark.parametrize(("minutes", "level"), [(40.0, 355.0), (60.0, 300.0)])
def test_a_larger_dose_is_held_against_its_own_figures(minutes: float, level: float) -> None:
    """clinical.md 6.1: 1.0 mg/kg reaches 355 ng/mL at 40 min, 300 at 60 min."""
    plan = Plan(people=60, dose_mg_per_kg=1.0, minutes=minutes)
    (row,) = (one for one in comparisons(figures_of(plan, observe_all(plan))) if "venous" in one.what)
    assert (row.published, row.agrees) == (level, True)


def test_an_infusion_nobody_has_published_is_only_held_against_the_kinetics() -> None:
    plan = Plan(people=2, dose_mg_per_kg=0.3)
    assert {row.unit for row in comparisons(figures_of(plan, observe_all(plan)))} == {"L/h", "L", "min"}
