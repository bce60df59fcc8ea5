"""The face of a Harvard Pump 11 Elite, PHD ULTRA or KD Scientific Legato: what it hears, what it answers.

Written from facts/protocols.md 2 and from nothing else. Sans-I/O: bytes and two times go in, bytes and plunger travel
come out. It has no watchdog: when the host is lost it simply goes on, to its target if it has one.

Where the fact sheet is silent or divided, this face does the following, and a driver should survive all of it:
  - what a target means in a running pump is its nature (`harvard_motor.py`);
  - `@` is taken before and behind an address, an address with and without a colon;
  - settings but the diameter are taken while it runs; `run`, `irun` and the like also while it runs already;
  - poll mode, echo and the memory switch are lost in a power cut, and so are the counters; it comes back at rest;
  - a touch on the screen drops the session: everything up to and including the next CR is swallowed in silence;
  - a stall is cleared by `stp` or a new run, unless `stall_needs_screen`.
"""

from __future__ import annotations

import re
from copy import deepcopy
from dataclasses import dataclass
from decimal import Decimal

from hil_sim.pumps import harvard_commands as commands
from hil_sim.pumps.harvard_motor import Motor, Settings, TargetCounts, TargetRunning
from hil_sim.pumps.quirks import Quirks

STALL_MMHG = 1500.0
LINE_MAX = 128
_REQUEST = re.compile(r"@?(?:(?P<address>\d{1,2}):?)?@?(?P<text>.*)", re.DOTALL)


@dataclass(frozen=True)
class Nature:
    """What differs between pumps of the family, and between readings of their manuals."""

    model: str = "11 ELITE I/W Single"
    firmware: str = "3.0.4"
    serial: str = "D101754"
    has_long_version: bool = True
    stall_mmhg: float = STALL_MMHG
    stall_needs_screen: bool = False
    has_limit_switch: bool = False
    nvram_word: str = "off"
    poll_says: str = "Polling mode is "
    unset_ends: str = ""
    diameter_unit: str = " mm"
    target_has_colon: bool = False
    target_counts: TargetCounts = "clear"
    target_running: TargetRunning = "taken"


