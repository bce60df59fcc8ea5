"""The inside of a New Era pump: its memory, its program and its motor. No wire here.

Everything set over the wire lies in non-volatile memory except a rate changed while pumping (NE-1000
manual, facts/ protocols.md 1 "Retention"), so `Memory` survives a power cut and `Motor` does not. The
program is a row of phases: a phase with a volume target ends by itself, to the nanolitre, and the pump then
*goes on with the next phase*; only a STP phase ends the run. A rate above or below what the diameter allows
is refused, for the limit is one of screw speed.

The motor counts what it believes it has moved, through the diameter somebody typed in. What the plunger
really displaces is the syringe's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field, fields
from decimal import Decimal
from enum import Enum
from typing import Literal

from hil_sim.pumps import syringe
from hil_sim.pumps.new_era_numbers import NL_H_PER_RATE_UNIT, NL_PER_VOLUME_UNIT
from hil_sim.pumps.quirks import Quirks

FACTORY_DIAMETER_MM = Decimal("14.43")
UL_UP_TO_MM = Decimal("14.0")
PHASES_MAX = 41
# A target counts as reached within this, so that a sum of float steps cannot leave a last sliver for ever.
TARGET_TOLERANCE_NL = 1e-3

Direction = Literal["INF", "WDR"]


class Motion(Enum):
    """The pump's own states; infusing and withdrawing are told apart by the phase's direction."""

    STOPPED = "S"
    PAUSED = "P"
    RUNNING = "I"
    TIMED = "T"
    PURGING = "X"


MOVING = frozenset({Motion.RUNNING, Motion.PURGING})


@dataclass
class Phase:
    """One step of the program: RAT pumps, PAS waits, STP ends it."""

    function: str = "STP"
    rate: Decimal = Decimal(0)
    rate_unit: str = "MH"
    volume: Decimal = Decimal(0)
    direction: Direction = "INF"
    pause_s: int = 0


@dataclass
class Memory:
    """What a power cut leaves."""

    address: int = 0
    diameter_mm: Decimal = FACTORY_DIAMETER_MM
    volume_unit: str = "ML"
    safe_s: int = 0
    phases: dict[int, Phase] = field(default_factory=lambda: {1: Phase(function="RAT")})
    switches: dict[str, int] = field(default_factory=lambda: {"AL": 1, "PF": 0, "LN": 0, "LOC": 0, "BP": 0})

    def phase(self, number: int) -> Phase:
        """Phase 1 to 41, made on first use; an untouched phase stops."""
        found = self.phases.get(number)
        if found is None:
            found = self.phases[number] = Phase()
        return found

    def reset(self) -> None:
        """Be as from the factory."""
        fresh = Memory()
        for each in fields(self):
            setattr(self, each.name, getattr(fresh, each.name))

    def set_diameter(self, diameter_mm: Decimal) -> None:
        """Volumes are in UL up to 14.0 mm and in ML above."""
        self.diameter_mm = diameter_mm
        self.volume_unit = "UL" if diameter_mm <= UL_UP_TO_MM else "ML"

    def is_rate_held(self, rate: Decimal, unit: str) -> bool:
        """Whether the screw can turn at this rate with this diameter."""
        rate_nl_h = float(rate * NL_H_PER_RATE_UNIT[unit])
        diameter_mm = float(self.diameter_mm)
        return syringe.min_rate_nl_h(diameter_mm) <= rate_nl_h <= syringe.max_rate_nl_h(diameter_mm)


@dataclass
class Motor:
    """The run in progress."""

    memory: Memory
    quirks: Quirks
    motion: Motion = Motion.STOPPED
    phase_number: int = 1
    phase_done_nl: float = 0.0
    phase_waited_s: float = 0.0
    infused_nl: float = 0.0
    withdrawn_nl: float = 0.0
    live_rate: Decimal | None = None

    @property
    def phase(self) -> Phase:
        return self.memory.phase(self.phase_number)

    @property
    def rate(self) -> Decimal:
        """The rate in force, in the phase's unit: the one changed while pumping, if there is one."""
        return self.phase.rate if self.live_rate is None else self.live_rate

    @property
    def rate_nl_h(self) -> float:
        """How fast the screw moves now by the pump's own reckoning; 0 when it stands.

        Withdrawing is negative.
        """
        if self.motion not in MOVING:
            return 0.0
        phase = self.phase
        if self.motion is Motion.PURGING:
            magnitude = syringe.max_rate_nl_h(float(self.memory.diameter_mm))
        else:
            magnitude = float(self.rate * NL_H_PER_RATE_UNIT[phase.rate_unit])
        magnitude *= self.quirks.motor_factor
        return magnitude if phase.direction == "INF" else -magnitude

    def begin(self, phase_number: int) -> bool:
        """Start the program at a phase. False when that phase cannot be pumped (the pump's A?O)."""
        phase = self.memory.phase(phase_number)
        if phase.function == "RAT" and not self.memory.is_rate_held(phase.rate, phase.rate_unit):
            return False
        self.live_rate = None
        self._enter(phase_number)
        return True

    def resume(self) -> None:
        """Go on inside the phase that was paused."""
        self.motion = Motion.TIMED if self.phase.function == "PAS" else Motion.RUNNING

    def purge(self) -> None:
        self.motion = Motion.PURGING

    def pause(self) -> None:
        self.motion = Motion.PAUSED

    def halt(self) -> None:
        """Stop and put the program back to its beginning."""
        self.motion = Motion.STOPPED
        self.phase_number = 1
        self.phase_done_nl = 0.0
        self.live_rate = None

    def advance(self, dt_s: float) -> float:
        """Run for `dt_s` seconds of treatment time; returns the screw's travel in mm."""
        travel, left_s = 0.0, dt_s
        while left_s > 0.0:
            if self.motion in MOVING:
                spent_s, moved_nl = self._pump(left_s)
                travel += syringe.travel_mm(moved_nl, float(self.memory.diameter_mm))
            elif self.motion is Motion.TIMED:
                spent_s = self._wait(left_s)
            else:
                break
            left_s -= spent_s
        return travel * self.quirks.hidden_factor

    def _pump(self, left_s: float) -> tuple[float, float]:
        rate_nl_s = self.rate_nl_h / 3600.0
        moved_nl, spent_s = rate_nl_s * left_s, left_s
        target_nl = float(self.phase.volume * NL_PER_VOLUME_UNIT[self.memory.volume_unit])
        if self.motion is Motion.RUNNING and target_nl > 0.0:
            remaining_nl = target_nl - self.phase_done_nl
            if abs(moved_nl) >= remaining_nl - TARGET_TOLERANCE_NL:
                spent_s = min(left_s, remaining_nl / abs(rate_nl_s))
                moved_nl = remaining_nl if moved_nl > 0.0 else -remaining_nl
                self._count(moved_nl)
                self._enter(self.phase_number + 1)
                return spent_s, moved_nl
        self._count(moved_nl)
        return spent_s, moved_nl

    def _count(self, moved_nl: float) -> None:
        self.phase_done_nl += abs(moved_nl)
        if moved_nl >= 0.0:
            self.infused_nl += moved_nl
        else:
            self.withdrawn_nl -= moved_nl

    def _wait(self, left_s: float) -> float:
        spent_s = min(left_s, self.phase.pause_s - self.phase_waited_s)
        self.phase_waited_s += spent_s
        if self.phase_waited_s >= self.phase.pause_s:
            self._enter(self.phase_number + 1)
        return spent_s

    def _enter(self, phase_number: int) -> None:
        self.phase_number = phase_number
        self.phase_done_nl = 0.0
        self.phase_waited_s = 0.0
        phase = self.memory.phase(phase_number) if phase_number <= PHASES_MAX else Phase()
        if phase.function == "RAT" and self.memory.is_rate_held(phase.rate, phase.rate_unit):
            if phase_number != 1:
                self.live_rate = None
            self.motion = Motion.RUNNING
        elif phase.function == "PAS":
            self.motion = Motion.TIMED
        else:
            self.halt()
