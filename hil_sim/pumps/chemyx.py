"""The face of a Chemyx Fusion: what it hears, what it answers. One channel.

Written from facts/protocols.md 3 and from nothing else. Sans-I/O: bytes and two times go in, bytes and plunger travel
come out. It has no watchdog and no address: when the host is lost it goes on to its volume, and there it always ends.

Where the fact sheet is silent or marks a doubt, this face does the following:
  - the echo ends with CR LF, as the lines do;
  - `set rate` is taken while it runs (`takes_rate_running`), `set volume`, `set diameter` and `set units` are then
    `Invalid Command!`, and so are values out of range;
  - `start` without a volume, or at 0, is `Invalid Command!`;
  - the dispensed volume counts one run: `start` after `stop` begins it anew, after `pause` it goes on;
  - a stall is status 4, until `stop`;
  - `view parameter` says `unit = 1`, `dia = 26.590`, `rate = ...`, `time = ...`, `volume = ...`, `delay = ...`;
  - after a power cut the settings are there and the run is not.
"""

from __future__ import annotations

from dataclasses import dataclass, fields
from decimal import Decimal, InvalidOperation

from hil_sim.pumps.quirks import Quirks
from hil_sim.pumps.syringe import max_rate_nl_h, min_rate_nl_h, travel_mm

STALL_MMHG = 1500.0
LINE_MAX = 256
PROMPT = b">"
INVALID = "Invalid Command!"
#: nl/h in one unit of a rate, nl in one unit of a volume.
UNITS: tuple[tuple[int, int], ...] = (
    (60_000_000, 1_000_000),
    (1_000_000, 1_000_000),
    (60_000, 1_000),
    (1_000, 1_000),
)
TARGET_TOLERANCE_NL = 1e-3


@dataclass
class Memory:
    """What a power cut leaves. `safe_s`: the family has no watchdog."""

    diameter_mm: Decimal = Decimal("14.430")
    unit: int = 0
    rate: Decimal = Decimal(1)
    volume: Decimal = Decimal(0)
    delay: Decimal = Decimal(0)
    safe_s: int = 0


class Motor:
    """The run in progress. Status numbers as `pump status` says them."""

    def __init__(self, memory: Memory, quirks: Quirks) -> None:
        self._memory = memory
        self._quirks = quirks
        self.status = 0
        self.infused_nl = 0.0
        self.seconds = 0.0

    @property
    def rate_nl_h(self) -> float:
        """How fast it turns now; negative: withdrawing."""
        if self.status != 1:
            return 0.0
        rate = float(self._memory.rate * UNITS[self._memory.unit][0]) * self._quirks.motor_factor
        return rate if self._memory.volume >= 0 else -rate

    def advance(self, dt_s: float) -> float:
        """Turn for so long; returns travel in mm."""
        if self.status != 1:
            return 0.0
        target_nl = abs(float(self._memory.volume * UNITS[self._memory.unit][1]))
        moved_nl = abs(self.rate_nl_h) * dt_s / 3600
        self.seconds += dt_s
        if self.infused_nl + moved_nl >= target_nl - TARGET_TOLERANCE_NL:
            moved_nl, self.status = max(target_nl - self.infused_nl, 0.0), 0
        self.infused_nl += moved_nl
        travel = travel_mm(moved_nl, float(self._memory.diameter_mm)) * self._quirks.hidden_factor
        return travel if self._memory.volume >= 0 else -travel


