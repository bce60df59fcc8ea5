"""Times and values are read as they are written or refused with file, key, value and what would be right."""

from typing import Any

import pytest

from hil_sim.bench.strict import Reader, StoryError, meant, span_s, span_words


@pytest.mark.parametrize(
    ("text", "seconds"),
    [("250 ms", 0.25), ("1 s", 1.0), ("2.5 s", 2.5), ("2 min", 120.0), ("1.5 h", 5400.0), ("0.5 ms", 0.0005)],
)
def test_a_time_has_a_number_a_space_and_a_unit(text: str, seconds: float) -> None:
    assert span_s(text) == pytest.approx(seconds)
    assert span_s(span_words(seconds)) == pytest.approx(seconds)


@pytest.mark.parametrize(
    "text",
    [
        "",
        "1",
        "1s",
        "1  s",
        " 1 s",
        "1 s ",
        "s",
        "-1 s",
        "+1 s",
        "0 s",
        "0.0 ms",
        "1,5 s",
        "1e3 s",
        ".5 s",
        "1. s",
        "1 sec",
        "1 S",
        "1 m",
        "nan s",
        "inf s",
        "٣ s",
        "9" * 400 + " s",
        1,
        1.0,
        True,
        None,
        ["1 s"],
    ],
)
def test_anything_else_is_no_time(text: object) -> None:
    with pytest.raises(ValueError, match='such as "250 ms", "1 s", "2 min"'):
        span_s(text)


def test_a_time_is_said_in_the_unit_that_reads_best() -> None:
    assert [span_words(each) for each in (0.25, 1.0, 90.0, 120.0, 7200.0)] == [
        "250 ms",
        "1 s",
        "90 s",
        "2 min",
        "2 h",
    ]


@pytest.mark.parametrize(
    ("read", "value", "complaint"),
    [
        ("number", True, "case.toml: a.b = True: is not a number"),
        ("number", "1", "case.toml: a.b = '1': is not a number"),
        ("number", -1, "must be finite and not negative"),
        ("number", float("inf"), "must be finite"),
        ("number", float("nan"), "must be finite"),
        ("number", 10**400, "must be finite"),
        ("above_0", 0, "a.b = 0: must be above 0"),
        ("switch", 1, "a.b = 1: is true or false"),
        ("text", "  ", "a.b = '  ': is a text"),
        ("text", 3, "a.b = 3: is a text"),
        ("texts", "BP1", "a.b = 'BP1': is a list of names such as"),
        ("texts", ["BP1", 2], "a.b[1] = 2: is a text"),
        ("is_table", [], "a.b = []: is a table"),
        ("tables", {}, "a.b = {}: [[a.b]] is a list of tables"),
        ("tables", [{}, 3], "a.b[1] = 3: is a table"),
        ("span_s", "1s", "a.b = '1s': is not a time above 0 such as"),
    ],
)
def test_a_wrong_value_is_refused_with_file_key_and_value(read: str, value: Any, complaint: str) -> None:
    with pytest.raises(StoryError) as refusal:
        getattr(Reader("case.toml"), read)("a.b", value)
    assert complaint in str(refusal.value)


def test_a_wrong_choice_is_told_the_choices_and_what_was_meant() -> None:
    with pytest.raises(StoryError) as refusal:
        Reader("case.toml").choice("a.b", "PAUS", ("SLOW", "PAUSE"))
    assert str(refusal.value) == "case.toml: a.b = 'PAUS': is one of SLOW, PAUSE; PAUSE was meant?"
    with pytest.raises(StoryError, match="is one of SLOW"):
        Reader("case.toml").choice("a.b", ["PAUSE"], ("SLOW", "PAUSE"))


def test_an_unknown_key_is_told_the_known_ones_and_what_was_meant() -> None:
    with pytest.raises(StoryError) as refusal:
        Reader("case.toml").refuse_unknown("pump", {"familly": 1}, ("family", "syringe"))
    complaint = "case.toml: pump.familly = 1: unknown key; known: family, syringe; family was meant?"
    assert str(refusal.value) == complaint
    assert meant("zzz", ["family"]) == meant(None, ["family"]) == ""


def test_a_parameter_is_of_its_defaults_kind_and_of_any_sign() -> None:
    reader = Reader("case.toml")
    for value, default in ((-3, 1.0), (2.5, 1), ("x", ""), (False, True)):
        reader.param("k", value, default)
    for value, default in ((True, 1), (1, True), (1, "x"), ("x", 1), (float("inf"), 1.0)):
        with pytest.raises(StoryError, match="is of another kind"):
            reader.param("k", value, default)
