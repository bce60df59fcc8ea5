"""Modbus on the device's side: requests cut out of a stream, answers put into frames. No registers here.

Written from facts/protocols.md 6 and the Modbus specification's general knowledge, and from no library. On RTU a
request is as long as its function says, is believed by its CRC (A001 reflected, start FFFF, low byte first), and a
device does not answer what it cannot read, nor what is for another unit. A pause in the middle of a request ends it:
the specification says 1.5 characters, a pty has no characters, so 50 ms here. On TCP the header says the length.
"""

from __future__ import annotations

from dataclasses import dataclass

PAUSE_MS = 50.0
LONGEST = 260
#: Whole lengths of requests that have always the same, bytes: what this device knows (1 to 6), and what a client may try on
#: it to learn who it is, so that it hears a refusal and not silence.
_FIXED = {**dict.fromkeys(range(1, 7), 8), 7: 4, 8: 8, 11: 4, 12: 4, 17: 4, 22: 10, 24: 6, 43: 7}


@dataclass(frozen=True)
class Request:
    """One request as heard: unit, function, what follows it; `number` is TCP's transaction."""

    unit: int
    function: int
    body: bytes
    number: int = 0


def crc16(chunk: bytes) -> bytes:
    """The two check bytes as they stand on the wire."""
    value = 0xFFFF
    for byte in chunk:
        value ^= byte
        for _ in range(8):
            low = value & 1
            value >>= 1
            if low:
                value ^= 0xA001
    return bytes((value & 0xFF, value >> 8))


class RequestReader:
    """Bytes in, requests out."""

    def __init__(self, *, is_tcp: bool) -> None:
        self._is_tcp = is_tcp
        self._held = b""
        self._last_ms = 0.0
        self.bad = 0

    def clear(self) -> None:
        """Forget a partial request."""
        self._held = b""

    def feed(self, chunk: bytes, now_link_ms: float) -> list[Request]:
        """Take bytes that arrived now."""
        if now_link_ms - self._last_ms > PAUSE_MS:
            self._held = b""
        self._last_ms = now_link_ms
        self._held = (self._held + chunk)[-2 * LONGEST :]
        found = []
        while (request := self._tcp() if self._is_tcp else self._rtu()) is not None:
            found.append(request)
        return found

    def _rtu(self) -> Request | None:
        while len(self._held) >= 2:
            size = _rtu_size(self._held)
            if size is not None and len(self._held) < size:
                return None
            if size and self._held[size - 2 : size] == crc16(self._held[: size - 2]):
                whole, self._held = self._held[:size], self._held[size:]
                return Request(whole[0], whole[1], whole[2:-2])
            self.bad += 1
            self._held = self._held[1:]
        return None

    def _tcp(self) -> Request | None:
        if len(self._held) < 8:
            return None
        size = 6 + int.from_bytes(self._held[4:6], "big")
        if self._held[2:4] != b"\0\0" or not 8 <= size <= LONGEST:
            self.bad += 1
            self._held = b""
            return None
        if len(self._held) < size:
            return None
        whole, self._held = self._held[:size], self._held[size:]
        return Request(whole[6], whole[7], whole[8:], int.from_bytes(whole[:2], "big"))


def _rtu_size(held: bytes) -> int | None:
    """Length of the request that begins here; 0: none begins here; a length beyond what is there: wait."""
    function = held[1]
    if function in _FIXED:
        return _FIXED[function]
    if function in (15, 16):
        return 9 + held[6] if len(held) > 6 else LONGEST
    if function == 23:
        return 13 + held[10] if len(held) > 10 else LONGEST
    return 8 if 0 < function < 0x80 else 0


def answer(request: Request, unit: int, pdu: bytes, *, is_tcp: bool) -> bytes:
    """The frame of an answer to this request."""
    if is_tcp:
        head = request.number.to_bytes(2, "big") + b"\0\0" + (len(pdu) + 1).to_bytes(2, "big")
        return head + bytes((unit,)) + pdu
    framed = bytes((unit,)) + pdu
    return framed + crc16(framed)
