"""How a New Era pump is stopped without its driver: `drivers.line.halts`.

Theory of operation. A pump that was reset is out of safe mode, and one that somebody put into it does not hear lines. So
both manners are tried, the configured one first.
"""

from collections.abc import Mapping

from drivers.line.halting import PortSettings
from drivers.new_era.binding import Binding
from drivers.new_era.dialect import NewEraDialect

DEFAULTS: Mapping[str, int | str | bool] = {"baud": 19200, "address": 0, "lease_s": 2, "protocol": "safe"}
#: Whoever answers is stopped.
_ANY = "NE"


def settings_from(options: Mapping[str, int | str | bool]) -> PortSettings:
    """8N1."""
    return PortSettings(int(options["baud"]))


def dialects_from(options: Mapping[str, int | str | bool]) -> tuple[NewEraDialect, ...]:
    """As configured, then the other way."""
    address, lease_s = int(options["address"]), int(options["lease_s"])
    manners = (True, False) if options["protocol"] == "basic" else (False, True)
    return tuple(NewEraDialect(Binding(_ANY, "", address, lease_s, is_basic)) for is_basic in manners)
