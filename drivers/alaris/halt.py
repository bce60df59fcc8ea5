"""How an Alaris pump is stopped without its driver: `drivers.line.halts`.

Theory of operation. The stop goes out first. Only a pump that refuses it is asked for its serial number, which opens
remote control, and told again.
"""

from collections.abc import Mapping

from drivers.alaris.binding import BAUD, Binding
from drivers.alaris.dialect import AlarisDialect
from drivers.line.halting import PortSettings

DEFAULTS: Mapping[str, int | str | bool] = {}
#: What binds a run to a syringe binds no stop.
_ANY = Binding("any", 26_590, 100_000)


def settings_from(options: Mapping[str, int | str | bool]) -> PortSettings:
    """8N1."""
    return PortSettings(BAUD)


def dialects_from(options: Mapping[str, int | str | bool]) -> tuple[AlarisDialect, ...]:
    """One."""
    return (AlarisDialect(_ANY),)
