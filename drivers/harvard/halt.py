"""How a pump of the "ultra" command set is stopped without its driver: `drivers.line.halts`."""

from collections.abc import Mapping

from drivers.harvard.binding import ANY, Addressing, Binding
from drivers.harvard.dialect import HarvardDialect
from drivers.line.halting import PortSettings

DEFAULTS: Mapping[str, int | str | bool] = {
    "baud": 115200,
    "address": 0,
    "addressing": "none",
    "lease_s": 2,
}


def settings_from(options: Mapping[str, int | str | bool]) -> PortSettings:
    """8N1."""
    return PortSettings(int(options["baud"]))


def dialects_from(options: Mapping[str, int | str | bool]) -> tuple[HarvardDialect, ...]:
    """One: the wire itself notices a pump that has left poll mode."""
    address, addressing = int(options["address"]), Addressing(str(options["addressing"]))
    bound = Binding(ANY, address=address, addressing=addressing, lease_s=int(options["lease_s"]))
    return (HarvardDialect(bound),)
