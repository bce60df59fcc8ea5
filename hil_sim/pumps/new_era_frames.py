"""New Era framing, both kinds, as the pump hears and speaks it (facts/protocols.md 1; NE-1000 manual s1).

Basic mode is for a terminal: a line ends with CR, the answer stands between STX and ETX. Safe mode wraps
both ways in `STX len data crcHi crcLo ETX`, where `len` counts itself and everything after it, and the CRC
(XMODEM, initial value 0) covers the data only. The length or either CRC byte may happen to be 02, 03 or 0D,
so a packet is counted out, never searched for its end.

The reader is fed a byte at a time and yields as it goes, because one chunk may hold the `SAF` that changes
the very framing of the bytes behind it. A packet is recognised in basic mode too: that is how a host that
does not know the mode finds it out. Silence of half a second inside a packet drops what was there; nothing
is said about it.

A pump of before safe mode (`knows_packets` False) takes every byte for its line: the control characters of a packet
fall away, and what is printable of it stands at the beginning of the next line.
"""

from __future__ import annotations

import binascii
from collections.abc import Iterator
from dataclasses import dataclass, field

STX, ETX, CR = 0x02, 0x03, 0x0D
GAP_MS = 500.0
LINE_BYTES_MAX = 128
EMPTY_PACKET_LENGTH = 4  # length byte, two CRC bytes, ETX
_NOT_KEPT = bytes(byte for byte in range(256) if not 0x21 <= byte <= 0x7E)


@dataclass(frozen=True)
class Request:
    """One request, stripped of spaces and control characters and in upper case."""

    text: str
    in_packet: bool


@dataclass(frozen=True)
class BadPacket:
    """Length, CRC or ETX did not agree."""


def crc16(body: bytes) -> int:
    """CRC-16/XMODEM: polynomial 1021, initial value 0, not reflected."""
    return binascii.crc_hqx(body, 0)


def basic_reply(body: str) -> bytes:
    return bytes([STX]) + body.encode("ascii") + bytes([ETX])


def safe_packet(body: str) -> bytes:
    raw = body.encode("ascii")
    return bytes([STX, len(raw) + EMPTY_PACKET_LENGTH]) + raw + crc16(raw).to_bytes(2, "big") + bytes([ETX])


def normalise(raw: bytes) -> str:
    """What the pump keeps of a line: no spaces, no control characters, upper case."""
    return raw.translate(None, _NOT_KEPT).decode("ascii").upper()


@dataclass
class FrameReader:
    """Turns bytes into requests. `is_safe` is set by the pump and obeyed from the next byte on."""

    is_safe: bool = False
    knows_packets: bool = True
    _line: bytearray = field(default_factory=bytearray)
    _packet: bytearray = field(default_factory=bytearray)
    _last_byte_ms: float = 0.0

    def feed(self, chunk: bytes, now_link_ms: float) -> Iterator[Request | BadPacket]:
        """Yield each request as its last byte is consumed."""
        if self._packet and now_link_ms - self._last_byte_ms >= GAP_MS:
            self._packet.clear()
        self._last_byte_ms = now_link_ms
        for byte in chunk:
            heard = self._take(byte)
            if heard is not None:
                yield heard

    def clear(self) -> None:
        """Forget everything partial, as a power cut does."""
        self._line.clear()
        self._packet.clear()

    def _take(self, byte: int) -> Request | BadPacket | None:
        if self._packet:
            self._packet.append(byte)
            return self._judge_packet()
        if byte == STX and not self._line and self.knows_packets:
            self._packet.append(byte)
            return None
        if self.is_safe:
            return None
        if byte == CR:
            request = Request(normalise(bytes(self._line)), in_packet=False)
            self._line.clear()
            return request
        if len(self._line) < LINE_BYTES_MAX:
            self._line.append(byte)
        return None

    def _judge_packet(self) -> Request | BadPacket | None:
        length = self._packet[1]
        if length >= EMPTY_PACKET_LENGTH and len(self._packet) < length + 1:
            return None
        packet = bytes(self._packet)
        self._packet.clear()
        if length < EMPTY_PACKET_LENGTH or packet[-1] != ETX:
            return BadPacket()
        body = packet[2:-3]
        if crc16(body) != int.from_bytes(packet[-3:-1], "big"):
            return BadPacket()
        return Request(normalise(body), in_packet=True)
