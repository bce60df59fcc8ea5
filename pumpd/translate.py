"""What a feed saw becomes an event of the channels it concerns.

Theory of operation. A bed may have several channels: a monitor speaks for the patient, so for all of them, while a
device that a channel names as its own (a transducer, an air sensor, a button) speaks for that one alone. A device that
no channel of the bed names is nobody's and everybody's concern. The configuration is read once, here; what an event
means is decided in the core.
"""

from collections.abc import Callable, Collection, Iterator
from zoneinfo import ZoneInfo

from interlocks.vocabulary import Stamp
from pumpd import config as cfg
from pumpd.config_gateways import VSCAPTURE
from pumpd.config_gateways import Gateway as GatewayTable
from pumpd.core import events as ev
from pumpd.core.measured_units import meaning
from pumpd.shell.feeds import arrivals
from pumpd.shell.feeds.foreign import Dialect
from pumpd.shell.feeds.routing import BedBinding, Gateway

#: A letter for the kernel: which channel, what happened.
Letter = tuple[str, ev.Event]


def devices_of(channel: cfg.Channel) -> frozenset[str]:
    """Every device that speaks for a channel."""
    own = (channel.transducer, channel.air_sensor, channel.button)
    return frozenset((*channel.monitors, *(one for one in own if one is not None)))


def dialect_of(gateway: GatewayTable) -> Dialect:
    """How this gateway is read; the table has been checked."""
    words = {**(VSCAPTURE if gateway.format == "vscapture" else {}), **gateway.names}
    is_named = gateway.format == "vscapture"
    return Dialect(
        names={word: meaning(said) for word, said in words.items()},
        stamp="dd-mm-yyyy" if is_named else gateway.stamp or "",
        time_key="Timestamp" if is_named else gateway.time_key or "",
        name_key="PhysioID" if is_named else gateway.name_key or "",
        value_key="Value" if is_named else gateway.value_key or "",
        unit_key=gateway.unit_key or "",
        patient_key=gateway.patient_key or "",
        device_key=gateway.device_key or "",
        device_is=gateway.device_is or "",
        zone=None if gateway.zone is None else ZoneInfo(gateway.zone),
        is_cuff_held=gateway.cuff == "held",
    )


def gateways_of(channel: cfg.Channel) -> tuple[Gateway, ...]:
    """Those of them that somebody else's program speaks for."""
    return tuple(Gateway(one.device, one.topic, dialect_of(one)) for one in channel.gateways)


def binding_of(
    bed: str, channels: Collection[cfg.Channel], patient: Callable[[str], str | None]
) -> BedBinding:
    """Who may speak for a bed; `patient` gives the token of whoever is in it now."""
    devices = frozenset().union(*map(devices_of, channels))
    return BedBinding(bed, patient, devices, tuple(one for each in channels for one in gateways_of(each)))


class Translator:
    """From arrivals to letters."""

    def __init__(self, channels: tuple[cfg.Channel, ...], broker: cfg.Broker) -> None:
        self._names = tuple(one.name for one in channels)
        self._where = f"{broker.host}:{broker.port}"
        self.at_bed = {
            one.bed: tuple(other for other in channels if other.bed == one.bed) for one in channels
        }
        self._devices = {one.name: devices_of(one) for one in channels}

    def letters(self, arrival: arrivals.Arrival, at: Stamp) -> Iterator[Letter]:
        """What the kernel is to be told."""
        event: ev.Event
        match arrival:
            case arrivals.SamplesArrived():
                names = self._hearing(arrival.bed, arrival.device)
                event = ev.SamplesArrived(at=at, samples=arrival.samples, cuff_active=arrival.cuff_active)
            case arrivals.SampleRefused():
                names = self._hearing(arrival.bed, arrival.device)
                event = ev.SampleRefused(
                    at=at,
                    device=arrival.device,
                    reason=arrival.reason.value,
                    detail=arrival.detail,
                    signals=arrival.signals,
                    in_a_row=arrival.rejects_in_a_row,
                )
            case arrivals.MonitorStatus():
                names = self._hearing(arrival.bed, arrival.device)
                event = ev.MonitorSpoke(at=at, device=arrival.device, is_online=arrival.is_online)
            case arrivals.LinkChanged():
                names = self._names
                reason = f"{self._where}: {arrival.reason}"
                event = ev.FeedLinkChanged(at=at, is_up=arrival.is_up, reason=reason)
        for name in names:
            yield name, event

    def _hearing(self, bed: str, device: str) -> tuple[str, ...]:
        at_bed = self.at_bed[bed]
        own = tuple(one.name for one in at_bed if device in self._devices[one.name])
        return own or tuple(one.name for one in at_bed)
