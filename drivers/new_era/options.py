"""What a site may write about a New Era pump, and the driver made of it: the family's entry in `pumpd.drivers`."""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.contract import Capabilities, Listener
from drivers.line.chain import Chain
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import capabilities
from drivers.new_era.driver import BAUDS, NewEraDriver, NewEraLine
from drivers.registry import Connect, Option, Value

OPTIONS = (
    Option("baud", int, "bit/s, as set in the pump", default=19200, choices=BAUDS),
    Option("address", int, "the network address set in the pump", default=0, lowest=0, highest=99),
    Option(
        "model",
        str,
        "what the pump's model must begin with, for example NE1000",
        pattern=r"[A-Za-z0-9._-]{1,32}",
        loosest="NE",
    ),
    Option(
        "firmware",
        str,
        "what its firmware must begin with, for example 3.; empty: any",
        default="",
        pattern=r"[A-Za-z0-9._-]{0,32}",
    ),
    Option(
        "lease_s", int, "s; the pump stops itself after this much silence", default=2, lowest=1, highest=5
    ),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for a diameter it does not have."""
    return capabilities(diameter_um, int(options["lease_s"]))


def line_from(
    options: Mapping[str, Value], port: str, link_ms: Callable[[], int], connect: Connect | None = None
) -> Chain:
    """The line that several pumps of the family share."""
    return Chain(port, int(options["baud"]), link_ms, connect or transport.connect)


def driver_from(
    options: Mapping[str, Value],
    port: str,
    listener: Listener,
    link_ms: Callable[[], int],
    connect: Connect | None = None,
    line: object | None = None,
) -> NewEraDriver:
    """A driver of checked options."""
    binding = Binding(
        str(options["model"]),
        str(options["firmware"]),
        int(options["address"]),
        int(options["lease_s"]),
    )
    chain = line if isinstance(line, Chain) else None
    place = NewEraLine(port, binding, int(options["baud"]))
    return NewEraDriver(place, listener, link_ms, connect or transport.connect, chain=chain)
