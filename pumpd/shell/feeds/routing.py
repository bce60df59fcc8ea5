"""From a topic and its bytes to arrivals, without a socket: all the feed decides, nothing it waits for.

Theory of operation. The broker's topic is the only name the access list protects, so the topic says who
speaks and the payload must agree. What the topic alone can refuse (a stranger, a retained value) is refused
before a byte is parsed. Each message yields at least one arrival if it concerns a bed of ours; other topics
yield none.
"""

from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Protocol

from interlocks.vocabulary import Stamp
from pumpd.shell.feeds import native, topics
from pumpd.shell.feeds.admission import Admission
from pumpd.shell.feeds.arrivals import (
    Arrival,
    MonitorStatus,
    Rejected,
    RejectReason,
    SampleRefused,
    SamplesArrived,
)


@dataclass(frozen=True, slots=True)
class BedBinding:
    """Which devices may speak for a bed, and for whom.

    Attributes:
        bed: name in the topics; a plain word.
        patient: gives the token of the patient bound to that bed now, None before an order exists.
        devices: names of the bound devices.
    """

    bed: str
    patient: Callable[[str], str | None]
    devices: frozenset[str] = field(default_factory=frozenset)


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
        self._clock = clock
        self.admissions = {bed: Admission(binding.devices) for bed, binding in self._beds.items()}

    def route(self, topic: str, payload: bytes, *, is_retained: bool, received: Stamp) -> tuple[Arrival, ...]:
        """Say what a message means. Never raises on anything a sender can choose."""
        address = topics.parse(topic)
        if address is None or address.bed not in self._beds:
            return ()
        if address.kind == "status":
            return (self._status(address, payload, received),)
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
        admission = self.admissions[address.bed]
        early = admission.screen(address.device, is_retained=is_retained)
        if early is not None:
            return (self._refusal(address, early, received),)
        parsed = native.parse(payload)
        if isinstance(parsed, Rejected):
            return (self._refusal(address, parsed, received),)
        verdict = admission.decide(
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