class ChemyxPump:
    """One pump on one line, just switched on."""

    takes_rate_running = True

    def __init__(self, memory: Memory | None = None) -> None:
        self.quirks = Quirks()
        self.memory = memory or Memory()
        self.motor = Motor(self.memory, self.quirks)
        self.felt_pressure_mmhg = 0.0
        self.claimed: int | None = None
        self.watched_since_ms: float | None = None
        self.last_stop_rx_link_ms: float | None = None
        self._held = b""
        self._said: list[tuple[str, bytes]] = []
        self._dark_until_ms: float | None = None
        self._wakes_running = False

    # the wire

    def receive(self, data: bytes, now_link_ms: float) -> None:
        """Hear bytes at a link time in ms."""
        if self._dark_until_ms is not None:
            return
        *lines, self._held = (self._held + data.replace(b"\n", b"")).split(b"\r")
        self._held = self._held[-LINE_MAX:]
        for line in lines:
            text = line.decode("ascii", "replace")
            if text == "stop":
                self.last_stop_rx_link_ms = now_link_ms
            body = self._carry_out(text)
            said = "".join(f"{part}\r\n" for part in (text, *body))
            self._said.append((text.upper(), said.encode("ascii", "replace") + PROMPT))

    def take_replies(self) -> list[tuple[str, bytes]]:
        """Every answer since the last call with the command it belongs to."""
        said, self._said = self._said, []
        return said

    def output(self) -> bytes:
        """The same answers, joined."""
        return b"".join(frame for _, frame in self.take_replies())

    def letter(self) -> str:
        """The status number as the pump would say it now."""
        return str(self.claimed if self.claimed is not None and self.is_moving else self.motor.status)

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.motor.status == 1

    @property
    def alarm(self) -> str | None:
        """S: stalled."""
        return "S" if self.motor.status == 4 else None

    def _carry_out(self, text: str) -> tuple[str, ...]:
        words = text.split(" ")
        if words[0] == "set" and len(words) == 3:
            return self._set(words[1], words[2])
        match text:
            case "pump status":
                return (self.letter(),)
            case "dispensed volume":
                volume = self.motor.infused_nl / UNITS[self.memory.unit][1]
                return (f"dispensed volume = {volume:.4f}",)
            case "elapsed time":
                return (f"elapsed time = {self.motor.seconds / 60:.5f}",)
            case "view parameter":
                return self._view()
            case "start":
                return self._start()
            case "stop" | "pause":
                return self._stop(text)
        return (INVALID,)

    def _view(self) -> tuple[str, ...]:
        held = self.memory
        return (
            f"unit = {held.unit}",
            f"dia = {held.diameter_mm:.3f}",
            f"rate = {held.rate:.6f}",
            "time = 0.000000",
            f"volume = {held.volume:.6f}",
            f"delay = {held.delay:.6f}",
        )

    def _set(self, what: str, text: str) -> tuple[str, ...]:
        try:
            value = Decimal(text)
        except InvalidOperation:
            return (INVALID,)
        held, is_live = self.memory, self.is_moving
        match what:
            case "rate" if not is_live or self.takes_rate_running:
                if not self._holds(value, held.unit):
                    return (INVALID,)
                if not self.quirks.is_rate_ignored:
                    held.rate = value
                return (f"rate = {value:.6f}",)
            case "units" if not is_live and value in (0, 1, 2, 3):
                held.unit = int(value)
                return (f"units = {held.unit}",)
            case "diameter" if not is_live and Decimal("0.103") <= value <= Decimal("40.000"):
                held.diameter_mm = value
                return (f"diameter = {value:.3f}",)
            case "volume" if not is_live:
                held.volume = value
                return (f"volume = {value:.6f}",)
            case "delay" if not is_live and value >= 0:
                held.delay = value
                return (f"delay = {value:.6f}",)
        return (INVALID,)

    def _holds(self, rate: Decimal, unit: int) -> bool:
        rate_nl_h, diameter_mm = float(rate * UNITS[unit][0]), float(self.memory.diameter_mm)
        return min_rate_nl_h(diameter_mm) <= rate_nl_h <= max_rate_nl_h(diameter_mm)

    def _start(self) -> tuple[str, ...]:
        if self.is_moving or self.memory.volume == 0 or not self._holds(self.memory.rate, self.memory.unit):
            return (INVALID,)
        if self.motor.status != 2:
            self.motor.infused_nl = self.motor.seconds = 0.0
        self.motor.status = 1
        return ("Pump start running...",)

    def _stop(self, word: str) -> tuple[str, ...]:
        if self.is_moving and self.quirks.stop.startswith("refused"):
            return (INVALID,)
        if not (self.is_moving and self.quirks.stop.startswith("ignored")):
            self.motor.status = 0 if word == "stop" else 2
        elif self.quirks.stop == "ignored_lying":
            self.claimed = 0
        return ("Pump stop!" if word == "stop" else "Pump pause!",)

    # time

    def advance(self, dt_s: float, now_link_ms: float) -> float:
        """Move for `dt_s` of treatment time; returns travel in mm."""
        if self._dark_until_ms is not None:
            if now_link_ms < self._dark_until_ms:
                return 0.0
            self._dark_until_ms = None
            self.motor.infused_nl = 0.0
            self.motor.status = 1 if self._wakes_running else 0
        if self.is_moving and self.felt_pressure_mmhg >= STALL_MMHG and self.motor.rate_nl_h > 0:
            self.motor.status = 4
        return self.motor.advance(dt_s)

    def hit_the_end(self) -> None:
        """The plunger stands at the bottom of the barrel: the motor stalls."""
        self.motor.status = 4

    # the mains and the keypad

    def cut_power(self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False) -> None:
        """Go dark; wake after `dark_ms` of link time, stopped unless told otherwise."""
        self._wakes_running = self.is_moving and wakes_running
        self._dark_until_ms = now_link_ms + dark_ms
        self.motor.status = 0
        self._held = b""

    def forget_settings(self) -> None:
        """Be as from the factory."""
        fresh = Memory()
        for each in fields(self.memory):
            setattr(self.memory, each.name, getattr(fresh, each.name))
        self.motor.status = 0

    def press_stop(self) -> None:
        """The keypad's pause."""
        if self.is_moving:
            self.motor.status = 2

    def press_run(self) -> None:
        """The keypad's start."""
        self._start()

    def turn_rate(self, rate_ml_h: Decimal) -> None:
        """A rate keyed in, mL/h; live if the pump is running."""
        self.memory.rate = rate_ml_h * 1_000_000 / UNITS[self.memory.unit][0]

    def turn_diameter(self, diameter_mm: Decimal) -> None:
        """A diameter keyed in, mm."""
        self.memory.diameter_mm = diameter_mm

    def clear_counters(self) -> None:
        """The dispensed volume is 0 again."""
        self.motor.infused_nl = 0.0
