"""A pump family that exists nowhere, for what New Era does not do: no address, no check, alarms that come with the
answer, and a lease that is a volume target a little ahead of the plunger.

Theory of operation. Words end with CR, answers are one status sign, a text and CR: `:` at rest, `>` infusing, `*`
stalled. `vol` `rate` `target` `who` read, `rate=N` `target=N` set, `run` and `stop` do; numbers are nl and nl/h.
"""

import re
from collections.abc import Generator
from contextlib import suppress
from dataclasses import dataclass

from drivers.contract import (
    Adjust,
    Approval,
    Capabilities,
    Configure,
    DriverEvent,
    Ended,
    Identity,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    PumpCommand,
    PumpReport,
    Reported,
    Run,
)
from drivers.gate import Effect, EffectKind
from drivers.line.protocol import LineProtocol
from drivers.line.turns import Ask, Ending, Proof, Refused, Reply, Risk, Turn, Unanswered
from drivers.line.wire import Heard, Verdict

AHEAD_NL = 1000
NUMBER = re.compile(rb"\d+")
DONE = re.compile(rb"")
WHO = Ask(b"who", re.compile(rb"toy \d+"), proves_identity=True)
READ_VOLUME, READ_RATE, READ_TARGET = Ask(b"vol", NUMBER), Ask(b"rate", NUMBER), Ask(b"target", NUMBER)
STOP = Ask(b"stop", DONE, Risk.DELIVERY, is_halt=True, is_write=True)
START = Ask(b"run", DONE, Risk.ADDS_DRUG, is_write=True)
MOTIONS = {":": Motion.HALTED, "*": Motion.HALTED, ">": Motion.INFUSING}


def setting(word: bytes, value: int) -> Ask:
    """A write that moves the dose."""
    return Ask(b"%b=%d" % (word, value), DONE, Risk.DELIVERY, is_write=True)


@dataclass(frozen=True, slots=True)
class ToyReply:
    """Status sign and text."""

    sign: str
    text: bytes

    @property
    def error(self) -> str | None:
        return "no" if self.text == b"no" else None

    @property
    def alarm(self) -> PumpAlarm | None:
        return PumpAlarm.STALL if self.sign == "*" else None


class ToyWire:
    """The bytes."""

    identity_ask = WHO
    alarm_eats = False
    sends_unasked = False

    def __init__(self, gap_ms: int = 0) -> None:
        self.gap_ms = gap_ms
        self._held = b""

    def frame(self, ask: Ask) -> bytes:
        return ask.text + b"\r"

    def effect(self, frame: bytes) -> Effect:
        word, _, value = frame.rstrip(b"\r").decode().partition("=")
        if word == "stop":
            return Effect(EffectKind.HALTS, word)
        if word == "run":
            return Effect(EffectKind.STARTS, word)
        kinds = {"rate": EffectKind.SETS_RATE, "target": EffectKind.SETS_VOLUME}
        return Effect(kinds[word], word, int(value)) if value else Effect(EffectKind.HARMLESS, word)

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """Nothing to remember."""

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        *lines, self._held = (self._held + chunk).split(b"\r")
        return [
            Heard(Verdict.OURS, ToyReply(line[:1].decode(), line[1:])) if line else Heard(Verdict.NOISE)
            for line in lines
        ]

    def clear(self) -> None:
        self._held = b""

    def fits(self, ask: Ask, reply: Reply) -> bool:
        return reply.error is not None or ask.shape.fullmatch(reply.text) is not None

    def learn(self, ask: Ask, reply: Reply) -> None:
        """No units."""

    def identity(self, reply: Reply) -> bytes:
        return reply.text


class ToyDialect:
    """The commands."""

    lease_ms = 2000

    def __init__(self, gap_ms: int = 0) -> None:
        self._gap_ms = gap_ms

    def wire(self) -> ToyWire:
        return ToyWire(self._gap_ms)

    def opening(self) -> Turn:
        report = yield from self._read()
        who = yield WHO  # last on purpose: the line must remember it all the same
        return Ending(Outcome.CONFIRMED, "opened", report, Identity(who.text.decode(), "", 0))

    def turn_for(self, command: Configure | Run | Adjust) -> Turn:
        if not isinstance(command, Run):
            raise NotImplementedError
        for ask in (setting(b"target", AHEAD_NL), setting(b"rate", command.rate_nl_h), START):
            reply = yield ask
            if reply.error is not None:
                raise Refused(f"{ask.text.decode()} was answered {reply.error}")
        report = yield from self._read()
        is_running = report.motion is Motion.INFUSING
        return Ending(Outcome.CONFIRMED if is_running else Outcome.UNKNOWN, report.motion.value, report)

    def poll(self, proof: Proof) -> Turn:
        report = yield from self._read()
        if report.motion is Motion.INFUSING:
            proof.ending = Ending(Outcome.CONFIRMED, "read back", report)
            yield setting(b"target", report.infused_nl + AHEAD_NL)
        return Ending(Outcome.CONFIRMED, "read back", report)

    def read_back(self) -> Turn:
        report = yield from self._read()
        return Ending(Outcome.CONFIRMED, "read back", report)

    def halt(self, proof: Proof) -> Turn:
        yield STOP
        report = yield from self._read()
        return Ending(Outcome.CONFIRMED, "stands", report)

    def ends_on_alarm(self, command: PumpCommand) -> bool:
        return isinstance(command, Run | Adjust | Poll)

    def capabilities(self, diameter_um: int) -> Capabilities:
        raise ValueError(f"diameter {diameter_um} um: a toy has no syringe")

    def _read(self) -> Generator[Ask, ToyReply, PumpReport]:
        volume = yield READ_VOLUME
        rate = yield READ_RATE
        return PumpReport(MOTIONS[rate.sign], int(volume.text), int(rate.text))


