"""What a site may write about an Alaris pump, and the driver made of it: the family's entry in `pumpd.drivers`."""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.alaris.binding import Binding
from drivers.alaris.capabilities import capabilities
from drivers.alaris.driver import AlarisDriver, AlarisLine
from drivers.contract import Capabilities, Listener
from drivers.registry import Connect, Option, OptionsRefused, Value

OPTIONS = (
    Option(
        "serial",
        str,
        "the serial number as the pump says it, for example 8003-00417",
        pattern=r"[^!|^\s]{1,32}",
    ),
    Option(
        "syringe_um",
        int,
        "um; inner diameter of the syringe confirmed at the pump's keypad",
        lowest=1_000,
        highest=50_000,
    ),
    Option(
        "rate_max_nl_h",
        int,
        "nl/h; highest rate with that syringe, from the pump's directions for use",
        lowest=100_000,
        highest=9_999_900_000,
    ),
    Option(
        "volume_step_nl",
        int,
        "nl; the last digit of the pump's volume counter",
        default=1_000,
        choices=(1_000_000, 100_000, 10_000, 1_000, 100, 10, 1),
    ),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for another than the one in its clamp."""
    return capabilities(diameter_um, _binding(options))


def driver_from(
    options: Mapping[str, Value],
    port: str,
    listener: Listener,
    link_ms: Callable[[], int],
    connect: Connect | None = None,
    line: object | None = None,
) -> AlarisDriver:
    """A driver of checked options."""
    place = AlarisLine(port, _binding(options))
    return AlarisDriver(place, listener, link_ms, connect or transport.connect)


def _binding(options: Mapping[str, Value]) -> Binding:
    try:
        return Binding(
            str(options["serial"]),
            int(options["syringe_um"]),
            int(options["rate_max_nl_h"]),
            int(options["volume_step_nl"]),
        )
    except ValueError as refused:
        raise OptionsRefused((("serial", str(refused)),)) from refused
