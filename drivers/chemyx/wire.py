"""Chemyx bytes as the line sees them: cut at `>`, known by the command that each answer repeats."""

from collections import deque

from drivers.chemyx import codec
from drivers.chemyx.codec import Reply
from drivers.chemyx.effect import effect_of
from drivers.chemyx.turns import READ_SETTINGS, READ_STATUS
from drivers.gate import Effect, EffectKind
from drivers.line.turns import Ask
from drivers.line.turns import Reply as AnyReply
from drivers.line.wire import Heard, Verdict

#: Commands whose answer may still come.
RECENT_MAX = 8
#: The longest answer, `view parameter`, has six lines.
HELD_MAX = 512


class ChemyxWire:
    """One pump of the family on one open port. Implements `drivers.line.wire.Wire`."""

    identity_ask = READ_STATUS
    alarm_eats = False
    sends_unasked = False
    gap_ms = 0

    def __init__(self) -> None:
        self._held = b""
        self._unit: int | None = None
        self._recent: deque[bytes] = deque(maxlen=RECENT_MAX)

    def frame(self, ask: Ask) -> bytes:
        """The words and CR."""
        return ask.text + b"\r"

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes, in the unit learned so far."""
        return effect_of(frame, self._unit)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """What the answer will repeat; and a unit that may change can no longer be relied on."""
        self._recent.append(ask.text)
        if effect.kind is EffectKind.RESCALES:
            self._unit = None

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Whole answers."""
        *pieces, self._held = (self._held + chunk).split(b">")
        heard = [self._heard(piece) for piece in pieces]
        if len(self._held) > HELD_MAX:
            self._held = b""
            heard.append(Heard(Verdict.NOISE))
        return heard

    def clear(self) -> None:
        """Drop a partial answer."""
        self._held = b""

    def fits(self, ask: Ask, reply: AnyReply) -> bool:
        """It repeats this very command, and says what such an answer says, or a refusal."""
        if not isinstance(reply, Reply) or reply.asked != ask.text:
            return False
        if reply.error is not None:
            return not ask.proves_identity
        return ask.shape.fullmatch(reply.text) is not None

    def learn(self, ask: Ask, reply: AnyReply) -> None:
        """The unit that numbers are in."""
        if ask == READ_SETTINGS:
            settings = codec.parse_settings(reply.text)
            self._unit = settings.unit if settings is not None else None

    def identity(self, reply: AnyReply) -> bytes:
        """The family tells nothing that stays the same but that it is of the family."""
        return b"chemyx"

    def _heard(self, piece: bytes) -> Heard:
        reply = codec.parse_piece(piece, tuple(self._recent))
        return Heard(Verdict.NOISE) if reply is None else Heard(Verdict.OURS, reply)
