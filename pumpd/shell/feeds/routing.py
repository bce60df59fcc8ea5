"""From a topic and its bytes to arrivals, without a socket: all the feed decides, nothing it waits for.

Theory of operation. The broker's topic is the only name the access list protects, so the topic says who
speaks and the payload must agree; a gateway's topic stands for the monitor behind it, which then speaks nowhere
else. What the topic alone can refuse (a stranger, a retained value) is refused before a byte is parsed. Each
message yields at least one arrival if it concerns a bed of ours and says something of it; others yield none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from interlocks.vocabulary import Stamp
from pumpd.shell.feeds import foreign, native, topics
from pumpd.shell.feeds.admission import Admission
from pumpd.shell.feeds.arrivals import (
    Arrival,
    MonitorStatus,
    Rejected,
    RejectReason,
    SampleRefused,
    SamplesArrived,
)
from pumpd.shell.feeds.foreign import Dialect
from pumpd.shell.feeds.parsed import Parsed


@dataclass(frozen=True, slots=True)
class Gateway:
    """A program that sends a monitor's numbers: our name of the monitor, where it speaks, and how."""

    device: str
    topic: str
    dialect: Dialect


@dataclass(frozen=True, slots=True)
class BedBinding:
    """Which devices may speak for a bed, and for whom.

    Attributes:
        bed: name in the topics; a plain word.
        patient: gives the token of the patient bound to that bed now, None before an order exists.
        devices: names of the bound devices.
        gateways: those of them that speak on a topic of their own, in a shape of their own.
    """

    bed: str
    patient: Callable[[str], str | None]
    devices: frozenset[str] = field(default_factory=frozenset)
    gateways: tuple[Gateway, ...] = ()


class FeedClock(Protocol):
    """What a feed needs of time."""

    def stamp(self) -> Stamp:
        """Now, on both monotonic clocks."""

    def to_ms(self, wall_treatment_ms: int, /) -> int:
        """Treatment wall clock (unix ms) to treatment time (ms)."""


class Router:
    """Keeps one admission gate per bed."""

    def __init__(self, beds: tuple[BedBinding, ...], clock: FeedClock) -> None:
        """Raises ValueError if a bed is bound twice, or a name could change the meaning of a topic."""
        for name in (name for binding in beds for name in (binding.bed, *binding.devices)):
            if not name or any(character in "+#/\0" for character in name):
                raise ValueError(f"not a topic level: {name!r}")
        self._beds = {binding.bed: binding for binding in beds}
        if len(self._beds) != len(beds):
            raise ValueError("a bed is bound twice")
        self._gateways = {
            one.topic: (topics.Address("vitals", bed.bed, one.device), one.dialect)
            for bed in beds
            for one in bed.gateways
        }
        self._behind_gateways = frozenset(address.device for address, _ in self._gateways.values())
        own = (name for bed in self._beds for name in (topics.vitals(bed), topics.status(bed)))
        #: What to subscribe to.
        self.topics = (*own, *self._gateways)
        #: By device, names that its gateway sends and that mean nothing here; at most `MAX_UNKNOWN` of each.
        self.unknown: dict[str, set[str]] = {}
        self._clock = clock
        self.admissions = {bed: Admission(binding.devices) for bed, binding in self._beds.items()}

    def route(self, topic: str, payload: bytes, *, is_retained: bool, received: Stamp) -> tuple[Arrival, ...]:
        """Say what a message means. Never raises on anything a sender can choose."""
        gateway = self._gateways.get(topic)
        if gateway is not None:
            return self._foreign(*gateway, payload, is_retained, received)
        address = topics.parse(topic)
        if address is None or address.bed not in self._beds:
            return ()
        if address.kind == "status":
            return (self._status(address, payload, received),)
        if address.device in self._behind_gateways:
            said = f"{address.device} speaks through its gateway"
            return (self._refusal(address, Rejected(RejectReason.UNBOUND_DEVICE, said), received),)
        return self._vitals(address, payload, is_retained, received)

    def _status(self, address: topics.Address, payload: bytes, received: Stamp) -> Arrival:
        # Retained is right here: the last will of a monitor that died before we came is still true.
        if address.device not in self._beds[address.bed].devices:
            return self._refusal(
                address, Rejected(RejectReason.UNBOUND_DEVICE, ascii(address.device)[:60]), received
            )
        if payload not in (topics.ONLINE, topics.OFFLINE):
            return self._refusal(
                address, Rejected(RejectReason.BAD_STATUS, ascii(payload[:40])[:60]), received
            )
        return MonitorStatus(address.bed, address.device, payload == topics.ONLINE, received)

    def _vitals(
        self, address: topics.Address, payload: bytes, is_retained: bool, received: Stamp
    ) -> tuple[Arrival, ...]:
        early = self.admissions[address.bed].screen(address.device, is_retained=is_retained)
        if early is not None:
            return (self._refusal(address, early, received),)
        parsed = native.parse(payload)
        if isinstance(parsed, Rejected):
            return (self._refusal(address, parsed, received),)
        return self._judged(address, parsed, received)

    def _foreign(
        self, address: topics.Address, dialect: Dialect, payload: bytes, is_retained: bool, received: Stamp
    ) -> tuple[Arrival, ...]:
        early = self.admissions[address.bed].screen(address.device, is_retained=is_retained)
        if early is not None:
            return (self._refusal(address, early, received),)
        heard = foreign.read(payload, dialect, address.device)
        if isinstance(heard, Rejected):
            return (self._refusal(address, heard, received),)
        unknown = self.unknown.setdefault(address.device, set())
        unknown.update(heard.unknown[: foreign.MAX_UNKNOWN - len(unknown)])
        return tuple(told for part in heard.parts for told in self._judged(address, part, received))

    def _judged(self, address: topics.Address, parsed: Parsed, received: Stamp) -> tuple[Arrival, ...]:
        verdict = self.admissions[address.bed].decide(
            parsed,
            topic_device=address.device,
            patient=self._beds[address.bed].patient(address.bed),
            measured_ms=self._clock.to_ms(parsed.measured_at_ms),
            received=received,
        )
        if isinstance(verdict, Rejected):
            return (self._refusal(address, verdict, received),)
        arrived = SamplesArrived(address.bed, verdict.samples, received, verdict.cuff_active, address.device)
        refusals = verdict.refusals
        if verdict.missing:
            bad = Rejected(RejectReason.BAD_QUALITY, ", ".join(verdict.missing), verdict.missing)
            refusals = (bad, *refusals)
        return arrived, *(self._refusal(address, one, received) for one in refusals)

    def _refusal(self, address: topics.Address, rejected: Rejected, received: Stamp) -> SampleRefused:
        admission = self.admissions[address.bed]
        in_a_row = admission.refused(address.device, rejected)
        return SampleRefused(
            address.bed,
            address.device[:64],
            rejected.reason,
            rejected.detail,
            received,
            admission.concerned(address.device, rejected),
            in_a_row,
        )
