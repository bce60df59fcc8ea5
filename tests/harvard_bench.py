"""The family's protocol and the simulated pump joined by nothing but a virtual millisecond clock.

The far end is the simulator's face, not the driver's own idea of a pump: what is measured here (a lease that runs out,
a gap in the flow) is measured on the simulated plunger.
"""

from dataclasses import replace

from drivers.contract import (
    Approval,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    Outcome,
    Poll,
    PumpCommand,
    Reported,
    Run,
)
from drivers.harvard.binding import Binding
from drivers.harvard.dialect import HarvardDialect
from drivers.line.protocol import LineProtocol
from hil_sim.pumps.harvard import HarvardPump, Nature

#: From the end of a question to its answer; 115200 baud adds a millisecond to each.
TURNAROUND_MS = 10
POLL_MS = 250
RUN = Run(26_250_000, 17_500_000)


class HarvardBench:
    """`now` moves only in `go`. `wire`: every line that left, with its time; `rates`: each change of the plunger's."""

    def __init__(self, nature: Nature | None = None, binding: Binding | None = None) -> None:
        self.pump = HarvardPump(nature)
        self.dialect = HarvardDialect(binding or Binding("11 ELITE"))
        self.protocol = LineProtocol(self.dialect)
        self.pace = (binding or Binding("11 ELITE")).pace
        self.now = 0
        self.wire: list[tuple[int, bytes]] = []
        self.events: list[DriverEvent] = []
        self.rates: list[tuple[int, float]] = []
        self.given_mm = 0.0
        self.lose_requests: list[bytes] = []
        self.lose_replies: list[bytes] = []
        self.turnaround_ms = TURNAROUND_MS
        self._under_way: list[tuple[int, bytes]] = []
        self._next_id = 1000

    def open(self) -> "HarvardBench":
        """Open the line and let the opening finish."""
        self.protocol.opened(self.now)
        self._flush()
        return self.go(600)

    def ready(self, run: Run = RUN) -> "HarvardBench":
        """Open, set up, approve, forget."""
        self.open()
        assert self.do(Configure(26_590)) is Outcome.CONFIRMED, self.events[-3:]
        self.protocol.approve(Approval(run.rate_nl_h, run.volume_limit_nl))
        return self.forget()

    def running(self, run: Run = RUN) -> "HarvardBench":
        """Ready, and infusing."""
        self.ready(run)
        assert self.do(run) is Outcome.CONFIRMED, self.events[-3:]
        return self.forget()

    def forget(self) -> "HarvardBench":
        """Forget what was seen so far."""
        self.events.clear()
        self.wire.clear()
        return self

    def submit(self, command: PumpCommand) -> int:
        """Submit now; its number."""
        self._next_id += 1
        self.protocol.submit(self._next_id, command, self.now)
        self._flush()
        return self._next_id

    def do(self, command: PumpCommand, within_ms: int = 3000) -> Outcome:
        """Submit and wait for its end."""
        number = self.submit(command)
        for _ in range(within_ms):
            if any(isinstance(e, Ended) and e.command_id == number for e in self.events):
                break
            self.go(1)
        return self.ended(number).outcome

    def poll(self, for_ms: int, every_ms: int = POLL_MS) -> "HarvardBench":
        """What a control cycle does, for so long."""
        end = self.now + for_ms
        while self.now < end:
            self.submit(Poll())
            self.go(min(every_ms, end - self.now))
        return self

    def halt(self) -> Outcome:
        """Stop."""
        return self.do(Halt())

    def receive(self, chunk: bytes) -> None:
        """Bytes from the line, now, whoever sent them."""
        self.protocol.receive(chunk, self.now)
        self._flush()

    def go(self, ms: int) -> "HarvardBench":
        """Let time pass, millisecond by millisecond."""
        for _ in range(ms):
            self.now += 1
            self.given_mm += self.pump.advance(0.001 * self.pace, float(self.now))
            self._note_rate()
            self._hear_pump()
            due = [chunk for at, chunk in self._under_way if at <= self.now]
            self._under_way = [item for item in self._under_way if item[0] > self.now]
            for chunk in due:
                self.receive(chunk)
            deadline = self.protocol.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.protocol.tick(self.now)
                self._flush()
        return self

    def _flush(self) -> None:
        output = self.protocol.take_output()
        if output:
            self.wire.append((self.now, output))
            if output in self.lose_requests:
                self.lose_requests.remove(output)
            else:
                self.pump.receive(output, float(self.now))
                self._note_rate()
                self._hear_pump(output)
        self.events += self.protocol.take_events()

    def _hear_pump(self, asked: bytes = b"") -> None:
        answer = self.pump.output()
        if asked in self.lose_replies:
            self.lose_replies.remove(asked)
        elif answer:
            self._under_way.append((self.now + self.turnaround_ms, answer))

    def _note_rate(self) -> None:
        rate = self.pump.motor.rate_nl_h
        if not self.rates or self.rates[-1][1] != rate:
            self.rates.append((self.now, rate))

    @property
    def gaps_ms(self) -> list[int]:
        """How long the plunger stood between two times that it moved."""
        return [
            after - at
            for (at, rate), (after, _) in zip(self.rates[1:], self.rates[2:], strict=False)
            if rate == 0.0
        ]

    def ended(self, command_id: int) -> Ended:
        """The one end of this command."""
        found = [e for e in self.events if isinstance(e, Ended) and e.command_id == command_id]
        assert len(found) == 1, f"command {command_id} ended {len(found)} times: {self.events[-5:]}"
        return found[0]

    @property
    def reports(self) -> list[Reported]:
        """All readbacks so far."""
        return [e for e in self.events if isinstance(e, Reported)]

    @property
    def sent(self) -> list[str]:
        """The lines that left, without `@` and CR."""
        return [chunk.decode("ascii").strip("@\r") for _, chunk in self.wire]


def bound(**words: object) -> Binding:
    """The bench's pump, bound with these settings."""
    return replace(Binding("11 ELITE"), **words)  # type: ignore[arg-type]