class CarefulDialect(ToyDialect):
    """A toy whose halt looks at what it reads, as every real family's does."""

    def halt(self, proof: Proof) -> Turn:
        ending: Ending = yield from super().halt(proof)
        is_standing = ending.report is not None and ending.report.motion is Motion.HALTED
        return ending if is_standing else Ending(Outcome.REFUSED, "still says >", ending.report)


class UnleasedDialect(ToyDialect):
    """A toy that nothing but a stop ends; its halt goes on to read when the stop is not answered."""

    lease_ms = 0

    def halt(self, proof: Proof) -> Turn:
        with suppress(Unanswered):
            yield STOP
        report = yield from self._read()
        return Ending(Outcome.CONFIRMED, "stands", report)


class ToyPump:
    """The far end."""

    def __init__(self) -> None:
        self.sign = ":"
        self.who = "toy 7"
        self.values = {"vol": 0, "rate": 0, "target": 0}
        self.deaf_to: list[str] = []

    def answer(self, word: str) -> bytes:
        """Empty: it did not hear, or does not answer."""
        if word in self.deaf_to:
            self.deaf_to.remove(word)
            return b""
        name, _, value = word.partition("=")
        if value:
            self.values[name] = int(value)
        elif word in ("run", "stop"):
            self.sign = ">" if word == "run" else ":"
        text = self.who if word == "who" else str(self.values[word]) if word in self.values else ""
        return f"{self.sign}{text}\r".encode()


class ToyBench:
    """Protocol and pump on a virtual millisecond clock; an answer takes 2 ms."""

    def __init__(self, gap_ms: int = 0, dialect: ToyDialect | None = None) -> None:
        self.pump = ToyPump()
        self.protocol = LineProtocol(dialect or ToyDialect(gap_ms))
        self.now = 0
        self.words: list[tuple[int, str]] = []
        self.events: list[DriverEvent] = []
        self._answers: list[tuple[int, bytes]] = []

    def up(self) -> "ToyBench":
        """Open, approve, forget."""
        self.protocol.opened(self.now)
        self.protocol.approve(Approval(1_000_000, 50_000))
        self.go(50)
        self.words.clear()
        self.events.clear()
        return self

    def running(self) -> "ToyBench":
        """A pump that infuses; forget how."""
        self.up().submit(1, Run(500_000, 20_000))
        self.go(50)
        assert self.outcome(1) is Outcome.CONFIRMED
        self.words.clear()
        self.events.clear()
        return self

    def submit(self, command_id: int, command: PumpCommand) -> None:
        self.protocol.submit(command_id, command, self.now)
        self._flush()

    def go(self, ms: int) -> "ToyBench":
        """Let time pass."""
        self._flush()
        for _ in range(ms):
            self.now += 1
            due = [chunk for at, chunk in self._answers if at == self.now]
            for chunk in due:
                self.protocol.receive(chunk, self.now)
                self._flush()
            deadline = self.protocol.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.protocol.tick(self.now)
                self._flush()
        return self

    def _flush(self) -> None:
        for word in self.protocol.take_output().decode().split("\r")[:-1]:
            self.words.append((self.now, word))
            self._answers.append((self.now + 2, self.pump.answer(word)))
        self.events += self.protocol.take_events()

    @property
    def sent(self) -> list[str]:
        """The words that left."""
        return [word for _, word in self.words]

    @property
    def reports(self) -> list[PumpReport]:
        """All readbacks."""
        return [event.report for event in self.events if isinstance(event, Reported)]

    def outcome(self, command_id: int) -> Outcome:
        """How this command ended."""
        [end] = [e for e in self.events if isinstance(e, Ended) and e.command_id == command_id]
        return end.outcome
