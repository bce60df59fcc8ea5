"""Whole frames out of a stream of bytes.

Theory of operation. pymodbus 3.16's RTU framer looks for one answer and then takes the whole buffer to be it: a byte
of noise before a good frame, a neighbour's frame glued to ours, or a flipped bit cost everything that was held. Its
TCP framer never gets past a header with a wrong protocol id, and a frame of 8 bytes may swallow the first byte of
the next. So the stream is cut here.

RTU has neither start nor length. A frame is found by what its function says of its size and believed by its CRC; a
start that fails is given up for the next byte, so noise costs no more than itself. A start that begins as the answer
we wait for is waited for, and nothing inside it is looked at. Our own question, come back on a two-wire bus, is known
by its bytes; the answers to functions 5 and 6 are the same bytes as the question, so there the first of the two
counts, and what was achieved is read anyway.

TCP has a length. A header that cannot be is the end of knowing where frames begin: all that is held is dropped, and
if it stays so the line is given up (facts/faults.md row 33).
"""

from collections import deque
from dataclasses import dataclass
from typing import Protocol

from drivers.modbus.codec import check

#: Longest frames: 256 on RTU, 7 more than a PDU of 253 on TCP.
RTU_MAX = 256
PDU_MAX = 253
#: A partial frame older than this is dropped: no answer may straddle two exchanges of 200 ms.
INTER_BYTE_GAP_MS = 200
ECHOES_MAX = 4
FUNCTIONS = frozenset({1, 2, 3, 4, 5, 6, 15, 16, 23})


@dataclass(frozen=True, slots=True)
class Piece:
    """One whole frame: all of it, and the PDU in it. `is_echo`: our own question."""

    whole: bytes
    pdu: bytes
    is_echo: bool = False


class Cutter(Protocol):
    """Bytes in, frames out. Holds a bounded rest."""

    def expect(self, sent: bytes, beginning: bytes) -> None:
        """This frame leaves, and its answer begins so."""
        ...

    def feed(self, chunk: bytes, now: int) -> list[Piece]:
        """Bytes that arrived at link time `now` (ms)."""
        ...

    def clear(self) -> None:
        """Drop the partial frame."""
        ...


class _Held:
    """What has come and is not a frame yet."""

    def __init__(self) -> None:
        self._held = bytearray()
        self._last_ms = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of a frame not yet complete."""
        return len(self._held)

    def clear(self) -> None:
        """Drop the partial frame."""
        self._held.clear()

    def _take(self, chunk: bytes, now: int) -> None:
        if self._held and now - self._last_ms >= INTER_BYTE_GAP_MS:
            self.clear()
        self._last_ms = now
        self._held += chunk


class RtuCutter(_Held):
    """Cuts by function and CRC."""

    def __init__(self) -> None:
        super().__init__()
        self._echoes: deque[bytes] = deque(maxlen=ECHOES_MAX)
        self._beginning = b""

    def expect(self, sent: bytes, beginning: bytes) -> None:
        """Note what may come back as an echo, and how the answer begins."""
        self._beginning = beginning
        if sent[1] not in (5, 6):
            self._echoes.append(sent)

    def feed(self, chunk: bytes, now: int) -> list[Piece]:
        """Whole frames of any unit, whoever it is."""
        self._take(chunk, now)
        found: list[Piece] = []
        while (piece := self._cut()) is not None:
            found.append(piece)
        return found

    def _cut(self) -> Piece | None:
        held = bytes(self._held)
        partial: int | None = None
        for start in range(len(held)):
            rest = held[start:]
            end = self._echo_end(rest) or _answer_end(rest)
            if end is None:
                continue
            if end <= len(rest):
                del self._held[: start + end]
                whole = rest[:end]
                return Piece(whole, whole[1:-2], is_echo=whole in self._echoes)
            if partial is None:
                partial = start
            if self._beginning.startswith(rest[: len(self._beginning)]):
                break
        del self._held[: len(held) if partial is None else partial]
        return None

    def _echo_end(self, rest: bytes) -> int | None:
        for echo in self._echoes:
            if rest.startswith(echo) or echo.startswith(rest):
                return len(echo)
        return None


def _answer_end(rest: bytes) -> int | None:
    """Where an answer that begins here ends, perhaps beyond what is there; None: none begins here."""
    if not 1 <= rest[0] <= 247:
        return None
    if len(rest) < 3:
        return None if len(rest) == 2 and rest[1] & 0x7F not in FUNCTIONS else 5
    function, third = rest[1], rest[2]
    if function & 0x7F not in FUNCTIONS:
        return None
    if function & 0x80:
        end = 5
    elif function in (1, 2):
        end = 5 + third
    elif function in (3, 4, 23):
        end = 5 + third if third and third % 2 == 0 else 0
    else:
        end = 8
    if not 5 <= end <= RTU_MAX or (function in (1, 2) and not third):
        return None
    if end > len(rest):
        return end
    return end if check(rest[: end - 2]) == rest[end - 2 : end] else None


class MbapCutter(_Held):
    """Cuts by the header's length."""

    def expect(self, sent: bytes, beginning: bytes) -> None:
        """TCP has no echoes, and transaction ids tell one answer from another."""

    def feed(self, chunk: bytes, now: int) -> list[Piece]:
        """Whole frames, whatever their transaction."""
        self._take(chunk, now)
        found: list[Piece] = []
        while len(self._held) >= 6:
            size = int.from_bytes(self._held[4:6], "big")
            if self._held[2:4] != b"\0\0" or not 3 <= size <= PDU_MAX + 1:
                self.clear()
                break
            if len(self._held) < 6 + size:
                break
            whole = bytes(self._held[: 6 + size])
            del self._held[: 6 + size]
            found.append(Piece(whole, whole[7:]))
        return found
