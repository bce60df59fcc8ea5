"""Alaris bytes as the line sees them: one pump on its own line, whose answers name the command they belong to.

Theory of operation. An answer carries the name of its question, and a question without arguments has an answer
with fields; so our own questions that come back (an echo on the line) are known by having none. The answer to an
order may read exactly like the order. So the first question that comes back, and each opening begins with one,
tells that this line echoes; from then on the first copy of an order is its echo and only the second one an answer.
No such answer is evidence anyway (`turns.py`).

The first frame on a fresh port and the first after an answer that stayed away begin with ESC: half a request
that got stuck in the pump must not swallow the next one (facts/protocols.md 5, "ESC 1B aborts a frame").
"""

from collections import deque

from drivers.alaris.codec import REFUSAL_NAMES, Reply
from drivers.alaris.effect import effect_of
from drivers.alaris.framing import ESC, Unframer, wrap
from drivers.alaris.limit import HostLimit
from drivers.alaris.turns import READ_RATE, READ_SERIAL, READ_STATE, READ_VOLUME
from drivers.gate import Effect
from drivers.line.turns import Ask
from drivers.line.turns import Reply as AnyReply
from drivers.line.wire import Heard, Verdict

#: Frames whose echo may still come.
ECHOES_MAX = 4
_QUESTIONS = frozenset(ask.text for ask in (READ_SERIAL, READ_STATE, READ_VOLUME, READ_RATE))


class AlarisWire:
    """One pump of the family on one open port. Implements `drivers.line.wire.Wire`.

    `limit`: of this pump's run; a start is shown to the gate with it.
    """

    identity_ask = READ_SERIAL
    alarm_eats = False
    sends_unasked = False
    gap_ms = 0

    def __init__(self, limit: HostLimit) -> None:
        self._limit = limit
        self._unframer = Unframer()
        self._is_stuck = True
        self._is_echoing = False
        self._echoes_due: deque[bytes] = deque(maxlen=ECHOES_MAX)

    def frame(self, ask: Ask) -> bytes:
        """One frame, after an ESC where half a request may be stuck."""
        return (ESC if self._is_stuck else b"") + wrap(ask.text)

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes; a start with the limit that is already being counted."""
        return effect_of(frame, self._limit.volume_nl)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Whatever was stuck is gone; this may come back."""
        self._is_stuck = False
        if not self._is_echoing:
            self._echoes_due.clear()
        self._echoes_due.append(ask.text)

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Whole frames, each with whose it is."""
        return [self._heard(text) for text in self._unframer.feed(chunk)]

    def clear(self) -> None:
        """An answer stayed away: drop half of one, and suspect the pump of holding half a question."""
        self._unframer.clear()
        self._is_stuck = True

    def fits(self, ask: Ask, reply: AnyReply) -> bool:
        """By name and shape; a refusal by its name alone, or by having no name but a refusal's."""
        if ask.shape.fullmatch(reply.text) is not None:
            return True
        name = reply.text.partition(b"^")[0]
        own = ask.text.partition(b"^")[0]
        return reply.error is not None and (name == own or name.decode("ascii") in REFUSAL_NAMES)

    def learn(self, ask: Ask, reply: AnyReply) -> None:
        """Every number comes with its unit: nothing to learn."""

    def identity(self, reply: AnyReply) -> bytes:
        """The serial number's whole answer."""
        return reply.text

    def _heard(self, text: bytes | None) -> Heard:
        if text is None:
            return Heard(Verdict.NOISE)
        if text in self._echoes_due:
            self._is_echoing |= text in _QUESTIONS
            if self._is_echoing:
                self._echoes_due.remove(text)
                return Heard(Verdict.ECHO)
        return Heard(Verdict.OURS, Reply(text))
