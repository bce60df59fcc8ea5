"""Alaris framing as the pump hears and speaks it (facts/protocols.md 5).

`!TEXT|CCCC<CR>` both ways, CCCC the CRC-16/CCITT-FALSE of TEXT in upper-case hex. ESC in the middle of a frame
throws away what has come of it. What the pump does with a frame whose check is wrong is not known: this one is
silent. A `!` inside a frame does not begin a new one here, although a kinder pump might let it: so a host that left
half a frame behind must say ESC, or lose the next.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field

ESC, CR = 0x1B, 0x0D
FRAME_BYTES_MAX = 128


def crc16(body: bytes) -> int:
    """CRC-16/CCITT-FALSE: polynomial 1021, initial value FFFF, not reflected."""
    register = 0xFFFF
    for byte in body:
        register ^= byte << 8
        for _ in range(8):
            register = (register << 1) ^ (0x1021 if register & 0x8000 else 0)
        register &= 0xFFFF
    return register


def code_of(text: str) -> str:
    """Four upper-case hex digits of the check of a text."""
    return f"{crc16(text.encode('ascii')):04X}"


def frame(text: str) -> bytes:
    """A whole frame."""
    return f"!{text}|{code_of(text)}\r".encode("ascii")


@dataclass
class FrameReader:
    """Turns bytes into request texts. A frame that is too long, or wrongly checked, is dropped without a word."""

    bad_frames: int = 0
    _held: bytearray = field(default_factory=bytearray)

    def feed(self, chunk: bytes) -> Iterator[str]:
        """Yield each request as its last byte is consumed."""
        for byte in chunk:
            if byte == ESC:
                self._held.clear()
            elif byte == CR:
                text = self._judge(bytes(self._held))
                self._held.clear()
                if text is not None:
                    yield text
            elif (byte == ord("!") and not self._held) or (self._held and len(self._held) < FRAME_BYTES_MAX):
                self._held.append(byte)

    def clear(self) -> None:
        """Forget half a frame, as a power cut does."""
        self._held.clear()

    def _judge(self, held: bytes) -> str | None:
        if not held:
            return None
        body, bar, check = held[1:].rpartition(b"|")
        if not bar or not body.isascii() or check != code_of(body.decode("ascii")).encode("ascii"):
            self.bad_frames += 1
            return None
        return body.decode("ascii")
