"""Strict reading of a bench's TOML files: every complaint names file, key, value, and what would be right.

Theory of operation. A story that silently does nothing is a test that cannot fail, so nothing is skipped, nothing
is guessed and nothing is converted: an unknown key is refused with the known ones, a time without its unit with
an example of one. The readers of stories and of claims share these words, so that their complaints read alike.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import fields
from difflib import get_close_matches
from typing import Any

_SPAN = re.compile(r"([0-9]+(?:\.[0-9]+)?) (ms|s|min|h)")
_UNIT_S = {"ms": 0.001, "s": 1.0, "min": 60.0, "h": 3600.0}


class StoryError(ValueError):
    """The file is not a story; the message names file, key and value, and what would be right."""


def span_s(text: object) -> float:
    """Read "250 ms", "1 s", "2.5 s", "2 min", "1 h" as seconds.

    Raises:
        ValueError: it is not a number above 0, one space, and one of those units.
    """
    match = _SPAN.fullmatch(text) if isinstance(text, str) else None
    seconds = float(match[1]) * _UNIT_S[match[2]] if match else 0.0
    if not (_is_finite(seconds) and seconds > 0.0):
        raise ValueError('is not a time above 0 such as "250 ms", "1 s", "2 min" or "1 h"')
    return seconds


def span_words(seconds: float) -> str:
    """The same span for people, in the unit that reads best: "250 ms", "1 s", "2 min"."""
    if seconds < 1.0:
        return f"{seconds * 1000.0:.6g} ms"
    for unit, length_s in (("h", 3600.0), ("min", 60.0)):
        if seconds >= length_s and seconds % length_s == 0.0:
            return f"{seconds / length_s:.6g} {unit}"
    return f"{seconds:.6g} s"


class Reader:
    """Reads the values of one file; `file` is how complaints call it."""

    def __init__(self, file: str) -> None:
        self._file = file

    def error(self, key: str, value: object, why: str) -> StoryError:
        return StoryError(f"{self._file}: {key} = {value!r}: {why}")

    def refuse_unknown(self, where: str, table: Mapping[str, Any], known: Sequence[str]) -> None:
        for key, value in table.items():
            if key not in known:
                name = f"{where}.{key}" if where else key
                raise self.error(name, value, f"unknown key; known: {', '.join(known)}{meant(key, known)}")

    def table(self, raw: Mapping[str, Any], key: str) -> dict[str, Any]:
        return self.is_table(key, raw.get(key, {}))

    def is_table(self, key: str, value: object) -> dict[str, Any]:
        if not isinstance(value, dict):
            raise self.error(key, value, "is a table")
        return dict(value)

    def tables(self, key: str, value: object) -> list[dict[str, Any]]:
        """The tables of `[[key]]`."""
        if not isinstance(value, list):
            raise self.error(key, value, f"[[{key}]] is a list of tables")
        return [self.is_table(f"{key}[{index}]", each) for index, each in enumerate(value)]

    def number(self, key: str, value: object) -> float:
        """A finite number, 0 or more."""
        if isinstance(value, bool) or not isinstance(value, (int, float)):
            raise self.error(key, value, "is not a number")
        if not _is_finite(value) or value < 0.0:
            raise self.error(key, value, "must be finite and not negative")
        return float(value)

    def above_0(self, key: str, value: object) -> float:
        number = self.number(key, value)
        if number <= 0.0:
            raise self.error(key, value, "must be above 0")
        return number

    def switch(self, key: str, value: object) -> bool:
        if not isinstance(value, bool):
            raise self.error(key, value, "is true or false")
        return value

    def text(self, key: str, value: object, why: str = "is a text") -> str:
        if not isinstance(value, str) or not value.strip():
            raise self.error(key, value, why)
        return value

    def texts(self, key: str, value: object) -> tuple[str, ...]:
        if not isinstance(value, list):
            raise self.error(key, value, 'is a list of names such as ["BP1", "BP2"]')
        return tuple(self.text(f"{key}[{index}]", each) for index, each in enumerate(value))

    def choice(self, key: str, value: object, choices: Sequence[str]) -> str:
        if value not in choices:
            raise self.error(key, value, f"is one of {', '.join(choices)}{meant(value, choices)}")
        return str(value)

    def span_s(self, key: str, value: object) -> float:
        try:
            return span_s(value)
        except ValueError as error:
            raise self.error(key, value, str(error)) from error

    def numbers(self, where: str, table: Mapping[str, Any], defaults: Any) -> dict[str, float]:
        """Read a table of plain numbers named as the fields of `defaults`."""
        self.refuse_unknown(where, table, tuple(each.name for each in fields(defaults)))
        return {key: self.number(f"{where}.{key}", value) for key, value in table.items()}

    def switches(self, where: str, table: Mapping[str, Any], defaults: Any) -> dict[str, bool]:
        """Read a table of true and false named as the fields of `defaults`."""
        self.refuse_unknown(where, table, tuple(each.name for each in fields(defaults)))
        return {key: self.switch(f"{where}.{key}", value) for key, value in table.items()}

    def param(self, key: str, value: object, default: object) -> None:
        """A parameter is of its default's kind; a number may be whole or not, and any sign."""
        if isinstance(default, bool) or isinstance(value, bool):
            is_right = isinstance(default, bool) and isinstance(value, bool)
        elif isinstance(default, str):
            is_right = isinstance(value, str)
        else:
            is_right = isinstance(value, (int, float)) and _is_finite(value)
        if not is_right:
            raise self.error(key, value, f"is of another kind than {default!r}")


def meant(value: object, known: Sequence[str]) -> str:
    """What may have been meant, as the end of a complaint; empty when nothing is near."""
    near = get_close_matches(value, known, n=1) if isinstance(value, str) else []
    return f"; {near[0]} was meant?" if near else ""


def _is_finite(value: float) -> bool:
    """TOML's whole numbers have no end, those of the simulator do."""
    return abs(value) < 1e300
