"""Which pump belongs on a line. Configuration says it, the pump's answer to VER proves it.

Theory of operation. The family has no serial number on the wire. Model and firmware are compared from their
beginning, so that `NE1000` also takes an upgraded `NE1000X2` and `3.` any firmware of that generation; a pump
at another address does not answer at all.

A pump without safe mode (`is_basic`) has no watchdog either, so it has no lease whatever `lease_s` says.
"""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Binding:
    """Which pump belongs on this line, and its lease. `model`, `firmware`: how they must begin.

    `is_basic`: it is spoken to in basic mode, without check and without watchdog.
    """

    model: str
    firmware: str = ""
    address: int = 0
    lease_s: int = 2
    is_basic: bool = False

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: a line must be bound to a pump model, for example NE1000")
        if not 0 <= self.address <= 99:
            raise ValueError(f"address {self.address} is outside 0-99")
        if not 1 <= self.lease_s <= 255:
            raise ValueError(f"lease_s {self.lease_s} is outside 1-255 s (0 would take the watchdog away)")

    @property
    def watch_s(self) -> int:
        """The pump's own watchdog, s; 0: it has none."""
        return 0 if self.is_basic else self.lease_s
