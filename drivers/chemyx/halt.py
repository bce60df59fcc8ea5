"""How a Chemyx pump is stopped without its driver: `drivers.line.halts`."""

from collections.abc import Mapping

from drivers.chemyx.binding import Binding
from drivers.chemyx.dialect import ChemyxDialect
from drivers.line.halting import PortSettings

DEFAULTS: Mapping[str, int | str | bool] = {"baud": 38400}
#: Plunger speeds bind a run; a stop needs none.
_ANY = Binding(1, 2)


def settings_from(options: Mapping[str, int | str | bool]) -> PortSettings:
    """8N1."""
    return PortSettings(int(options["baud"]))


def dialects_from(options: Mapping[str, int | str | bool]) -> tuple[ChemyxDialect, ...]:
    """One."""
    return (ChemyxDialect(_ANY),)
