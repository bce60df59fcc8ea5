"""Tables that can be read: aligned, whole, and the deviations last."""

import io

import pytest

from hil_sim.population import Plan, observe_all
from hil_sim.population_figures import figures_of
from hil_sim.population_published import comparisons
from hil_sim.population_table import WIDTH, print_tables


@pytest.fixture(scope="module")
def shown() -> list[str]:
    plan = Plan(people=30)
    figures = figures_of(plan, observe_all(plan))
    out = io.StringIO()
    print_tables(figures, comparisons(figures), out)
    return out.getvalue().splitlines()


def test_no_line_is_cut_and_none_is_too_wide(shown: list[str]) -> None:
    assert max(map(len, shown)) <= WIDTH
    assert not [line for line in shown if "…" in line]


def test_numbers_stand_below_one_another(shown: list[str]) -> None:
    start = next(index for index, line in enumerate(shown) if line.lstrip().startswith("venous level, ng/mL"))
    ends = {len(line.rstrip()) for line in shown[start : start + 7]}
    assert len(ends) == 1


def test_every_question_has_its_table(shown: list[str]) -> None:
    text = "\n".join(shown)
    for words in (
        "30 virtual patients (seed 1), 0.5 mg/kg in 40 min",
        "systolic change, mmHg",
        "MOAA/S",
        "arterial level: highest",
        "dissociation gone",
        "SP2: SpO2 < 90 %",
        "Yale 2024",
        "DEVIATES",
    ):
        assert words in text


def test_the_deviations_are_said_again_at_the_end(shown: list[str]) -> None:
    last = [line for line in shown if line.startswith("  ")][-1]
    assert last.startswith("  dissociation gone, median: model ")


def test_without_deviations_it_says_none() -> None:
    plan = Plan(people=2, dose_mg_per_kg=0.3)
    figures = figures_of(plan, observe_all(plan))
    out = io.StringIO()
    print_tables(figures, [row for row in comparisons(figures) if row.agrees], out)
    assert out.getvalue().endswith("2 of 2 published figures met; deviations:\n  none\n")
