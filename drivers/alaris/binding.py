"""Which pump belongs on a line, and what a person has read off its screen because no word of the wire tells it.

Theory of operation. The pump says its serial number, and that must be the bound one, whole. Which syringe it has
in its clamp is chosen and confirmed at its keypad; no public command reads or sets it (facts/protocols.md 5). So
the configuration says which one was confirmed there, and a `Configure` for another is refused. The highest rate
depends on syringe and pump and is not in the facts either: it is copied from the pump's directions for use. So is
how finely the volume counter reads: what the pump answers must not be coarser.
"""

from dataclasses import dataclass

from drivers.alaris.codec import MILLILITRE_NL, RATE_STEP_NL_H

#: The only speed that the pump has.
BAUD = 38400


@dataclass(frozen=True, slots=True)
class Binding:
    """One pump. Units: micrometres, nl/h, nl.

    Attributes:
        serial: first field of its answer to INST_SERIALNO.
        syringe_um: inner diameter of the syringe confirmed at its keypad.
        rate_max_nl_h: what it can do with that syringe, from its directions for use.
        volume_step_nl: the last digit of its volume counter.
    """

    serial: str
    syringe_um: int
    rate_max_nl_h: int
    volume_step_nl: int = 1_000

    def __post_init__(self) -> None:
        if (
            not self.serial
            or self.serial != self.serial.strip()
            or not set(self.serial).isdisjoint("!|^\r\x1b")
        ):
            raise ValueError(
                f"serial {self.serial!r}: a line must be bound to a serial number as the pump says it"
            )
        if not 1_000 <= self.syringe_um <= 50_000:
            raise ValueError(f"syringe_um {self.syringe_um} is outside 1000-50000")
        if not RATE_STEP_NL_H <= self.rate_max_nl_h <= 99_999 * RATE_STEP_NL_H:
            raise ValueError(f"rate_max_nl_h {self.rate_max_nl_h} is outside 0.1-9999.9 ml/h")
        if self.volume_step_nl not in (MILLILITRE_NL // 10**decimals for decimals in range(7)):
            raise ValueError(f"volume_step_nl {self.volume_step_nl} is no last digit of a number of ml")
