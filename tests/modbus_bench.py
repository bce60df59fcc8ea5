"""A Modbus protocol and the simulator's pump joined by nothing but a virtual millisecond clock."""

from pathlib import Path

from drivers.contract import Approval, DriverEvent, Ended, Outcome, PumpCommand, PumpReport, Reported
from drivers.line.protocol import LineProtocol
from drivers.modbus.binding import Binding
from drivers.modbus.dialect import ModbusDialect
from drivers.modbus.layout import RegisterMap
from drivers.modbus.parse_map import parse_map
from drivers.modbus.wire import gap_ms
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import read_layout

MAPS = Path(__file__).parents[1] / "drivers" / "modbus" / "maps"
DEFAULT = (MAPS / "pumpd-default.toml").read_text()
CHONRY = (MAPS / "chonry-wp110.toml").read_text()
#: A pump like ProMinent's, and one like SyriXus: only functions 1 3 5 15 16, little word first.
RESUMING = DEFAULT.replace("resumes_after_silence = false", "resumes_after_silence = true")
NARROW = (
    DEFAULT.replace('"big"', '"little"')
    .replace("[1, 2, 3, 4, 5, 6, 15, 16, 23]", "[1, 3, 5, 15, 16]")
    .replace('space = "input", address = ', 'space = "holding", address = 10')
    .replace('space = "input"\naddress = 0', 'space = "holding"\naddress = 100')
)
TURNAROUND_MS = 5


class ModbusBench:
    """`now` moves only in `go`. `wire` is every chunk that left, with its time; `words` what the pump took it for."""

    def __init__(self, text: str = DEFAULT, *, is_tcp: bool = False, binding: Binding | None = None) -> None:
        self.layout: RegisterMap = parse_map(text)
        self.pump = ModbusPump(read_layout(text), is_tcp=is_tcp)
        self.now = 0
        model = "WP110" if text is CHONRY else "PUMPD-1"
        self.dialect = ModbusDialect(
            binding or Binding(model),
            self.layout,
            lambda: self.now,
            is_tcp=is_tcp,
            gap_ms=0 if is_tcp else gap_ms(19200),
        )
        self.protocol = LineProtocol(self.dialect)
        self.wire: list[tuple[int, bytes]] = []
        self.words: list[tuple[int, str]] = []
        self.events: list[DriverEvent] = []
        self.deaf_to: list[str] = []
        self.mute_on: list[str] = []
        self.late_on: dict[str, int] = {}
        self.pump.is_lost = self._is_lost
        self._under_way: list[tuple[int, bytes]] = []

    def _is_lost(self, word: str) -> bool:
        self.words.append((self.now, word))
        if word in self.deaf_to:
            self.deaf_to.remove(word)
            return True
        return "*" in self.deaf_to

    def open(self) -> "ModbusBench":
        """Open the line and let the opening finish."""
        self.protocol.opened(self.now)
        self._flush()
        return self.go(300)

    def ready(self) -> "ModbusBench":
        """Open, approve, set up, forget what happened so far."""
        self.open()
        self.protocol.approve(Approval(26_250_000, 17_500_000))
        return self.forget()

    def forget(self) -> "ModbusBench":
        """Forget what was seen so far."""
        for seen in (self.events, self.wire, self.words):
            seen.clear()
        return self

    def submit(self, command_id: int, command: PumpCommand) -> None:
        """Submit now."""
        self.protocol.submit(command_id, command, self.now)
        self._flush()

    def do(self, command_id: int, command: PumpCommand, ms: int = 600) -> Outcome:
        """Submit, let time pass, and say how it ended."""
        self.submit(command_id, command)
        self.go(ms)
        return self.outcome(command_id)

    def receive(self, chunk: bytes) -> None:
        """Bytes from the line, now, whoever sent them."""
        self.protocol.receive(chunk, self.now)
        self._flush()

    def lose(self) -> None:
        """The port is gone; what was under way goes with it."""
        self.protocol.lost("gone", self.now)
        self._under_way.clear()
        self._flush()

    def go(self, ms: int) -> "ModbusBench":
        """Let time pass, millisecond by millisecond."""
        for _ in range(ms):
            self.now += 1
            self.pump.advance(0.001, self.now)
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
            self.pump.receive(output, self.now)
            for word, answer in self.pump.take_replies():
                if word in self.mute_on:
                    self.mute_on.remove(word)
                else:
                    self._under_way.append((self.now + self.late_on.pop(word, TURNAROUND_MS), answer))
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
    def reports(self) -> list[PumpReport]:
        """All readbacks so far."""
        return [e.report for e in self.events if isinstance(e, Reported)]

    @property
    def sent(self) -> list[str]:
        """What the pump heard, in words."""
        return [word for _, word in self.words]
