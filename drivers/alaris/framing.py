"""Alaris frames: `!TEXT|CCCC<CR>`, four upper-case hex digits of CRC-16/CCITT-FALSE over TEXT. No state but half a frame.

Theory of operation. A frame begins with `!`, ends with CR, and ESC in the middle of one means: forget it. So the
stream is cut at CR, and of each piece only what stands behind the last `!` and the last ESC can be a frame;
whatever else is there is counted as noise by whoever asked. Nothing is accepted whose check is not there, is not
good, or is not written as the fact sheet writes it: one flipped bit turns `A` into `a`.

ESC works for us, too. A request cut off half-way would swallow the one behind it, a stop included; so the first
frame on a fresh port, and the first after an answer that stayed away, has an ESC before it (`wire.py`).

Source: facts/protocols.md 5.
"""

import re
from binascii import crc_hqx

ESC, CR = b"\x1b", b"\r"
#: Far more than any text of the family; a stream without CR is not kept beyond it.
HELD_MAX = 256

_FRAME = re.compile(rb"!([ -{}~]*)\|([0-9A-F]{4})")


def checksum(text: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF, not reflected."""
    return crc_hqx(text, 0xFFFF)


def wrap(text: bytes) -> bytes:
    """The frame of this text."""
    return b"!%b|%04X\r" % (text, checksum(text))


def unwrap(piece: bytes) -> bytes | None:
    """The text of one whole frame without its CR; None if it is none or its check is wrong."""
    match = _FRAME.fullmatch(piece)
    if match is None or int(match[2], 16) != checksum(match[1]):
        return None
    return match[1]


class Unframer:
    """Cuts a stream into texts. A piece that is no good frame comes out as None."""

    def __init__(self) -> None:
        self._held = b""

    def feed(self, chunk: bytes) -> list[bytes | None]:
        """Every piece that a CR ended; line feeds and empty pieces are passed over. Holds a bounded rest."""
        *pieces, rest = (self._held + chunk).split(CR)
        self._held = rest.rpartition(ESC)[2][-HELD_MAX:]
        return [_text(piece) for piece in pieces if piece.strip(b"\n")]

    def clear(self) -> None:
        """Forget half a frame."""
        self._held = b""


def _text(piece: bytes) -> bytes | None:
    standing = piece.rpartition(ESC)[2]
    _, sign, text = standing.rpartition(b"!")
    return unwrap(sign + text)
