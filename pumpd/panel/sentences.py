"""The daemon's sentences in another language: by forms with blanks, whole or not at all.

Theory of operation. The daemon speaks English, and journal, alarms and exports keep that one record. What a person
reads is put into her language here, at the panel's edge, by a table of forms: an English sentence with blanks, and
its translation with the same blanks. What stands in a blank has a kind, by the first letter of its name, so that no
English word can slip through one:

    n  a number                        s  words or a sentence that must itself be known
    q  numbers with their units        r  a name without blanks: a row, a device, a code
    t  what a person typed, or a name; never beyond "; "
    i  the id of a rule, as BP1

A sentence is looked at clause by clause, which "; " parts, and what no form knows may be two joined by "and" or the
like: then both must be known. If any part is not known the whole stays English: a half translated sentence can say
the opposite of either.

No pattern language: literals are searched from left to right, every attempt is counted, and a sentence that costs too
many, or is too long, stays English. So what somebody typed into a note cannot keep the panel busy. The answers,
also that there is none, are kept for a bounded number of sentences: most of a stream is what was said just before.
"""

import tomllib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from pathlib import Path

#: Characters of the longest sentence that is looked at: a start with everything in its way.
LONGEST = 3_000
#: Attempts at one sentence; the worst that the daemon says costs a few hundred.
ATTEMPTS = 6_000
#: Sentences within sentences: "before resume", a row, what clears it, what it measures.
DEEPEST = 24
_KEPT = 2_048
#: Between clauses, in every language; and how many of them one form may hold.
CLAUSES, CLAUSES_MOST = "; ", 3

_NUMBER = frozenset("0123456789.+-/…~e")
_NO_NUMBERS = ("inf", "nan", "-inf")
_NAME_ENDS = frozenset(" ;:,()")
_UNITS: Mapping[str, Mapping[str, str]] = {"de": {"bpm": "/min"}}
_KNOWN_UNITS = (
    frozenset(
        {"min", "s", "ms", "h", "mL", "mL/h", "mg", "mg/mL", "mg/kg", "mg/kg/h", "ug/kg/min", "kg", "kg/m2"}
    )
    | frozenset({"cm", "mm", "mmHg", "bpm", "/min", "%", "uL"})
    | frozenset({"x", "=", "/", "+", "-"})
)
#: In the order they bind, the loosest first.
_JOINTS: Mapping[str, tuple[tuple[str, str], ...]] = {
    "de": ((" or ", " oder "), (" and ", " und "), (", ", ", "))
}


@dataclass(frozen=True, slots=True)
class Form:
    """One sentence with blanks: `texts` has one more than `blanks`, and stands around them."""

    texts: tuple[str, ...]
    blanks: tuple[str, ...]
    other: tuple[tuple[str, str], ...]

    @property
    def clauses(self) -> int:
        """How many it is of."""
        return 1 + sum(text.count(CLAUSES) for text in self.texts)

    @property
    def weight(self) -> int:
        """How much of it is fixed: the more, the sooner it is tried."""
        return sum(map(len, self.texts))


class BadForm(ValueError):
    """A form cannot be used; the message says which and why."""


def cut(sentence: str) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The texts around the blanks, and the blanks' names."""
    texts, names = [], []
    first, *rest = sentence.split("{")
    texts.append(first)
    for one in rest:
        name, closed, text = one.partition("}")
        if not closed or name[:1] not in _MATCHERS:
            raise BadForm(f"{sentence!r}: {{{name} is no blank; kinds are {', '.join(_MATCHERS)}")
        names.append(name)
        texts.append(text)
    return tuple(texts), tuple(names)


def form_of(english: str, other: str) -> Form:
    """A line of a table.

    Raises:
        BadForm: the blanks are not the same on both sides, one stands there twice, or two have nothing between them.
    """
    texts, blanks = cut(english)
    other_texts, other_blanks = cut(other)
    if sorted(blanks) != sorted(other_blanks) or len(set(blanks)) < len(blanks):
        raise BadForm(f"{english!r}: the blanks are {blanks}, in the translation {other_blanks}")
    if any(not text for text in texts[1:-1]):
        raise BadForm(f"{english!r}: two blanks with nothing between them")
    return Form(texts, blanks, tuple(zip(other_texts, (*other_blanks, ""), strict=True)))


class Sentences:
    """One language's forms. `lang`: what is translated to; `table`: English form -> other form."""

    def __init__(self, lang: str, table: Mapping[str, str]) -> None:
        self.lang = lang
        self.forms = tuple(form_of(english, other) for english, other in table.items())
        self._exact = {one.texts[0]: one.other[0][0] for one in self.forms if not one.blanks}
        self._begun: dict[str, list[Form]] = {}
        self._open: list[Form] = []
        for one in sorted((one for one in self.forms if one.blanks), key=lambda one: -one.weight):
            word, blank, _ = one.texts[0].partition(" ")
            (self._begun.setdefault(word, []) if blank else self._open).append(one)
        self._kept = lru_cache(_KEPT)(self._translated)

    def __call__(self, sentence: str) -> str | None:
        """The translation; None: it is not known whole."""
        return None if len(sentence) > LONGEST else self._kept(sentence)

    def _translated(self, sentence: str) -> str | None:
        return _Attempt(self).sentence(sentence)

    def exactly(self, sentence: str) -> str | None:
        """The translation of words without blanks."""
        return self._exact.get(sentence)

    def candidates(self, sentence: str, count: int) -> Iterator[Form]:
        """Forms that may fit so many clauses, the most particular first."""
        for forms in (self._begun.get(sentence.partition(" ")[0], ()), self._open):
            for one in forms:
                if one.clauses == count and all(text in sentence for text in one.texts):
                    yield one


