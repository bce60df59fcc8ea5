"""The line between syringe and vein: a spring, a resistance and a tap.

Everything elastic between screw and vein (plunger rubber, barrel, tubing) acts as one compliance C,
everything that resists as one resistance R (facts/clinical.md 7):

    C dP/dt = Q_pump - Q_out,      Q_out = (P - P_vein - rho g h) / R

With the tap open this relaxes in RC, about a second; with it shut the pressure climbs by Q/C (4.3 mmHg/s at
26.25 mL/h) and C*P is the bolus that a release lets go. Over a step of constant Q both cases have an exact
solution, and it is used: a step may be as long as it likes and the volume still adds up to the last
nanolitre, because outflow is computed as what came in less what the spring kept.

`height_cm` is how far the pump stands *above* the vein, so raising the pump lowers the pressure at which flow
balances and the spring gives its volume up at once, as a real raised pump does. If the plunger is also loose
in its holder, the column pulls it along as soon as the suction overcomes its friction (67 mmHg in a 50 mL
syringe, clinical.md 7): a siphon.

A line that comes apart opens beside the sensor: what resisted downstream is gone, pressure falls to that of
the air within a second, and what the pump goes on pushing is spilled and reaches nobody.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

MMHG_PER_CM = 0.735  # water column
# Line 150 cm x 1.0 mm (6.7 mmHg) and a 22G cannula (0.9 mmHg) at 52.5 mL/h.
OPEN_RESISTANCE_MMHG_S_PER_NL = (6.7 + 0.9) / (52.5e6 / 3600.0)
#: What is left between pump and break; ours, such that the fall takes a few tenths of a second.
BROKEN_RESISTANCE_SHARE = 0.1
PLUNGER_HOLDS_MMHG = 67.0  # 5 N on a BD 60 plunger, kinetic


@dataclass
class Line:
    """The line's state and its constants: nL/mmHg, mmHg.s/nL, mmHg, cm."""

    compliance_nl_per_mmhg: float = 1700.0
    resistance_mmhg_s_per_nl: float = OPEN_RESISTANCE_MMHG_S_PER_NL
    vein_mmhg: float = 10.0
    height_cm: float = 0.0
    pressure_mmhg: float = 10.0
    is_occluded: bool = False
    is_cuffed: bool = False
    is_disconnected: bool = False
    passed_nl: float = 0.0
    spilled_nl: float = 0.0

    @property
    def is_blocked(self) -> bool:
        """Nothing leaves: a clamp, or a cuff blown up on the same arm (20-60 s, facts/clinical.md 7)."""
        return not self.is_disconnected and (self.is_occluded or self.is_cuffed)

    @property
    def stored_nl(self) -> float:
        """What a release would let go now, above the resting level."""
        return self.compliance_nl_per_mmhg * (self.pressure_mmhg - self._rest_mmhg())

    def advance(self, dt_s: float, pushed_nl: float) -> float:
        """Take `pushed_nl` in over `dt_s`, evenly.

        Returns the nL that entered the vein (negative: backflow).
        """
        if dt_s <= 0.0:
            return 0.0
        if self.is_blocked:
            self.pressure_mmhg += pushed_nl / self.compliance_nl_per_mmhg
            return 0.0
        resistance = self.resistance_mmhg_s_per_nl * (
            BROKEN_RESISTANCE_SHARE if self.is_disconnected else 1.0
        )
        settled = self._rest_mmhg() + pushed_nl / dt_s * resistance
        tau_s = resistance * self.compliance_nl_per_mmhg
        after = settled + (self.pressure_mmhg - settled) * math.exp(-dt_s / tau_s)
        out_nl = pushed_nl - self.compliance_nl_per_mmhg * (after - self.pressure_mmhg)
        self.pressure_mmhg = after
        if self.is_disconnected:
            self.spilled_nl += out_nl
            return 0.0
        self.passed_nl += out_nl
        return out_nl

    def pulls_nl(self, dt_s: float) -> float:
        """What a loose plunger would give to the suction in the line in `dt_s`; 0 while its friction holds."""
        suction_mmhg = -self.pressure_mmhg - PLUNGER_HOLDS_MMHG
        return max(suction_mmhg, 0.0) / self.resistance_mmhg_s_per_nl * dt_s

    def sensed_mmhg(self, noise_mmhg: float = 0.0, friction_mmhg: float = 0.0) -> float:
        """What a transducer shows: an in-line one feels no plunger friction, a force sensor does."""
        return self.pressure_mmhg + friction_mmhg + noise_mmhg

    def _rest_mmhg(self) -> float:
        return (0.0 if self.is_disconnected else self.vein_mmhg) - MMHG_PER_CM * self.height_cm
