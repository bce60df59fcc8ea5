"""The door for orders: exact decimals in, whole steps or reasons out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.core.order import ALWAYS_FIELDS, CLINIC_FIELDS, Order, Refusal, parse_order

GOOD = {
    "patient": "tok-4711",
    "drug": "ketamine",
    "weight_kg": "70",
    "dose_mg_per_kg": "0.5",
    "concentration_mg_per_ml": "2",
    "minutes": "40",
    "syringe": "bd-60",
}
NUMBERS = ("weight_kg", "dose_mg_per_kg", "concentration_mg_per_ml", "minutes")


def refusals_of(**changed: object) -> tuple[Refusal, ...]:
    """Refusals of the good order with some fields changed."""
    answer = parse_order({**GOOD, **changed})
    assert isinstance(answer, tuple), answer
    assert answer
    return answer


def test_the_worked_order_becomes_whole_steps() -> None:
    assert parse_order(GOOD) == Order("tok-4711", "ketamine", 70_000, 500, 2_000, 2_400, "bd-60", ())


@pytest.mark.parametrize(
    "given_codes", [["dose_above_soft", "b"], ("dose_above_soft", "b"), "dose_above_soft,b"]
)
def test_accepted_soft_codes_come_as_a_list_or_with_commas(given_codes: object) -> None:
    answer = parse_order({**GOOD, "accept_soft": given_codes})
    assert isinstance(answer, Order)
    assert answer.accept_soft == ("dose_above_soft", "b")


@pytest.mark.parametrize("empty", ["", [], ()])
def test_no_accepted_codes_may_be_said_aloud(empty: object) -> None:
    assert parse_order({**GOOD, "accept_soft": empty}) == parse_order(GOOD)


@pytest.mark.parametrize("codes", [["a b"], [1], 7, None, ["x"] * 17, "a,,b", {"a": 1}])
def test_accepted_codes_of_another_shape_are_refused(codes: object) -> None:
    assert [one.field for one in refusals_of(accept_soft=codes)] == ["accept_soft"]


@pytest.mark.parametrize("name", NUMBERS)
@pytest.mark.parametrize(
    "text", ["", "0,5", "5e1", "070", "+5", "-5", " 5", "5 ", "NaN", "inf", "5.", ".5", "70kg", "1.2345"]
)
def test_a_number_in_any_other_spelling_is_refused_with_field_value_and_unit(name: str, text: str) -> None:
    (refusal,) = refusals_of(**{name: text})
    unit = {"weight_kg": "kg", "dose_mg_per_kg": "mg/kg", "minutes": "min"}.get(name, "mg/mL")
    assert refusal.field == name
    assert not refusal.is_soft
    assert name in refusal.text
    assert repr(text) in refusal.text
    assert refusal.text.endswith(f"in {unit}")


def test_too_many_decimals_name_the_step() -> None:
    assert "step of 0.001" in refusals_of(dose_mg_per_kg="0.5001")[0].text
    assert "step of 1 " in refusals_of(minutes="40.0")[0].text


@pytest.mark.parametrize("value", [70, 70.0, True, None, ["70"], b"70"])
def test_a_number_that_is_not_text_is_refused(value: object) -> None:
    (refusal,) = refusals_of(weight_kg=value)
    assert refusal.code == "not_text"


@pytest.mark.parametrize("name", ["patient", "drug", "syringe"])
@pytest.mark.parametrize("value", ["", "a b", "x" * 65, "tok\n4711", "a\x1b[2J", "\u202egnp", "p/#", 7, None])
def test_a_name_that_could_disturb_a_log_or_a_topic_is_refused_and_shown_escaped(
    name: str, value: object
) -> None:
    """faults row 105."""
    (refusal,) = refusals_of(**{name: value})
    assert (refusal.code, refusal.field) == ("not_a_name", name)
    assert refusal.text.isascii()
    assert refusal.text.isprintable()


def test_all_reasons_come_together() -> None:
    answer = parse_order({"patient": "tok-1", "dose": "0.5", "weight_kg": "070", "minutes": "40"})
    assert isinstance(answer, tuple)
    assert [(one.code, one.field) for one in answer] == [
        ("field_unknown", "'dose'"),
        ("field_missing", "drug"),
        ("field_missing", "syringe"),
        ("field_missing", "dose_mg_per_kg"),
        ("field_missing", "concentration_mg_per_ml"),
        ("not_a_number", "weight_kg"),
    ]


@pytest.mark.parametrize("name", sorted(GOOD))
def test_no_field_has_a_default(name: str) -> None:
    answer = parse_order({key: value for key, value in GOOD.items() if key != name})
    assert isinstance(answer, tuple)
    assert [(one.code, one.field) for one in answer] == [("field_missing", name)]


def test_a_flood_of_unknown_fields_is_answered_briefly() -> None:
    assert len(refusals_of(**{f"k{n}": "1" for n in range(1000)})) == 8


@given(st.dictionaries(st.sampled_from([*GOOD, "accept_soft", "x"]), st.text(max_size=8) | st.integers()))
def test_whatever_arrives_is_an_order_or_reasons(fields: dict[str, object]) -> None:
    answer = parse_order(fields)
    assert isinstance(answer, Order) or all(one.text.isprintable() for one in answer)


CLINIC = {
    **GOOD,
    "profile": "depression",
    "kind": "induction",
    "vial_mg_per_ml": "50",
    "drawn_ml": "2",
    "final_ml": "50",
    "height_cm": "170.5",
    "sex": "f",
    "line_ml": "1.2",
    "syringe_confirmed": "BD 50/60 mL",
}


def test_what_a_clinic_adds_becomes_whole_steps_too() -> None:
    more = {"weight_basis": "actual", "previous_weight_kg": "71.2"}
    order = parse_order(CLINIC | more, is_clinic=True)
    assert isinstance(order, Order), order
    assert (order.profile, order.kind, order.sex, order.weight_basis) == (
        "depression",
        "induction",
        "f",
        "actual",
    )
    assert (order.vial_ug_per_ml, order.drawn_nl, order.final_nl) == (50_000, 2_000_000, 50_000_000)
    assert (order.height_mm, order.previous_weight_g, order.line_nl) == (1_705, 71_200, 1_200_000)
    assert order.syringe_confirmed == "BD 50/60 mL"


def test_a_clinic_needs_every_one_of_its_fields_and_a_bench_none() -> None:
    answer = parse_order(GOOD, is_clinic=True)
    assert isinstance(answer, tuple)
    assert {one.code for one in answer} == {"field_missing"}
    assert tuple(one.field for one in answer) == CLINIC_FIELDS
    assert set(CLINIC) == {*ALWAYS_FIELDS, *CLINIC_FIELDS}
    assert isinstance(parse_order(GOOD), Order)


@pytest.mark.parametrize("name", CLINIC_FIELDS)
def test_no_field_of_a_clinic_has_a_default(name: str) -> None:
    answer = parse_order({key: value for key, value in CLINIC.items() if key != name}, is_clinic=True)
    assert isinstance(answer, tuple)
    assert [(one.code, one.field) for one in answer] == [("field_missing", name)]


@pytest.mark.parametrize(
    ("given_fields", "lacks"),
    [
        ({"drawn_ml": "2"}, ["vial_mg_per_ml", "final_ml"]),
        ({"vial_mg_per_ml": "50", "final_ml": "50"}, ["drawn_ml"]),
        ({"weight_basis": "ideal"}, ["height_cm", "sex"]),
        ({"weight_basis": "adjusted", "height_cm": "170"}, ["sex"]),
        ({"weight_basis": "actual"}, []),
    ],
)
def test_what_means_nothing_alone_is_asked_for_whole(given_fields: dict[str, str], lacks: list[str]) -> None:
    answer = parse_order(GOOD | given_fields)
    assert [one.field for one in answer] == lacks if isinstance(answer, tuple) else lacks == []


def test_a_soft_limit_is_accepted_with_a_reason_in_a_clinic() -> None:
    """Requirements 3.1 (60); clinical.md 1 row 1: a named override."""
    codes = {"accept_soft": ["dose_above_soft"]}
    answer = parse_order(CLINIC | codes, is_clinic=True)
    assert isinstance(answer, tuple)
    assert [(one.code, one.field) for one in answer] == [("field_missing", "override_reason")]
    order = parse_order({**CLINIC, **codes, "override_reason": "no response to 0.5"}, is_clinic=True)
    assert isinstance(order, Order)
    assert order.override_reason == "no response to 0.5"
    assert isinstance(parse_order(GOOD | codes), Order), "on a bench, as ever"


@pytest.mark.parametrize(
    ("name", "value", "code"),
    [
        ("profile", "sleep", "not_a_choice"),
        ("kind", "first", "not_a_choice"),
        ("sex", "F", "not_a_choice"),
        ("weight_basis", "lean", "not_a_choice"),
        ("height_cm", "1,70", "not_a_number"),
        ("height_cm", "170.25", "not_a_number"),
        ("line_ml", "-1", "not_a_number"),
        ("final_ml", "50mL", "not_a_number"),
        ("override_reason", " ", "not_a_text"),
        ("syringe_confirmed", "", "not_a_text"),
    ],
)
def test_a_wrong_value_is_refused_by_its_own_field(name: str, value: str, code: str) -> None:
    (refusal,) = parse_order({**CLINIC, name: value}, is_clinic=True)  # type: ignore[misc]
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field) == (code, name)
