"""One question on the wire at a time, and no answer believed that might belong to another question.

Theory of operation. An exchange lasts 200 ms at most. An answer is taken when its address is ours, its CRC is
good and its shape fits the question; anything else on the line (another pump, our own echo, an answer that
comes too late) is counted and passed over. When an answer stays away the line is *in doubt*: it is drained,
left quiet for 30 ms, and the next thing asked is VER, whose answer fits no other question. Since the pump
answers in order, a good answer to VER proves that nothing older is still under way; only then is any value
believed again (facts/faults.md F2, row 32). A halt waits for none of this: it goes out as soon as the
exchange in flight has ended, and what it achieved is read after the doubt is gone.

A pending alarm is the pump's answer to whatever comes next, and that question was not carried out
(facts/protocols.md 1). So it is asked again at once, three times at most. In safe mode the pump also sends
its alarms unasked, in the very same bytes; then the repeated question draws one answer too many. That is why
an alarm puts the line in doubt too.

Five answers missing in a row, over a second or more, and the line is given up.
"""

from collections import deque
from dataclasses import dataclass

from drivers.contract import PumpAlarm
from drivers.gate import EffectKind, Gate
from drivers.new_era.codec import Reply, parse_reply
from drivers.new_era.effect import Scales, effect_of
from drivers.new_era.framing import Received, Unframer, safe_frame
from drivers.new_era.turns import READ_RATE, READ_VERSION, READ_VOLUME, Ask, Risk

EXCHANGE_MS = 200
QUIET_MS = 30
DRAIN_MAX_MS = 200  # a line that babbles is not waited for any longer
READ_TRIES = 3
SENDS = 4  # once, and three times more after alarms or ?COM
FAILURES_TO_GIVE_UP = 5
SILENCE_TO_GIVE_UP_MS = 1000


@dataclass(frozen=True, slots=True)
class Answered:
    """The question in hand has its answer."""

    reply: Reply


@dataclass(frozen=True, slots=True)
class Lost:
    """The question in hand will have no answer; the line may still be good."""

    detail: str


@dataclass(frozen=True, slots=True)
class Barred:
    """The gate did not let the question out."""

    reason: str


@dataclass(frozen=True, slots=True)
class Alarmed:
    """An alarm came. `has_ended`: the question in hand was dropped because of it."""

    alarm: PumpAlarm
    has_ended: bool = False


@dataclass(frozen=True, slots=True)
class Stranger:
    """After a doubt another pump answered."""

    text: str


@dataclass(frozen=True, slots=True)
class Dead:
    """Nobody answers."""

    reason: str


Result = Answered | Lost | Barred | Alarmed | Stranger | Dead


@dataclass(slots=True)
class _Flight:
    ask: Ask
    text: bytes
    deadline: int
    is_wanted: bool  # False: asked to end a doubt, or its owner has gone
    sends: int = 1


