"""Dose arithmetic against the worked table, every limit at its bound and one step beyond, and properties."""

from dataclasses import replace
from fractions import Fraction

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from drivers.contract import Capabilities, Step, WatchdogKind
from pumpd.core.dose import Derivation, Programme, derive, soft_codes, volume_to_dose_ng
from pumpd.core.library import KETAMINE, Library
from pumpd.core.order import Order

PUMP = Capabilities(
    family="bench",
    rate_min_nl_h=1_000,
    rate_max_nl_h=1_000_000_000,
    rate_steps=(Step(10_000_000, 1_000), Step(100_000_000, 10_000), Step(1_000_000_001, 100_000)),
    volume_steps=(Step(10_000_000, 1_000), Step(100_000_000, 10_000)),
    watchdog=WatchdogKind.COMMUNICATION,
    watchdog_bound_ms=3_000,
    reports_pressure=False,
)
ALL_SOFT = tuple(sorted(soft_codes(KETAMINE)))
ORDER = Order("tok-4711", "ketamine", 70_000, 500, 2_000, 2_400, "bd-60")

#: Worked table of facts/clinical.md 2.2: kg, mg/kg, minutes, mg/mL -> mL, set mL/h; None is its X.
X = None
TABLE = [
    (40, "0.5", 40, 1, "20.0", "30.0"),
    (40, "0.5", 40, 2, "10.0", "15.0"),
    (40, "1.0", 40, 1, "40.0", "60.0"),
    (40, "1.0", 40, 2, "20.0", "30.0"),
    (40, "1.0", 60, 1, "40.0", "40.0"),
    (40, "1.0", 60, 2, "20.0", "20.0"),
    (50, "0.5", 40, 1, "25.0", "37.5"),
    (50, "0.5", 40, 2, "12.5", "18.7"),
    (50, "1.0", 40, 1, X, X),
    (50, "1.0", 40, 2, "25.0", "37.5"),
    (50, "1.0", 60, 1, X, X),
    (50, "1.0", 60, 2, "25.0", "25.0"),
    (60, "0.5", 40, 1, "30.0", "45.0"),
    (60, "0.5", 40, 2, "15.0", "22.5"),
    (60, "1.0", 40, 1, X, X),
    (60, "1.0", 40, 2, "30.0", "45.0"),
    (60, "1.0", 60, 1, X, X),
    (60, "1.0", 60, 2, "30.0", "30.0"),
    (70, "0.5", 40, 1, "35.0", "52.5"),
    (70, "0.5", 40, 2, "17.5", "26.2"),
    (70, "1.0", 40, 1, X, X),
    (70, "1.0", 40, 2, "35.0", "52.5"),
    (70, "1.0", 60, 1, X, X),
    (70, "1.0", 60, 2, "35.0", "35.0"),
    (80, "0.5", 40, 1, "40.0", "60.0"),
    (80, "0.5", 40, 2, "20.0", "30.0"),
    (80, "1.0", 40, 1, X, X),
    (80, "1.0", 40, 2, "40.0", "60.0"),
    (80, "1.0", 60, 1, X, X),
    (80, "1.0", 60, 2, "40.0", "40.0"),
    (100, "0.5", 40, 1, X, X),
    (100, "0.5", 40, 2, "25.0", "37.5"),
    (100, "1.0", 40, 1, X, X),
    (100, "1.0", 40, 2, X, X),
    (100, "1.0", 60, 1, X, X),
    (100, "1.0", 60, 2, X, X),
    (120, "0.5", 40, 1, X, X),
    (120, "0.5", 40, 2, "30.0", "45.0"),
    (120, "1.0", 40, 1, X, X),
    (120, "1.0", 40, 2, X, X),
    (120, "1.0", 60, 1, X, X),
    (120, "1.0", 60, 2, X, X),
    (150, "0.5", 40, 1, X, X),
    (150, "0.5", 40, 2, "37.5", "56.2"),
    (150, "1.0", 40, 1, X, X),
    (150, "1.0", 40, 2, X, X),
    (150, "1.0", 60, 1, X, X),
    (150, "1.0", 60, 2, X, X),
]


