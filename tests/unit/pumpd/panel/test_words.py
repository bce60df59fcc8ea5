"""No word is missing in any language, no blank differs, and what the code asks for exists."""

import re
import string
from pathlib import Path

import pytest

from pumpd.panel.frame import SCRIPT_WORDS
from pumpd.panel.words import DEFAULT, NAMES, TABLES, Words, preferred

PANEL = Path(__file__).parents[4] / "pumpd" / "panel"


@pytest.mark.parametrize("lang", [one for one in NAMES if one != DEFAULT])
def test_every_table_has_the_same_keys_and_the_same_blanks(lang: str) -> None:
    first, other = TABLES[DEFAULT], TABLES[lang]
    assert set(other) == set(first)
    assert {key: blanks(other[key]) for key in first} == {key: blanks(first[key]) for key in first}


def blanks(text: str) -> set[str | None]:
    return {name for _, name, _, _ in string.Formatter().parse(text) if name is not None}


def test_every_key_that_the_code_names_exists() -> None:
    named = {
        key
        for path in PANEL.glob("*.py")
        for key in re.findall(r'words\("([^"{]+)"', path.read_text(encoding="utf-8"))
    }
    assert len(named) > 80
    assert named - set(TABLES[DEFAULT]) == set()


def test_every_word_of_the_script_exists() -> None:
    script = (PANEL / "static" / "panel.js").read_text(encoding="utf-8")
    named = {f"js.{key}" for key in re.findall(r'say\("([^"]+)"', script)}
    assert len(named) > 10
    assert named - set(TABLES[DEFAULT]) == set()


def test_every_word_of_the_keys_on_the_screen_exists_and_is_told_to_the_script() -> None:
    script = (PANEL / "static" / "pad.js").read_text(encoding="utf-8")
    named = {f"js.pad.{key}" for key in re.findall(r'say\("([^"]+)"', script)}
    assert len(named) > 8
    assert named - set(TABLES[DEFAULT]) == set()
    assert named - set(SCRIPT_WORDS) == set()


def test_an_unknown_language_is_english_and_an_unknown_state_is_shown_as_it_came() -> None:
    words = Words("xx")
    assert words.lang == "en"
    assert words.state("SOMETHING NEW") == "SOMETHING NEW"
    assert Words("de").state("PAUSED") == "PAUSIERT"
    assert words.maybe("no.such.key", "as it is") == "as it is"


@pytest.mark.parametrize(
    ("header", "lang"), [("", "en"), ("de-AT,de;q=0.9,en;q=0.8", "de"), ("fr, de;q=0.5", "de"), ("fr", "en")]
)
def test_the_first_language_there_is_a_table_for_is_taken(header: str, lang: str) -> None:
    assert preferred(header) == lang
