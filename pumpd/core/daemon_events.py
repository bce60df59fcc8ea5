"""What befalls the whole daemon rather than one channel, as facts in the mailbox of every channel that it concerns.

Theory of operation. A decision knows one channel. What it must know of the others, of the journal's disk, of certificates
and of the file it was configured from is seen at the edge and told to it like a measurement, so that a record replays to
the same refusals.
"""

from dataclasses import dataclass
from typing import Literal

from interlocks.vocabulary import Stamp
from pumpd.core.configuration_events import ConfigurationEdited


@dataclass(frozen=True, slots=True)
class Neighbour:
    """Another channel with an order for the same patient that is not over; `phase`: a session's, by its word."""

    channel: str
    phase: str


@dataclass(frozen=True, slots=True, kw_only=True)
class NeighboursChanged:
    """All channels that have an order for this channel's patient, now."""

    at: Stamp
    neighbours: tuple[Neighbour, ...]
    kind: Literal["neighbours_changed"] = "neighbours_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalRoomMeasured:
    """What the file system of the journal has free and holds in all, bytes, and how many channels write there."""

    at: Stamp
    free_bytes: int
    total_bytes: int
    channels: int
    kind: Literal["journal_room_measured"] = "journal_room_measured"


@dataclass(frozen=True, slots=True, kw_only=True)
class CertificatesExamined:
    """What a person should do about the certificates towards the broker, in words; "" nothing."""

    at: Stamp
    reason: str
    kind: Literal["certificates_examined"] = "certificates_examined"


DaemonEvent = CertificatesExamined | ConfigurationEdited | NeighboursChanged | JournalRoomMeasured
