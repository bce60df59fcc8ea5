"""The seams of the simulated world: what a body is to the pump side, and what a pump is to the body side.

The pump's mechanics push volume into a line, the line pushes volume into a body, monitors look at the body.
Each is written apart and meets the others only through the small shapes below, so that a scenario may swap
a patient model for a still one and a bench may run the pump with no patient at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Protocol


@dataclass(frozen=True)
class Vitals:
    """What is true in the body now (not what a monitor says): mmHg, beats/min, %, ng/mL."""

    sys: float
    dia: float
    map: float
    hr: float
    spo2: float
    c_ven_ng_ml: float = 0.0
    c_art_ng_ml: float = 0.0


class Body(Protocol):
    """A patient, as the line sees one."""

    def advance(self, dt_s: float, delivered_nl: float) -> None:
        """Live `dt_s` seconds of treatment time in which `delivered_nl` nanolitres arrived.

        Negative: backflow.
        """

    def vitals(self) -> Vitals:
        """The state after the last `advance`."""


@dataclass
class StillBody:
    """A body that answers to nothing: for a bench with a beaker at the end of the line."""

    at_rest: Vitals = Vitals(sys=124.0, dia=76.0, map=92.0, hr=72.0, spo2=97.5)
    received_nl: float = 0.0

    def advance(self, dt_s: float, delivered_nl: float) -> None:
        """Keep count and stay the same."""
        self.received_nl += delivered_nl

    def vitals(self) -> Vitals:
        return self.at_rest
