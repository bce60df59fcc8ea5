"""An Alaris pump of the simulator and the driver's protocol on one millisecond clock; an answer takes 3 ms."""

from collections.abc import Callable
from decimal import Decimal

from drivers.alaris.binding import Binding
from drivers.alaris.dialect import AlarisDialect
from drivers.contract import (
    Approval,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    LinkDown,
    Outcome,
    Poll,
    PumpCommand,
    PumpReport,
    Reported,
    Run,
)
from drivers.line.protocol import LineProtocol
from hil_sim.pumps.alaris import AlarisPump, Nature
from hil_sim.pumps.alaris_words import Style

TURNAROUND_MS = 3
SERIAL = "8003-00417"
SYRINGE_UM = 26_590
BOUND = Binding(SERIAL, SYRINGE_UM, 1_200_000_000)
RUN = Run(26_200_000, 17_500_000)
APPROVAL = Approval(26_200_000, 17_500_000)


def words_of(chunk: bytes) -> list[str]:
    """What a chunk asks for, without frames and checks."""
    pieces = chunk.decode("ascii").split("\r")[:-1]
    return [piece.lstrip("\x1b").removeprefix("!").rpartition("|")[0] for piece in pieces]


class AlarisBench:
    """Time stands still unless `go` is called. `between` may change or drop what the pump says."""

    def __init__(self, style: Style | None = None, bound: Binding = BOUND) -> None:
        self.pump = AlarisPump(Nature(serial=SERIAL, style=style or Style()))
        self.protocol = LineProtocol(AlarisDialect(bound))
        self.now = 0
        self.words: list[tuple[int, str]] = []
        self.events: list[DriverEvent] = []
        self.deaf_to: list[str] = []
        self.mute_after: list[str] = []
        self.between: Callable[[bytes], bytes] = lambda answer: answer
        self._answers: list[tuple[int, bytes]] = []
        self._next_id = 0

    def opened(self) -> "AlarisBench":
        """The port is open; whatever comes of it."""
        self.protocol.opened(self.now)
        return self.go(100)

    def ready(self) -> "AlarisBench":
        """Up, halted, set up, approved."""
        self.opened()
        self.protocol.approve(APPROVAL)
        assert self.do(Halt()) is Outcome.CONFIRMED, self.events
        assert self.do(Configure(SYRINGE_UM)) is Outcome.CONFIRMED, self.events
        return self.forget()

    def infusing(self, command: Run = RUN) -> "AlarisBench":
        """Ready and running; forget how."""
        self.ready()
        assert self.do(command) is Outcome.CONFIRMED, self.events
        return self.forget()

    def forget(self) -> "AlarisBench":
        """Begin to look anew."""
        self.words.clear()
        self.events.clear()
        return self

    def submit(self, command: PumpCommand) -> int:
        """Submit; its number."""
        self._next_id += 1
        self.protocol.submit(self._next_id, command, self.now)
        self._flush()
        return self._next_id

    def do(self, command: PumpCommand, within_ms: int = 3000) -> Outcome:
        """Submit and let time pass until it has ended."""
        number = self.submit(command)
        self.until(lambda: self.end(number) is not None, within_ms)
        end = self.end(number)
        assert end is not None
        return end.outcome

    def poll(self, times: int = 1, every_ms: int = 250) -> "AlarisBench":
        """What a control cycle does."""
        for _ in range(times):
            self.submit(Poll())
            self.go(every_ms)
        return self

    def until(self, is_so: Callable[[], bool], within_ms: int) -> int:
        """Let time pass until it is so; how much did."""
        began = self.now
        while not is_so():
            assert self.now - began < within_ms, f"not within {within_ms} ms: {self.events} {self.words}"
            self.go(1)
        return self.now - began

    def go(self, ms: int) -> "AlarisBench":
        """Let time pass."""
        self._flush()
        for _ in range(ms):
            self.now += 1
            self.pump.advance(0.001, float(self.now))
            due = [chunk for at, chunk in self._answers if at == self.now]
            self._answers = [row for row in self._answers if row[0] > self.now]
            for chunk in due:
                self.protocol.receive(chunk, self.now)
                self._flush()
            deadline = self.protocol.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.protocol.tick(self.now)
                self._flush()
        return self

    def press_stop(self) -> None:
        """A hand at the keypad."""
        self.pump.press_stop()

    def press_run(self) -> None:
        """A hand at the keypad."""
        self.pump.press_run()

    def turn(self, rate_ml_h: int) -> None:
        """A hand at the keypad."""
        self.pump.turn_rate(Decimal(rate_ml_h))

    def _flush(self) -> None:
        chunk = self.protocol.take_output()
        for word in words_of(chunk):
            self.words.append((self.now, word))
        names = words_of(chunk)
        if chunk and not self._is_hit(self.deaf_to, names):
            self.pump.receive(chunk, float(self.now))
            answer = self.between(self.pump.output())
            if answer and not self._is_hit(self.mute_after, names):
                self._answers.append((self.now + TURNAROUND_MS, answer))
        self.events += self.protocol.take_events()

    @staticmethod
    def _is_hit(wanted: list[str], names: list[str]) -> bool:
        for name in names:
            if name in wanted:
                wanted.remove(name)
                return True
        return "*" in wanted

    @property
    def sent(self) -> list[str]:
        """The words that left."""
        return [word for _, word in self.words]

    @property
    def reports(self) -> list[PumpReport]:
        """All readbacks."""
        return [event.report for event in self.events if isinstance(event, Reported)]

    @property
    def downs(self) -> list[LinkDown]:
        """Every time the line was given up."""
        return [event for event in self.events if isinstance(event, LinkDown)]

    def end(self, command_id: int) -> Ended | None:
        """How this command ended, if it has."""
        found = [e for e in self.events if isinstance(e, Ended) and e.command_id == command_id]
        assert len(found) <= 1
        return found[0] if found else None

    @property
    def detail(self) -> str:
        """What was said of the last command that ended."""
        return next(e.detail for e in reversed(self.events) if isinstance(e, Ended))