def nl(text: str) -> int:
    """Nanolitres of a decimal text in mL."""
    return int(Fraction(text) * 1_000_000)


def codes(answer: Derivation) -> set[str]:
    """Codes of the refusals."""
    return {one.code for one in answer.refusals}


def hard(answer: Derivation) -> set[str]:
    """Codes of the hard refusals."""
    return {one.code for one in answer.refusals if not one.is_soft}


@pytest.mark.parametrize(("kg", "mg_per_kg", "minutes", "mg_per_ml", "ml", "ml_h"), TABLE)
def test_every_row_of_the_worked_table(
    kg: int, mg_per_kg: str, minutes: int, mg_per_ml: int, ml: str | None, ml_h: str | None
) -> None:
    order = Order(
        "tok-1",
        "ketamine",
        kg * 1000,
        int(Fraction(mg_per_kg) * 1000),
        mg_per_ml * 1000,
        minutes * 60,
        "bd-60",
        ALL_SOFT,
    )
    answer = derive(order, PUMP)
    if ml is None or ml_h is None:
        assert answer.programme is None
        (fill,) = [one for one in answer.refusals if one.code == "syringe_fill"]
        assert fill.text.endswith("does not fit 50 mL after 4 mL prime/residual (usable 46 mL)")
        return
    assert answer.programme is not None, answer.refusals
    assert answer.programme.vtbi_nl == nl(ml)
    assert answer.programme.rate_nl_h == nl(ml_h)
    assert answer.programme.dose_ng == kg * order.dose_ug_per_kg * 1000
    assert answer.programme.dose_rounded_ng == answer.programme.dose_ng


def test_the_worked_example_down_to_the_second() -> None:
    answer = derive(ORDER, PUMP)
    assert answer.refusals == ()
    assert answer.programme == Programme(
        dose_ng=35_000_000,
        vtbi_nl=17_500_000,
        rate_nl_h=26_200_000,
        concentration_ug_per_ml=2_000,
        diameter_um=26_590,
        duration_s=2_405,  # 40.08 min
        dose_rounded_ng=35_000_000,
        fill_nl=20_500_000,
    )
    assert answer.steps == (
        "dose = 70 kg x 0.5 mg/kg = 35 mg",
        "volume = 35 mg / 2 mg/mL = 17.5 mL",
        "rate = 17.5 mL / 40 min = 26.25 mL/h",
        "dose rate = 0.75 mg/kg/h = 12.5 ug/kg/min",
        "set volume 17.5 mL, rate 26.2 mL/h (rounded down)",
        "time = 17.5 mL at 26.2 mL/h = 40 min 5 s",
        "dose in that volume = 35 mg",
        "draw up 17.5 mL + 2 mL prime + 1 mL residual = 20.5 mL",
    )


