"""The kinetics against the published defaults (facts/clinical.md 6.1) and against their own mathematics."""

from math import log

import pytest

from hil_sim.patient.pk import CLEMENTS_NIMMO, PkParameters, TwoCompartment, drug_ug

WEIGHT_KG = 70.0


def infused(
    until_min: float, step_s: float, dose_mg_kg: float = 0.5, over_min: float = 40.0
) -> TwoCompartment:
    """Return a person of 70 kg `until_min` minutes after the start of an even infusion."""
    body = TwoCompartment(WEIGHT_KG)
    steps = round(until_min * 60.0 / step_s)
    for step in range(steps):
        is_on = step * step_s < over_min * 60.0
        rate_ug_s = dose_mg_kg * 1000.0 * WEIGHT_KG / (over_min * 60.0)
        body.advance(step_s, rate_ug_s * step_s if is_on else 0.0)
    return body


@pytest.mark.parametrize(
    ("minute", "ng_ml"), [(5, 33), (10, 62), (20, 109), (30, 147), (40, 177), (60, 115), (80, 85), (110, 63)]
)
def test_half_a_milligram_per_kilogram_gives_the_levels_of_clinical_6_1(minute: int, ng_ml: int) -> None:
    assert infused(minute, step_s=10.0).c_ven == pytest.approx(ng_ml, abs=0.6)


def test_one_milligram_per_kilogram_gives_355_at_40_minutes_and_300_over_an_hour() -> None:
    """Clinical.md 6.1, last line."""
    assert infused(40, 10.0, dose_mg_kg=1.0).c_ven == pytest.approx(355, abs=1)
    assert infused(60, 10.0, dose_mg_kg=1.0, over_min=60.0).c_ven == pytest.approx(300, abs=1)


def test_a_tenfold_rate_reaches_the_levels_that_vitals_cannot_catch() -> None:
    """Clinical.md 3.2: 70 ng/mL at 1 min, 332 at 5 min, 620 at 10 min."""
    for minute, ng_ml in ((1, 70), (5, 332), (10, 620)):
        assert infused(minute, 5.0, dose_mg_kg=5.0).c_ven == pytest.approx(ng_ml, abs=1)


def test_the_step_does_not_change_the_answer() -> None:
    fine, coarse = infused(40, step_s=0.1), infused(40, step_s=2400.0)
    for name in ("c_ven", "c_art", "c_effect", "body_ug"):
        assert getattr(coarse, name) == pytest.approx(getattr(fine, name), rel=1e-9)


def test_an_even_step_gives_what_the_exponentials_give() -> None:
    """Steps of one length go by factors, steps of changing length do not; four hours apart by less than 1e-9."""
    even, uneven = TwoCompartment(WEIGHT_KG), TwoCompartment(WEIGHT_KG)
    for step in range(4 * 3600 * 10):
        ug_s = 14.58 if step < 24_000 and step % 7_000 < 6_000 else 0.0
        even.advance(0.1, ug_s * 0.1)
        for dt_s in (0.03, 0.07):
            uneven.advance(dt_s, ug_s * dt_s)
        if step in (100, 23_999, 144_000 - 1):
            for name in ("c_ven", "c_art", "c_effect", "body_ug"):
                assert getattr(even, name) == pytest.approx(getattr(uneven, name), rel=1e-9)


def test_a_length_that_changes_and_comes_back_is_stepped_rightly() -> None:
    one, other = TwoCompartment(WEIGHT_KG), TwoCompartment(WEIGHT_KG)
    for dt_s in (0.1, 0.1, 0.1, 5.0, 5.0, 0.1, 0.1, 0.0, 0.1):
        one.advance(dt_s, 14.58 * dt_s)
    other.advance(10.6, 14.58 * 10.6)
    assert one.c_effect == pytest.approx(other.c_effect, rel=1e-9)


def test_the_level_falls_at_the_published_half_times() -> None:
    """Clinical.md 6.1: 17.6 and 183 min."""
    fast, slow = CLEMENTS_NIMMO.rates_min()
    assert (log(2.0) / fast, log(2.0) / slow) == pytest.approx((17.6, 183.0), abs=0.5)


