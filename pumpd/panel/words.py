"""The panel's own words, in the language of whoever looks.

Theory of operation. What the panel says stands in one table per language, by key; a test holds the tables to the same
keys and the same blanks, so nothing can be missing in one of them. What the *daemon* says (why it slowed, what stands
before a resume) arrives as English sentences made where the decision was made; they are shown as they are and marked
`lang="en"`, so that a screen reader speaks them as English, and no translation can change their meaning. The one word
of the state is translated, because it is one of a known few.
"""

import tomllib
from collections.abc import Mapping
from pathlib import Path
from types import MappingProxyType

#: How each language calls itself; each has its table beside this file.
NAMES: Mapping[str, str] = MappingProxyType({"en": "English", "de": "Deutsch"})


def _table(lang: str) -> Mapping[str, str]:
    text = (Path(__file__).parent / "tables" / f"{lang}.toml").read_text(encoding="utf-8")
    return MappingProxyType(tomllib.loads(text))


TABLES: Mapping[str, Mapping[str, str]] = MappingProxyType({lang: _table(lang) for lang in NAMES})
DEFAULT = "en"


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