#: At the bound passes, one step beyond is refused with this code. The rest of each order is harmless
#: for the bound in question; other refusals may stand beside it.
BOUNDS = [
    ("weight_below_hard", {"weight_g": 30_000}, {"weight_g": 29_999}),
    ("weight_above_hard", {"weight_g": 200_000}, {"weight_g": 200_001}),
    ("weight_below_soft", {"weight_g": 40_000}, {"weight_g": 39_999}),
    ("weight_above_soft", {"weight_g": 150_000}, {"weight_g": 150_001}),
    ("dose_below_hard", {"dose_ug_per_kg": 1}, {"dose_ug_per_kg": 0}),
    ("dose_above_soft", {"dose_ug_per_kg": 500}, {"dose_ug_per_kg": 501}),
    ("dose_above_hard", {"dose_ug_per_kg": 1_000}, {"dose_ug_per_kg": 1_001}),
    ("dose_rate_above_soft", {"dose_ug_per_kg": 500}, {"dose_ug_per_kg": 501}),
    ("dose_rate_above_soft", {"duration_s": 2_400}, {"duration_s": 2_399}),
    ("dose_rate_above_hard", {"dose_ug_per_kg": 1_000}, {"dose_ug_per_kg": 1_001}),
    (
        "dose_rate_above_hard",
        {"dose_ug_per_kg": 1_000, "duration_s": 2_400},
        {"dose_ug_per_kg": 1_000, "duration_s": 2_399},
    ),
    ("concentration_below_hard", {"concentration_ug_per_ml": 1}, {"concentration_ug_per_ml": 0}),
    ("concentration_above_hard", {"concentration_ug_per_ml": 5_000}, {"concentration_ug_per_ml": 5_001}),
    ("concentration_unusual_soft", {"concentration_ug_per_ml": 1_000}, {"concentration_ug_per_ml": 1_001}),
    ("concentration_unusual_soft", {"concentration_ug_per_ml": 2_000}, {"concentration_ug_per_ml": 1_999}),
    ("duration_below_hard", {"duration_s": 2_400}, {"duration_s": 2_399}),
    ("duration_below_hard", {"duration_s": 2_400}, {"duration_s": 2_340}),
    ("duration_above_soft", {"duration_s": 3_600}, {"duration_s": 3_601}),
    # At 0.75 mg/mL, 0.5 mg/kg in 40 min is as many mL/h as the patient has kilograms.
    (
        "rate_above_soft",
        {"weight_g": 80_000, "concentration_ug_per_ml": 750},
        {"weight_g": 80_001, "concentration_ug_per_ml": 750},
    ),
    (
        "rate_above_hard",
        {"weight_g": 150_000, "concentration_ug_per_ml": 750},
        {"weight_g": 150_001, "concentration_ug_per_ml": 750},
    ),
    ("total_above_soft", {"weight_g": 120_000}, {"weight_g": 120_001}),
    (
        "total_above_hard",
        {"weight_g": 100_000, "dose_ug_per_kg": 1_000},
        {"weight_g": 100_001, "dose_ug_per_kg": 1_000},
    ),
    # 46 mL usable: 92 kg at 1 mg/mL, and 92.2 kg is the next volume step of 0.1 mL.
    (
        "syringe_fill",
        {"weight_g": 92_000, "concentration_ug_per_ml": 1_000},
        {"weight_g": 92_200, "concentration_ug_per_ml": 1_000},
    ),
]


@pytest.mark.parametrize(("code", "at_bound", "beyond"), BOUNDS)
def test_a_bound_passes_and_one_step_beyond_is_refused(
    code: str, at_bound: dict[str, int], beyond: dict[str, int]
) -> None:
    assert code not in codes(derive(replace(ORDER, **at_bound), PUMP))  # type: ignore[arg-type]
    answer = derive(replace(ORDER, **beyond), PUMP)  # type: ignore[arg-type]
    (refusal,) = [one for one in answer.refusals if one.code == code]
    assert answer.programme is None
    assert refusal.is_soft == code.endswith("_soft")
    assert refusal.field in {"weight_kg", "dose_mg_per_kg", "concentration_mg_per_ml", "minutes", "syringe"}


def test_every_bound_of_the_library_is_in_the_boundary_table() -> None:
    expected = set()
    for row in KETAMINE.limits:
        for name in ("hard_min", "soft_min", "soft_max", "hard_max"):
            if getattr(row, name) is not None:
                kind, side = name.split("_")
                expected.add(f"{row.code}_{'below' if side == 'min' else 'above'}_{kind}")
    assert expected <= {code for code, _, _ in BOUNDS}


