"""Modbus bytes as the line sees them: frames, echoes, whose answer it is, and which alarm is new.

Theory of operation. TCP has transaction ids, so an answer is ours when transaction, unit and function are those of
the question in flight; the number 0, which pymodbus's own client lets through, is not special here. RTU has none.
There an answer is told by unit, function, size and what it repeats, and after any timeout by the one question whose
shape fits no other, with a nonce in it where the device has room for one (facts/faults.md F2, row 32).

An exception that says nothing was done is a refusal. One that leaves it open (5, a gateway's 10 and 11) is not taken
for an answer at all: the question is then lost, and what it left open is said.

Alarm bits stay until they are reset, so an alarm is told once, with the first answer that shows it; two that appear
together are told one after the other. RTU wants 3.5 characters of silence between answer and question.
"""

from collections.abc import Callable, Iterator
from dataclasses import replace

from drivers.contract import PumpAlarm
from drivers.gate import Effect
from drivers.line.turns import Ask
from drivers.line.turns import Reply as LineReply
from drivers.line.wire import Heard, Verdict
from drivers.modbus import codec
from drivers.modbus.asks import RegisterAsk, identity_ask
from drivers.modbus.codec import Reply, Request
from drivers.modbus.effect import effect_of
from drivers.modbus.framing import Cutter, MbapCutter, Piece, RtuCutter
from drivers.modbus.layout import Block, RegisterMap, Space
from drivers.modbus.view import ALARMS, View, identity_key

#: A character on the wire is 11 bits at most; from 19200 baud on the specification fixes 1.75 ms.
CHARACTER_BITS = 11
SHORTEST_GAP_MS = 2

_READ_SPACES = {1: Space.COIL, 2: Space.DISCRETE, 3: Space.HOLDING, 4: Space.INPUT, 23: Space.HOLDING}


def gap_ms(baud: int) -> int:
    """3.5 characters in ms, rounded up."""
    return max(SHORTEST_GAP_MS, -(-3_500 * CHARACTER_BITS // baud))


class ModbusWire:
    """One device on one open port. Implements `drivers.line.wire.Wire`. `nonces`: what is written next; `on_sent`: told of
    each frame that leaves."""

    alarm_eats = False
    sends_unasked = False

    def __init__(
        self,
        layout: RegisterMap,
        unit: int,
        nonces: Iterator[int],
        *,
        is_tcp: bool,
        gap_ms: int,
        on_sent: Callable[[], None] = lambda: None,
    ) -> None:
        self._on_sent = on_sent
        self._layout = layout
        self._unit = unit
        self._is_tcp = is_tcp
        self._nonces = nonces
        self._cutter: Cutter = MbapCutter() if is_tcp else RtuCutter()
        self._number = 0
        self._nonce = 0
        self._last = Request(3, 0, 1)
        self._told: frozenset[str] = frozenset()
        self.identity_ask = identity_ask(layout)
        self.gap_ms = gap_ms

    def frame(self, ask: Ask) -> bytes:
        """A frame for our device, with a number of its own on TCP."""
        if not isinstance(ask, RegisterAsk):
            raise TypeError(f"{ask.text!r} is no request of this family")
        request = ask.request
        if ask.has_nonce:
            self._nonce = next(self._nonces)
            request = replace(request, values=(self._nonce,))
        self._last = request
        self._number = self._number % 0xFFFF + 1
        return codec.frame(request, self._unit, self._number, is_tcp=self._is_tcp)

    def effect(self, frame: bytes) -> Effect:
        """Read back from the bytes."""
        return effect_of(frame, self._layout, self._unit, is_tcp=self._is_tcp)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Note what may come back as an echo, and how the answer begins."""
        self._cutter.expect(frame, self._beginning(frame))
        self._on_sent()

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Whole frames, each with whose it is."""
        return [self._heard(piece) for piece in self._cutter.feed(chunk, now)]

    def clear(self) -> None:
        """Drop a partial frame."""
        self._cutter.clear()

    def fits(self, ask: Ask, reply: LineReply) -> bool:
        """By what it repeats and how long it is, and by the nonce where there was one."""
        if not isinstance(ask, RegisterAsk) or not isinstance(reply, Reply):
            return False
        request = replace(self._last, values=ask.request.values) if ask.has_nonce else ask.request
        if not codec.fits(request, reply):
            return False
        if ask.has_nonce and not reply.exception:
            return reply.words[request.write_address - request.address] == self._nonce
        return True

    def learn(self, ask: Ask, reply: LineReply) -> None:
        """An alarm it shows has now been told."""
        if isinstance(reply, Reply) and (standing := self._standing(reply)) is not None:
            news = next((name for name, alarm in ALARMS if alarm is reply.alarm), None)
            self._told = self._told & standing | ({news} if news is not None else frozenset())

    def identity(self, reply: LineReply) -> bytes:
        """Model, firmware and serial number; nothing where the device says none of them."""
        is_whole = isinstance(reply, Reply) and len(reply.words) == self._layout.who.block.count
        return identity_key(self._layout, reply.words) if isinstance(reply, Reply) and is_whole else b""

    def _beginning(self, frame: bytes) -> bytes:
        """Unit, function, and the answer's byte count where it has one."""
        request = self._last
        if request.function in (1, 2):
            return frame[:2] + bytes(((request.count + 7) // 8,))
        if request.function in (3, 4, 23):
            return frame[:2] + bytes((2 * request.count,))
        return frame[:2]

    def _heard(self, piece: Piece) -> Heard:
        if piece.is_echo:
            return Heard(Verdict.ECHO)
        reply = codec.parse(piece.whole, is_tcp=self._is_tcp)
        if reply is None or (self._is_tcp and reply.number != self._number):
            return Heard(Verdict.NOISE)
        if reply.unit != self._unit:
            return Heard(Verdict.FOREIGN)
        return Heard(Verdict.OURS, replace(reply, alarm=self._news(reply)))

    def _standing(self, reply: Reply) -> frozenset[str] | None:
        """Alarms in this answer; None if it does not show them."""
        place, asked = self._layout.words.get("alarms"), self._last
        space = _READ_SPACES.get(asked.function)
        if place is None or space is None or reply.exception or not codec.fits(asked, reply):
            return None
        block = Block(space, asked.address, asked.count)
        if not block.holds(place):
            return None
        view = View(self._layout)
        view.take(block, reply.words)
        return view.bits("alarms")

    def _news(self, reply: Reply) -> PumpAlarm | None:
        standing = self._standing(reply)
        if standing is None:
            return None
        return next((alarm for name, alarm in ALARMS if name in standing - self._told), None)
