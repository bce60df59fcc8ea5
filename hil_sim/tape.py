"""What passed on a pump's line, as a file: who said which bytes when. Written by `hil-sim serve --tape`, read by `replay`.

Theory of operation. NDJSON, so that it can be read with the eye, cut with a text tool, and written by anybody's recorder on
a real pump's line. The first line says what kind of pump it was; the hexadecimal digits count, the text beside them is for
people. Chunks are as they were read, so a request may lie in two.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from typing import Any, Final, TextIO

HOST: Final = "host"
PUMP: Final = "pump"
FORMAT = 1


@dataclass(frozen=True, slots=True)
class Said:
    """Some bytes on the line. `by`: `HOST` or `PUMP`; `ms`: link ms since the tape began."""

    by: str
    ms: float
    chunk: bytes


@dataclass(frozen=True, slots=True)
class Tape:
    """A whole recording. `pump`: the family's name in `hil-sim serve --pump`; "" where nobody said."""

    pump: str
    said: Sequence[Said]


class TapeError(ValueError):
    """Not a tape; the message names file, line and what is wrong."""


class TapeFile:
    """A recording in the making; each line is on its way to the disk when it is written.

    Raises:
        OSError: the file cannot be made.
    """

    def __init__(self, path: Path, pump: str) -> None:
        self._file: TextIO = path.open("w", encoding="utf-8", buffering=1)
        self._began_ms: float | None = None
        self._write({"tape": FORMAT, "pump": pump})

    def note(self, by: str, chunk: bytes, link_ms: float) -> None:
        """These bytes passed now."""
        if self._began_ms is None:
            self._began_ms = link_ms
        ms = round(link_ms - self._began_ms, 3)
        self._write({"by": by, "ms": ms, "hex": chunk.hex(" "), "text": readable(chunk)})

    def close(self) -> None:
        self._file.close()

    def _write(self, line: dict[str, Any]) -> None:
        if not self._file.closed:
            self._file.write(json.dumps(line) + "\n")


def readable(chunk: bytes) -> str:
    """The bytes as people read them: what is not printable as its escape."""
    return ascii(chunk.decode("latin-1"))[1:-1]


def read_tape(path: Path) -> Tape:
    """Read a recording.

    Raises:
        TapeError: it is none.
        OSError: the file cannot be read.
    """
    try:
        lines = path.read_text(encoding="utf-8").splitlines()
    except UnicodeDecodeError as error:
        raise TapeError(f"{path}: {error}") from error
    head = _object(path, 1, lines[0]) if lines else {}
    if head.get("tape") != FORMAT:
        raise TapeError(
            f'{path}: line 1: not a tape; a tape begins with {{"tape": {FORMAT}, "pump": "new_era"}}'
        )
    said = tuple(_said(path, number, line) for number, line in enumerate(lines[1:], 2) if line.strip())
    for number, (one, following) in enumerate(pairwise(said), 3):
        if following.ms < one.ms:
            raise TapeError(f"{path}: line {number}: ms = {following.ms:g}: earlier than the line before")
    return Tape(str(head.get("pump", "")), said)


def _object(path: Path, number: int, line: str) -> dict[str, Any]:
    try:
        found = json.loads(line)
    except ValueError as error:
        raise TapeError(f"{path}: line {number}: {error}") from error
    if not isinstance(found, dict):
        raise TapeError(f"{path}: line {number}: not an object")
    return found


def _said(path: Path, number: int, line: str) -> Said:
    found = _object(path, number, line)
    by, ms, digits = found.get("by"), found.get("ms"), found.get("hex")
    if by not in (HOST, PUMP):
        raise TapeError(f'{path}: line {number}: by = {by!r}: is "{HOST}" or "{PUMP}"')
    if isinstance(ms, bool) or not isinstance(ms, int | float) or not 0.0 <= ms < float("inf"):
        raise TapeError(
            f"{path}: line {number}: ms = {ms!r}: is a number of milliseconds since the tape began"
        )
    try:
        return Said(by, float(ms), bytes.fromhex(digits))  # type: ignore[arg-type]
    except (TypeError, ValueError):
        raise TapeError(f"{path}: line {number}: hex = {digits!r}: is bytes in hexadecimal digits") from None
