"""What a feed tells the rest of the daemon: frozen facts, past tense, stamped where they were seen.

Theory of operation. A feed has one listener and calls it in the call stack in which the socket delivered the
bytes, so a limit that is crossed costs no task switch on its way to the pump. Everything that is *not* a
sample is an arrival too: a payload that was refused, a link that went away, a monitor whose last will spoke.
Nothing is dropped without a word, because a value that silently fails to arrive looks exactly like a patient
who is well.
"""

from collections.abc import Callable
from dataclasses import dataclass
from enum import StrEnum

from interlocks.vocabulary import Sample, Signal, Stamp


class RejectReason(StrEnum):
    """Why a payload, or one value of it, is not a sample. The value is the word journals and counters use."""

    # The bytes (facts/faults.md rows 56-60).
    OVERSIZE = "oversize"
    NOT_UTF8 = "not_utf8"
    TOO_DEEP = "too_deep"
    NOT_JSON = "not_json"
    DUPLICATE_KEY = "duplicate_key"
    BAD_NUMBER = "bad_number"  # NaN, Infinity, 1e999, a number of thousands of digits
    UNKNOWN_KEY = "unknown_key"
    MISSING_KEY = "missing_key"
    WRONG_TYPE = "wrong_type"
    WRONG_VERSION = "wrong_version"
    PARSER_FAULT = "parser_fault"  # a defect of ours; the payload is refused all the same
    # The meaning.
    UNKNOWN_SIGNAL = "unknown_signal"  # name unknown, or name and code disagree (facts/requirements.md 5.4)
    REPEATED_SIGNAL = "repeated_signal"
    WRONG_UNIT = "wrong_unit"
    IMPLAUSIBLE = "implausible"
    CUFF_INCOMPLETE = "cuff_incomplete"
    BAD_QUALITY = "bad_quality"  # probe off, motion, cuff error: counts as missing
    PULSE_MISMATCH = "pulse_mismatch"  # the cuff counted another pulse than the probe (facts/clinical.md 4)
    FROZEN = "frozen"  # the same value for too long, though its stamps are new (row 54)
    # Identity (rows 46, 61, 62).
    RETAINED = "retained"
    UNBOUND_DEVICE = "unbound_device"
    DEVICE_MISMATCH = "device_mismatch"  # the topic names one device, the payload another
    WRONG_PATIENT = "wrong_patient"
    OLD_BOOT = "old_boot"
    TWO_MONITORS = "two_monitors"  # two boots of one device speak at once: neither is believed
    BAD_STATUS = "bad_status"
    # Time and order (rows 47, 48, 55, 64).
    FUTURE = "future"
    LATE = "late"
    DUPLICATE = "duplicate"
    REORDERED = "reordered"
    NOT_NEWER = "not_newer"  # a new message repeating a measurement we already have


#: News that is merely old says nothing about the sensor, so it never counts as a failed reading: a
#: redelivered message must change no state (row 48), and every new subscription may bring retained ones.
OLD_NEWS = frozenset(
    {RejectReason.RETAINED, RejectReason.DUPLICATE, RejectReason.REORDERED, RejectReason.NOT_NEWER}
)


@dataclass(frozen=True, slots=True)
class Rejected:
    """A payload that is not used.

    Attributes:
        reason: the word for it.
        detail: short printable ASCII, for a journal line; foreign text in it is escaped and cut.
        signals: the signals it would have carried, as far as it could be read.
    """

    reason: RejectReason
    detail: str
    signals: tuple[Signal, ...] = ()


@dataclass(frozen=True, slots=True)
class SamplesArrived:
    """New, plausible, timely samples of one bed, from one message. A cuff reading is one set.

    `samples` is empty when the message only told that a cuff cycle began or ended. `cuff_active` is None
    when the message did not speak of the cuff. `device` sent it, also when there are no samples to say so.
    """

    bed: str
    samples: tuple[Sample, ...]
    received: Stamp
    cuff_active: bool | None = None
    device: str = ""


@dataclass(frozen=True, slots=True)
class SampleRefused:
    """A message, or the values of it that were of bad quality, was not used. The older sample goes stale.

    `signals` are those it would have carried; of an unreadable payload, all that the device has delivered.
    `rejects_in_a_row` is the longest run of refused readings among them, this one included; three are a
    technical alarm of medium priority (facts/clinical.md 4). Old news (`OLD_NEWS`) leaves the run as it is.
    """

    bed: str
    device: str
    reason: RejectReason
    detail: str
    received: Stamp
    signals: tuple[Signal, ...] = ()
    rejects_in_a_row: int = 0


@dataclass(frozen=True, slots=True)
class LinkChanged:
    """The session with the broker, all its subscriptions granted, is there (or is not), and why."""

    is_up: bool
    reason: str
    received: Stamp


@dataclass(frozen=True, slots=True)
class MonitorStatus:
    """A bound monitor said online, or its last will said offline."""

    bed: str
    device: str
    is_online: bool
    received: Stamp


Arrival = SamplesArrived | SampleRefused | LinkChanged | MonitorStatus
Listener = Callable[[Arrival], None]
