"""What can happen to bytes on any line, without knowing what they say.

Theory of operation. A tamper is in force until it is used up or taken away, and hits the frames of one kind or all of
them. What the host writes passes `taken`, what the pump answers passes `pieces`; both keep the order of the line.
Chance comes from one seed, so that a run can be had again.
"""

import random
from dataclasses import dataclass
from enum import StrEnum

from drivers.conformance.rig import Kind

LATE_MS = 350  # later than the 200 ms an exchange may last
SPLIT_GAP_MS = 40
PUMP_RATIO = 0.5  # the pump listens at twice our speed, and speaks at it


class Harm(StrEnum):
    """What is done to a frame or to its answer."""

    LOSE_REQUEST = "lose_request"
    LOSE_REPLY = "lose_reply"
    GARBLE = "garble"  # one bit of the answer
    DELAY = "delay"
    SPLIT = "split"
    STALE = "stale"  # the answer before last comes once more, in front of this one
    ECHO = "echo"  # the host hears itself
    NOISE = "noise"  # each byte, both ways, may lose a bit
    WRONG_BAUD = "wrong_baud"  # nothing that arrives is what was sent, both ways
    DEAF = "deaf"  # the pump hears all; nothing that arrives here is what it said


@dataclass(slots=True)
class Tamper:
    """One disturbance. `kind` None: all frames. `left` None: until it is taken away. `rate`: of bytes, for NOISE."""

    harm: Harm
    kind: Kind | None = None
    left: int | None = None
    rate: float = 0.0

    def hits(self, kind: Kind) -> bool:
        """Whether this frame is disturbed; uses the tamper up."""
        if self.left == 0 or self.kind not in (None, kind):
            return False
        if self.left is not None:
            self.left -= 1
        return True


class Tampers:
    """All that is wrong with one line."""

    def __init__(self, seed: int = 1) -> None:
        self.active: list[Tamper] = []
        self._chance = random.Random(seed)
        self._last_answer = b""

    def taken(self, chunk: bytes, kind: Kind) -> bytes:
        """What of a frame reaches the pump."""
        for tamper in self.active:
            if tamper.harm is Harm.LOSE_REQUEST and tamper.hits(kind):
                return b""
            if tamper.harm is Harm.NOISE:
                chunk = self._noise(chunk, tamper.rate)
            if tamper.harm is Harm.WRONG_BAUD:
                chunk = resampled(chunk, PUMP_RATIO)
        return chunk

    def pieces(self, answer: bytes, kind: Kind | None, chunk: bytes = b"") -> list[tuple[int, bytes]]:
        """What arrives of an answer, and after how many ms. `kind` None: nobody asked."""
        whole, late_ms, cuts = answer, 0, 1
        before, self._last_answer = self._last_answer, answer
        for tamper in self.active:
            if tamper.harm is Harm.NOISE:
                whole = self._noise(whole, tamper.rate)
            elif tamper.harm in (Harm.WRONG_BAUD, Harm.DEAF):
                whole = resampled(whole, 1 / PUMP_RATIO)
            elif kind is None or tamper.harm is Harm.LOSE_REQUEST or not tamper.hits(kind):
                continue
            elif tamper.harm is Harm.LOSE_REPLY:
                return []
            elif tamper.harm is Harm.GARBLE:
                whole = self._garbled(whole)
            elif tamper.harm is Harm.DELAY:
                late_ms = LATE_MS
            elif tamper.harm is Harm.SPLIT:
                cuts = 2
            elif tamper.harm is Harm.STALE:
                whole = before + whole
            elif tamper.harm is Harm.ECHO:
                whole = chunk + whole
        if cuts == 1 or len(whole) < 2:
            return [(late_ms, whole)]
        middle = len(whole) // 2
        return [(late_ms, whole[:middle]), (late_ms + SPLIT_GAP_MS, whole[middle:])]

    def _noise(self, chunk: bytes, rate: float) -> bytes:
        chance = self._chance
        return bytes(b ^ (1 << chance.randrange(8)) if chance.random() < rate else b for b in chunk)

    def _garbled(self, chunk: bytes) -> bytes:
        at = self._chance.randrange(len(chunk))
        return chunk[:at] + bytes([chunk[at] ^ (1 << self._chance.randrange(7))]) + chunk[at + 1 :]


def resampled(chunk: bytes, ratio: float) -> bytes:
    """As a receiver hears it whose bits last `ratio` times as long as the sender's (8N1). 1.0: what was sent.

    It waits for a falling edge and looks at the middle of where it takes each bit to be; a missing stop bit it passes
    over, as most receivers do.
    """
    wire = [1]
    for byte in chunk:
        wire += [0, *(byte >> n & 1 for n in range(8)), 1]
    heard, at = bytearray(), 0.0
    while at < len(wire):
        if wire[int(at)]:
            at = float(int(at) + 1)
            continue
        places = [int(at + (n + 0.5) * ratio) for n in range(1, 9)]
        heard.append(sum((wire[p] if p < len(wire) else 1) << n for n, p in enumerate(places)))
        at += 9.5 * ratio
    return bytes(heard)
