"""What happens to bytes between pump and host: lost, flipped, late, in pieces.

Every answer leaves the pump whole and passes the tampers in force, in the order they were injected; what is
left waits for its due time. A serial line keeps its order, so a late answer holds back those behind it.
With no tamper an answer is due at once and goes out in the same call in which the request came in.

Chance comes from a function handed in, so one seed makes one run.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from typing import Literal

TamperKind = Literal["lose_reply", "lose_request", "garble_reply", "delay_reply", "split_reply", "noise"]
QUEUE_MAX = 256


@dataclass
class Tamper:
    """One disturbance. `left` counts how many frames it still hits (None: until removed).

    `command` limits it to answers to (or requests with) that command, for example "STP"; "" means the bare
    status query only, None means all. `ms` is the delay or the gap, link time; `rate` the chance of each
    byte to have one bit flipped. `hit` counts the frames it has disturbed.
    """

    kind: TamperKind
    command: str | None = None
    left: int | None = None
    ms: float = 0.0
    rate: float = 0.0
    hit: int = 0

    def hits(self, command: str) -> bool:
        """Whether this frame is disturbed; uses the frame up."""
        if self.left == 0:
            return False
        if self.command is not None and not (
            command.startswith(self.command) if self.command else command == ""
        ):
            return False
        if self.left is not None:
            self.left -= 1
        self.hit += 1
        return True


class Wire:
    """The line, with whatever is wrong with it."""

    def __init__(self, chance: Callable[[], float]) -> None:
        self._chance = chance
        self._queue: deque[tuple[float, bytes]] = deque(maxlen=QUEUE_MAX)
        self.tampers: list[Tamper] = []
        # A binary request holds no word to look for; then the pump asks `loses` with the word it read.
        self.loses_by_word = False
        self.is_down = False

    def taken(self, chunk: bytes) -> bytes:
        """What of a chunk from the host reaches the pump."""
        for tamper in list(self.tampers):
            if (
                tamper.kind == "lose_request"
                and not self.loses_by_word
                and (tamper.command or "").encode() in chunk.upper()
                and tamper.hits(tamper.command or "")
            ):
                return b""
            if tamper.kind == "noise":
                chunk = self._flip(chunk, tamper)
        return chunk

    def loses(self, word: str) -> bool:
        """Whether the request that the pump calls `word` was lost on its way."""
        return any(tamper.kind == "lose_request" and tamper.hits(word) for tamper in self.tampers)

    def send(self, command: str, frame: bytes, now_link_ms: float) -> None:
        """Put an answer on the line."""
        due_ms, pieces = now_link_ms, [frame]
        gap_ms = 0.0
        for tamper in list(self.tampers):
            if tamper.kind == "noise":
                pieces = [self._flip(piece, tamper) for piece in pieces]
            elif tamper.kind == "lose_request" or not tamper.hits(command):
                continue
            elif tamper.kind == "lose_reply":
                return
            elif tamper.kind == "garble_reply":
                pieces = [self._flip_one(pieces[0]), *pieces[1:]]
            elif tamper.kind == "delay_reply":
                due_ms += tamper.ms
            elif tamper.kind == "split_reply":
                middle = max(1, len(frame) // 2)
                whole = b"".join(pieces)
                pieces, gap_ms = [whole[:middle], whole[middle:]], tamper.ms
        if self._queue:
            due_ms = max(due_ms, self._queue[-1][0])
        for number, piece in enumerate(pieces):
            self._queue.append((due_ms + number * gap_ms, piece))

    def due(self, now_link_ms: float) -> list[bytes]:
        """The pieces whose time has come."""
        ready = []
        while self._queue and self._queue[0][0] <= now_link_ms:
            ready.append(self._queue.popleft()[1])
        return ready

    @property
    def next_due_ms(self) -> float | None:
        """When the next piece is due, link time; None: nothing waits."""
        return self._queue[0][0] if self._queue else None

    def clear(self) -> None:
        """A line that goes down loses what is on it."""
        self._queue.clear()

    def _flip(self, chunk: bytes, tamper: Tamper) -> bytes:
        rate = tamper.rate
        flipped = bytes(b ^ (1 << int(self._chance() * 8)) if self._chance() < rate else b for b in chunk)
        tamper.hit += flipped != chunk
        return flipped

    def _flip_one(self, chunk: bytes) -> bytes:
        at = int(self._chance() * len(chunk))
        return chunk[:at] + bytes([chunk[at] ^ (1 << int(self._chance() * 8))]) + chunk[at + 1 :]