def test_a_refusal_names_value_limit_and_unit() -> None:
    answer = derive(replace(ORDER, dose_ug_per_kg=1_500), PUMP)
    assert "dose 1.5 mg/kg is above the hard limit of 1 mg/kg" in {one.text for one in answer.refusals}


@pytest.mark.parametrize("minutes", [40, 60, 120])
def test_one_and_a_half_mg_per_kg_is_refused_whatever_else_is_accepted(
    minutes: int,
) -> None:
    """clinical.md 1 row 5: the intramuscular figure must not become an intravenous one."""
    order = replace(ORDER, dose_ug_per_kg=1_500, duration_s=minutes * 60, accept_soft=ALL_SOFT)
    answer = derive(order, PUMP)
    assert answer.programme is None
    assert "dose_above_hard" in hard(answer)


def test_a_soft_limit_needs_exactly_its_own_code_accepted() -> None:
    order = replace(ORDER, dose_ug_per_kg=600)
    wanted = {"dose_above_soft", "dose_rate_above_soft"}
    assert codes(derive(order, PUMP)) == wanted
    assert derive(order, PUMP).programme is None
    assert derive(replace(order, accept_soft=("dose_above_soft",)), PUMP).programme is None
    assert (
        derive(replace(order, accept_soft=("weight_above_soft", "total_above_soft")), PUMP).programme is None
    )
    accepted = derive(replace(order, accept_soft=tuple(wanted)), PUMP)
    assert accepted.programme is not None
    assert codes(accepted) == wanted


@pytest.mark.parametrize("code", ["dose_above_hard", "everything", "syringe_fill"])
def test_a_hard_limit_cannot_be_accepted(code: str) -> None:
    codes_of_all = ("dose_above_hard", "dose_rate_above_hard", "accept_unknown")
    order = replace(ORDER, dose_ug_per_kg=1_001, accept_soft=(*ALL_SOFT, *codes_of_all, code))
    answer = derive(order, PUMP)
    assert answer.programme is None
    assert "accept_unknown" in hard(answer)


@pytest.mark.parametrize(
    ("syringe", "code"),
    [("bd-50", "syringe_unknown"), ("omnifix-50", "syringe_disabled"), ("omnifix-10", "syringe_disabled")],
)
def test_an_unknown_or_disabled_syringe_is_refused(syringe: str, code: str) -> None:
    for capabilities in (PUMP, None):
        answer = derive(replace(ORDER, syringe=syringe), capabilities)
        assert answer.programme is None
        assert code in hard(answer)


def test_a_syringe_the_pump_cannot_take_is_refused_with_its_diameter() -> None:
    answer = derive(ORDER, None)
    assert answer.programme is None
    assert hard(answer) == {"syringe_not_for_pump"}
    assert "26.59 mm" in answer.refusals[0].text


def test_another_molecule_is_refused() -> None:
    answer = derive(replace(ORDER, drug="esketamine"), PUMP)
    assert answer.programme is None
    assert hard(answer) == {"drug_unknown"}


@pytest.mark.parametrize("field", ["weight_g", "dose_ug_per_kg", "concentration_ug_per_ml", "duration_s"])
@pytest.mark.parametrize("value", [0, -1])
def test_nothing_and_less_than_nothing_is_refused_without_arithmetic(field: str, value: int) -> None:
    answer = derive(replace(ORDER, **{field: value}), PUMP)  # type: ignore[arg-type]
    assert answer.programme is None
    assert hard(answer)


def test_a_rate_outside_the_pumps_range_is_refused_never_clamped() -> None:
    """Design law 10."""
    slow = replace(PUMP, rate_max_nl_h=26_249_999)
    assert hard(derive(ORDER, slow)) == {"pump_rate_above"}
    assert derive(ORDER, slow).programme is None
    assert derive(ORDER, replace(PUMP, rate_max_nl_h=26_250_000)).programme is not None
    fast = replace(PUMP, rate_min_nl_h=26_200_001)
    assert hard(derive(ORDER, fast)) == {"pump_rate_below"}
    assert derive(ORDER, fast).programme is None
    assert derive(ORDER, replace(PUMP, rate_min_nl_h=26_200_000)).programme is not None


