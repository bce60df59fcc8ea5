"""An order at the door: the same numbers for whoever asks and for whoever enters, problems by field, a course's fields."""

from dataclasses import replace

import pytest
from channel_bench import ORDER, POLICY, Bench
from clinic_bench import CLINIC, MORE_ORDER

from pumpd.core import actions as do
from pumpd.core.ordering import reckoned
from pumpd.core.session import Phase


def notes(bench: Bench) -> list[str]:
    return [one.text for one in bench.of(do.NoteAct) if one.text.startswith("order")]


def test_what_is_entered_is_what_was_reckoned_before() -> None:
    order, derived = reckoned(ORDER, POLICY)
    bench = Bench()
    (answer,) = bench.order()
    assert (bench.state.session.order, bench.state.session.programme) == (order, derived.programme)
    assert answer.reasons[: len(derived.steps)] == derived.steps
    assert answer.problems == ()


def test_a_refused_order_names_each_problem_with_its_field() -> None:
    """Requirements 3.1 (59), (60): refused with value and limit; a soft one may be confirmed."""
    (answer,) = Bench().order(dose_mg_per_kg="0.6", minutes="39")
    assert answer.stage is do.Stage.REFUSED
    assert [(one.code, one.field, one.is_soft) for one in answer.problems] == [
        ("dose_above_soft", "dose_mg_per_kg", True),
        ("duration_below_hard", "minutes", False),
        ("dose_rate_above_soft", "minutes", True),
    ]
    assert len(answer.reasons) == 3
    (unread,) = Bench().order(weight_kg="70,5")
    assert [(one.code, one.field) for one in unread.problems] == [("not_a_number", "weight_kg")]


def test_a_syringe_that_is_not_allowed_here_is_named_and_the_pump_is_not_blamed() -> None:
    (answer,) = Bench().order(syringe="terumo-60", dose_mg_per_kg="2")
    codes = [one.code for one in answer.problems]
    assert codes[0] == "syringe_not_allowed"
    assert "syringe_not_for_pump" not in codes
    assert "dose_above_hard" in codes, "every reason at once"


def test_a_bench_takes_seven_fields_and_a_clinic_wants_the_rest() -> None:
    assert Bench().order()[0].stage is do.Stage.ACCEPTED
    (answer,) = Bench(CLINIC).order()
    assert answer.stage is do.Stage.REFUSED
    assert {one.field for one in answer.problems} == set(MORE_ORDER)
    (whole,) = Bench(CLINIC).order(**MORE_ORDER)
    assert whole.stage is do.Stage.ACCEPTED, whole.reasons
    assert whole.reasons == (
        "weight = 70 kg, actual (BMI 24.2 kg/m2)",
        "dose = 70 kg x 0.5 mg/kg = 35 mg",
        "volume = 35 mg / 2 mg/mL = 17.5 mL",
        "rate = 17.5 mL / 40 min = 26.25 mL/h",
        "dose rate = 0.75 mg/kg/h = 12.5 ug/kg/min",
        "set volume 17.5 mL, rate 26.2 mL/h (rounded down)",
        "time = 17.5 mL at 26.2 mL/h = 40 min 5 s",
        "dose in that volume = 35 mg",
        "draw up 17.5 mL + 2 mL prime + 1 mL residual = 20.5 mL",
        "recipe = 2 mL of the 50 mg/mL vial + 48 mL saline = 50 mL of 2 mg/mL",
        "line 1.2 mL, filled by the 2 mL prime: no part of the dose",
        "left in the line = 1.2 mL x 2 mg/mL = 2.4 mg: discard it; a flush would give it on top",
        "start-up lag = 0.12 mL slack / 26.2 mL/h = 17 s (0.6 % of the session)",
    )


@pytest.mark.parametrize(
    ("changed", "code", "field"),
    [
        ({"drawn_ml": "10"}, "recipe_mismatch", "drawn_ml"),
        ({"vial_mg_per_ml": "100"}, "recipe_mismatch", "drawn_ml"),
        ({"previous_weight_kg": "31.75"}, "weight_in_pounds", "weight_kg"),
        ({"previous_weight_kg": "7"}, "weight_ten_fold", "weight_kg"),
        ({"height_cm": "140"}, "weight_basis_missing", "weight_basis"),
        ({"line_ml": "2.1"}, "line_above_prime", "line_ml"),
        ({"syringe_confirmed": "Terumo 50/60 mL"}, "syringe_not_confirmed", "syringe_confirmed"),
        ({"profile": "pain"}, "profile_shorter", "minutes"),
        ({"final_ml": "20", "drawn_ml": "0.8"}, "final_below_fill", "final_ml"),
    ],
)
def test_each_slip_is_refused_hard_by_its_own_field(changed: dict[str, str], code: str, field: str) -> None:
    bench = Bench(CLINIC)
    (answer,) = bench.order(
        accept_soft=("dose_above_soft",), **(MORE_ORDER | {"override_reason": "x"} | changed)
    )
    assert [(one.code, one.field, one.is_soft) for one in answer.problems] == [(code, field, False)]
    assert bench.state.session.phase is Phase.IDLE


def test_the_record_says_what_was_accepted_and_why_and_by_whom() -> None:
    bench = Bench(CLINIC)
    codes = ("dose_above_soft", "dose_rate_above_soft")
    bench.order(
        accept_soft=codes, **(MORE_ORDER | {"dose_mg_per_kg": "0.6", "override_reason": "no response to 0.5"})
    )
    (note,) = (one for one in bench.of(do.NoteAct) if one.text.startswith("order"))
    assert note.text == (
        "order entered for tok-4711: dose in that volume = 42 mg; draw up 21 mL + 2 mL prime + 1 mL residual"
        " = 24 mL; accepted beyond a soft limit: dose_above_soft, dose_rate_above_soft, because: no response to 0.5"
    )
    assert note.by == "dora"


def test_an_order_inside_every_limit_is_noted_as_ever() -> None:
    bench = Bench()
    bench.order()
    assert notes(bench) == [
        "order entered for tok-4711: dose in that volume = 35 mg; "
        "draw up 17.5 mL + 2 mL prime + 1 mL residual = 20.5 mL"
    ]


def test_an_order_during_an_infusion_is_refused_by_the_phase() -> None:
    bench = Bench()
    bench.order()
    bench.state = replace(bench.state, session=replace(bench.state.session, phase=Phase.INFUSING))
    (answer,) = bench.order()
    assert answer.reasons == ("order is not possible while the session is infusing",)
    assert answer.problems == ()
