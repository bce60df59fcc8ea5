"""The face of an Alaris/Asena GH or CC: what it hears, what it answers, when it stops by itself.

Written from facts/protocols.md 5 and from nothing else. Sans-I/O: bytes and two times go in, bytes and plunger
travel come out. Treatment time moves the plunger; link time (real milliseconds) judges the watchdog and the
keep-alive.

Known: the frames, the commands' names, the code that opens remote control, that both halves of it are to be said
about every second, and that an infusion started over serial stops with "communications failure" when no message
has come for 15 s. Where the fact sheet is silent this face does the following, and a driver should survive it:
  - what is said in the fields is `alaris_words.Style`;
  - remote configuration permits the rate, remote control permits start and stop; each lapses `KEEP_ALIVE_MS`
    after it was last said, and then orders of its kind are refused, a stop included. Questions are always answered;
  - any frame with a good check counts as a message for the 15 s;
  - an alarm latches: the pump starts again only after somebody pressed a key (facts/protocols.md 6, "latched");
  - an infusion started at the keypad has no watchdog, whoever talks to the pump;
  - a power cut loses counter, rate and remote control, and leaves no trace in the state.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field
from decimal import Decimal

from hil_sim.pumps.alaris_frames import ESC, FrameReader, code_of, frame
from hil_sim.pumps.alaris_motor import FACTORY_DIAMETER_MM, AlarisQuirks, Memory, Motor
from hil_sim.pumps.alaris_words import (
    BATTERY_EMPTY,
    BATTERY_LOW,
    COMMS_FAILURE,
    OCCLUSION,
    SYRINGE_EMPTY,
    Style,
)

KEEP_ALIVE_MS = 2000.0
QUERIES = ("INF", "INF_VI", "INF_RATE", "INST_SERIALNO")
HALVES = ("REMOTE_CFG", "REMOTE_CTRL")


@dataclass(frozen=True)
class Nature:
    """What differs between pumps of the family. `rate_max_ml_h` is ours: the fact sheet has none."""

    serial: str = "8003-00417"
    style: Style = field(default_factory=Style)
    rate_max_ml_h: Decimal = Decimal(1200)
    stall_mmhg: float = 1500.0


class AlarisPump:
    """One pump on one line, just switched on, its syringe confirmed."""

    def __init__(self, nature: Nature | None = None, memory: Memory | None = None) -> None:
        self.nature = nature or Nature()
        self.quirks = AlarisQuirks()
        self.memory = memory or Memory()
        self.motor = Motor(self.memory, self.quirks)
        self.reader = FrameReader()
        self.felt_pressure_mmhg = 0.0
        self.alarm: str | None = None
        self.claimed: str | None = None  # the state a lying pump makes up
        self.is_watched = False  # the infusion under way was started over serial
        self.last_message_ms = 0.0
        self.last_stop_rx_link_ms: float | None = None
        self._said_ms: dict[str, float] = {}
        self._dark_until_ms: float | None = None
        self._wakes_running = False
        self._said: list[tuple[str, bytes]] = []

    # the wire

    def receive(self, data: bytes, now_link_ms: float) -> None:
        """Hear bytes at a link time in ms. Answers wait in `take_replies` or `output`."""
        if self._dark_until_ms is not None:
            return
        for text in self.reader.feed(data):
            self.last_message_ms = now_link_ms
            self._say(text, self._carry_out(text, now_link_ms))

    def take_replies(self) -> list[tuple[str, bytes]]:
        """Every answer since the last call with the request it belongs to (as in its frame, up to the check)."""
        said, self._said = self._said, []
        return said

    def output(self) -> bytes:
        """The same answers, joined."""
        return b"".join(answer for _, answer in self.take_replies())

    def letter(self) -> str:
        """I or S, as the pump would say it now."""
        return "I" if self.motor.is_infusing and self.claimed is None else "S"

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.motor.is_infusing

    @property
    def watched_since_ms(self) -> float | None:
        """Since when the 15 s run; None: nothing watches."""
        return self.last_message_ms if self.is_watched and self.motor.is_infusing else None

    # time

    def advance(self, dt_s: float, now_link_ms: float) -> float:
        """Move for `dt_s` of treatment time, judging timers at `now_link_ms`; returns travel in mm."""
        if self._dark_until_ms is not None:
            if now_link_ms < self._dark_until_ms:
                return 0.0
            self._wake(now_link_ms)
        if self._is_watchdog_due(now_link_ms):
            self._halt_with(COMMS_FAILURE)
        if self.is_moving and self.felt_pressure_mmhg >= self.nature.stall_mmhg:
            self._halt_with(OCCLUSION)
        return self.motor.advance(dt_s)

    def hit_the_end(self) -> None:
        """The plunger stands at the bottom of the barrel."""
        self._halt_with(SYRINGE_EMPTY)

    # the mains and the keypad

    def cut_power(self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False) -> None:
        """Go dark; wake after `dark_ms` of link time, stopped unless told otherwise."""
        self._wakes_running = self.motor.is_infusing and wakes_running
        self._dark_until_ms = now_link_ms + dark_ms
        self._stop()
        self.reader.clear()

    def forget_settings(self) -> None:
        """Rate, remote control and the confirmed syringe are gone."""
        self._stop()
        self.motor.rate_ml_h = Decimal(0)
        self.memory.diameter_mm = FACTORY_DIAMETER_MM
        self._said_ms.clear()

    def drain_battery(self, *, is_empty: bool) -> None:
        """Low: it says so and goes on. Empty: it stops."""
        if is_empty:
            self._halt_with(BATTERY_EMPTY)
        else:
            self.alarm = BATTERY_LOW

    def press_stop(self) -> None:
        """The keypad's HOLD; a key also silences an alarm."""
        self.alarm = None
        self._stop()

    def press_run(self) -> None:
        """The keypad's RUN: what it starts, no message has to keep alive."""
        self.alarm = None
        if not self.motor.is_infusing and self.motor.rate_ml_h > 0:
            self.motor.is_infusing = True

    def turn_rate(self, rate_ml_h: Decimal) -> None:
        """A rate keyed in, mL/h."""
        self.alarm = None
        self.motor.rate_ml_h = rate_ml_h

    def turn_diameter(self, diameter_mm: Decimal) -> None:
        """Another syringe confirmed, inner diameter in mm."""
        self.alarm = None
        self.memory.diameter_mm = diameter_mm

    def clear_counters(self) -> None:
        """The volume infused falls to 0."""
        self.motor.infused_nl = 0.0

    # inside

    def _carry_out(self, text: str, now_link_ms: float) -> str:
        name, _, rest = text.partition("^")
        if text in QUERIES:
            return self._frozen(text, self._query(text))
        orders: dict[str, Callable[[str, str], str | None]] = {
            "INF_RATE": self._set_rate,
            "INF_START": self._start,
            "INF_STOP": self._obey_stop,
        }
        if name in HALVES and rest:
            why = self._enable(name, rest, now_link_ms)
        elif name in orders:
            if name == "INF_STOP":
                self.last_stop_rx_link_ms = now_link_ms
            half = HALVES[0] if name == "INF_RATE" else HALVES[1]
            why = None if self._is_enabled(half, now_link_ms) else "REMOTE NOT ENABLED"
            why = why or orders[name](text, rest)
        else:
            why = "UNKNOWN COMMAND"
        style = self.nature.style
        return style.refuse(text, why) if why else style.acknowledge(text)

    def _query(self, name: str) -> str:
        style = self.nature.style
        if name == "INST_SERIALNO":
            return self._serial_text()
        if name == "INF_RATE":
            return style.rate(self.motor.rate_ml_h)
        if name == "INF_VI":
            return style.volume(self.motor.infused_nl)
        return style.state(self.motor.is_infusing and self.claimed is None, self.alarm)

    def _serial_text(self) -> str:
        return f"INST_SERIALNO^{self._serial()}"

    def _serial(self) -> str:
        return self.quirks.version or self.nature.serial

    def _frozen(self, text: str, answer: str) -> str:
        return answer if self.quirks.frozen is None else self.quirks.frozen.setdefault(text, answer)

    def _enable(self, half: str, rest: str, now_link_ms: float) -> str | None:
        if self.quirks.is_remote_disabled:
            return "REMOTE DISABLED"
        state, _, code = rest.partition("^")
        if code != code_of(self._serial()):
            return "WRONG CODE"
        if state != "ENABLED":
            return "NOT A STATE"
        self._said_ms[half] = now_link_ms
        return None

    def _is_enabled(self, half: str, now_link_ms: float) -> bool:
        said_ms = self._said_ms.get(half)
        if said_ms is None or self.quirks.is_remote_disabled:
            return False
        return now_link_ms - said_ms <= KEEP_ALIVE_MS

    def _is_watchdog_due(self, now_link_ms: float) -> bool:
        since_ms = self.watched_since_ms
        if since_ms is None or self.quirks.is_watchdog_dead:
            return False
        return now_link_ms - since_ms >= self.memory.safe_s * 1000.0

    def _set_rate(self, _text: str, rest: str) -> str | None:
        number, _, unit = rest.partition("^")
        whole, point, tenth = number.partition(".")
        if unit != "ml/h" or not (whole.isdecimal() and point and tenth.isdecimal() and len(tenth) == 1):
            return "NOT A RATE"
        if not 0 < Decimal(number) <= self.nature.rate_max_ml_h:
            return "OUT OF RANGE"
        if not self.quirks.is_rate_ignored:
            self.motor.rate_ml_h = Decimal(number)
        return None

    def _start(self, _text: str, rest: str) -> str | None:
        if rest:
            return "NOT A COMMAND"
        if self.alarm is not None:
            return self.alarm
        if self.motor.rate_ml_h <= 0:
            return "NO RATE"
        if not self.motor.is_infusing:
            self.motor.is_infusing = self.is_watched = True
        return None

    def _obey_stop(self, _text: str, rest: str) -> str | None:
        if rest:
            return "NOT A COMMAND"
        if self.motor.is_infusing and self.quirks.stop:
            if self.quirks.stop.startswith("refused"):
                return "NOT NOW"
            self.claimed = "STOPPED" if self.quirks.stop == "ignored_lying" else None
            return None
        self._stop()
        return None

    def _say(self, request: str, text: str) -> None:
        answer = frame(text)
        if self.quirks.is_reply_broken_off:
            answer = answer[: len(answer) // 2] + bytes([ESC]) + answer
        self._said.append((request if "^" in request else f"{request}|", answer))

    def _stop(self) -> None:
        self.motor.is_infusing = self.is_watched = False
        self.claimed = None

    def _halt_with(self, alarm: str) -> None:
        self._stop()
        self.alarm = alarm

    def _wake(self, now_link_ms: float) -> None:
        self._dark_until_ms = None
        self._said_ms.clear()
        self.alarm = None
        self.clear_counters()
        self.last_message_ms = now_link_ms
        if self._wakes_running:
            self.motor.is_infusing = True
        else:
            self.motor.rate_ml_h = Decimal(0)
