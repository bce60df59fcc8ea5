"""Whether a well-formed message is ours, new and timely. Pure: given the instants, it reads no clock.

Theory of operation. A blood pressure that is late, replayed, from the future, from another patient or
another device can never count as fresh (R113). The device's stamp is used for age and order against our
treatment clock; the device's own sequence tells a redelivery from news. Within one boot the sequence only
rises. A boot never seen before is a monitor that restarted, and is accepted; a boot that was left behind is
refused, and if it goes on measuring there are two monitors with one name, of which neither is believed (`rivals`).

Time is checked before sequence and boot, and only an admitted message moves them: a recording played back
after our own restart would otherwise bring an unknown boot, retire the true one, and silence a healthy
monitor.

A new message that repeats an old measurement is not news either: freshness is by new information (row 55),
so per device and signal the measured time must rise, also across boots, for a monitor that restarts
publishes its last cuff reading once more.

Last, the instruments are held against each other and against themselves. A cuff that counted another pulse
than the probe did has measured motion, not pressure, and its whole reading is refused; with no heart rate of
the same moment there is nothing to hold it against, and it is accepted. What repeats itself for too long is a monitor
that hangs (`frozen`). Such a refusal concerns those values only: the message was
genuine, so it moves the sequence, its other values are used and its word about the cuff is heard.

A gateway that polls a monitor sends the last cuff reading with every poll, under the poll's stamp. Of such a message the
cuff's values are news only when one of them has changed; the first ones after our start may be of any age, and are none.
A sender without a sequence is ordered by its stamps alone.

One instance per bed. Memory is bounded: bindings are finite, and a device that shows more boots than
`MAX_BOOTS` in the life of this process is refused from then on.
"""

from collections import Counter
from dataclasses import dataclass, field, replace
from typing import Final

from interlocks.vocabulary import CUFF, Sample, Signal, Stamp
from pumpd.shell.feeds.arrivals import OLD_NEWS, Rejected, RejectReason
from pumpd.shell.feeds.frozen import Standstill
from pumpd.shell.feeds.parsed import Parsed, Reading
from pumpd.shell.feeds.rivals import Rivals

MAX_FUTURE_MS: Final = 2_000  # clinical.md 4
MAX_CUFF_AGE_MS: Final = 120_000  # clinical.md 4: a cuff reading may be this old on arrival
MAX_AGE_MS: Final = 5_000  # every other signal; T_v of facts/faults.md 0
SUSPECT_CHANGE: Final = 0.30  # clinical.md 4
PULSE_SHARE: Final = 0.20  # clinical.md 4: the cuff's pulse within 20 % of the probe's, ...
PULSE_BPM: Final = 15  # ... or within 15 beats, whichever is the wider
PULSE_APART_MS: Final = 10_000  # a probe holds its value so long (clinical.md 4); older compares with nothing
MAX_BOOTS: Final = 4_096
UNBOUND: Final = "(unbound)"  # all strangers share one counter, or naming them would be a way to fill memory


@dataclass(frozen=True, slots=True)
class Admitted:
    """What of a message may be used.

    Attributes:
        samples: new samples; empty when the message only spoke of the cuff.
        cuff_active: a cuff cycle is running; None: not said.
        missing: signals that the device itself called bad. They are not samples and refresh nothing.
        refusals: why values of good quality were not used either: they refresh nothing too.
    """

    samples: tuple[Sample, ...]
    cuff_active: bool | None
    missing: tuple[Signal, ...] = ()
    refusals: tuple[Rejected, ...] = ()


@dataclass(slots=True)
class _Device:
    boot: str | None = None
    seq: int = -1
    boots: set[str] = field(default_factory=set)
    taken_ms: int = 0  # when the boot was first believed, treatment time
    rivals: Rivals = field(default_factory=Rivals)
    newest_ms: dict[Signal, int] = field(default_factory=dict)
    standstill: Standstill = field(default_factory=Standstill)
    held: tuple[tuple[Signal, float], ...] | None = None  # the last good one of a gateway


