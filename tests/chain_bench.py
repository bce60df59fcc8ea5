"""Two pumps and their protocols on one wire, on a virtual millisecond clock."""

from collections.abc import Callable

from contract.fake_new_era import FakeNewEra
from contract.memory_chain import FakeChain

from drivers.contract import Approval, DriverEvent, Ended, Outcome, PumpCommand, Reported
from drivers.line.shared import Seat, SharedLine
from drivers.new_era.binding import Binding
from drivers.new_era.dialect import NewEraDialect

TURNAROUND_MS = 5


class ChainBench:
    """Pumps 1 and 2. `wire` is every frame that left: when, for whom, which word."""

    def __init__(self, *models: str) -> None:
        self.pumps = {n: FakeNewEra(address=n) for n in (1, 2)}
        self.far_end = FakeChain(*self.pumps.values())
        self.line = SharedLine()
        self.now = 0
        self.wire: list[tuple[int, int, str]] = []
        self.events: dict[int, list[DriverEvent]] = {1: [], 2: []}
        self._answers: list[tuple[int, bytes]] = []
        self.seats: dict[int, Seat] = {}
        for n, model in zip((1, 2), models or ("NE1000", "NE1000"), strict=True):
            self.seats[n] = self.line.join(NewEraDialect(Binding(model, address=n)), self.events[n].append)

    def open(self, ms: int = 600) -> "ChainBench":
        """Open the port for both."""
        for seat in self.seats.values():
            self.line.take(seat, self.now)
        self.turn(lambda: self.line.opened(self.now))
        return self.go(ms)

    def ready(self) -> "ChainBench":
        """Both up and approved; forget how."""
        self.open()
        for seat in self.seats.values():
            seat.protocol.approve(Approval(26_250_000, 17_500_000))
        return self.forget()

    def forget(self) -> "ChainBench":
        """Forget what was seen so far."""
        self.wire.clear()
        for events in self.events.values():
            events.clear()
        return self

    def submit(self, pump: int, command_id: int, command: PumpCommand) -> None:
        """Submit now."""
        self.turn(lambda: self.line.submit(self.seats[pump], command_id, command, self.now))

    def turn(self, step: Callable[[], None]) -> None:
        """One call into the line, and all that follows."""
        step()
        output = self.line.take_output()
        if output:
            head = (output[:-1] if output[:1].isdigit() else output[2:-3]).decode("ascii")
            self.wire.append((self.now, int(head[0]), head[1:]))
            answer = self.far_end.feed(output, self.now)
            if answer:
                self._answers.append((self.now + TURNAROUND_MS, answer))
        for seat, event in self.line.take_events():
            seat.listener(event)

    def hear(self, chunk: bytes) -> None:
        """Bytes from the line, now."""
        self.turn(lambda: self.line.receive(chunk, self.now))

    def go(self, ms: int) -> "ChainBench":
        """Let time pass."""
        for _ in range(ms):
            self.now += 1
            due = [chunk for at, chunk in self._answers if at <= self.now]
            self._answers = [item for item in self._answers if item[0] > self.now]
            for chunk in due:
                self.hear(chunk)
            alarm = self.far_end.tick(self.now)
            if alarm:
                self.hear(alarm)
            deadline = self.line.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.turn(lambda: self.line.tick(self.now))
        return self

    def outcome(self, pump: int, command_id: int) -> Outcome:
        """How this pump's command ended."""
        ends = [e for e in self.events[pump] if isinstance(e, Ended) and e.command_id == command_id]
        assert len(ends) == 1, ends
        return ends[0].outcome

    def reports(self, pump: int) -> list[Reported]:
        """This pump's readbacks."""
        return [event for event in self.events[pump] if isinstance(event, Reported)]

    def sent(self, pump: int) -> list[tuple[int, str]]:
        """When what left for this pump."""
        return [(at, word) for at, whose, word in self.wire if whose == pump]
