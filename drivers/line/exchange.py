"""One question on the wire at a time, and no answer believed that might belong to another question.

Theory of operation. An exchange lasts 200 ms at most. An answer is taken when it is ours, its check is good
and its shape fits the question; anything else on the line (another pump, our own echo, an answer that comes
too late) is counted and passed over. When an answer stays away the line is *in doubt*: it is drained, left
quiet for 30 ms, and the next thing asked is the one question whose answer fits no other (`Wire.identity_ask`).
Since a pump answers in order, a good answer to it proves that nothing older is still under way; only then is
any value believed again (facts/faults.md F2, row 32). A halt waits for none of this: it goes out as soon as
the exchange in flight has ended, and what it achieved is read after the doubt is gone. A halt said again after its
answer stayed away leaves the neighbours on its line those 30 ms, if it has any, and waits for nothing else.

A read whose answer is lost is asked again, three times in all. What carries a risk is never asked again from
here: its turn is told that it is lost (facts/faults.md F3).

In some families a pending alarm stands in the answer's place and the question was not carried out
(`alarm_eats`). So it is asked again at once, three times at most. If the pump also sends its alarms unasked,
in the very same bytes (`sends_unasked`), the repeated question draws one answer too many; that is why such an
alarm puts the line in doubt too.

Five answers missing in a row, over a second or more, and the line is given up; but not because a halt had no
answer, since what it did can still be read.

Every frame, a repeated one too, passes the gate as finished bytes. On a chain, the `Floor` says whose question
may leave; a repetition gives way to a neighbour's halt.
"""

from dataclasses import dataclass

from drivers.contract import PumpAlarm
from drivers.gate import Gate
from drivers.line.floor import Floor
from drivers.line.turns import Ask, Reply, Risk
from drivers.line.wire import Heard, Verdict, Wire

EXCHANGE_MS = 200
QUIET_MS = 30
DRAIN_MAX_MS = 200  # a line that babbles is not waited for any longer
READ_TRIES = 3
SENDS = 4  # once, and three times more after alarms or when the pump could not read it
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
    """An alarm came in place of an answer, or unasked. `has_ended`: the question in hand was dropped because of it."""

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
    deadline: int
    is_wanted: bool  # False: asked to end a doubt, or its owner has gone
    is_proof: bool = False  # asked to end a doubt, and whoever waits for that is still there
    sends: int = 1


