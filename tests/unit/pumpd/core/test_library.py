"""The tables are those of facts/clinical.md 2.2 and 2.3."""

import math

import pytest

from pumpd.core.library import DRUGS, KETAMINE, PRIME_NL, RESERVE_NL, RESIDUAL_NL, SYRINGES

#: mL per mm of clinical.md 2.3, computed there from the diameter.
ML_PER_MM = {
    "bd-10": 0.1635,
    "bd-20": 0.2850,
    "bd-30": 0.3661,
    "bd-60": 0.5553,
    "terumo-10": 0.1961,
    "terumo-20": 0.3189,
    "terumo-30": 0.4191,
    "terumo-60": 0.6928,
    "hsw-10": 0.1986,
    "hsw-20": 0.3157,
    "hsw-30": 0.4119,
    "hsw-50": 0.6697,
    "monoject-12": 0.1941,
    "monoject-20": 0.3179,
    "monoject-35": 0.4345,
    "monoject-60": 0.5574,
    "omnifix-10": 0.199,
    "omnifix-20": 0.317,
    "omnifix-50": 0.607,
}


def test_the_syringe_table_is_the_one_of_the_facts() -> None:
    assert set(SYRINGES) == set(ML_PER_MM)


@pytest.mark.parametrize("key", sorted(ML_PER_MM))
def test_a_syringes_diameter_gives_the_volume_per_millimetre_of_the_facts(key: str) -> None:
    diameter_mm = SYRINGES[key].diameter_um / 1000
    places = 3 if key.startswith("omnifix") else 4
    assert math.pi / 4 * diameter_mm**2 / 1000 == pytest.approx(ML_PER_MM[key], abs=0.6 * 10**-places)


def test_only_the_unmeasured_omnifix_is_disabled_and_says_why() -> None:
    disabled = {row.key for row in SYRINGES.values() if not row.is_enabled}
    assert disabled == {"omnifix-10", "omnifix-20", "omnifix-50"}
    assert all("measure it before use" in SYRINGES[key].disabled_because for key in disabled)


def test_a_key_is_its_own_rows_key_and_dead_space_grows_with_the_barrel() -> None:
    assert all(key == row.key for key, row in SYRINGES.items())
    assert [SYRINGES[f"bd-{n}"].dead_space_nl for n in (10, 20, 30, 60)] == [
        100_000,
        150_000,
        170_000,
        200_000,
    ]


def test_every_limit_names_its_source_and_its_bounds_are_in_order() -> None:
    for row in KETAMINE.limits:
        assert row.source
        bounds = [b for b in (row.hard_min, row.soft_min, row.soft_max, row.hard_max) if b is not None]
        assert bounds == sorted(bounds)
        assert bounds


def test_no_limit_lets_the_intramuscular_figure_of_1_5_mg_per_kg_through() -> None:
    """clinical.md 1 row 5."""
    assert KETAMINE.limit("dose").hard_max == 1_000


def test_esketamine_is_not_in_the_library() -> None:
    """clinical.md 1.2: not interchangeable mg for mg."""
    assert set(DRUGS) == {"ketamine"}
    assert "racemic" in KETAMINE.title


def test_the_profiles_are_40_and_60_minutes() -> None:
    assert {one.key: one.duration_s for one in KETAMINE.profiles} == {"depression": 2_400, "pain": 3_600}


def test_an_unknown_limit_is_a_mistake_in_the_program() -> None:
    with pytest.raises(KeyError):
        KETAMINE.limit("colour")


def test_what_is_drawn_up_fits_the_reserve_kept_free() -> None:
    assert PRIME_NL + RESIDUAL_NL <= RESERVE_NL == 4_000_000
