"""The population is that of facts/clinical.md 6, person by person."""

from random import Random
from statistics import mean, median, stdev

import pytest

from hil_sim.patient.people import NAUSEA_FROM_NG_ML, Person, draw_person
from hil_sim.population import draw


@pytest.fixture(scope="module")
def people() -> list[Person]:
    return [draw(1, number) for number in range(2_000)]


def test_the_population_is_that_of_the_sources(people: list[Person]) -> None:
    """facts/clinical.md 6.2: resting 125 SD 12 / 78 SD 8 / 72 SD 10, Emax 27.5 and 18.9, correlated with 0.6."""
    for values, middle, spread in (
        ([one.resting.sys for one in people], 125, 12),
        ([one.resting.dia for one in people], 78, 8),
        ([one.resting.hr for one in people], 72, 10),
        ([one.pd.hr_emax_bpm for one in people], 9, 8),
    ):
        assert mean(values) == pytest.approx(middle, abs=0.1 * spread)
        assert stdev(values) == pytest.approx(spread, rel=0.06)
    assert mean(one.pd.sys_emax_mmhg for one in people) == pytest.approx(27.5, rel=0.05)
    assert stdev([one.pd.sys_emax_mmhg for one in people]) == pytest.approx(27.5 * 11.2 / 16, rel=0.15)
    assert mean(one.pd.dia_emax_mmhg for one in people) == pytest.approx(18.9, rel=0.05)


def test_kinetics_and_drowsiness_vary_as_given(people: list[Person]) -> None:
    """clinical.md 6.1: CV 25 % on volume and clearance, 30 % on the rest; 6.2: 20 % on what sedates."""
    for values, variation in (
        ([one.pk_factors[0] for one in people], 0.25),
        ([one.pk_factors[1] for one in people], 0.25),
        ([one.pk_factors[2] for one in people], 0.30),
        ([one.mind.sedation_factor for one in people], 0.20),
    ):
        assert median(values) == pytest.approx(1.0, abs=0.03)
        assert stdev(values) / mean(values) == pytest.approx(variation, rel=0.08)


def test_one_in_twenty_will_feel_sick() -> None:
    """clinical.md 1 #29."""
    people = [draw(seed, number) for seed in (1, 2, 3) for number in range(2_000)]
    sick = [one for one in people if one.tendencies]
    assert len(sick) / len(people) == pytest.approx(0.05, abs=0.01)
    assert {(one.name, one.from_ng_ml) for who in sick for one in who.tendencies} == {
        ("nausea", NAUSEA_FROM_NG_ML)
    }


def test_nobody_is_drawn_beyond_three_standard_deviations(people: list[Person]) -> None:
    assert max(abs(one.resting.sys - 125.0) for one in people) <= 36.0
    assert max(one.resting.spo2 for one in people) <= 100.0
    assert {one.weight_kg for one in people} <= set(range(45, 116))


def test_the_same_dice_make_the_same_person_and_the_number_is_kept() -> None:
    assert draw_person(Random("a"), 7) == draw_person(Random("a"), 7)
    assert draw_person(Random("a"), 7).number == 7
    assert draw_person(Random("b"), 7) != draw_person(Random("a"), 7)


def test_a_persons_body_is_that_person() -> None:
    person = draw(1, 0)
    body = person.body(1000.0)
    body.advance(2400.0, 35_000_000)
    seen = body.vitals()
    assert body.given_ug == pytest.approx(35_000.0)
    assert person.pk_factors != (1.0, 1.0, 1.0)
    usual = Person(weight_kg=person.weight_kg).body(1000.0)
    usual.advance(2400.0, 35_000_000)
    assert seen.c_ven_ng_ml != pytest.approx(usual.vitals().c_ven_ng_ml, rel=1e-3)
    assert person.body().vitals().sys == person.resting.sys
