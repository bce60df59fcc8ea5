"""The inside of a Modbus pump: settings, motor, counter, alarms, watchdog. No registers and no wire here.

The target counts from each start and the pump stands by itself when it is reached; 0 means none. The watchdog is in
seconds of link time, 0 is off, and it is off after the mains came back (faults row 8). A pump that "resumes" is
ProMinent's (facts/protocols.md 6): stopped by silence, it goes on by itself with the next query. Alarms stand until
they are reset, and a pump with one standing does not start.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hil_sim.pumps import syringe
from hil_sim.pumps.quirks import Quirks

RATE_LIMITS_NL_H = (10_000.0, 1_500_000_000.0)  # 0.01-1500 mL/h
TARGET_TOLERANCE_NL = 1e-3


@dataclass
class ModbusQuirks(Quirks):
    """What can be wrong with this family's pumps besides.

    Attributes:
        exception: answer requests with this exception, `exception_left` of them (None: until undone), those whose
        word begins with `exception_word`.
        is_unit_wrong: answers carry the next unit's number. is_torn: 32-bit values show one word of another moment, in
        `torn_left` readings of them (None: in all). is_crc_bad: RTU answers fail their check.
        has_self_restart: as `resumes_after_silence`, whatever the map says.
    """

    exception: int = 0
    exception_word: str = ""
    exception_left: int | None = None
    is_unit_wrong: bool = False
    is_torn: bool = False
    torn_left: int | None = None
    has_self_restart: bool = False
    is_crc_bad: bool = False


@dataclass
class ModbusMemory:
    """What is set. `safe_s` is the watchdog."""

    address: int = 1
    diameter_mm: Decimal = Decimal("26.59")
    rate_nl_h: float = 0.0
    target_nl: float = 0.0
    safe_s: float = 0.0
    nonce: int = 0
    direction: int | None = None
    is_enabled: bool = False


@dataclass
class ModbusMotor:
    """The run in progress. `infused_nl` is the pump's own counter, `moved_nl` is never cleared."""

    memory: ModbusMemory
    quirks: ModbusQuirks
    is_running: bool = False
    is_withdrawing: bool = False
    infused_nl: float = 0.0
    done_nl: float = 0.0
    moved_nl: float = 0.0
    alarms: set[str] = field(default_factory=set)

    @property
    def rate_nl_h(self) -> float:
        """How fast it turns now by its own reckoning, negative: withdrawing."""
        if not self.is_running:
            return 0.0
        rate = self.memory.rate_nl_h * self.quirks.motor_factor
        return -rate if self.is_withdrawing else rate

    def begin(self) -> bool:
        """Start; False when it cannot with these settings."""
        low, high = RATE_LIMITS_NL_H
        if self.alarms or not low <= self.memory.rate_nl_h <= high:
            return False
        if not self.is_running:
            self.is_running, self.done_nl = True, 0.0
        return True

    def halt(self) -> None:
        """Stand."""
        self.is_running = False

    def advance(self, dt_s: float) -> float:
        """Run for `dt_s` seconds of treatment time; returns the screw's travel in mm."""
        moved_nl = self.rate_nl_h / 3600.0 * dt_s
        target_nl = self.memory.target_nl
        if self.is_running and target_nl > 0.0:
            left_nl = target_nl - self.done_nl
            if abs(moved_nl) >= left_nl - TARGET_TOLERANCE_NL:
                moved_nl = left_nl if moved_nl > 0.0 else -left_nl
                self.halt()
        self.done_nl += abs(moved_nl)
        self.moved_nl += moved_nl
        self.infused_nl += max(moved_nl, 0.0)
        return syringe.travel_mm(moved_nl, float(self.memory.diameter_mm)) * self.quirks.hidden_factor