class Exchange:
    """One pump's questions on one open port. Times are link ms, handed in."""

    def __init__(self, wire: Wire, gate: Gate, now: int, floor: Floor | None = None) -> None:
        self._wire = wire
        self._gate = gate
        self._floor = floor or Floor()
        self._flight: _Flight | None = None
        self._wanted: Ask | None = None
        self._ends_on_alarm = False
        self._ends_on_loss = False
        self._tries = 0
        self._halt_from = now
        self._identity: bytes | None = None
        self._in_doubt = False
        self._quiet_until = now
        self._drain_until = now
        self._failures = 0
        self._last_heard = now
        self._results: list[Result] = []
        self._output = bytearray()
        self.foreign_replies = 0
        self.echoes = 0
        self.orphans = 0
        self._floor.join(self)

    @property
    def has_left(self) -> bool:
        """The question in hand is on the wire, unanswered."""
        return self._flight is not None and self._flight.is_wanted

    @property
    def speaks_until(self) -> int | None:
        """When the question on the wire is given up; None: none is there."""
        return self._flight.deadline if self._flight is not None else None

    @property
    def wants_halt(self) -> bool:
        """A halt waits to leave."""
        return self._flight is None and self._wanted is not None and self._wanted.is_halt

    def is_ready(self, now: int) -> bool:
        """A question is in hand and nothing of our own holds it back."""
        if self._wanted is None or self._flight is not None:
            return False
        return now >= (self._halt_from if self._wanted.is_halt else self._quiet_until)

    def want(
        self,
        ask: Ask,
        now: int,
        *,
        ends_on_alarm: bool = False,
        ends_on_loss: bool = False,
        is_again: bool = False,
    ) -> None:
        """Take the next question in hand; it leaves at once if the line is free.

        `ends_on_loss`: the first answer that stays away ends it, that of the proof in front of it too. `is_again`: a
        halt whose answer has just stayed away.
        """
        self._wanted = ask
        self._ends_on_alarm = ends_on_alarm
        self._ends_on_loss = ends_on_loss
        self._halt_from = now + QUIET_MS if is_again and self._floor.is_shared else now
        self._tries = 0
        self._advance(now)

    def abandon(self) -> None:
        """Nobody waits for the question in hand any more. What is on the wire still takes its time."""
        self._wanted = None
        if self._flight is not None:
            self._flight.is_wanted = self._flight.is_proof = False

    def trust(self, reply: Reply) -> None:
        """This answer to `identity_ask` is the bound pump's; from now on a doubt is ended by hearing it again."""
        self._identity = self._wire.identity(reply)

    def receive(self, chunk: bytes, now: int) -> None:
        """Bytes from the line."""
        if self._flight is None and now < self._quiet_until:
            self._quiet_until = min(now + QUIET_MS, self._drain_until)
            return
        for heard in self._wire.feed(chunk, now):
            self._take(heard, now)
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
        if self._wanted is None:
            return None
        return max(self._halt_from if self._wanted.is_halt else self._quiet_until, self._floor.taken_until)

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
        if ask is None or self._flight is not None or self._floor.next(now) is not self:
            return
        is_proof_due = self._in_doubt and self._identity is not None
        if is_proof_due and not ask.is_halt and not ask.proves_identity:
            self._send(self._wire.identity_ask, now, is_proof=True)
        else:
            self._send(ask, now)

    def _send(self, ask: Ask, now: int, *, is_proof: bool = False) -> None:
        flight = _Flight(ask, now + EXCHANGE_MS, not is_proof, is_proof)
        if self._transmit(flight):
            self._flight = flight

    def _transmit(self, flight: _Flight) -> bool:
        frame = self._wire.frame(flight.ask)
        effect = self._wire.effect(frame)
        reason = self._gate.refusal(effect)
        if reason is not None:
            self._flight = None
            self._wanted = None
            self._results.append(Barred(reason))
            return False
        self._wire.sent(flight.ask, frame, effect)
        self._floor.note(self)
        self._output += frame
        return True

    def _take(self, heard: Heard, now: int) -> None:
        flight, reply = self._flight, heard.reply
        if heard.verdict is Verdict.ECHO:
            self.echoes += 1
            return
        if heard.verdict is Verdict.FOREIGN:
            self.foreign_replies += 1
            return
        takes_unchecked = flight is not None and flight.ask.takes_unchecked
        if reply is None or not (heard.is_checked or takes_unchecked):
            self.orphans += 1
            return
        self._last_heard = now
        if reply.alarm is not None and (flight is None or self._wire.alarm_eats):
            self._alarm(reply.alarm, now)
        elif flight is None:
            self.orphans += 1
        elif heard.verdict is Verdict.UNREAD:
            self._again(flight, reply.error or "as not understood", now)
        elif not self._wire.fits(flight.ask, reply):
            self.orphans += 1
        else:
            self._match(flight, reply, now)

    def _match(self, flight: _Flight, reply: Reply, now: int) -> None:
        self._flight = None
        self._failures = 0
        if self._wire.gap_ms:
            self._floor.rest(now + self._wire.gap_ms)
        self._wire.learn(flight.ask, reply)
        if flight.ask.proves_identity:
            self._in_doubt = False
            if self._identity is not None and self._wire.identity(reply) != self._identity:
                self._results.append(Stranger(reply.text.decode("ascii", "backslashreplace")))
                return
        if flight.is_wanted:
            self._wanted = None
            self._results.append(Answered(reply))

    def _alarm(self, alarm: PumpAlarm, now: int) -> None:
        flight = self._flight
        if flight is None and not self._wire.sends_unasked:
            self.orphans += 1  # the answer to a question given up long ago
            return
        if flight is None:
            self._results.append(Alarmed(alarm))
            return
        self._in_doubt |= self._wire.sends_unasked
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
        elif self._floor.is_halt_waiting(self):
            self._flight = None  # what is wanted stays in hand and leaves when its turn comes
        else:
            flight.sends += 1
            flight.deadline = now + EXCHANGE_MS
            self._transmit(flight)

    def _time_out(self, flight: _Flight, now: int) -> None:
        self._flight = None
        self._in_doubt = True
        self._failures += 1
        self._wire.clear()
        self._quiet_until = now + QUIET_MS
        self._drain_until = now + DRAIN_MAX_MS
        silence_ms = now - self._last_heard
        is_silent = self._failures >= FAILURES_TO_GIVE_UP and silence_ms >= SILENCE_TO_GIVE_UP_MS
        if is_silent and not flight.ask.is_halt:
            self._results.append(Dead("the pump does not answer; check cable, power, baud rate and address"))
            return
        if not flight.is_wanted and not (flight.is_proof and self._ends_on_loss):
            return
        self._tries += 1
        is_spent = self._ends_on_loss or (self._tries >= READ_TRIES and self._identity is not None)
        if flight.ask.risk is not Risk.NONE or is_spent:
            self._wanted = None
            self._results.append(Lost(f"{_name(flight.ask)} had no answer in {EXCHANGE_MS} ms"))


def _name(ask: Ask) -> str:
    return ask.text.decode("ascii", "backslashreplace")
