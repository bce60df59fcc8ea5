"""A sentence is translated whole or not at all, whatever it says and however long it is."""

from pathlib import Path

import pytest

from pumpd.panel import sentences
from pumpd.panel.sentences import BadForm, Sentences, form_of, read_tables
from pumpd.panel.words import SENTENCES, Words

TABLE = {
    "systolic": "systolisch",
    "{s1} {q2}": "{s1} {q2}",
    "{s1} > {q2}": "{s1} > {q2}",
    "Paused: {s1}": "Pausiert: {s1}",
    "paused by {t1}": "pausiert von {t1}",
    "paused by {t1}: is it forgotten?": "von {t1} pausiert: vergessen?",
    "{i1}: {s2}": "{i1}: {s2}",
    "one thing; another": "eins; zwei",
    "device {r1} is off": "Gerät {r1} ist aus",
}


@pytest.fixture
def said() -> Sentences:
    return Sentences("de", TABLE)


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("Paused: systolic 163 mmHg > 160 mmHg", "Pausiert: systolisch 163 mmHg > 160 mmHg"),
        ("Paused: systolic 90 bpm > 80 bpm", "Pausiert: systolisch 90 /min > 80 /min"),
        ("BP1: systolic 1 mmHg and systolic 2 mmHg", "BP1: systolisch 1 mmHg und systolisch 2 mmHg"),
        ("Paused: one thing; another", None),
        ("one thing; another; Paused: systolic", "eins; zwei; Pausiert: systolisch"),
        ("paused by nina: is it forgotten?", "von nina pausiert: vergessen?"),
        ("device mon-1 is off", "Gerät mon-1 ist aus"),
    ],
)
def test_a_known_sentence_is_translated_with_its_numbers_units_and_names(
    said: Sentences, english: str, german: str | None
) -> None:
    assert said(english) == german


@pytest.mark.parametrize(
    "sentence",
    [
        "Paused: something new",
        "Paused: systolic high > 160 mmHg",
        "paused by nina; not known",
        "not known; paused by nina",
        "device that one is off",
        "paused: systolic 1 mmHg",
        "systolic 163 mmHg and unknown",
        "",
    ],
)
def test_a_sentence_of_which_any_part_is_not_known_stays_as_it_is_whole(
    said: Sentences, sentence: str
) -> None:
    assert said(sentence) is None


@pytest.mark.parametrize(
    ("english", "german"),
    [
        ("a {n1}", "b"),
        ("a {n1} {n1}", "b {n1} {n1}"),
        ("a {n1}{n2}", "{n1} {n2}"),
        ("a {x1}", "b {x1}"),
        ("a {n1", "b"),
    ],
)
def test_a_form_whose_blanks_do_not_fit_is_refused_by_its_name(english: str, german: str) -> None:
    with pytest.raises(BadForm, match="a "):
        form_of(english, german)


@pytest.mark.parametrize(
    "part", ["needs ", "a and ", "systolic > ", ": ", "BP1: ", "(now ", "a; ", "{s1}", "no systolic and "]
)
def test_a_sentence_made_to_be_costly_costs_no_more_than_its_attempts(
    part: str, monkeypatch: pytest.MonkeyPatch
) -> None:
    spent: list[int] = []
    tell = sentences._Attempt.sentence

    def counted(attempt: sentences._Attempt, text: str) -> str | None:
        try:
            return tell(attempt, text)
        finally:
            spent.append(sentences.ATTEMPTS - attempt._left)

    monkeypatch.setattr(sentences._Attempt, "sentence", counted)
    table = SENTENCES["de"]
    long = part * (sentences.LONGEST // len(part))
    assert table(f"{long}no") is None or table.lang == "de"
    assert all(one <= sentences.ATTEMPTS + 100 for one in spent)
    assert table(long + "x" * sentences.LONGEST) is None


def test_a_form_that_stands_in_two_tables_is_refused(tmp_path: Path) -> None:
    for name in ("de_a.toml", "de_b.toml"):
        (tmp_path / name).write_text('"a" = "b"\n', encoding="utf-8")
    with pytest.raises(BadForm, match="another table"):
        read_tables(tmp_path, "de")


def test_the_words_say_which_language_a_sentence_is_in() -> None:
    assert Words("de").said("no order") == ("keine Anordnung", "de")
    assert Words("de").said("quite new") == ("quite new", "en")
    assert Words("en").said("no order") == ("no order", "en")