class HarvardPump:
    """One pump on one line, just switched on, idle, not polled."""

    def __init__(self, nature: Nature | None = None, memory: Settings | None = None) -> None:
        self.nature = nature or Nature()
        self.quirks = Quirks()
        self.memory = memory or commands.factory()
        self.motor = Motor(self.memory, self.quirks, self.nature.target_counts, self.nature.target_running)
        self.motor.latched_nl = self.memory.target_nl
        self.kept = deepcopy(self.memory)
        self.polled = "off"
        self.echoes = False
        self.keeps = True
        self.last_direction = 1
        self.felt_pressure_mmhg = 0.0
        self.claimed: str | None = None
        self.watched_since_ms: float | None = None
        self.last_stop_rx_link_ms: float | None = None
        self._is_dropped = False
        self._held = b""
        self._dark_until_ms: float | None = None
        self._wakes_running = False
        self._said: list[tuple[str, bytes]] = []

    # the wire

    def receive(self, data: bytes, now_link_ms: float) -> None:
        """Hear bytes at a link time in ms. Answers wait in `take_replies` or `output`."""
        if self._dark_until_ms is not None:
            return
        *requests, self._held = (self._held + data.replace(b"\n", b"")).split(b"\r")
        self._held = self._held[-LINE_MAX:]
        for request in requests:
            if self._is_dropped:
                self._is_dropped = False
            else:
                self._answer(request, now_link_ms)

    def take_replies(self) -> list[tuple[str, bytes]]:
        """Every answer since the last call with the word it belongs to ("!" for an unasked prompt)."""
        said, self._said = self._said, []
        return said

    def output(self) -> bytes:
        """The same answers, joined."""
        return b"".join(frame for _, frame in self.take_replies())

    def letter(self) -> str:
        """The prompt, without address, as the pump would say it now."""
        if self.claimed is not None and self.is_moving:
            return self.claimed
        if self.motor.is_moving:
            return ">" if self.motor.direction > 0 else "<"
        if self.motor.is_at_limit:
            return ">*"
        if self.motor.is_stalled:
            return "*"
        return "T*" if self.motor.is_at_target else ":"

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.motor.is_moving

    @property
    def is_believed_moving(self) -> bool:
        """Whether the pump itself says so."""
        return self.is_moving and self.claimed is None

    @property
    def alarm(self) -> str | None:
        """What stands on the screen: S, a stall."""
        return "S" if self.motor.is_stalled or self.motor.is_at_limit else None

    # time

    def advance(self, dt_s: float, now_link_ms: float) -> float:
        """Move for `dt_s` of treatment time; returns travel in mm."""
        if self._dark_until_ms is not None:
            if now_link_ms < self._dark_until_ms:
                return 0.0
            self._wake()
        before = self.letter()
        if self.is_moving and self.felt_pressure_mmhg >= self.nature.stall_mmhg and self.motor.rate_nl_h > 0:
            self.motor.stall()
        travel = self.motor.advance(dt_s)
        self._announce(before)
        return travel

    def begin(self, direction: int) -> None:
        """Turn the motor."""
        self.last_direction = direction
        self.claimed = None
        self.motor.start(direction)

    def hit_the_end(self) -> None:
        """The plunger stands at the bottom of the barrel."""
        before = self.letter()
        self.motor.stall(at_limit=self.nature.has_limit_switch)
        self._announce(before)

    # the mains, the keypad, the screen

    def cut_power(self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False) -> None:
        """Go dark; wake after `dark_ms` of link time, at rest unless told otherwise."""
        self._wakes_running = self.is_moving and wakes_running
        self._dark_until_ms = now_link_ms + dark_ms
        self.claimed = None
        self.motor.stop()
        self._held = b""

    def forget_settings(self) -> None:
        """Lose the memory: everything is the factory's again."""
        self.kept = commands.factory()
        self._wakes_running = False
        self._wake()

    def press_stop(self) -> None:
        """The stop key."""
        before = self.letter()
        self.claimed = None
        self.motor.stop()
        self._announce(before)

    def press_run(self) -> None:
        """The run key: infuse."""
        before = self.letter()
        self.motor.is_stalled = self.motor.is_at_limit = False
        self.begin(1)
        self._announce(before)

    def touch_screen(self) -> None:
        """A finger on the screen: the session is dropped until a CR."""
        self._is_dropped = True

    def turn_rate(self, rate_ml_h: Decimal) -> None:
        """A rate keyed in, mL/h; live if the pump is running."""
        self.memory.rate_nl_h = rate_ml_h * 10**6
        self._keep()

    def turn_diameter(self, diameter_mm: Decimal) -> None:
        """A diameter keyed in, mm."""
        self.memory.diameter_mm = diameter_mm
        self._keep()

    def clear_counters(self) -> None:
        """Both counters fall to 0."""
        self.motor.clear_infused()
        self.motor.withdrawn_nl = 0.0

    # inside

    def _answer(self, request: bytes, now_link_ms: float) -> None:
        text = request.decode("ascii", "replace").strip().lower()
        match = _REQUEST.fullmatch(text)
        assert match is not None, "the pattern takes any text"
        is_addressed = match["address"] is not None
        if int(match["address"] or self.memory.address) != self.memory.address:
            return
        if not is_addressed and self.memory.address != 0 and text in ("", "@"):
            return
        words = match["text"].strip()
        name = commands.name_of(words)
        if name in ("STP", "STOP"):
            self.last_stop_rx_link_ms = now_link_ms
        was_prefixed = is_addressed or self.memory.address != 0
        lines = commands.carry_out(self, words) if words else []
        self._keep()
        lines = self._frozen(words, lines)
        is_prefixed = is_addressed or self.memory.address != 0
        frame = self._frame(lines, lines_prefixed=was_prefixed, prompt_prefixed=is_prefixed)
        if self.quirks.stop == "ignored_honest":
            self.claimed = None  # it lied once, in the acknowledgement
        echo = request + b"\r" if self.echoes else b""
        self._said.append((name, echo + frame))

    def _frame(self, lines: list[str], *, lines_prefixed: bool, prompt_prefixed: bool) -> bytes:
        head = f"{self.memory.address:02d}"
        prompt = self.letter()
        if prompt_prefixed:
            prompt = head + (":" if prompt == "T*" and self.nature.target_has_colon else "") + prompt
        body = "".join(f"{head + ':' if lines_prefixed else ''}{line}\r\n" for line in lines)
        end = "" if self.polled == "off" else "\x11"
        return f"\n{body}{prompt}{end}".encode("ascii", "replace")

    def _frozen(self, words: str, lines: list[str]) -> list[str]:
        if self.quirks.frozen is None or words not in commands.QUERIES:
            return lines
        return self.quirks.frozen.setdefault(words, "\n".join(lines)).split("\n")

    def _announce(self, before: str) -> None:
        """With poll mode off every change of state is told unasked."""
        if self.polled == "off" and self.letter() != before:
            is_prefixed = self.memory.address != 0
            self._said.append(("!", self._frame([], lines_prefixed=False, prompt_prefixed=is_prefixed)))

    def _keep(self) -> None:
        if self.keeps:
            self.kept = deepcopy(self.memory)

    def _wake(self) -> None:
        self._dark_until_ms = None
        self.motor.lose_power(self.kept)
        self.polled, self.echoes, self.keeps, self._is_dropped = "off", False, True, False
        if self._wakes_running:
            self.begin(1)
