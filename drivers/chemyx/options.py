"""What a site may write about a Chemyx pump, and the driver made of it: the family's entry in `pumpd.drivers`."""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.chemyx.binding import Binding
from drivers.chemyx.capabilities import capabilities
from drivers.chemyx.driver import BAUDS, ChemyxDriver, ChemyxLine
from drivers.contract import Capabilities, Listener
from drivers.registry import Connect, Option, OptionsRefused, Value

_SPEED = "of the plunger, nm/h, from the pump's data sheet"
_FASTEST = 10_000_000_000

OPTIONS = (
    Option("baud", int, "bit/s, as set in the pump", default=38400, choices=BAUDS),
    Option("slowest_nm_h", int, f"slowest speed {_SPEED}", lowest=1, highest=_FASTEST),
    Option("fastest_nm_h", int, f"fastest speed {_SPEED}", lowest=1, highest=_FASTEST),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for a diameter it does not take."""
    return capabilities(diameter_um, _binding(options))


def driver_from(
    options: Mapping[str, Value],
    port: str,
    listener: Listener,
    link_ms: Callable[[], int],
    connect: Connect | None = None,
    line: object | None = None,
) -> ChemyxDriver:
    """A driver of checked options.

    Raises:
        OptionsRefused: the slowest speed is not below the fastest.
    """
    place = ChemyxLine(port, _binding(options), int(options["baud"]))
    return ChemyxDriver(place, listener, link_ms, connect or transport.connect)


def _binding(options: Mapping[str, Value]) -> Binding:
    slowest, fastest = int(options["slowest_nm_h"]), int(options["fastest_nm_h"])
    if slowest >= fastest:
        fault = f"slowest_nm_h = {slowest}: must be below fastest_nm_h = {fastest}"
        raise OptionsRefused((("slowest_nm_h", fault),))
    return Binding(slowest, fastest)
