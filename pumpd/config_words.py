"""Where a configuration fault stands, and how it is said.

Theory of operation. A person who has just edited the file needs the line, the key with the value as it was
read, what is wrong with it and what would be right, and needs all faults at once. The parser gives values
without lines, so a small scanner walks the text a second time and notes the line of every key. It relies on
the text being legal TOML, which the parser has already settled, and so needs no errors of its own.

Secrets are never repeated: a refused file is pasted into tickets.
"""

import json
import re
import typing
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from pydantic import BaseModel
from pydantic.fields import FieldInfo
from pydantic_core import ErrorDetails

Loc = tuple[str | int, ...]

_KEY = r"""(?:[A-Za-z0-9_-]+|"[^"\n]*"|'[^'\n]*')"""
_PATH = rf"{_KEY}(?:[ \t]*\.[ \t]*{_KEY})*"
_STATEMENT = re.compile(rf"[ \t]*(?:(?P<open>\[\[?)[ \t]*(?P<table>{_PATH})[ \t]*\]|(?P<key>{_PATH})[ \t]*=)")
_TOKEN = re.compile(
    r'"""(?:\\.|[^\\])*?"""|\'\'\'.*?\'\'\'|"(?:\\.|[^"\\\n])*"|\'[^\'\n]*\'|#[^\n]*|.',
    re.DOTALL,
)
_SECRET = re.compile(r"pin|pass|secret|token", re.IGNORECASE)
_LONGEST_VALUE = 60

_WANTED = {
    "missing": "is required and not there",
    "int_type": "must be a whole number",
    "string_type": "must be text in quotes",
    "bool_type": "must be true or false",
    "tuple_type": "must be a list",
    "model_type": "must be a table",
    "dict_type": "must be a table",
    "string_pattern_mismatch": "does not have the right form",
}
_LIMITS = {
    "greater_than_equal": "must be at least {ge}",
    "less_than_equal": "must be at most {le}",
    "multiple_of": "must be a multiple of {multiple_of}",
    "literal_error": "must be {expected}",
    "too_long": "must hold at most {max_length} entries",
    "value_error": "{error}",
}


@dataclass(frozen=True, slots=True)
class Fault:
    """One thing wrong: at which key, and what in words."""

    loc: Loc
    text: str


def key_lines(text: str) -> dict[Loc, int]:
    """Line, from 1, of every table header and key of a legal TOML text, by its path in the parsed tree."""
    lines: dict[Loc, int] = {(): 1}
    newest: dict[Loc, int] = {}  # index of the newest entry of each [[array of tables]]
    table: Loc = ()
    position = 0
    while position < len(text):
        line = text.count("\n", 0, position) + 1
        statement = _STATEMENT.match(text, position)
        if statement is None:
            position = _next_line(text, position)
            continue
        if statement["table"]:
            table = _enter(_parts(statement["table"]), newest, is_array=statement["open"] == "[[")
            for depth in range(1, len(table) + 1):
                lines.setdefault(table[:depth], line)
            position = _next_line(text, position)
            continue
        parts = _parts(statement["key"])
        for depth in range(1, len(parts) + 1):
            lines.setdefault(table + parts[:depth], line)
        position = _after_value(text, statement.end())
    return lines


def _parts(path: str) -> tuple[str, ...]:
    return tuple(key.strip("\"'") for key in re.findall(_KEY, path))


def _enter(parts: tuple[str, ...], newest: dict[Loc, int], *, is_array: bool) -> Loc:
    path: Loc = ()
    for part in parts[:-1]:
        path = (*path, part)
        if path in newest:
            path = (*path, newest[path])
    path = (*path, parts[-1])
    if is_array:
        newest[path] = newest.get(path, -1) + 1
        path = (*path, newest[path])
    return path


def _next_line(text: str, position: int) -> int:
    return (text.find("\n", position) + 1) or len(text)


def _after_value(text: str, position: int) -> int:
    depth = 0
    for token in _TOKEN.finditer(text, position):
        mark = token.group()
        depth += (mark in ("[", "{")) - (mark in ("]", "}"))
        if mark == "\n" and depth == 0:
            return token.end()
    return len(text)


def messages(faults: Iterable[Fault], file: str, text: str, tree: Mapping[str, object]) -> tuple[str, ...]:
    """`FILE:LINE: key = value: what is wrong` for each fault, in the order of the file."""
    lines = key_lines(text)

    def line_of(loc: Loc) -> int:
        while loc not in lines:
            loc = loc[:-1]
        return lines[loc]

    rows = sorted({(line_of(fault.loc), f"{_named(fault.loc, tree)}: {fault.text}") for fault in faults})
    return tuple(f"{file}:{line}: {words}" for line, words in rows)