def test_the_coarser_of_site_step_and_pump_step_decides() -> None:
    coarse = replace(PUMP, rate_steps=(Step(1_000_000_001, 1_000_000),), volume_steps=(Step(10**9, 500_000),))
    answer = derive(replace(ORDER, weight_g=71_000), coarse)  # 17.75 mL, 26.625 mL/h
    assert hard(answer) == {"rounding"}
    answer = derive(ORDER, coarse)
    assert answer.programme is not None
    assert (answer.programme.vtbi_nl, answer.programme.rate_nl_h) == (17_500_000, 26_000_000)


def test_steps_that_share_no_grid_meet_at_a_common_multiple() -> None:
    odd = replace(PUMP, rate_steps=(Step(10**9, 30_000),))
    answer = derive(ORDER, odd)
    assert answer.programme is not None
    assert answer.programme.rate_nl_h == 26_100_000  # of 0.1 and of 0.03 mL/h, not above 26.25


def test_a_pump_that_cannot_count_the_volume_is_refused_not_given_less() -> None:
    assert "rounding" in hard(derive(ORDER, replace(PUMP, volume_steps=(Step(10_000_000, 1_000),))))


def test_rounding_may_cost_one_percent_and_no_more() -> None:
    whole = replace(PUMP, volume_steps=(Step(10**9, 1_000_000),))
    at_limit = replace(
        ORDER, weight_g=50_505, concentration_ug_per_ml=1_000
    )  # 25.2525 mL -> 25 mL: -0.9999 %
    assert "rounding" not in codes(derive(at_limit, whole))
    assert "rounding" in hard(derive(replace(at_limit, weight_g=50_506), whole))  # -1.0019 %


def test_rounding_a_rate_stretches_a_run_to_less_than_twice_its_time() -> None:
    coarse = replace(PUMP, rate_steps=(Step(1_000_000_001, 10_000_000),))
    answer = derive(replace(ORDER, weight_g=52_000), coarse)  # 13 mL at 19.5 mL/h -> 10 mL/h
    assert answer.programme is not None
    assert answer.programme.duration_s == 78 * 60


def test_a_dose_too_small_for_the_volume_step_is_refused() -> None:
    answer = derive(replace(ORDER, dose_ug_per_kg=1), PUMP)
    assert answer.programme is None
    assert {"rounding", "pump_rate_below"} <= hard(answer)


def test_the_mass_in_a_volume_is_rounded_up() -> None:
    assert volume_to_dose_ng(17_500_000, 2_000) == 35_000_000
    assert volume_to_dose_ng(1, 1) == 1
    assert volume_to_dose_ng(0, 2_000) == 0


ORDERS = st.builds(
    Order,
    patient=st.just("tok-1"),
    drug=st.just("ketamine"),
    weight_g=st.integers(29_000, 205_000),
    dose_ug_per_kg=st.sampled_from([250, 500, 1_000]) | st.integers(1, 1_010),
    concentration_ug_per_ml=st.sampled_from([1_000, 2_000]) | st.integers(700, 5_010),
    duration_s=st.sampled_from([2_400, 3_600]) | st.integers(2_300, 9_000),
    syringe=st.sampled_from(["bd-60", "bd-20", "bd-10", "hsw-50", "monoject-12"]),
    accept_soft=st.just(ALL_SOFT),
)
SITE_AND_PUMP = st.sampled_from([1_000, 10_000, 25_000, 100_000, 200_000, 1_000_000])


