"""From the bytes of a file to a tree of TOML, or to every reason why not.

Theory of operation. Whoever edits a file on another machine brings back another encoding, curly quotation marks or the
paths of that machine. The parser stops at its first error and names it in its own terms, so the line is looked at here:
the commonest slips are said in words, with what would be right. Then that line is set aside and the rest is read again,
so that a second slip is told in the same breath. What is read around a line that was set aside is never used as a
configuration, only to find more that is wrong.
"""

import re
import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

#: Enough to see that this is another kind of file.
MOST_SYNTAX_FAULTS = 10

#: Quotation marks that an office program makes of plain ones.
_CURLY = "\u201c\u201d\u201e\u2018\u2019\u00ab\u00bb"
_LONGEST_LINE = 80
_SECRET = re.compile(r"pin|pass|secret|token", re.IGNORECASE)
_BARE_WORD = re.compile(r"\s*(?P<key>[A-Za-z0-9_-]+)\s*=\s*(?P<word>[A-Za-z/][^\"'#]*?)\s*(?:#.*)?")
_LEADING_ZERO = re.compile(r"=\s*[+-]?0[0-9]+\s*(?:#|$)")


class TextRefused(Exception):
    """The file is no text that can be looked at any further; `str()` says which and why."""


@dataclass(frozen=True, slots=True)
class Reading:
    """What could be read.

    Attributes:
        tree: the whole file; with `faults`, what is left of it without the lines that are no TOML.
        text: the same as text, line for line.
        faults: `FILE:LINE: line: what is wrong`, one for each line that is no TOML.
        is_torn: a table's header was among them, so that what follows it stands under another table.
    """

    tree: dict[str, Any]
    text: str
    faults: tuple[str, ...] = ()
    is_torn: bool = False


def read_text(path: Path, largest_bytes: int, hint: str) -> str:
    """The text of a file; `hint` is what to do where there is none.

    Raises:
        TextRefused: it cannot be read, is too large, or is no UTF-8.
    """
    try:
        with path.open("rb") as file:
            content = file.read(largest_bytes + 1)
    except FileNotFoundError as error:
        raise TextRefused(f"{path}: cannot be read: {error.strerror}; {hint}") from None
    except PermissionError as error:
        raise TextRefused(
            f"{path}: cannot be read: {error.strerror}; it must be readable by the account that reads it here"
        ) from None
    except OSError as error:
        raise TextRefused(f"{path}: cannot be read: {error.strerror}") from None
    if len(content) > largest_bytes:
        raise TextRefused(f"{path}: is larger than {largest_bytes} bytes; is this the right file?")
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        raise TextRefused(f"{path}:1: is UTF-16 text; save the file as UTF-8")
    if content.startswith(b"\xef\xbb\xbf"):
        # The emergency stop reads the same file with nothing but the parser, which stumbles over it.
        raise TextRefused(f"{path}:1: begins with a byte order mark; save the file as UTF-8 without BOM")
    try:
        return content.decode("utf-8")
    except UnicodeDecodeError as error:
        line = content.count(b"\n", 0, error.start) + 1
        wrong = content[error.start]
        raise TextRefused(
            f"{path}:{line}: not UTF-8 text (byte 0x{wrong:02x}); save the file as UTF-8"
        ) from None


def tree_of(text: str, file: str) -> Reading:
    """The tree, or as many lines as are no TOML; `file` is only named in faults."""
    faults: list[str] = []
    is_torn = False
    while True:
        try:
            return Reading(tomllib.loads(text), text, tuple(faults), is_torn)
        except (tomllib.TOMLDecodeError, RecursionError) as error:
            number = _line_of(str(error), text)
            lines = text.split("\n")
            line = lines[number - 1]
            faults.append(f"{file}:{number}: {_shown(line)}: not TOML: {_advice(line, lines, number, error)}")
            is_torn = is_torn or line.lstrip().startswith("[")
            lines[number - 1] = ""
            is_hopeless = not line.strip() or len(faults) == MOST_SYNTAX_FAULTS
            if is_hopeless or isinstance(error, RecursionError):
                return Reading({}, "", tuple(faults), is_torn=True)
            text = "\n".join(lines)


def _line_of(complaint: str, text: str) -> int:
    """The line a complaint is about; one about the end of the file is about the last line with something in it."""
    place = re.search(r"line (\d+), column", complaint)
    if place is not None:
        return int(place[1])
    return text.rstrip().count("\n") + 1


def _is_secret(line: str) -> bool:
    key, equals, _ = line.partition("=")
    named = bool(equals) and _SECRET.search(key) is not None and key.strip() != "password_file"
    return named or "scrypt$" in line


def _shown(line: str) -> str:
    if _is_secret(line):
        key, equals, _ = line.strip().partition("=")
        return f"{key.strip()} = (not shown)" if equals else "(not shown)"
    words = line.strip().replace("\r", "\\r")
    return words if len(words) <= _LONGEST_LINE else words[: _LONGEST_LINE - 3] + "..."


def _advice(line: str, lines: list[str], number: int, error: Exception) -> str:
    """What is wrong with a line, and what would be right, where it is one of the usual slips."""
    reason = re.sub(r" \(at [^)]*\)$", "", str(error))
    if isinstance(error, RecursionError):
        return "is nested too deeply"
    if "\r" in line.rstrip("\r"):
        return "the lines end with CR alone; save the file with LF, the line ends of Linux"
    if any(mark in line for mark in _CURLY):
        return 'typographic quotation marks; text stands between two plain ones: "'
    if "'\\'" in reason or "hex value" in reason:
        return r"a backslash in text; a path is written with /, from the root: /etc/pumpd/..."
    if "overwrite" in reason or "twice" in reason or "immutable" in reason:
        earlier = _earlier(line, lines, number)
        return (
            f"stands there a second time{f', first in line {earlier}' if earlier else ''}; keep one of them"
        )
    if re.search(r"=\s*(True|False|TRUE|FALSE|yes|no|on|off)\s*(#|$)", line.rstrip("\r")):
        return "yes and no are written true and false, in small letters and without quotes"
    if _LEADING_ZERO.search(line.rstrip("\r")):
        return "a number has no leading zero"
    if (bare := _BARE_WORD.fullmatch(line.rstrip("\r"))) is not None:
        word = "..." if _is_secret(line) else bare["word"]
        return f'{reason}; text stands in quotes: {bare["key"]} = "{word}"'
    if "=" not in line and "[" not in line:
        return f"{reason}; a line is key = value, [table] or # remark"
    return reason


def _earlier(line: str, lines: list[str], number: int) -> int:
    """Where the same key or table stood before; 0: not found that simply."""
    name = (
        line.partition("=")[0].strip()
        if not line.lstrip().startswith("[")
        else line.partition("#")[0].strip()
    )
    for place in range(number - 1, 0, -1):
        before = lines[place - 1]
        head = before.partition("#")[0].strip() if name.startswith("[") else before.partition("=")[0].strip()
        if head == name:
            return place
    return 0
