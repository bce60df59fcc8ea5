"""Frames of the New Era wire. In safe mode: STX, length, text, CRC, ETX.

Theory of operation. The length byte and the CRC may themselves be STX, ETX or CR (a DIS reply ends `.. 3A 03
03`), so a frame is cut by its length and believed by its CRC; the stream is never scanned for ETX. What fails
is dropped from its STX on, and the search goes on at the next byte, so that noise with an STX in it cannot
swallow the good frame behind it. A length that no frame of this family has is noise too; that bounds what is
ever held to a few dozen bytes.

A pump still in basic mode answers `<STX>aaS..<ETX>` with no length and no check (facts/protocols.md 1). Its
first byte after STX is a digit, 30h-39h, above every length allowed here, so the two cannot be confused. Who
may use such an answer is decided by who receives the text, by `is_checked`. A request in basic mode is the text and CR.
"""

import binascii
from dataclasses import dataclass

STX = 0x02
ETX = 0x03

#: Longest frame length accepted: the family's longest reply is 21 (15h); 2Fh keeps clear of the digits.
MAX_LENGTH = 0x2F
#: A partial frame older than this is dropped: no reply may straddle two exchanges of 200 ms.
INTER_BYTE_GAP_MS = 200


@dataclass(frozen=True, slots=True)
class Received:
    """One text off the wire. `is_checked`: it came with a good CRC."""

    text: bytes
    is_checked: bool


def checksum(text: bytes) -> int:
    """CRC-16/XMODEM of the text alone (poly 1021h, init 0, not reflected)."""
    return binascii.crc_hqx(text, 0)


def safe_frame(text: bytes) -> bytes:
    """The text as it goes over the wire in safe mode."""
    return bytes((STX, len(text) + 4)) + text + checksum(text).to_bytes(2, "big") + bytes((ETX,))


def basic_frame(text: bytes) -> bytes:
    """The text as it goes over the wire in basic mode."""
    return text + b"\r"


class Unframer:
    """Bytes in, texts out. Keeps at most one partial frame."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_byte_ms = 0
        self.dropped_bytes = 0
        self.bad_frames = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of a frame not yet complete."""
        return len(self._held)

    def clear(self) -> None:
        """Forget a partial frame."""
        self.dropped_bytes += len(self._held)
        self._held.clear()

    def feed(self, chunk: bytes, now: int) -> list[Received]:
        """Take bytes that arrived at link time `now` (ms); return the texts they complete."""
        if self._held and now - self._last_byte_ms >= INTER_BYTE_GAP_MS:
            self.clear()
        self._last_byte_ms = now
        self._held += chunk
        found: list[Received] = []
        while (received := self._cut()) is not None:
            found.append(received)
        return found

    def _cut(self) -> Received | None:
        held = self._held
        while True:
            start = held.find(STX)
            if start < 0:
                self.clear()
                return None
            self.dropped_bytes += start
            del held[:start]
            if len(held) < 2:
                return None
            size = held[1]
            if 0x30 <= size <= 0x39:
                end = held.find(ETX, 0, MAX_LENGTH + 1)
                if end > 0:
                    text = bytes(held[1:end])
                    if text.isascii() and text.decode("ascii").isprintable():
                        del held[: end + 1]
                        return Received(text, is_checked=False)
                elif len(held) <= MAX_LENGTH:
                    return None
            elif 4 <= size <= MAX_LENGTH:
                if len(held) <= size:
                    return None
                text = bytes(held[2 : size - 2])
                if held[size] == ETX and int.from_bytes(held[size - 2 : size], "big") == checksum(text):
                    del held[: size + 1]
                    return Received(text, is_checked=True)
            self.bad_frames += 1
            self.dropped_bytes += 1
            del held[0]