@given(ORDERS, SITE_AND_PUMP, SITE_AND_PUMP)
def test_the_rounded_programme_never_exceeds_the_prescription_and_never_falls_short_by_more_than_one_percent(
    order: Order, rate_step: int, volume_step: int
) -> None:
    pump = replace(
        PUMP, rate_steps=(Step(10**9 + 1, rate_step),), volume_steps=(Step(10**9 + 1, volume_step),)
    )
    answer = derive(order, pump)
    programme = answer.programme
    if programme is None:
        assert hard(answer)
        return
    assert hard(answer) == set()
    assert programme.dose_rounded_ng <= programme.dose_ng
    assert programme.dose_rounded_ng * 100 >= programme.dose_ng * 99
    assert programme.vtbi_nl % 100_000 == 0
    assert programme.vtbi_nl % volume_step == 0
    assert programme.rate_nl_h % 100_000 == 0
    assert programme.rate_nl_h % rate_step == 0
    exact_rate = Fraction(programme.dose_ng * 1000 * 3600, order.concentration_ug_per_ml * order.duration_s)
    assert programme.rate_nl_h <= exact_rate
    assert Fraction(programme.vtbi_nl * 3600, programme.rate_nl_h) <= programme.duration_s


@given(ORDERS)
def test_whatever_passes_is_inside_every_hard_limit(order: Order) -> None:
    programme = derive(order, PUMP).programme
    if programme is None:
        return
    assert 30_000 <= order.weight_g <= 200_000
    assert 0 < order.dose_ug_per_kg <= 1_000
    assert order.duration_s >= 2_400
    assert programme.dose_ng <= 100_000_000
    assert programme.rate_nl_h <= 150_000_000
    assert programme.rate_nl_h * order.concentration_ug_per_ml <= 1_500_000 * order.weight_g
    assert programme.fill_nl <= 49_000_000


# -- what a clinic adds ------------------------------------------------------------------------------------------


CLINIC_ORDER = replace(
    ORDER,
    profile="depression",
    kind="induction",
    vial_ug_per_ml=50_000,
    drawn_nl=2_000_000,
    final_nl=50_000_000,
    height_mm=1_700,
    sex="f",
    line_nl=1_200_000,
    syringe_confirmed="BD 50/60 mL",
)


def test_what_a_clinic_adds_changes_no_number_of_an_order_that_is_right() -> None:
    plain, whole = derive(ORDER, PUMP), derive(CLINIC_ORDER, PUMP)
    assert whole.refusals == ()
    assert whole.programme == plain.programme
    assert whole.steps[1:9] == plain.steps


def test_the_steps_come_in_the_order_of_the_work() -> None:
    begins = [one.split(" ")[0] for one in derive(CLINIC_ORDER, PUMP).steps]
    assert begins == (
        [
            "weight",
            "dose",
            "volume",
            "rate",
            "dose",
            "set",
            "time",
            "dose",
            "draw",
            "recipe",
            "line",
            "left",
            "start-up",
        ]
    )


def test_the_dose_is_that_of_the_weight_that_was_picked() -> None:
    heavy = replace(CLINIC_ORDER, weight_g=110_000, sex="m")
    assert hard(derive(heavy, PUMP)) == {"weight_basis_missing"}
    doses = {
        basis: derive(replace(heavy, weight_basis=basis), PUMP).programme
        for basis in ("actual", "adjusted", "ideal")
    }
    assert {key: one.dose_ng if one else None for key, one in doses.items()} == {
        "actual": 55_000_000,
        "adjusted": 41_781_000,
        "ideal": 32_968_000,
    }


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"syringe_confirmed": "Terumo 50/60 mL"}, "syringe_not_confirmed", "syringe_confirmed"),
        ({"profile": "pain"}, "profile_shorter", "minutes"),
        ({"profile": "sleep"}, "profile_unknown", "profile"),
        ({"vial_ug_per_ml": 100_000}, "recipe_mismatch", "drawn_ml"),
        ({"final_nl": 20_400_000, "drawn_nl": 816_000}, "final_below_fill", "final_ml"),
        ({"line_nl": 2_001_000}, "line_above_prime", "line_ml"),
        ({"previous_weight_g": 31_750}, "weight_in_pounds", "weight_kg"),
        ({"height_mm": 170}, "height_below_hard", "height_cm"),
    ],
)
def test_each_check_of_a_clinic_stands_in_the_way_by_itself(
    changed: dict[str, object], code: str, field: str
) -> None:
    answer = derive(replace(CLINIC_ORDER, accept_soft=ALL_SOFT, **changed), PUMP)  # type: ignore[arg-type]
    assert answer.programme is None
    assert [one.field for one in answer.refusals if one.code == code] == [field]