class Exchange:
    """The line of one open port. Times are link ms, handed in."""

    def __init__(self, address: int, gate: Gate, now: int) -> None:
        self._address = address
        self._gate = gate
        self._unframer = Unframer()
        self._flight: _Flight | None = None
        self._wanted: Ask | None = None
        self._ends_on_alarm = False
        self._tries = 0
        self._identity: bytes | None = None
        self._in_doubt = False
        self._quiet_until = now
        self._drain_until = now
        self._failures = 0
        self._last_heard = now
        self._scales = Scales()
        self._recent: deque[bytes] = deque(maxlen=4)
        self._results: list[Result] = []
        self._output = bytearray()
        self.foreign_replies = 0
        self.echoes = 0
        self.orphans = 0

    @property
    def has_left(self) -> bool:
        """The question in hand is on the wire, unanswered."""
        return self._flight is not None and self._flight.is_wanted

    def want(self, ask: Ask, now: int, *, ends_on_alarm: bool = False) -> None:
        """Take the next question in hand; it leaves at once if the line is free."""
        self._wanted = ask
        self._ends_on_alarm = ends_on_alarm
        self._tries = 0
        self._advance(now)

    def abandon(self) -> None:
        """Nobody waits for the question in hand any more. What is on the wire still takes its time."""
        self._wanted = None
        if self._flight is not None:
            self._flight.is_wanted = False

    def trust(self, version: bytes) -> None:
        """This answer to VER is the bound pump's; from now on a doubt is ended by hearing it again."""
        self._identity = version

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line."""
        if self._flight is None and now < self._quiet_until:
            self._quiet_until = min(now + QUIET_MS, self._drain_until)
            return
        for received in self._unframer.feed(chunk, now):
            self._take(received, now)
        self._advance(now)

    def tick(self, now: int) -> None:
        """Let time pass."""
        if self._flight is not None and now >= self._flight.deadline:
            self._time_out(self._flight, now)
        self._advance(now)

    def next_deadline(self) -> int | None:
        """When `tick` has something to do; None = nothing is awaited."""
        if self._flight is not None:
            return self._flight.deadline
        return self._quiet_until if self._wanted is not None else None

    def take_results(self) -> list[Result]:
        """What came of it all, oldest first."""
        results, self._results = self._results, []
        return results

    def take_output(self) -> bytes:
        """Bytes to write now."""
        output = bytes(self._output)
        self._output.clear()
        return output

    def _advance(self, now: int) -> None:
        ask = self._wanted
        if ask is None or self._flight is not None:
            return
        if not ask.is_halt:
            if now < self._quiet_until:
                return
            if self._in_doubt and self._identity is not None and not ask.proves_identity:
                self._send(READ_VERSION, now, is_wanted=False)
                return
        self._send(ask, now, is_wanted=True)

    def _send(self, ask: Ask, now: int, *, is_wanted: bool) -> None:
        flight = _Flight(ask, b"%d%b" % (self._address, ask.text), now + EXCHANGE_MS, is_wanted)
        if self._transmit(flight):
            self._flight = flight

    def _transmit(self, flight: _Flight) -> bool:
        frame = safe_frame(flight.text)
        effect = effect_of(frame, self._scales)
        reason = self._gate.refusal(effect)
        if reason is not None:
            self._flight = None
            self._wanted = None
            self._results.append(Barred(reason))
            return False
        if effect.kind is EffectKind.RESCALES:
            self._scales = Scales(rate=self._scales.rate)
        elif effect.kind is EffectKind.SETS_RATE and frame[-4] in b"H":
            self._scales = Scales(volume=self._scales.volume)
        self._output += frame
        self._recent.append(flight.text)
        return True

    def _take(self, received: Received, now: int) -> None:
        flight = self._flight
        if received.text in self._recent:
            self.echoes += 1
            return
        reply = parse_reply(received.text)
        if reply is None:
            self.orphans += 1
            return
        if reply.address != self._address:
            self.foreign_replies += 1
            return
        is_lease_answer = flight is not None and flight.ask.text[:3] == b"SAF"
        if not received.is_checked and not is_lease_answer:
            self.orphans += 1
            return
        self._last_heard = now
        if reply.alarm is not None:
            self._alarm(reply.alarm, now)
        elif flight is None:
            self.orphans += 1
        elif reply.error in ("?COM", "?IGN"):
            self._again(flight, reply.error, now)
        elif flight.ask.shape.fullmatch(reply.text) is None:
            self.orphans += 1
        else:
            self._match(flight, reply)

    def _match(self, flight: _Flight, reply: Reply) -> None:
        self._flight = None
        self._failures = 0
        if flight.ask == READ_RATE:
            self._scales = Scales(reply.text[-2:].decode("ascii"), self._scales.volume)
        elif flight.ask == READ_VOLUME:
            self._scales = Scales(self._scales.rate, reply.text[-2:].decode("ascii"))
        elif flight.ask.proves_identity:
            self._in_doubt = False
            if self._identity is not None and reply.text != self._identity:
                self._results.append(Stranger(reply.text.decode("ascii")))
                return
        if flight.is_wanted:
            self._wanted = None
            self._results.append(Answered(reply))

    def _alarm(self, alarm: PumpAlarm, now: int) -> None:
        flight = self._flight
        if flight is None:
            self._results.append(Alarmed(alarm))
            return
        self._in_doubt = True
        if flight.is_wanted and self._ends_on_alarm:
            self._flight = None
            self._wanted = None
            self._results.append(Alarmed(alarm, has_ended=True))
            return
        self._results.append(Alarmed(alarm))
        self._again(flight, f"alarm {alarm.value}", now)

    def _again(self, flight: _Flight, why: str, now: int) -> None:
        """The pump did not carry the question out: the same one again, at once, unless nobody wants it."""
        if not flight.is_wanted and not flight.ask.proves_identity:
            self._flight = None
        elif flight.sends >= SENDS:
            self._flight = None
            self._in_doubt = True
            if flight.is_wanted:
                self._wanted = None
                self._results.append(Lost(f"{_name(flight.ask)} was answered {why} {flight.sends} times"))
        else:
            flight.sends += 1
            flight.deadline = now + EXCHANGE_MS
            self._transmit(flight)

    def _time_out(self, flight: _Flight, now: int) -> None:
        self._flight = None
        self._in_doubt = True
        self._failures += 1
        self._unframer.clear()
        self._quiet_until = now + QUIET_MS
        self._drain_until = now + DRAIN_MAX_MS
        silence_ms = now - self._last_heard
        if self._failures >= FAILURES_TO_GIVE_UP and silence_ms >= SILENCE_TO_GIVE_UP_MS:
            self._results.append(Dead("the pump does not answer; check cable, power, baud rate and address"))
            return
        if not flight.is_wanted:
            return
        self._tries += 1
        is_spent = self._tries >= READ_TRIES and self._identity is not None
        if flight.ask.risk is not Risk.NONE or is_spent:
            self._wanted = None
            self._results.append(Lost(f"{_name(flight.ask)} had no answer in {EXCHANGE_MS} ms"))


def _name(ask: Ask) -> str:
    return ask.text.decode("ascii")
