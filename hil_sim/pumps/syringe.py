"""The barrel and the plunger: what a travel of the pump's screw really pushes out.

A syringe pump knows only its screw. It turns a volume into travel through the diameter somebody typed in;
the glass in its bed turns travel back into volume through the diameter it really has. The two volumes
differ by the square of the ratio when the wrong syringe is fitted (BD 60 chosen, Terumo 60 fitted: +24.8 %,
facts/clinical.md 2.3), and the pump's own counter never sees it. So this module keeps the true side only;
the pump's face keeps the believed one.

At the start the screw first takes up the play of the holder and the plunger's rubber: the start-up slack,
0.06 mL for a 10 mL and 0.12 mL for a 50 mL syringe (facts/clinical.md 7), which counts at the pump and
gives nothing.
"""

from __future__ import annotations

import math
from dataclasses import dataclass

NL_PER_MM3 = 1000.0  # one cubic millimetre is one microlitre
MIN_SPEED_MM_PER_H = 0.04205  # NE-1000: 0.004205 cm/h (facts/protocols.md 1)
MAX_SPEED_MM_PER_MIN = 51.005  # NE-1000: 5.1005 cm/min


def area_mm2(diameter_mm: float) -> float:
    """Plunger area in square millimetres."""
    return math.pi * diameter_mm * diameter_mm / 4.0


def travel_mm(volume_nl: float, diameter_mm: float) -> float:
    """The travel that moves `volume_nl` in a barrel of `diameter_mm`."""
    return volume_nl / (area_mm2(diameter_mm) * NL_PER_MM3)


def min_rate_nl_h(diameter_mm: float) -> float:
    """The slowest rate an NE-1000 holds with this diameter, nL/h."""
    return area_mm2(diameter_mm) * MIN_SPEED_MM_PER_H * NL_PER_MM3


def max_rate_nl_h(diameter_mm: float) -> float:
    """The fastest rate an NE-1000 reaches with this diameter, nL/h."""
    return area_mm2(diameter_mm) * MAX_SPEED_MM_PER_MIN * 60.0 * NL_PER_MM3


@dataclass
class Syringe:
    """The syringe that really lies in the bed.

    Attributes:
        diameter_mm: true inner diameter.
        contents_nl: what is left in the barrel.
        capacity_nl: where the plunger stops when it withdraws.
        slack_nl: play still to be taken up, as volume.
        displaced_nl: net volume pushed out since the start (negative: drawn in).
        loose_nl: how far the plunger can be pulled without the screw; 0: held fast.
    """

    diameter_mm: float = 26.59
    contents_nl: float = 50_000_000.0
    capacity_nl: float = 60_000_000.0
    slack_nl: float = 120_000.0
    displaced_nl: float = 0.0
    loose_nl: float = 0.0

    @property
    def is_at_end(self) -> bool:
        """The plunger stands at the bottom of an empty barrel."""
        return self.contents_nl <= 0.0

    def give_way(self, wanted_nl: float) -> float:
        """Let suction pull the plunger; returns the nL that left the tip, which no counter sees."""
        given_nl = max(min(wanted_nl, self.loose_nl, self.contents_nl), 0.0)
        self.loose_nl -= given_nl
        self.contents_nl -= given_nl
        self.displaced_nl += given_nl
        return given_nl

    def push(self, travel: float) -> float:
        """Move the plunger by `travel` mm; returns the nL that left the tip (negative: drawn in)."""
        volume_nl = travel * area_mm2(self.diameter_mm) * NL_PER_MM3
        if volume_nl > 0.0:
            taken_up_nl = min(volume_nl, self.slack_nl)
            self.slack_nl -= taken_up_nl
            volume_nl = min(volume_nl - taken_up_nl, self.contents_nl)
        else:
            volume_nl = -min(-volume_nl, self.capacity_nl - self.contents_nl)
        self.contents_nl -= volume_nl
        self.displaced_nl += volume_nl
        return volume_nl
