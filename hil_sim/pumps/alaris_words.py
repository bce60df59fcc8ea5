"""What this Alaris pump says in the fields whose texts nobody has published. **All of it is assumed.**

The fact sheet knows the names of the commands, the shape `CMD^field...` of an answer and one example of fields,
`INF_RATE^10.0^ml/h`. The words below are ours, kept in one place and interchangeable, so that a driver can be
shown pumps that phrase it differently: the state in other words, unit before number, an order answered with its
own echo, with `OK`, or with nothing but its name.
"""

from __future__ import annotations

from dataclasses import dataclass
from decimal import ROUND_DOWN, Decimal
from typing import Literal

NL_PER_ML = 1_000_000

COMMS_FAILURE = "COMMUNICATIONS FAILURE"  # the maker's own words (directions for use), in capitals
OCCLUSION = "OCCLUSION"
SYRINGE_EMPTY = "SYRINGE EMPTY"
BATTERY_LOW = "BATTERY LOW"
BATTERY_EMPTY = "BATTERY EMPTY"


@dataclass(frozen=True)
class Style:
    """How one pump phrases its answers. `acknowledges`: what follows the name when an order was carried out."""

    infusing: str = "INFUSING"
    stopped: str = "STOPPED"
    refused: str = "REFUSED"
    acknowledges: Literal["echo", "ok", "bare"] = "echo"
    is_unit_first: bool = False
    volume_decimals: int = 3

    def state(self, is_infusing: bool, alarm: str | None) -> str:
        """Answer to INF."""
        word = self.infusing if is_infusing else self.stopped
        return f"INF^{word}" + (f"^{alarm}" if alarm else "")

    def rate(self, rate_ml_h: Decimal) -> str:
        """Answer to INF_RATE."""
        return "INF_RATE^" + self._quantity(f"{rate_ml_h:.1f}", "ml/h")

    def volume(self, volume_nl: float) -> str:
        """Answer to INF_VI; the counter shows whole steps only."""
        exact = Decimal(int(volume_nl)) / NL_PER_ML
        shown = exact.quantize(Decimal(1).scaleb(-self.volume_decimals), rounding=ROUND_DOWN)
        return "INF_VI^" + self._quantity(f"{shown:f}", "ml")

    def acknowledge(self, text: str) -> str:
        """An order was carried out."""
        if self.acknowledges == "echo":
            return text
        name = text.partition("^")[0]
        return f"{name}^OK" if self.acknowledges == "ok" else name

    def refuse(self, text: str, why: str) -> str:
        """An order was not carried out."""
        return f"{text.partition('^')[0]}^{self.refused}^{why}"

    def _quantity(self, number: str, unit: str) -> str:
        return f"{unit}^{number}" if self.is_unit_first else f"{number}^{unit}"