class _Attempt:
    """One sentence being looked at: what it has cost, and what is known of its parts."""

    def __init__(self, table: Sentences) -> None:
        self._table = table
        self._units = _UNITS.get(table.lang, {})
        self._joints = _JOINTS.get(table.lang, ())
        self._left = ATTEMPTS
        self._known: dict[str, str | None] = {}

    def sentence(self, sentence: str) -> str | None:
        """The translation of clauses between "; ", each known, or two or three of them by one form."""
        parts, said, begin = sentence.split(CLAUSES), [], 0
        while begin < len(parts):
            for count in range(min(CLAUSES_MOST, len(parts) - begin), 0, -1):
                one = self._clause(CLAUSES.join(parts[begin : begin + count]), count, 0)
                if one is not None:
                    break
            else:
                return None
            said.append(one)
            begin += count
        return CLAUSES.join(said)

    def _clause(self, text: str, count: int, depth: int) -> str | None:
        """The translation of so many clauses by one form; of one, also what is joined in it."""
        if text in self._known:
            return self._known[text]
        if depth > DEEPEST or not text or self._left <= 0:
            return None
        found = self._table.exactly(text)
        if found is None:
            found = self._by_form(text, count, depth)
        if found is None and count == 1:
            found = self._by_joints(text, depth)
        if self._left <= 0:
            return None
        self._known[text] = found
        return found

    def _by_form(self, sentence: str, count: int, depth: int) -> str | None:
        for form in self._table.candidates(sentence, count):
            self._left -= 1
            if self._left <= 0:
                return None
            first, last = form.texts[0], form.texts[-1]
            if not sentence.startswith(first) or not sentence.endswith(last):
                continue
            filled: dict[str, str] = {}
            if self._fills(form, 0, sentence, len(first), filled, depth):
                return "".join(text + filled.get(name, "") for text, name in form.other)
        return None

    def _fills(
        self, form: Form, index: int, sentence: str, at: int, filled: dict[str, str], depth: int
    ) -> bool:
        """Fill the blanks from `index` on, where the blank begins at `at`."""
        if index == len(form.blanks):
            return at == len(sentence)
        name, text = form.blanks[index], form.texts[index + 1]
        is_last = index + 1 == len(form.blanks)
        ends = self._ends(sentence, at, text, is_last)
        for end in ends:
            self._left -= 1
            if self._left <= 0:
                return False
            inside = self._inside(name, sentence[at:end], depth)
            if inside is None:
                continue
            filled[name] = inside
            if self._fills(form, index + 1, sentence, end + len(text), filled, depth):
                return True
        return False

    @staticmethod
    def _ends(sentence: str, at: int, text: str, is_last: bool) -> Iterator[int]:
        """Where a blank that begins at `at` may end: before every place of the text behind it."""
        if is_last:
            end = len(sentence) - len(text)
            if end > at:
                yield end
            return
        end = sentence.find(text, at + 1)
        while end >= 0:
            yield end
            end = sentence.find(text, end + 1)

    def _inside(self, name: str, text: str, depth: int) -> str | None:
        if name[0] == "s":
            return self._clause(text, 1, depth + 1)
        if not _MATCHERS[name[0]](text):
            return None
        return " ".join(self._units.get(one, one) for one in text.split(" ")) if name[0] == "q" else text

    def _by_joints(self, text: str, depth: int) -> str | None:
        """Two clauses with a joint between them; the second may be joined itself."""
        for joint, other in self._joints:
            at = text.find(joint)
            while at >= 0:
                self._left -= 1
                first = self._clause(text[:at], 1, depth + 1)
                if first is not None and (rest := self._clause(text[at + len(joint) :], 1, depth + 1)):
                    return f"{first}{other}{rest}"
                if self._left <= 0:
                    return None
                at = text.find(joint, at + 1)
        return None


def _is_number(text: str) -> bool:
    return text in _NO_NUMBERS or (set(text) <= _NUMBER and any(one.isdigit() for one in text))


def _is_quantity(text: str) -> bool:
    parts = text.split(" ")
    return _is_number(parts[0]) and all(one in _KNOWN_UNITS or _is_number(one) for one in parts)


def _is_name(text: str) -> bool:
    return not set(text) & _NAME_ENDS


def _is_rule(text: str) -> bool:
    return text.isalnum() and text.isascii() and text[:2].isupper()


def _is_typed(text: str) -> bool:
    return "; " not in text and text.strip() != ""


_MATCHERS: Mapping[str, Callable[[str], bool]] = {
    "n": _is_number,
    "q": _is_quantity,
    "s": _is_typed,
    "i": _is_rule,
    "r": _is_name,
    "t": _is_typed,
}


def read_tables(folder: Path, lang: str) -> Sentences:
    """All forms of a language: `<lang>_*.toml` beside the panel's own words.

    Raises:
        BadForm: a form is in two tables, or is none.
    """
    table: dict[str, str] = {}
    for path in sorted(folder.glob(f"{lang}_*.toml")):
        for english, other in tomllib.loads(path.read_text(encoding="utf-8")).items():
            if english in table:
                raise BadForm(f"{path.name}: {english!r} stands in another table too")
            table[english] = other
    return Sentences(lang, table)
