"""What may be asked without entering: the very answer an order would get, and the library as data."""

import json
from dataclasses import replace
from typing import Any

import pytest
from channel_bench import ORDER, POLICY, Bench

from pumpd.core.clinic.course import Clinic
from pumpd.core.consulting import consulted
from pumpd.core.library import KETAMINE
from pumpd.core.order import ALWAYS_FIELDS, CLINIC_FIELDS


def derived(**changed: Any) -> dict[str, Any]:
    answer: dict[str, Any] = consulted(POLICY, "derive", {**ORDER, **changed})["derivation"]
    return answer


def test_a_trial_answers_what_entering_would_answer() -> None:
    told = derived()
    (entered,) = Bench().order()
    assert tuple(told["steps"]) == entered.reasons
    assert told["problems"] == []
    assert told["programme"]["rate_nl_h"] == 26_200_000
    assert {key: told["programme"][key] for key in ("dose", "volume", "rate", "duration", "draw_up")} == {
        "dose": "35 mg",
        "volume": "17.5 mL",
        "rate": "26.2 mL/h",
        "duration": "40 min 5 s",
        "draw_up": "20.5 mL",
    }
    json.dumps(told, allow_nan=False)


def test_a_trial_beyond_a_soft_limit_has_numbers_a_problem_and_no_programme_until_it_is_accepted() -> None:
    told = derived(weight_kg="121")
    assert told["programme"] is None
    assert "dose = 121 kg x 0.5 mg/kg = 60.5 mg" in told["steps"]
    (problem,) = told["problems"]
    assert (problem["code"], problem["field"], problem["is_soft"]) == (
        "total_above_soft",
        "dose_mg_per_kg",
        True,
    )
    assert derived(weight_kg="121", accept_soft=("total_above_soft",))["programme"] is not None


def test_a_trial_with_almost_nothing_names_what_is_missing() -> None:
    told = consulted(POLICY, "derive", {"weight_kg": "70"})["derivation"]
    assert told["steps"] == []
    assert [one["field"] for one in told["problems"]] == [
        "patient",
        "drug",
        "syringe",
        "dose_mg_per_kg",
        "concentration_mg_per_ml",
        "minutes",
    ]


def test_the_library_is_told_in_the_units_of_its_rows() -> None:
    library = consulted(POLICY, "library", {})["library"]
    assert (library["hash"], library["version"], library["prime_ml"]) == ("built-in", "", "2")
    (drug,) = library["drugs"]
    assert (drug["key"], drug["concentrations"]) == ("ketamine", ["1", "2"])
    assert [one["mg_per_ml"] for one in drug["vials"]] == ["10", "50", "100"]
    assert [one["minutes"] for one in drug["profiles"]] == ["40", "60"]
    rows = {one["code"]: one for one in drug["limits"]}
    assert set(rows) == {row.code for row in KETAMINE.limits} | {"height"}
    assert rows["rate"] == {
        "code": "rate",
        "field": "minutes",
        "title": "rate",
        "unit": "mL/h",
        "hard_min": None,
        "soft_min": None,
        "soft_max": "80",
        "hard_max": "150",
    }
    assert (rows["duration"]["hard_min"], rows["dose"]["hard_min"]) == ("40", "0.001")
    assert library["syringes"] == [
        {"key": "bd-60", "title": "BD 50/60 mL", "fill_ml": "50", "usable_ml": "46"}
    ]


def test_a_syringe_that_nobody_measured_is_not_offered() -> None:
    capabilities = POLICY.capabilities["bd-60"]
    policy = replace(POLICY, capabilities={"bd-10": capabilities, "omnifix-50": capabilities})
    library = consulted(policy, "library", {})["library"]
    assert [one["key"] for one in library["syringes"]] == ["bd-10"]


def test_a_course_says_which_fields_it_wants() -> None:
    assert consulted(POLICY, "library", {})["library"]["required"] == list(ALWAYS_FIELDS)
    clinic = replace(POLICY, clinic=Clinic())
    assert consulted(clinic, "library", {})["library"]["required"] == [*ALWAYS_FIELDS, *CLINIC_FIELDS]


def test_another_verb_is_a_mistake_in_this_program() -> None:
    with pytest.raises(ValueError):
        consulted(POLICY, "pause", {})
