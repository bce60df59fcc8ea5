"""What a site may write about a Harvard "ultra" pump, and the driver made of it: the family's entry in `pumpd.drivers`."""

from collections.abc import Callable, Mapping

from drivers import transport
from drivers.contract import Capabilities, Listener
from drivers.harvard.binding import ANY, LEASE_RANGE_S, Addressing, Binding, LeaseForm
from drivers.harvard.capabilities import ELEVEN_ELITE, LEGATO, Motor, capabilities
from drivers.harvard.driver import BAUDS, HarvardDriver, HarvardLine
from drivers.line.chain import Chain
from drivers.registry import Connect, Option, OptionsRefused, Value

_MOTORS: Mapping[str, Motor] = {"elite": ELEVEN_ELITE, "legato": LEGATO}

OPTIONS = (
    Option("baud", int, "bit/s, as set in the pump; USB takes any", default=115200, choices=BAUDS),
    Option("address", int, "the address set in the pump", default=0, lowest=0, highest=99),
    Option(
        "addressing",
        str,
        "how a request names its pump",
        default=Addressing.NONE.value,
        choices=tuple(one.value for one in Addressing),
    ),
    Option(
        "model", str, "what the pump's model must begin with, for example 11 ELITE", default="", loosest=ANY
    ),
    Option("serial", str, "its whole serial number, for example D101754", default="", pattern=r"\S{0,32}"),
    Option("firmware", str, "what its firmware must begin with; empty: any", default="", pattern=r"\S{0,32}"),
    Option("motor", str, "whose table of speeds holds", default="elite", choices=tuple(_MOTORS)),
    Option(
        "lease_s",
        int,
        "s of flow that the target volume is kept ahead of the plunger: the most given after the host falls silent",
        default=2,
        lowest=LEASE_RANGE_S[0],
        highest=5,
    ),
    Option(
        "lease_form",
        str,
        "what a target set while running means to this pump; prove: the first seconds of a run find out",
        default=LeaseForm.PROVE.value,
        choices=tuple(one.value for one in LeaseForm),
    ),
    Option(
        "accept_wear",
        bool,
        "a pump that cannot keep settings out of its lasting memory will do",
        default=False,
    ),
    Option("pace", int, "treatment seconds a second, for simulations only", default=1, lowest=1, highest=100),
)


def capabilities_from(options: Mapping[str, Value], diameter_um: int) -> Capabilities:
    """What such a pump can do with this syringe. Raises ValueError for a diameter it does not have."""
    return capabilities(diameter_um, int(options["lease_s"]), _MOTORS[str(options["motor"])])


def line_from(
    options: Mapping[str, Value], port: str, link_ms: Callable[[], int], connect: Connect | None = None
) -> Chain | None:
    """The line that several pumps share; without addresses there is one pump on it."""
    if options["addressing"] == Addressing.NONE.value:
        return None
    return Chain(port, int(options["baud"]), link_ms, connect or transport.connect)


def driver_from(
    options: Mapping[str, Value],
    port: str,
    listener: Listener,
    link_ms: Callable[[], int],
    connect: Connect | None = None,
    line: object | None = None,
) -> HarvardDriver:
    """A driver of checked options.

    Raises:
        OptionsRefused: nothing says which pump belongs there, or its address needs a form.
    """
    try:
        bound = Binding(
            str(options["model"]),
            str(options["serial"]),
            str(options["firmware"]),
            int(options["address"]),
            Addressing(str(options["addressing"])),
            int(options["lease_s"]),
            LeaseForm(str(options["lease_form"])),
            bool(options["accept_wear"]),
            int(options["pace"]),
        )
    except ValueError as refused:
        raise OptionsRefused((("model", str(refused)),)) from refused
    chain = line if isinstance(line, Chain) else None
    place = HarvardLine(port, bound, int(options["baud"]), _MOTORS[str(options["motor"])])
    return HarvardDriver(place, listener, link_ms, connect or transport.connect, chain=chain)
