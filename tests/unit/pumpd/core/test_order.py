"""The door for orders: exact decimals in, whole steps or reasons out."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pumpd.core.order import Order, Refusal, parse_order

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
