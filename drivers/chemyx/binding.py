"""Which pump belongs on a line. The family names neither model nor serial number on the wire, so nothing can be proven
but that a pump of it answers; where cables can be swapped, only the cable's own path tells (facts/faults.md row 21).
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """The pump's plunger speeds, nm/h: the wire tells limits in an order that is not known (facts/protocols.md 3)."""

    slowest_nm_h: int
    fastest_nm_h: int

    def __post_init__(self) -> None:
        if not 0 < self.slowest_nm_h < self.fastest_nm_h:
            raise ValueError(f"slowest_nm_h {self.slowest_nm_h} must be over 0 and below {self.fastest_nm_h}")