class Admission:
    """Gate of one bed. Not thread-safe; lives where the feed lives."""

    def __init__(self, devices: frozenset[str]) -> None:
        self._devices = {device: _Device() for device in devices}
        self._patient: str | None = None
        self._last_cuff: dict[Signal, float] = {}
        self._heart: tuple[float, int] | None = None  # newest rate of any device, and when it was measured
        self._in_a_row: Counter[Signal] = Counter()
        self.counters: Counter[tuple[str, RejectReason]] = Counter()

    def screen(self, device: str, *, is_retained: bool) -> Rejected | None:
        """Refuse by topic alone, before the payload costs anything; None: go on and parse."""
        if device not in self._devices:
            return Rejected(RejectReason.UNBOUND_DEVICE, ascii(device)[:60])
        if is_retained:
            # The broker's memory, of unknown age: never fresh, whatever is written in it (row 46).
            return Rejected(RejectReason.RETAINED, "the broker's memory is not a measurement")
        return None

    def decide(
        self, parsed: Parsed, *, topic_device: str, patient: str | None, measured_ms: int, received: Stamp
    ) -> Admitted | Rejected:
        """Judge a parsed message, and remember it if it is admitted.

        Args:
            parsed: what the parser made of the payload.
            topic_device: device named by the topic; the broker's access list guards that name, not the
                payload's.
            patient: token of the patient bound to the bed; None: nobody bound, any token passes.
            measured_ms: `parsed.measured_at_ms` on our treatment clock.
            received: when the socket delivered it.
        """
        refusal = self._identity(parsed, topic_device, patient) or _timeliness(parsed, measured_ms, received)
        if refusal is not None:
            return refusal
        device = self._devices[topic_device]
        if parsed.is_cuff_held:
            parsed = _without_held_cuff(device, parsed)
            if not parsed.values:
                return Rejected(RejectReason.NOT_NEWER, "the last cuff reading once more", CUFF)
        refusal = (
            self._rivalry(device, parsed, measured_ms, received)
            or self._order(device, parsed)
            or self._novelty(device, parsed, measured_ms)
        )
        if refusal is not None:
            return refusal
        if parsed.seq is not None:
            if device.boot != parsed.boot:
                device.boot, device.taken_ms = parsed.boot, received.ms
                device.boots.add(parsed.boot)
            device.seq = parsed.seq
        return self._admit(device, parsed, patient, measured_ms, received)

    def concerned(self, device: str, rejected: Rejected) -> tuple[Signal, ...]:
        """The signals a refusal is about: none of ours if a stranger spoke.

        An unreadable payload says nothing of its signals; it is about all the device has delivered so far.
        """
        known = self._devices.get(device)
        if known is None:
            return ()
        if rejected.signals or rejected.reason in OLD_NEWS:
            return rejected.signals
        return tuple(known.newest_ms)

    def refused(self, device: str, rejected: Rejected) -> int:
        """Count a refusal; the longest run of failed readings among the signals it concerns, 0 if none.

        Old news is no failed reading: it leaves every run as it stands.
        """
        is_known = device in self._devices
        self.counters[(device if is_known else UNBOUND, rejected.reason)] += 1
        signals = self.concerned(device, rejected)
        if rejected.reason not in OLD_NEWS:
            for signal in signals:
                self._in_a_row[signal] += 1
        return max((self._in_a_row[signal] for signal in signals), default=0)

    def rejects_in_a_row(self, signal: Signal) -> int:
        """Failed readings since the last admitted one."""
        return self._in_a_row[signal]

    def _identity(self, parsed: Parsed, topic_device: str, patient: str | None) -> Rejected | None:
        signals = _signals(parsed)
        if parsed.device != topic_device:
            detail = f"payload of {parsed.device} on the topic of {ascii(topic_device)[:60]}"
            return Rejected(RejectReason.DEVICE_MISMATCH, detail, signals)
        if topic_device not in self._devices:
            return Rejected(RejectReason.UNBOUND_DEVICE, ascii(topic_device)[:60], signals)
        if patient is not None and parsed.patient is not None and parsed.patient != patient:
            return Rejected(RejectReason.WRONG_PATIENT, f"token {parsed.patient}", signals)
        return None

    def _rivalry(self, device: _Device, parsed: Parsed, measured_ms: int, received: Stamp) -> Rejected | None:
        """Refuse both of two devices under one name, until one of them has it to itself."""
        if parsed.seq is None or device.boot is None:
            return None
        if device.rivals.are_there:
            before = device.rivals.hear(parsed.boot, parsed.seq, received)
            if before is not None:
                device.boot, device.seq, device.taken_ms = parsed.boot, before, received.ms
                device.boots.add(parsed.boot)
                return None
        elif (
            parsed.boot == device.boot
            or parsed.boot not in device.boots
            or measured_ms <= device.taken_ms + MAX_FUTURE_MS
        ):
            return None
        else:
            device.rivals.begin(device.boot, device.seq, parsed.boot, parsed.seq, received)
        detail = f"boot {parsed.boot} speaks beside another one of {parsed.device}"
        return Rejected(RejectReason.TWO_MONITORS, detail, _signals(parsed))

    def _order(self, device: _Device, parsed: Parsed) -> Rejected | None:
        if parsed.seq is None:
            return None  # `_novelty` holds its stamps against each other
        if parsed.boot == device.boot:
            if parsed.seq == device.seq:
                return Rejected(RejectReason.DUPLICATE, f"seq {parsed.seq}", _signals(parsed))
            if parsed.seq < device.seq:
                return Rejected(
                    RejectReason.REORDERED, f"seq {parsed.seq} after {device.seq}", _signals(parsed)
                )
            return None
        if parsed.boot in device.boots:
            return Rejected(RejectReason.OLD_BOOT, f"boot {parsed.boot} came back", _signals(parsed))
        if len(device.boots) >= MAX_BOOTS:
            return Rejected(RejectReason.OLD_BOOT, f"more than {MAX_BOOTS} boots", _signals(parsed))
        return None

    def _novelty(self, device: _Device, parsed: Parsed, measured_ms: int) -> Rejected | None:
        for reading in parsed.values:
            newest_ms = device.newest_ms.get(reading.signal)
            if newest_ms is not None and measured_ms <= newest_ms and reading.value is not None:
                detail = f"{reading.signal} already measured at this time or later"
                return Rejected(RejectReason.NOT_NEWER, detail, _signals(parsed))
        return None

    def _admit(
        self, device: _Device, parsed: Parsed, patient: str | None, measured_ms: int, received: Stamp
    ) -> Admitted | Rejected:
        if patient != self._patient:
            # Another person's last reading says nothing about this one's.
            self._patient = patient
            self._last_cuff.clear()
            self._heart = None
        missing = _missing(parsed.values)
        good = [
            (one, one.value) for one in parsed.values if one.value is not None and one.signal not in missing
        ]
        frozen = device.standstill.of(
            {one.signal: value for one, value in good}, missing, parsed.cuff_pulse, measured_ms
        )
        unmeasured = {signal for refusal in frozen for signal in refusal.signals}
        for reading, value in good:
            if reading.signal is Signal.HR:
                # A pulse that nobody measures is no witness against a cuff.
                self._heart = None if Signal.HR in unmeasured else (value, measured_ms)
        other_pulse = self._of_another_pulse(parsed, good, measured_ms)
        if other_pulse is not None:  # one reason for one value: each is one failed reading
            frozen = (
                other_pulse,
                *(one for one in frozen if not set(one.signals) & set(other_pulse.signals)),
            )
        refusals = frozen
        unusable = {signal for refusal in refusals for signal in refusal.signals}
        usable = [(one, value) for one, value in good if one.signal not in unusable]
        if not usable and parsed.cuff_active is None:
            return (
                refusals[0] if refusals else Rejected(RejectReason.BAD_QUALITY, ", ".join(missing), missing)
            )
        samples = self._samples(device, parsed, usable, measured_ms, received)
        return Admitted(samples, parsed.cuff_active, missing, refusals)

    def _samples(
        self,
        device: _Device,
        parsed: Parsed,
        usable: list[tuple[Reading, float]],
        measured_ms: int,
        received: Stamp,
    ) -> tuple[Sample, ...]:
        """Make samples, and remember what the next message is held against."""
        is_suspect = self._is_leap(usable)
        seq = measured_ms if parsed.seq is None else parsed.seq
        samples = []
        for reading, value in usable:
            signal = reading.signal
            is_cuff = signal in CUFF
            is_leap = (is_suspect and is_cuff) or reading.is_suspect
            samples.append(Sample(signal, value, measured_ms, received, parsed.device, seq, is_leap))
            device.newest_ms[signal] = measured_ms
            self._in_a_row[signal] = 0
            if is_cuff:
                self._last_cuff[signal] = value
        return tuple(samples)

    def _of_another_pulse(
        self, parsed: Parsed, good: list[tuple[Reading, float]], measured_ms: int
    ) -> Rejected | None:
        """Refuse the cuff's reading if it counted another pulse than was measured at that moment."""
        signals = tuple(one.signal for one, _ in good if one.signal in CUFF)
        if parsed.cuff_pulse is None or self._heart is None or not signals:
            return None
        rate, rate_ms = self._heart
        # Both by the time of measurement: a reading that came late is held against nothing of today.
        if abs(measured_ms - rate_ms) > PULSE_APART_MS:
            return None
        if abs(parsed.cuff_pulse - rate) <= max(PULSE_SHARE * rate, PULSE_BPM):
            return None
        detail = f"the cuff counted {parsed.cuff_pulse:g}/min, the heart rate is {rate:g}/min"
        return Rejected(RejectReason.PULSE_MISMATCH, detail, signals)

    def _is_leap(self, readings: list[tuple[Reading, float]]) -> bool:
        """Systolic or diastolic changed by more than 30 %. Admitted all the same: a leap up must trip."""
        for reading, value in readings:
            last = self._last_cuff.get(reading.signal) if reading.signal in (Signal.SYS, Signal.DIA) else None
            if last is not None and not abs(value - last) <= SUSPECT_CHANGE * last:
                return True
        return False


