"""Which device belongs on a line. Configuration says it, the device's identity registers prove it.

Theory of operation. Model and firmware are compared from their beginning, the serial number as a whole. A map
without a register for one of them cannot prove it, so to bind to it there is refused: a promise that nothing keeps is
worse than none. On TCP the unit is often 1 or 255 whatever stands there; the serial number is what tells one pump
from another.
"""

from dataclasses import dataclass

from drivers.modbus.layout import RegisterMap


@dataclass(frozen=True, slots=True)
class Binding:
    """Which device belongs on this line, and its lease. `model`, `firmware`: how they must begin; `serial`: in full."""

    model: str
    unit: int = 1
    firmware: str = ""
    serial: str = ""
    lease_s: int = 2

    def __post_init__(self) -> None:
        if not self.model:
            raise ValueError("model: a line must be bound to a pump model, for example PUMPD-1")
        if not 1 <= self.unit <= 247:
            raise ValueError(f"unit {self.unit} is outside 1-247 (0 would speak to all of them)")
        if not 1 <= self.lease_s <= 255:
            raise ValueError(f"lease_s {self.lease_s} is outside 1-255 s")


def check_binding(binding: Binding, layout: RegisterMap) -> None:
    """Refuse what this map can neither prove nor set.

    Raises:
        ValueError: with what is asked and what the map lacks.
    """
    for key, wanted in (("firmware", binding.firmware), ("serial", binding.serial)):
        if wanted and getattr(layout.who, key) is None:
            raise ValueError(f"{key} {wanted}: the register map {layout.name} has no register that proves it")
    watchdog = layout.numbers.get("watchdog")
    if watchdog is not None and watchdog.scale.words_of(binding.lease_s * 1000) is None:
        raise ValueError(f"lease_s {binding.lease_s} cannot be said in steps of {watchdog.scale.text}")
