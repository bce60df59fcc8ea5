"""One value at a time: what was typed, or what is wrong with it in the field's own words."""

import pytest

from pumpd.core.order_values import (
    Number,
    Refusal,
    read_choice,
    read_codes,
    read_number,
    read_text,
    read_token,
    shown,
)


def test_a_number_is_read_exactly_and_multiplied() -> None:
    assert read_number("line_ml", "1.25", Number(3, "mL", 1_000)) == 1_250_000
    assert read_number("minutes", "40", Number(0, "min", 60)) == 2_400


@pytest.mark.parametrize(
    ("value", "code"), [(40, "not_text"), ("40.5", "not_a_number"), ("", "not_a_number")]
)
def test_what_is_no_number_names_field_and_unit(value: object, code: str) -> None:
    refusal = read_number("minutes", value, Number(0, "min", 60))
    assert isinstance(refusal, Refusal)
    assert (refusal.code, refusal.field, refusal.is_soft) == (code, "minutes", False)
    assert "in min" in refusal.text


def test_a_choice_is_one_of_the_words_and_no_other_spelling_of_it() -> None:
    assert read_choice("sex", "f", ("f", "m")) == "f"
    for value in ("F", "female", "", None, ["f"]):
        refusal = read_choice("sex", value, ("f", "m"))
        assert isinstance(refusal, Refusal)
        assert refusal.text.endswith("must be one of: f, m")


@pytest.mark.parametrize("value", ["", "   ", "a\nb", "x" * 21, 7, None, "\u202eab"])
def test_a_text_that_says_nothing_or_could_disturb_a_page_is_refused(value: object) -> None:
    """faults row 105."""
    refusal = read_text("override_reason", value, 20)
    assert isinstance(refusal, Refusal)
    assert refusal.text.isascii()


def test_a_text_is_kept_as_it_was_written() -> None:
    assert read_text("override_reason", "tolerated 0.6 before", 20) == "tolerated 0.6 before"


def test_a_token_and_codes_are_of_the_same_letters() -> None:
    assert read_token("patient", "tok-1") == "tok-1"
    assert read_codes("accept_soft", "a,b") == ("a", "b")
    assert isinstance(read_token("patient", "tok 1"), Refusal)
    assert isinstance(read_codes("accept_soft", ["a b"]), Refusal)


def test_what_is_shown_is_short_and_plain() -> None:
    assert shown("é" * 100).isascii()
    assert len(shown("x" * 100)) == 40
