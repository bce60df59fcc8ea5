"""New Era's bytes as the line sees them: frames, echoes, whose answer it is, and the units it speaks in.

Theory of operation. The pump that answers names its address, and every answer in safe mode has a CRC. Our own
question may come back to us (RS-485): it is known by its very text, because the address alone would not do
(address 10 makes `10STP` read like a stopped pump that says TP).

A number without a unit means "in the unit you have". Which that is, is learned from what the pump reads back
of its rate and volume, and forgotten as soon as a frame leaves that may change it; `effect.py` then assumes
the largest.

A pending alarm stands in the answer's place and eats the question; in safe mode the pump sends it unasked as
well, in the same bytes (facts/protocols.md 1).
"""

from collections import deque

from drivers.gate import Effect, EffectKind
from drivers.line.turns import Ask, Reply
from drivers.line.wire import Heard, Verdict
from drivers.new_era.codec import parse_reply
from drivers.new_era.effect import Scales, effect_of
from drivers.new_era.framing import Received, Unframer, safe_frame
from drivers.new_era.turns import READ_RATE, READ_VERSION, READ_VOLUME

#: Questions whose echo may still come.
ECHOES_MAX = 4


class NewEraWire:
    """One pump of the family on one open port. Implements `drivers.line.wire.Wire`."""

    identity_ask = READ_VERSION
    alarm_eats = True
    sends_unasked = True
    gap_ms = 0

    def __init__(self, address: int) -> None:
        self._address = address
        self._unframer = Unframer()
        self._scales = Scales()
        self._recent: deque[bytes] = deque(maxlen=ECHOES_MAX)

    def frame(self, ask: Ask) -> bytes:
        """A safe-mode frame with our pump's address."""
        return safe_frame(self._text(ask))

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes, in the units learned so far."""
        return effect_of(frame, self._scales)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Note what may come back as an echo, and which unit can no longer be relied on."""
        if effect.kind is EffectKind.RESCALES:
            self._scales = Scales(rate=self._scales.rate)
        elif effect.kind is EffectKind.SETS_RATE and frame[-4] in b"H":
            self._scales = Scales(volume=self._scales.volume)
        self._recent.append(self._text(ask))

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Whole texts, each with whose it is."""
        return [self._heard(received) for received in self._unframer.feed(chunk, now)]

    def clear(self) -> None:
        """Drop a partial frame."""
        self._unframer.clear()

    def fits(self, ask: Ask, reply: Reply) -> bool:
        """By the text behind the status letter."""
        return ask.shape.fullmatch(reply.text) is not None

    def learn(self, ask: Ask, reply: Reply) -> None:
        """The units that rate and volume were read back in."""
        if ask == READ_RATE:
            self._scales = Scales(reply.text[-2:].decode("ascii"), self._scales.volume)
        elif ask == READ_VOLUME:
            self._scales = Scales(self._scales.rate, reply.text[-2:].decode("ascii"))

    def identity(self, reply: Reply) -> bytes:
        """Model and firmware; the family has no serial number."""
        return reply.text

    def _text(self, ask: Ask) -> bytes:
        return b"%d%b" % (self._address, ask.text)

    def _heard(self, received: Received) -> Heard:
        if received.text in self._recent:
            return Heard(Verdict.ECHO)
        reply = parse_reply(received.text)
        if reply is None:
            return Heard(Verdict.NOISE)
        if reply.address != self._address:
            return Heard(Verdict.FOREIGN)
        is_unread = reply.alarm is None and reply.error in ("?COM", "?IGN")
        return Heard(Verdict.UNREAD if is_unread else Verdict.OURS, reply, received.is_checked)