def test_drug_is_neither_made_nor_lost_but_by_elimination() -> None:
    """Integrate the elimination by hand over 40 min of one-second steps: in = left + eliminated."""
    body = TwoCompartment(WEIGHT_KG)
    v1_l = CLEMENTS_NIMMO.v1_l_kg * WEIGHT_KG
    eliminated_ug = 0.0
    for _ in range(2400):
        before = body.c_ven
        body.advance(1.0, 35_000.0 / 2400.0)
        eliminated_ug += (before + body.c_ven) / 2.0 * v1_l * CLEMENTS_NIMMO.k10_min / 60.0
    assert body.body_ug + eliminated_ug == pytest.approx(35_000.0, rel=1e-6)


def test_the_artery_leads_the_vein_while_infusing_and_falls_below_it_afterwards() -> None:
    """Clinical.md 6.1, Henthorn 2018."""
    running, over = infused(20, 10.0), infused(60, 10.0)
    assert running.c_art > running.c_ven + 5.0
    assert over.c_art < over.c_ven - 2.0


def test_the_effect_site_lags_the_artery_by_its_half_time() -> None:
    """After a bolus with an arterial lag almost nil, half the level is reached in about 2 min."""
    sharp = PkParameters(k10_min=1e-9, k12_min=1e-9, k_av_min=1e6)
    body = TwoCompartment(WEIGHT_KG, sharp)
    body.advance(0.0, 1000.0)
    body.advance(120.0, 0.0)
    assert body.c_effect == pytest.approx(body.c_ven / 2.0, rel=1e-3)


def test_coinciding_time_constants_are_no_singularity() -> None:
    total = CLEMENTS_NIMMO.k10_min + CLEMENTS_NIMMO.k12_min + CLEMENTS_NIMMO.k21_min
    alpha = (total + (total**2 - 4 * CLEMENTS_NIMMO.k10_min * CLEMENTS_NIMMO.k21_min) ** 0.5) / 2
    levels = []
    for ke0 in (alpha, alpha * 1.0001):
        body = TwoCompartment(WEIGHT_KG, PkParameters(ke0_min=ke0))
        body.advance(600.0, 9000.0)
        levels.append(body.c_effect)
    assert levels[0] == pytest.approx(levels[1], rel=1e-3)


def test_a_bolus_without_time_raises_the_central_level_at_once() -> None:
    body = TwoCompartment(WEIGHT_KG)
    body.advance(0.0, CLEMENTS_NIMMO.v1_l_kg * WEIGHT_KG * 100.0)
    assert body.c_ven == pytest.approx(100.0)


def test_a_faster_clearance_lowers_the_level_and_a_smaller_volume_raises_it() -> None:
    levels = {}
    for name, parameters in {
        "usual": CLEMENTS_NIMMO,
        "fast": CLEMENTS_NIMMO.varied(clearance_factor=1.5),
        "small": CLEMENTS_NIMMO.varied(v1_factor=0.7),
    }.items():
        body = TwoCompartment(WEIGHT_KG, parameters)
        body.advance(2400.0, 35_000.0)
        levels[name] = body.c_ven
    assert levels["fast"] < levels["usual"] < levels["small"]


def test_volume_becomes_drug_by_the_concentration() -> None:
    """17.5 mL of 2 mg/mL are 35 mg (clinical.md 2.2, worked example)."""
    assert drug_ug(17_500_000, 2000.0) == pytest.approx(35_000.0)


@pytest.mark.parametrize(
    "bad", [{"k10_min": 0.0}, {"v1_l_kg": -1.0}, {"ke0_min": float("nan")}, {"k_av_min": 0.01}]
)
def test_constants_without_meaning_are_refused(bad: dict[str, float]) -> None:
    with pytest.raises(ValueError):
        PkParameters(**bad)


@pytest.mark.parametrize(("dt_s", "ug"), [(-1.0, 0.0), (1.0, -1.0), (float("nan"), 0.0)])
def test_backward_time_and_negative_drug_are_refused(dt_s: float, ug: float) -> None:
    with pytest.raises(ValueError):
        TwoCompartment(WEIGHT_KG).advance(dt_s, ug)


def test_a_person_without_weight_is_refused() -> None:
    with pytest.raises(ValueError):
        TwoCompartment(0.0)


def test_default_half_times_are_two_minutes() -> None:
    assert log(2.0) / CLEMENTS_NIMMO.ke0_min == pytest.approx(2.0)
