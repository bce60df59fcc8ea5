"""The face of a New Era NE-1000: what it hears, what it answers, when it stops by itself.

Written from facts/protocols.md 1 and from nothing else. Sans-I/O: bytes and two times go in, bytes and
plunger travel come out. Treatment time moves the plunger; link time (real milliseconds) judges the
safe-mode timer and the inter-byte gap, so a pump in a sped-up world still keeps the pace of its wire.

Where the fact sheet is silent or divided, this face does the following, and a driver should survive all of
it:
  - a stopped pump answers STP with `?NA` (two drivers from one root; two emulators say `00S`:
    `stop_when_stopped`);
  - a paused pump accepts settings; only a moving one answers `?NA`;
  - RUN with a rate of 0 or out of the diameter's range answers the alarm `A?O` and does not move;
  - a bad packet is answered `?COM` in safe mode and with silence in basic mode;
  - a SAF that meets a pending alarm is carried out all the same, for its answer is framed in the mode it
    chose;
  - a pump of before safe mode (`knows_safe_mode`) answers SAF with `?`, and PHN and FUN as the others do;
  - the dispensed counters are lost in a power cut, and wrap at 10000 of their unit.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal

from hil_sim.pumps import new_era_commands as commands
from hil_sim.pumps.new_era_frames import FrameReader, Request, basic_reply, safe_packet
from hil_sim.pumps.new_era_motor import MOVING, Memory, Motion, Motor
from hil_sim.pumps.new_era_numbers import NL_H_PER_RATE_UNIT
from hil_sim.pumps.quirks import Quirks

VERSION = "NE1000V3.928"
STALL_MMHG = 1500.0


@dataclass(frozen=True)
class Nature:
    """What differs between pumps of the family, and between readings of its manual."""

    version: str = VERSION
    stall_mmhg: float = STALL_MMHG
    stop_when_stopped: str = "?NA"
    knows_safe_mode: bool = True


#: A pump of before safe mode, as facts/protocols.md 1 has it of "older manuals": no SAF, no packets.
OLD = Nature(version="NE1000V2.19", knows_safe_mode=False)


class NewEraPump:
    """One pump on one line, just switched on: an alarm `R` is pending."""

    def __init__(self, nature: Nature | None = None, memory: Memory | None = None) -> None:
        self.nature = nature or Nature()
        self.quirks = Quirks()
        self.memory = memory or Memory()
        self.motor = Motor(self.memory, self.quirks)
        self.reader = FrameReader(self.memory.safe_s > 0, self.nature.knows_safe_mode)
        self.felt_pressure_mmhg = 0.0
        self.alarm: str | None = None
        self.claimed: Motion | None = None
        self.programmed_phase = 1
        self.watched_since_ms: float | None = None
        self.last_stop_rx_link_ms: float | None = None
        self._dark_until_ms: float | None = None
        self._wakes_running = False
        self._said: list[tuple[str, bytes]] = []
        self._raise_alarm("R")

    # the wire

    def receive(self, data: bytes, now_link_ms: float) -> None:
        """Hear bytes at a link time in ms. Answers wait in `take_replies` or `output`."""
        if self._dark_until_ms is not None:
            return
        for heard in self.reader.feed(data, now_link_ms):
            if isinstance(heard, Request):
                self._answer(heard, now_link_ms)
            elif self.reader.is_safe:
                self._say("?", f"{self.letter()}?COM")

    def take_replies(self) -> list[tuple[str, bytes]]:
        """Every answer since the last call with the command it belongs to ("!" for an unasked alarm)."""
        said, self._said = self._said, []
        return said

    def output(self) -> bytes:
        """The same answers, joined."""
        return b"".join(frame for _, frame in self.take_replies())

    def letter(self) -> str:
        """The status letter as the pump would say it now, which a lying pump makes up."""
        if self.claimed is not None and self.is_moving:
            return self.claimed.value
        if self.motor.motion is Motion.RUNNING and self.motor.phase.direction == "WDR":
            return "W"
        return self.motor.motion.value

    @property
    def is_believed_moving(self) -> bool:
        """Whether the pump's own rules treat it as pumping (a lying pump believes its lie)."""
        return self.is_moving and self.claimed is None

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.motor.motion in MOVING

    # time

    def advance(self, dt_s: float, now_link_ms: float) -> float:
        """Move for `dt_s` of treatment time, judging timers at `now_link_ms`; returns travel in mm."""
        if self._dark_until_ms is not None:
            if now_link_ms < self._dark_until_ms:
                return 0.0
            self._wake()
        if self._is_watchdog_due(now_link_ms):
            self.watched_since_ms = None
            self._halt_with("T")
        if (
            self.is_moving
            and self.felt_pressure_mmhg >= self.nature.stall_mmhg
            and self.motor.rate_nl_h > 0.0
        ):
            self._halt_with("S")
        return self.motor.advance(dt_s)

    def choose_safety(self, safe_s: int, now_link_ms: float) -> None:
        """Enter safe mode with a timer, or basic mode with 0; kept over power-off."""
        self.memory.safe_s = safe_s
        self.reader.is_safe = safe_s > 0
        self.watched_since_ms = now_link_ms if safe_s > 0 else None

    def disarm(self) -> None:
        """Stop the timer until the next valid packet."""
        self.watched_since_ms = None

    def hit_the_end(self) -> None:
        """The plunger stands at the bottom of the barrel: the motor stalls."""
        self._halt_with("S")

    # the mains and the keypad

    def cut_power(self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False) -> None:
        """Go dark; wake after `dark_ms` of link time, stopped unless told (or programmed, PF 1) otherwise."""
        self._wakes_running = self.is_moving and (wakes_running or self.memory.switches["PF"] == 1)
        self._dark_until_ms = now_link_ms + dark_ms
        self.claimed = None
        self.motor.motion = Motion.STOPPED
        self.reader.clear()

    def forget_settings(self) -> None:
        """Lose the non-volatile memory: diameter, program, safe mode and address are the factory's again."""
        self.memory.reset()
        self.motor.halt()
        self.choose_safety(0, 0.0)

    def press_stop(self) -> None:
        """The keypad's START/STOP while moving: pause; a press also acknowledges an alarm."""
        self.alarm = None
        self.claimed = None
        if self.is_moving:
            self.motor.pause()

    def press_run(self) -> None:
        """The keypad's START/STOP while standing."""
        self.alarm = None
        if self.motor.motion is Motion.PAUSED:
            self.motor.resume()
        elif not self.is_moving:
            self.motor.begin(1)

    def turn_rate(self, rate_ml_h: Decimal) -> None:
        """A rate keyed in, mL/h; live if the pump is running."""
        self.alarm = None
        phase = self.motor.phase
        if self.is_moving:
            self.motor.live_rate = rate_ml_h * NL_H_PER_RATE_UNIT["MH"] / NL_H_PER_RATE_UNIT[phase.rate_unit]
        else:
            phase.rate, phase.rate_unit, self.motor.live_rate = rate_ml_h, "MH", None

    def turn_diameter(self, diameter_mm: Decimal) -> None:
        """A diameter keyed in, mm; clears the counters as DIA does."""
        self.alarm = None
        self.memory.set_diameter(diameter_mm)
        self.clear_counters()

    def clear_counters(self) -> None:
        self.motor.infused_nl = self.motor.withdrawn_nl = 0.0

    # inside

    def _answer(self, request: Request, now_link_ms: float) -> None:
        is_system, address, text = commands.split_address(request.text)
        if not is_system and address != self.memory.address:
            return
        is_safety = text.startswith("SAF")
        if request.in_packet and not self.reader.is_safe and not is_safety:
            return
        if self.memory.safe_s > 0:
            self.watched_since_ms = now_link_ms
        if text.startswith("STP"):
            self.last_stop_rx_link_ms = now_link_ms
        if self.alarm is not None:
            if is_safety:
                commands.carry_out(self, text, now_link_ms)
            self._say(text, f"A?{self.alarm}")
            self.alarm = None
            return
        said = commands.carry_out(self, text, now_link_ms)
        body = said if said.startswith("A?") else self.letter() + said
        self._say(text, self._frozen(text, body))
        if self.quirks.stop == "ignored_honest":
            self.claimed = None  # it lied once, in the acknowledgement

    def _frozen(self, text: str, body: str) -> str:
        if self.quirks.frozen is None or text not in commands.QUERIES:
            return body
        return self.quirks.frozen.setdefault(text, body)

    def _say(self, command: str, body: str) -> None:
        framed = safe_packet if self.reader.is_safe else basic_reply
        self._said.append((command, framed(f"{self.memory.address:02d}{body}")))

    def _raise_alarm(self, letter: str) -> None:
        self.alarm = letter
        if self.reader.is_safe:
            self._say("!", f"A?{letter}")

    def _halt_with(self, alarm: str) -> None:
        self.motor.halt()
        self.claimed = None
        self._raise_alarm(alarm)

    def _is_watchdog_due(self, now_link_ms: float) -> bool:
        if self.watched_since_ms is None or self.quirks.is_watchdog_dead:
            return False
        return now_link_ms - self.watched_since_ms >= self.memory.safe_s * 1000.0

    def _wake(self) -> None:
        self._dark_until_ms = None
        rate = self.motor.rate if self._wakes_running else None
        self.clear_counters()
        self.motor.halt()
        self.watched_since_ms = None
        self.reader.is_safe = self.memory.safe_s > 0
        if rate is not None and self.motor.begin(1):
            self.motor.live_rate = rate
        self._raise_alarm("R")
