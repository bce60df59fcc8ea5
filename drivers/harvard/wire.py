"""The "ultra" command set as the line sees it: lines and prompts, addresses, echoes, and where an answer ends.

Theory of operation. An answer is LF, lines that end with CR LF, and a prompt with nothing after it; so by itself it
has no end that could not also be its middle (`00:` begins a line and is a prompt). Poll mode puts XON after the
prompt, and that is what an answer is cut at. Prompts that the pump sent unasked before poll mode was on have no CR
behind them and stand in front of the answer that follows: they are passed over, for the answer's own prompt is newer.

If two answers stay away and what lies in the buffer is a whole one but for its XON, poll mode has been lost: the pump was
restarted, or set up by somebody. From then on a whole answer is taken without XON, until poll mode is set again.

There is no check on this wire. The shape of the answer, its address, and the bounds that the turns set are all the
doubt there can be; a cable over which bits flip needs USB, which has a check of its own.

An answer that begins with an address is that pump's. One without comes from a pump at address 0 that was asked
without an address, or, in some firmware, also with one (facts/protocols.md 2, "Address").
"""

import re
from collections import deque

from drivers.gate import Effect
from drivers.harvard import codec
from drivers.harvard.binding import Addressing, Binding
from drivers.harvard.effect import effect_of
from drivers.harvard.signs import Signs
from drivers.harvard.turns import READ_VERSION
from drivers.line.turns import Ask, Reply
from drivers.line.wire import Heard, Verdict

#: Questions whose echo may still come.
ECHOES_MAX = 4
#: The family's longest answer is a few lines; what is longer without an end is noise.
HELD_MAX = 512
#: One may have been lost to noise.
UNENDED_MAX = 2

_WHOLE = re.compile(rb"(?s:.*)\n(?:\d{1,2})?(?::?T\*|>\*|<\*|[:><*])")


class HarvardWire:
    """One pump of the family on one open port. Implements `drivers.line.wire.Wire`."""

    identity_ask = READ_VERSION
    alarm_eats = False
    sends_unasked = False

    def __init__(self, binding: Binding, signs: Signs) -> None:
        self._address = binding.address
        self._signs = signs
        # The order of `@` and an address is not known, so an addressed request goes without it.
        self._prefix = {
            Addressing.NONE: b"@",
            Addressing.DIGITS: b"%d" % binding.address,
            Addressing.COLON: b"%d:" % binding.address,
        }[binding.addressing]
        self._held = b""
        self._recent: deque[bytes] = deque(maxlen=ECHOES_MAX)
        self._asked: Ask | None = None
        self._unended = 0

    @property
    def held_bytes(self) -> int:
        """Bytes of an answer not yet complete."""
        return len(self._held)

    @property
    def gap_ms(self) -> int:
        """None, but while a target is watched."""
        return self._signs.gap_ms

    def frame(self, ask: Ask) -> bytes:
        """The line, addressed as the pump is."""
        return self._prefix + ask.text + b"\r"

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes; every number stands with its unit."""
        return effect_of(frame)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Note what may come back as an echo."""
        self._asked = ask
        self._recent.append(frame.rstrip(b"\r"))

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Whole answers, each with whose it is."""
        *pieces, self._held = (self._held + chunk).split(bytes((codec.XON,)))
        if pieces:
            self._unended = 0
        if self._signs.is_unpolled and self._is_whole(self._held):
            pieces.append(self._held)
            self._held = b""
        heard = [one for piece in pieces for one in self._heard(piece)]
        if len(self._held) > HELD_MAX:
            self._held = b""
            heard.append(Heard(Verdict.NOISE))
        return heard

    def clear(self) -> None:
        """Drop a partial answer. If only its XON is missing, twice in a row, the pump is not in poll mode."""
        self._unended = self._unended + 1 if self._is_whole(self._held) else 0
        self._signs.is_unpolled |= self._unended >= UNENDED_MAX
        self._held = b""

    def fits(self, ask: Ask, reply: Reply) -> bool:
        """By the text; a refusal fits every question but the one that proves who answers."""
        if reply.error is not None:
            return not ask.proves_identity
        return ask.shape.fullmatch(reply.text) is not None

    def learn(self, ask: Ask, reply: Reply) -> None:
        """No units to learn: each number brings its own."""

    def identity(self, reply: Reply) -> bytes:
        """Firmware, address and serial number, or model and firmware."""
        return reply.text

    def _is_whole(self, held: bytes) -> bool:
        """It ends with a prompt of ours, and has a line before it if the question wants one."""
        if _WHOLE.fullmatch(held) is None:
            return False
        wants_line = self._asked is not None and self._asked.shape.fullmatch(b"") is None
        return b"\r\n" in held or not wants_line

    def _heard(self, piece: bytes) -> list[Heard]:
        before, *parts = piece.split(b"\n")
        heard = [Heard(Verdict.ECHO)] if before.strip() in self._recent else []
        lines = [part.rstrip(b"\r") for part in parts[:-1] if part.endswith(b"\r")]
        lines = [line for line in lines if line not in self._recent]
        reply = codec.parse_reply(lines, parts[-1]) if parts else None
        if reply is None:
            return [*heard, Heard(Verdict.NOISE)]
        if (reply.address or 0) != self._address:
            return [*heard, Heard(Verdict.FOREIGN)]
        reply = codec.Reply(reply.address, reply.prompt, reply.text, self._signs.seen(reply))
        is_read = self._asked is not None and not self._asked.is_write
        is_unread = is_read and reply.text.startswith(b"Command error")
        return [*heard, Heard(Verdict.UNREAD if is_unread else Verdict.OURS, reply)]
