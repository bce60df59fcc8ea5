"""The seams of the simulated world: what a body is to the pump side, and what a pump is to the body side.

The pump's mechanics push volume into a line, the line pushes volume into a body, monitors look at the body.
Each is written apart and meets the others only through the small shapes below, so that a scenario may swap
a patient model for a still one and a bench may run the pump with no patient at all.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Protocol

from hil_sim.pumps.quirks import Quirks


@dataclass(frozen=True)
class Vitals:
    """What is true in the body now (not what a monitor says): mmHg, beats/min, %, ng/mL, breaths/min, s.

    `moaas` is the sedation score a nurse would give, `dissociation` points of 100 (facts/clinical.md 6.2),
    `symptoms` what the nurse is told or sees (clinical.md 1 #27, #28); `is_shaking`: the arm moves.
    """

    sys: float
    dia: float
    map: float
    hr: float
    spo2: float
    c_ven_ng_ml: float = 0.0
    c_art_ng_ml: float = 0.0
    rr: float = 14.0
    breath_gap_s: float = 0.0
    moaas: int = 5
    dissociation: float = 0.0
    symptoms: tuple[str, ...] = ()
    is_shaking: bool = False


class PumpFace(Protocol):
    """A pump of any family, as the world sees one; the family's own module says what each means.

    `memory` has at least `diameter_mm` and `safe_s`, `motor` has `rate_nl_h` and `infused_nl`.
    """

    felt_pressure_mmhg: float
    claimed: Any

    @property
    def quirks(self) -> Quirks: ...
    @property
    def memory(self) -> Any: ...
    @property
    def motor(self) -> Any: ...
    @property
    def alarm(self) -> str | None: ...
    @property
    def is_moving(self) -> bool: ...
    @property
    def watched_since_ms(self) -> float | None: ...
    @property
    def last_stop_rx_link_ms(self) -> float | None: ...
    def receive(self, data: bytes, now_link_ms: float) -> None: ...
    def take_replies(self) -> list[tuple[str, bytes]]: ...
    def advance(self, dt_s: float, now_link_ms: float) -> float: ...
    def letter(self) -> str: ...
    def hit_the_end(self) -> None: ...
    def cut_power(
        self, now_link_ms: float, dark_ms: float = 300.0, *, wakes_running: bool = False
    ) -> None: ...
    def forget_settings(self) -> None: ...
    def clear_counters(self) -> None: ...
    def press_stop(self) -> None: ...
    def press_run(self) -> None: ...
    def turn_rate(self, rate_ml_h: Decimal) -> None: ...
    def turn_diameter(self, diameter_mm: Decimal) -> None: ...


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
