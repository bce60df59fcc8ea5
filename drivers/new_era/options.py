"""What a site may write about a New Era pump, and the driver made of it: the family's entry in `pumpd.drivers`.

Theory of operation. `protocol = "basic"` takes the pump's own watchdog away, so what depends on the watchdog is refused
beside it, and so is a line with several pumps: a request has no check there, and one flipped bit in its address would
start another patient's pump (docs/decisions/0020).
"""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.contract import Capabilities, Listener
from drivers.line.chain import Chain
from drivers.new_era.binding import Binding
from drivers.new_era.capabilities import capabilities
from drivers.new_era.driver import BAUDS, NewEraDriver, NewEraLine
from drivers.registry import Connect, Option, OptionsRefused, Value

LEASE_S = 2

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
        "lease_s",
        int,
        "s; the pump stops itself after this much silence",
        default=LEASE_S,
        lowest=1,
        highest=5,
    ),
    Option(
        "protocol",
        str,
        "safe, or basic for a pump that has no safe mode: no check on the wire, and no watchdog",
        default="safe",
        choices=("safe", "basic"),
        risk="basic",
    ),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for a diameter it does not have."""
    return capabilities(diameter_um, _binding(options).watch_s)


def line_from(
    options: Mapping[str, Value], port: str, link_ms: Callable[[], int], connect: Connect | None = None
) -> Chain | None:
    """The line that several pumps of the family share; None: in basic mode they share none."""
    if _binding(options).is_basic:
        return None
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
    binding = _binding(options)
    chain = line if isinstance(line, Chain) else None
    if binding.is_basic and chain is not None:
        fault = (
            'protocol = "basic": in basic mode a pump shares no port, and another one is configured on '
            + port
        )
        raise OptionsRefused((("protocol", fault),))
    place = NewEraLine(port, binding, int(options["baud"]))
    return NewEraDriver(place, listener, link_ms, connect or transport.connect, chain=chain)


def _binding(options: Mapping[str, Value]) -> Binding:
    is_basic, lease_s = options["protocol"] == "basic", int(options["lease_s"])
    if is_basic and lease_s != LEASE_S:
        fault = f"lease_s = {lease_s}: in basic mode the pump has no watchdog that could be set; leave it out"
        raise OptionsRefused((("lease_s", fault),))
    return Binding(
        str(options["model"]), str(options["firmware"]), int(options["address"]), lease_s, is_basic
    )
