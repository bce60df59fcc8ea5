"""New Era's bytes as the line sees them: frames, echoes, whose answer it is, and the units it speaks in.

Theory of operation. The pump that answers names its address, and every answer in safe mode has a CRC. Our own
question may come back to us (RS-485): it is known by its very text, because the address alone would not do
(address 10 makes `10STP` read like a stopped pump that says TP).

A number without a unit means "in the unit you have". Which that is, is learned from what the pump reads back
of its rate and volume, and forgotten as soon as a frame leaves that may change it; `effect.py` then assumes
the largest.

A pending alarm stands in the answer's place and eats the question; in safe mode the pump sends it unasked as
well, in the same bytes (facts/protocols.md 1).

SAF is how a pump is taken into safe mode, whatever mode it is in. A packet does it for most; one that takes packets in
safe mode only, or never, needs the line of basic mode. So a SAF that was not answered goes out in the other framing
next, and one that was answered in basic mode stays with it. To a pump that knows no packets, what is printable of one
stands at the beginning of the next line: that it does not understand the first such line says nothing yet.

In basic mode (`BasicWire`) the check is missing from every answer. A VER that differs from the one that is relied on is
taken only when it has been heard twice running: a garbled one is no other pump, and a swapped one says it again. A pump
in safe mode does not hear lines; so that it need not be called silent, VER goes out once as a packet where nobody has
answered yet.
"""

from collections import deque

from drivers.gate import Effect, EffectKind
from drivers.line.turns import Ask, Reply
from drivers.line.wire import Heard, Verdict
from drivers.new_era.codec import Reply as Answer
from drivers.new_era.codec import parse_reply
from drivers.new_era.effect import Scales, effect_of
from drivers.new_era.framing import Received, Unframer, basic_frame, safe_frame
from drivers.new_era.turns import IN_SAFE_MODE, READ_RATE, READ_VERSION, READ_VOLUME, is_set_lease

#: Questions whose echo may still come.
ECHOES_MAX = 4
#: So many lines of basic mode unanswered, then one packet.
VAIN_BEFORE_PACKET = 2
#: A rate that says its unit ends so.
RATE_UNIT_ENDS = ("H", "M")


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
        self._says_saf_bare = self._saf_went_bare = False
        self._bare_safs = 0

    def frame(self, ask: Ask) -> bytes:
        """A safe-mode frame with our pump's address; SAF as the pump may need it."""
        is_bare = self._says_saf_bare and is_set_lease(ask)
        return (basic_frame if is_bare else safe_frame)(self._text(ask))

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes, in the units learned so far."""
        return effect_of(frame, self._scales)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Note what may come back as an echo, and which unit can no longer be relied on."""
        self._note_units(frame, effect)
        self._recent.append(self._text(ask))
        if is_set_lease(ask):
            self._saf_went_bare, self._says_saf_bare = self._says_saf_bare, not self._says_saf_bare
            self._bare_safs += self._saf_went_bare

    def _note_units(self, frame: bytes, effect: Effect) -> None:
        if effect.kind is EffectKind.RESCALES:
            self._scales = Scales(rate=self._scales.rate)
        elif effect.kind is EffectKind.SETS_RATE and effect.wording.endswith(RATE_UNIT_ENDS):
            self._scales = Scales(volume=self._scales.volume)

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
        self._says_saf_bare = self._saf_went_bare and not received.is_checked
        is_first_line = self._saf_went_bare and self._bare_safs == 1 and reply.error == "?"
        is_unread = is_first_line or (reply.alarm is None and reply.error in ("?COM", "?IGN"))
        return Heard(Verdict.UNREAD if is_unread else Verdict.OURS, reply, received.is_checked)


class BasicWire(NewEraWire):
    """The same pump spoken to in basic mode. It says nothing unasked there."""

    sends_unasked = False

    def __init__(self, address: int) -> None:
        super().__init__(address)
        self._version = b""
        self._doubtful_version = b""
        self._asked_in_vain = 0
        self._is_in_safe_mode = False

    def frame(self, ask: Ask) -> bytes:
        """A line with our pump's address; VER perhaps as a packet."""
        is_packet = self._is_in_safe_mode or self._asked_in_vain == VAIN_BEFORE_PACKET
        return (safe_frame if is_packet and ask == READ_VERSION else basic_frame)(self._text(ask))

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """As in safe mode, and how often nobody has answered."""
        super().sent(ask, frame, effect)
        self._asked_in_vain += 1

    def fits(self, ask: Ask, reply: Reply) -> bool:
        """By the text behind the status letter; a new VER only the second time."""
        if not super().fits(ask, reply):
            return False
        if reply.text == IN_SAFE_MODE:
            return True
        if ask != READ_VERSION or reply.text == self._version:
            return True
        was_heard, self._doubtful_version = reply.text == self._doubtful_version, reply.text
        return was_heard

    def learn(self, ask: Ask, reply: Reply) -> None:
        """As in safe mode, and who answers."""
        super().learn(ask, reply)
        if ask == READ_VERSION:
            self._version = reply.text

    def _heard(self, received: Received) -> Heard:
        """What comes with a check is not from a pump that hears us; of that, only who it is counts."""
        heard = super()._heard(received)
        if heard.verdict is Verdict.OURS:
            if not received.is_checked:
                self._asked_in_vain = VAIN_BEFORE_PACKET + 1
            else:
                self._is_in_safe_mode = True
                if heard.reply is not None and heard.reply.alarm is None:
                    return Heard(Verdict.OURS, Answer(self._address, "S", IN_SAFE_MODE))
        return Heard(heard.verdict, heard.reply)
