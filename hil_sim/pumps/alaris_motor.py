"""The inside of an Alaris pump: what it remembers, how it moves, what it counts. No wire here.

The motor counts what it believes it has moved, through the syringe that a person chose and confirmed at the
keypad. What the plunger really displaces is the syringe's business.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from decimal import Decimal

from hil_sim.pumps import syringe
from hil_sim.pumps.alaris_words import NL_PER_ML
from hil_sim.pumps.quirks import Quirks

WATCHDOG_S = 15  # directions for use, facts/protocols.md 5
FACTORY_DIAMETER_MM = Decimal("26.59")


@dataclass
class AlarisQuirks(Quirks):
    """What else can be wrong with this family.

    Attributes:
        is_remote_disabled: software newer than 2.3.6, which gives remote control to nobody (facts/protocols.md 5).
        is_reply_broken_off: the pump breaks off each answer with ESC and says it anew.
    """

    is_remote_disabled: bool = False
    is_reply_broken_off: bool = False


@dataclass
class Memory:
    """The syringe confirmed at the keypad. `safe_s` is the watchdog, which nobody can change; no addresses."""

    diameter_mm: Decimal = FACTORY_DIAMETER_MM
    safe_s: int = WATCHDOG_S
    address: int = 0


@dataclass
class Motor:
    """The run in progress: mL/h set, nl counted."""

    memory: Memory
    quirks: Quirks
    is_infusing: bool = False
    rate_ml_h: Decimal = field(default_factory=Decimal)
    infused_nl: float = 0.0

    @property
    def rate_nl_h(self) -> float:
        """How fast the screw moves now by the pump's own reckoning; 0 when it stands."""
        if not self.is_infusing:
            return 0.0
        return float(self.rate_ml_h) * NL_PER_ML * self.quirks.motor_factor

    def advance(self, dt_s: float) -> float:
        """Run for `dt_s` seconds of treatment time; returns the screw's travel in mm."""
        moved_nl = self.rate_nl_h / 3600.0 * dt_s
        self.infused_nl += moved_nl
        return syringe.travel_mm(moved_nl, float(self.memory.diameter_mm)) * self.quirks.hidden_factor
