"""The inside of a pump of the "ultra" command set: its settings, its counters and its motor. No wire here.

What a target volume means in a pump that has infused already is not known (facts/protocols.md 2, "[?]"), nor whether
one is taken while it runs. So both are part of a pump's nature here, and a driver should do with every one of them:

  counts     clear     the target is compared with the volume counter
             start     with what has been infused since the last start
             setting   with what has been infused since the target was set
  running    taken     a target set while it runs is in force at once
             refused   it is an argument error
             deferred  it is accepted, read back, and in force from the next start

Settings go to non-volatile memory unless that is switched off; then a power cut brings back what stood there before.
"""

from __future__ import annotations

import math
from copy import deepcopy
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Literal

from hil_sim.pumps import syringe
from hil_sim.pumps.quirks import Quirks

#: So that `irate lim` at 14.427 mm is the tape's `25.0404 nl/min to 26.0035 ml/min`.
SLOWEST_MM_MIN = Decimal("0.00015317905")
FASTEST_MM_MIN = Decimal("159.07078")
DIAMETER_RANGE_MM = (Decimal("0.1"), Decimal("45"))
LARGEST_VOLUME_NL = Decimal(10**9)
TARGET_TOLERANCE_NL = 1e-3

TargetCounts = Literal["clear", "start", "setting"]
TargetRunning = Literal["taken", "refused", "deferred"]


@dataclass
class Settings:
    """What non-volatile memory holds. `safe_s`: this family has no watchdog."""

    address: int = 0
    diameter_mm: Decimal = Decimal("14.4270")
    rate_nl_h: Decimal = Decimal(60_000_000)
    withdraw_nl_h: Decimal = Decimal(60_000_000)
    target_nl: Decimal | None = None
    target_s: Decimal | None = None
    force: int = 50
    screen: str = "iw"
    safe_s: int = 0

    def limits_nl_h(self) -> tuple[Decimal, Decimal]:
        """Slowest and fastest rate with this diameter."""
        area = Decimal(repr(math.pi)) * self.diameter_mm**2 / 4
        return area * SLOWEST_MM_MIN * 60_000, area * FASTEST_MM_MIN * 60_000


@dataclass
class Motor:
    """The run in progress, and the counters."""

    settings: Settings
    quirks: Quirks
    counts: TargetCounts = "clear"
    running: TargetRunning = "taken"
    direction: int = 0
    infused_nl: float = 0.0
    withdrawn_nl: float = 0.0
    since_start_nl: float = 0.0
    since_setting_nl: float = 0.0
    ran_s: float = 0.0
    is_at_target: bool = False
    is_stalled: bool = False
    is_at_limit: bool = False
    latched_nl: Decimal | None = field(default=None)

    @property
    def is_moving(self) -> bool:
        """Whether the motor turns."""
        return self.direction != 0

    @property
    def rate_nl_h(self) -> float:
        """How fast the screw moves by the pump's own reckoning; withdrawing is negative."""
        magnitude = self.settings.rate_nl_h if self.direction > 0 else self.settings.withdraw_nl_h
        return float(magnitude) * self.direction * self.quirks.motor_factor

    def start(self, direction: int) -> None:
        """Begin a run; with a target already reached it ends at once."""
        self.direction = direction
        self.is_at_target = self.is_stalled = self.is_at_limit = False
        self.since_start_nl = self.ran_s = 0.0
        self.latched_nl = self.settings.target_nl
        if self.counts == "setting" and self.running == "deferred":
            self.since_setting_nl = 0.0
        if (left_nl := self._left_nl()) is not None and left_nl <= TARGET_TOLERANCE_NL:
            self._arrive()

    def stop(self) -> None:
        """Stand, idle."""
        self.direction = 0
        self.is_at_target = False

    def stall(self, *, at_limit: bool = False) -> None:
        """The motor cannot move."""
        self.direction = 0
        self.is_stalled = not at_limit
        self.is_at_limit = at_limit

    def set_target(self, volume_nl: Decimal | None) -> bool:
        """Take a target (None: none); False where a running pump takes none."""
        if self.is_moving and self.running == "refused":
            return False
        self.settings.target_nl = volume_nl
        self.since_setting_nl = 0.0
        if not self.is_moving or self.running == "taken":
            self.latched_nl = volume_nl
        if self.is_moving and (left_nl := self._left_nl()) is not None and left_nl <= 0.0:
            self._arrive()
        return True

    def clear_infused(self) -> None:
        """The counter falls to 0, and with it what a target is compared with."""
        self.infused_nl = 0.0

    def advance(self, dt_s: float) -> float:
        """Run for `dt_s` seconds of treatment time; returns the screw's travel in mm."""
        if not self.is_moving:
            return 0.0
        rate_nl_s, spent_s = self.rate_nl_h / 3600.0, dt_s
        left_nl = self._left_nl()
        is_over = left_nl is not None and abs(rate_nl_s) * dt_s >= left_nl - TARGET_TOLERANCE_NL
        if is_over and left_nl is not None and rate_nl_s:
            spent_s = min(dt_s, left_nl / abs(rate_nl_s))
        if self.settings.target_s is not None:
            left_s = max(float(self.settings.target_s) - self.ran_s, 0.0)
            if spent_s >= left_s:
                spent_s, is_over = left_s, True
        moved_nl = rate_nl_s * spent_s
        self._count(moved_nl, spent_s)
        if is_over:
            self._arrive()
        return syringe.travel_mm(moved_nl, float(self.settings.diameter_mm)) * self.quirks.hidden_factor

    def lose_power(self, kept: Settings) -> None:
        """Come back at rest with what memory held; counters are gone."""
        for name, value in vars(deepcopy(kept)).items():
            setattr(self.settings, name, value)
        self.stop()
        self.is_stalled = self.is_at_limit = False
        self.infused_nl = self.withdrawn_nl = self.since_setting_nl = 0.0
        self.latched_nl = self.settings.target_nl

    def _left_nl(self) -> float | None:
        target_nl = self.latched_nl
        if target_nl is None:
            return None
        done_nl = {
            "clear": self.infused_nl if self.direction >= 0 else self.withdrawn_nl,
            "start": self.since_start_nl,
            "setting": self.since_setting_nl,
        }[self.counts]
        return max(float(target_nl) - done_nl, 0.0)

    def _arrive(self) -> None:
        self.direction = 0
        self.is_at_target = True

    def _count(self, moved_nl: float, spent_s: float) -> None:
        self.ran_s += spent_s
        self.since_start_nl += abs(moved_nl)
        self.since_setting_nl += abs(moved_nl)
        if moved_nl >= 0.0:
            self.infused_nl += moved_nl
        else:
            self.withdrawn_nl -= moved_nl