def test_a_profile_may_be_given_more_slowly_than_it_says() -> None:
    assert derive(replace(CLINIC_ORDER, duration_s=3_000), PUMP).programme is not None
    assert derive(replace(CLINIC_ORDER, profile="pain", duration_s=3_600), PUMP).programme is not None


def test_a_site_s_library_refuses_what_the_built_in_rows_let_through() -> None:
    """Requirements 3.1 (58), (59)."""
    rows = tuple(
        replace(one, hard_max=400, soft_max=400) if one.code == "dose" else one for one in KETAMINE.limits
    )
    site = Library({"ketamine": replace(KETAMINE, limits=rows, vials=KETAMINE.vials[:1])}, "ab", "1")
    assert hard(derive(CLINIC_ORDER, PUMP, site)) == {"dose_above_hard", "vial_unknown"}
    assert derive(ORDER, PUMP).programme is not None


@st.composite
def clinic_orders(draw: st.DrawFn) -> Order:
    """Orders that are mostly right, with a recipe a little off and any basis."""
    vial = draw(st.sampled_from([10_000, 50_000, 100_000]))
    concentration = draw(st.sampled_from([1_000, 2_000]))
    final_nl = draw(st.integers(30, 60)) * 1_000_000
    off = draw(st.integers(970, 1_030))
    return replace(
        CLINIC_ORDER,
        weight_g=draw(st.integers(40_000, 130_000)),
        dose_ug_per_kg=draw(st.integers(300, 600)),
        concentration_ug_per_ml=concentration,
        duration_s=draw(st.sampled_from([2_400, 3_000, 3_600])),
        vial_ug_per_ml=vial,
        drawn_nl=concentration * final_nl * off // (vial * 1_000),
        final_nl=final_nl,
        height_mm=draw(st.integers(1_500, 2_000)),
        sex=draw(st.sampled_from("fm")),
        weight_basis=draw(st.sampled_from(["actual", "actual", "ideal", "adjusted"])),
        line_nl=draw(st.integers(1, 2_000)) * 1_000,
        accept_soft=ALL_SOFT,
    )


@given(clinic_orders())
def test_what_a_clinic_may_run_is_never_above_the_order_and_was_made_up_as_ordered(order: Order) -> None:
    """Dose never above ordered and less than 1 % below it; recipe within 2 %; lag within 5 %, line within the prime."""
    programme = derive(order, PUMP).programme
    assume(programme is not None)
    assert programme is not None
    assert order.vial_ug_per_ml is not None
    assert order.drawn_nl is not None
    assert order.final_nl is not None
    assert order.line_nl is not None
    ordered_ng = order.weight_g * order.dose_ug_per_kg
    assert programme.dose_rounded_ng <= programme.dose_ng <= ordered_ng
    assert programme.dose_rounded_ng * 100 >= programme.dose_ng * 99
    if order.weight_basis == "actual":
        assert programme.dose_ng == ordered_ng
    made = Fraction(order.vial_ug_per_ml * order.drawn_nl, order.final_nl)
    assert abs(made / order.concentration_ug_per_ml - 1) <= Fraction(2, 100)
    assert programme.fill_nl <= order.final_nl
    assert order.line_nl <= 2_000_000
    assert programme.vtbi_nl >= 120_000 * 20