def _named(loc: Loc, tree: object) -> str:
    """`channels[bed-1].pump.baud = 300`, entries of a list by their name where they have one, else from 1."""
    shown = ""
    node = tree
    for step in loc:
        if isinstance(step, int):
            node = node[step] if isinstance(node, list) and step < len(node) else None
            name = node.get("name") if isinstance(node, dict) else None
            shown += f"[{name if isinstance(name, str) and name else step + 1}]"
        else:
            node = node.get(step) if isinstance(node, dict) else None
            shown += f".{step}" if shown else step
    entries = node if isinstance(node, list) else [node]
    if node is None or any(isinstance(entry, dict) for entry in entries):
        return shown or "the file"  # a table is not a value; and it may hold a secret
    last = next((step for step in reversed(loc) if isinstance(step, str)), "")
    return f"{shown} = {_shown_value(last, node)}"


def _shown_value(key: str, value: object) -> str:
    is_hash = isinstance(value, str) and value.startswith("scrypt$")
    if is_hash or (_SECRET.search(key) and key != "password_file"):
        return "(not shown)"
    try:
        words = json.dumps(value, ensure_ascii=False, default=str)
    except ValueError:
        words = str(value)
    words = words.replace("NaN", "nan").replace("Infinity", "inf") if isinstance(value, float) else words
    return words if len(words) <= _LONGEST_VALUE else words[: _LONGEST_VALUE - 3] + "..."


def from_pydantic(
    errors: Sequence[ErrorDetails],
    model: type[BaseModel],
    homes: Callable[[], Mapping[str, str]] = dict,
) -> list[Fault]:
    """The model's own errors in our words, with each field's meaning, unit and an example.

    A mistyped key is one fault, not a strange key and a missing one.

    Args:
        errors: of that model.
        model: the whole file's.
        homes: headers by keys that are not fields; asked only when there is a strange key.
    """
    faults: list[Fault] = []
    meant: set[Loc] = set()
    for error in errors:
        if error["type"] == "extra_forbidden":
            loc = error["loc"]
            parent, _ = _field_at(model, loc)
            known = list(parent.model_fields) if parent is not None else []
            near = nearest(str(loc[-1]), known)
            meant.update((*loc[:-1], name) for name in near)
            key = str(loc[-1])
            elsewhere = [*_tables_with(key, model), *filter(None, [homes().get(key)])]
            faults.append(Fault(loc, _unknown_key(key, known, elsewhere)))
    for error in errors:
        is_mistyped = error["type"] == "missing" and error["loc"] in meant
        if error["type"] != "extra_forbidden" and not is_mistyped:
            faults.append(Fault(error["loc"], _wrong(error) + _meaning(_field_at(model, error["loc"])[1])))
    return faults


def nearest(key: str, known: Sequence[str]) -> list[str]:
    """The one key that was probably meant, if there is one."""
    import difflib  # for who wrote a wrong word only; a daemon that starts has none

    return difflib.get_close_matches(key, known, n=1)


def _tables_with(key: str, model: type[BaseModel], above: str = "") -> Iterator[str]:
    """Headers of the tables in which there is such a key."""
    for name, field in model.model_fields.items():
        within = _model_in(field.annotation)
        if within is None:
            continue
        header = f"{above}{name}"
        if key in within.model_fields:
            is_many = typing.get_origin(field.annotation) is tuple
            yield f"[[{header}]]" if is_many else f"[{header}]"
        yield from _tables_with(key, within, f"{header}.")


def _unknown_key(key: str, known: Sequence[str], elsewhere: Sequence[str]) -> str:
    """That there is no such key, which was probably meant or where it belongs, and which there are.

    A line whose header is commented out, or stands further up, falls into the table before it.
    """
    near = nearest(key, known)
    guess = f"did you mean {near[0]}? " if near else ""
    if elsewhere and not near:
        guess = f"it belongs under {' or '.join(elsewhere)}, whose header must stand before it; "
    return f"there is no such key here; {guess}known: {', '.join(known)}"


def _wrong(error: ErrorDetails) -> str:
    kind = error["type"]
    if kind == "tuple_type" and isinstance(error["input"], dict):
        name = error["loc"][-1]
        return f"must be a list of tables: write [[{name}]] with two brackets, once for each"
    if kind in _LIMITS:
        return _LIMITS[kind].format(**error.get("ctx", {}))
    return _WANTED.get(kind, error["msg"])


def _meaning(field: FieldInfo | None) -> str:
    if field is None:
        return ""
    meaning = f" ({field.description})" if field.description else ""
    return meaning + (f", for example {json.dumps(field.examples[0])}" if field.examples else "")


def _field_at(model: type[BaseModel], loc: Loc) -> tuple[type[BaseModel] | None, FieldInfo | None]:
    """The model that holds the last key of `loc`, and that key's field if it has one."""
    holder: type[BaseModel] | None = model
    parent, field = holder, None
    for step in loc:
        if isinstance(step, int):
            continue
        parent = holder
        field = parent.model_fields.get(step) if parent is not None else None
        holder = _model_in(field.annotation) if field is not None else None
    return parent, field


def _model_in(annotation: object) -> type[BaseModel] | None:
    if isinstance(annotation, type) and issubclass(annotation, BaseModel):
        return annotation
    found = (_model_in(inner) for inner in typing.get_args(annotation))
    return next((model for model in found if model is not None), None)
