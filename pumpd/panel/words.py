"""The panel's own words, in the language of whoever looks.

Theory of operation. What the panel says stands in one table per language, by key; a test holds the tables to the same
keys and the same blanks, so nothing can be missing in one of them. What the *daemon* says (why it slowed, what stands
before a resume) arrives as English sentences made where the decision was made; `said` puts them into the language by
forms with blanks (`sentences`), whole or not at all, and says in which language they now are, so that a screen reader
speaks them as that. What a person typed is never put through it.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType
from typing import NamedTuple

from pumpd.panel.sentences import Sentences, read_tables

_FOLDER = Path(__file__).parent / "tables"
#: How each language calls itself; each has its table beside this file.
NAMES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch"})


def _table(lang: str) -> Mapping[str, str]:
    text = (_FOLDER / f"{lang}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType({lang: _table(lang) for lang in NAMES})
DEFAULT = "en"
#: What the daemon speaks needs no forms.
SENTENCES: Mapping[str, Sentences] = MappingProxyType(
    {lang: read_tables(_FOLDER, lang) for lang in NAMES if lang != DEFAULT}
)


class Said(NamedTuple):
    """A sentence of the daemon, and the language it is shown in."""

    text: str
    lang: str


class Words:
    """One language. Call it with a key and the blanks to fill."""

    def __init__(self, lang: str) -> None:
        self.lang = lang if lang in TABLES else DEFAULT
        self._table = TABLES[self.lang]

    def __call__(self, key: str, **blanks: object) -> str:
        """The words of a key."""
        return self._table[key].format_map(blanks) if blanks else self._table[key]

    def state(self, word: str) -> str:
        """The one word of a state; a word that is not known is shown as it came."""
        return self._table.get(f"state.{word}", word)

    def said(self, sentence: object) -> Said:
        """A sentence of the daemon in this language; in its own where no form knows it whole."""
        text = str(sentence)
        other = SENTENCES[self.lang](text) if self.lang in SENTENCES else None
        return Said(text, DEFAULT) if other is None else Said(other, self.lang)

    def maybe(self, key: str, otherwise: str) -> str:
        """The words of a key that may not exist, for lists that the daemon makes longer."""
        return self._table.get(key, otherwise)


def preferred(accept_language: str) -> str:
    """The first language of the header that there is a table for."""
    for one in accept_language.split(","):
        lang = one.split(";")[0].strip().lower()[:2]
        if lang in TABLES:
            return lang
    return DEFAULT