def _without_held_cuff(device: _Device, parsed: Parsed) -> Parsed:
    """The message without a cuff reading that was there before."""
    cuff = tuple(sorted((one.signal, one.value) for one in parsed.values if one.signal in CUFF and one.value))
    if not cuff:
        return parsed  # it failed, or there is none: that is not held back
    before, device.held = device.held, cuff
    if before is not None and before != cuff:
        return parsed
    return replace(parsed, values=tuple(one for one in parsed.values if one.signal not in CUFF))


def _signals(parsed: Parsed) -> tuple[Signal, ...]:
    return tuple(reading.signal for reading in parsed.values)


def _missing(readings: tuple[Reading, ...]) -> tuple[Signal, ...]:
    """Signals of bad quality. A cuff reading is one set: one bad part and all of it is missing."""
    bad = {reading.signal for reading in readings if reading.value is None}
    if bad & {Signal.SYS, Signal.DIA}:
        bad |= set(CUFF)
    return tuple(reading.signal for reading in readings if reading.signal in bad)


def _timeliness(parsed: Parsed, measured_ms: int, received: Stamp) -> Rejected | None:
    age_ms = received.ms - measured_ms
    if age_ms < -MAX_FUTURE_MS:
        return Rejected(RejectReason.FUTURE, f"{-age_ms} ms ahead", _signals(parsed))
    # One stamp per message, so the strictest signal in it decides.
    is_cuff_only = bool(parsed.values) and all(reading.signal in CUFF for reading in parsed.values)
    limit_ms = MAX_CUFF_AGE_MS if is_cuff_only else MAX_AGE_MS
    if age_ms > limit_ms:
        return Rejected(RejectReason.LATE, f"{age_ms} ms old > {limit_ms}", _signals(parsed))
    return None
