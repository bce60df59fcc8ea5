"""A protocol and a fake pump joined by nothing but a virtual millisecond clock."""

from contract.fake_new_era import FakeNewEra

from drivers.contract import Approval, DriverEvent, Ended, Outcome, PumpCommand, Reported
from drivers.line.protocol import LineProtocol
from drivers.new_era.binding import Binding
from drivers.new_era.dialect import NewEraDialect

#: The pump's answer takes this long.
TURNAROUND_MS = 5


class WireBench:
    """`now` moves only in `go`. `wire` is every chunk that left, with its time."""

    def __init__(self, binding: Binding | None = None, pump: FakeNewEra | None = None) -> None:
        self.pump = pump or FakeNewEra()
        self.protocol = LineProtocol(NewEraDialect(binding or Binding("NE1000")))
        self.now = 0
        self.wire: list[tuple[int, bytes]] = []
        self.events: list[DriverEvent] = []
        self._under_way: list[tuple[int, bytes]] = []

    def open(self) -> "WireBench":
        """Open the line and let the opening finish."""
        self.protocol.opened(self.now)
        self._flush()
        self.go(400)
        return self

    def ready(self, *, rate_nl_h: int = 26_250_000, volume_nl: int = 17_500_000) -> "WireBench":
        """Open, approve, forget what happened so far."""
        self.open()
        self.protocol.approve(Approval(rate_nl_h, volume_nl))
        self.forget()
        return self

    def forget(self) -> None:
        """Forget what was seen so far."""
        self.events.clear()
        self.wire.clear()
        self.pump.received.clear()

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Submit now."""
        self.protocol.submit(command_id, command, self.now)
        self._flush()

    def receive(self, chunk: bytes) -> None:
        """Bytes from the line, now, whoever sent them."""
        self.protocol.receive(chunk, self.now)
        self._flush()

    def lose(self, reason: str) -> None:
        """The port is gone; what was under way goes with it."""
        self.protocol.lost(reason, self.now)
        self._under_way.clear()
        self._flush()

    def drop_answers(self) -> None:
        """What the pump has said and we have not heard yet is lost."""
        self._under_way.clear()

    def go(self, ms: int) -> "WireBench":
        """Let time pass, millisecond by millisecond."""
        for _ in range(ms):
            self.now += 1
            due = [chunk for at, chunk in self._under_way if at <= self.now]
            self._under_way = [item for item in self._under_way if item[0] > self.now]
            for chunk in due:
                self.receive(chunk)
            alarm = self.pump.tick(self.now)
            if alarm:
                self.receive(alarm)
            deadline = self.protocol.next_deadline()
            if deadline is not None and deadline <= self.now:
                self.protocol.tick(self.now)
                self._flush()
        return self

    def _flush(self) -> None:
        output = self.protocol.take_output()
        if output:
            self.wire.append((self.now, output))
            answer = self.pump.feed(output, self.now)
            if answer:
                self._under_way.append((self.now + TURNAROUND_MS, answer))
        self.events += self.protocol.take_events()

    def ended(self, command_id: int) -> Ended:
        """The one end of this command."""
        found = [e for e in self.events if isinstance(e, Ended) and e.command_id == command_id]
        assert len(found) == 1, f"command {command_id} ended {len(found)} times: {found}"
        return found[0]

    def outcome(self, command_id: int) -> Outcome:
        """How this command ended."""
        return self.ended(command_id).outcome

    @property
    def reports(self) -> list[Reported]:
        """All readbacks so far."""
        return [e for e in self.events if isinstance(e, Reported)]

    @property
    def sent(self) -> list[str]:
        """The words that left, without address."""
        return [chunk[3:-3].decode("ascii") for _, chunk in self.wire]
