"""A message as every parser of the feeds hands it on, and what its numbers must be to mean anything.

Theory of operation. One impossible value refuses the whole message: a device that is wrong about one thing is not
believed about the next line. A heart rate of 0 of good quality is asystole, not a bad value, and is passed on so that it
can trip (facts/faults.md row 57). A cuff reading that is hardly possible (230/100, 55/30, a mean that does not fit) is
another matter: an artefact, or the crisis that all of this is for. Refused, it would leave the last good one standing for
minutes; so it is suspect, which acts and proves nothing (decision 0029).
"""

from dataclasses import dataclass, replace

from interlocks.vocabulary import CUFF, UNIT, Signal
from pumpd.shell.feeds.arrivals import RejectReason
from pumpd.shell.feeds.names import MAP_TOLERANCE, PLAUSIBLE, PULSE_PRESSURE, SENSOR
from pumpd.shell.feeds.screening import refuse, show


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a message. `value` is None exactly when `quality` is "bad". `is_suspect`: it acts and proves nothing."""

    signal: Signal
    value: float | None
    unit: str
    quality: str
    is_suspect: bool = False


@dataclass(frozen=True, slots=True)
class Parsed:
    """A well-formed, plausible message. Whether it is new, timely and ours is for admission to say.

    Attributes:
        device: device name in the payload.
        boot: identifier of the device's present boot.
        seq: counts messages within one boot; None: the sender does not count, and only its stamps give the order.
        patient: patient token the device is bound to; None: the sender knows no patients.
        measured_at_ms: treatment wall clock of the device, unix ms.
        values: one reading per signal.
        cuff_active: a cuff cycle is running; None: not said.
        cuff_pulse: what the cuff counted while it measured, {beat}/min; None: not said. A cuff that could not
            count makes its own pressures bad, so that there is no third case.
        is_cuff_held: the cuff's values may be the last ones once more, under a newer stamp.
    """

    device: str
    boot: str
    seq: int | None
    patient: str | None
    measured_at_ms: int
    values: tuple[Reading, ...]
    cuff_active: bool | None
    cuff_pulse: float | None = None
    is_cuff_held: bool = False


def good_reading(signal: Signal, value: float) -> Reading:
    """A value of good quality, in `UNIT[signal]`.

    Raises:
        RefusedError: it is outside of what the sensor can mean at all.
    """
    low, high = SENSOR.get(signal, PLAUSIBLE[signal])
    is_between = signal is Signal.BUTTON and value not in PLAUSIBLE[signal]  # a button is up or down
    if is_between or not low <= value <= high:
        refuse(RejectReason.IMPLAUSIBLE, f"{signal} {show(value)} outside {low}..{high}")
    usual_low, usual_high = PLAUSIBLE[signal]
    return Reading(signal, float(value), UNIT[signal], "ok", not usual_low <= value <= usual_high)


def bad_reading(signal: Signal) -> Reading:
    """A value that the device itself does not vouch for: it counts as missing."""
    return Reading(signal, None, UNIT[signal], "bad")


def together(readings: tuple[Reading, ...], has_pulse: bool) -> tuple[Reading, ...]:
    """Hold the values of one message against each other; the same values, a cuff reading that is in doubt marked.

    Args:
        readings: all of the message.
        has_pulse: it also says what the cuff counted.

    Raises:
        RefusedError: a signal twice, a cuff reading in part, or a diastolic that is not below the systolic.
    """
    by_signal = {reading.signal: reading for reading in readings}
    if len(by_signal) != len(readings):
        refuse(RejectReason.REPEATED_SIGNAL, "two values for one signal")
    if not has_pulse and not any(signal in by_signal for signal in CUFF):
        return readings
    if Signal.SYS not in by_signal or Signal.DIA not in by_signal:
        refuse(RejectReason.CUFF_INCOMPLETE, "a cuff reading is systolic and diastolic together")
    mean = by_signal[Signal.MAP].value if Signal.MAP in by_signal else None
    is_doubtful = _is_doubtful(by_signal[Signal.SYS].value, by_signal[Signal.DIA].value, mean)
    if not is_doubtful and not any(one.is_suspect for one in readings):
        return readings
    return tuple(replace(one, is_suspect=True) if one.signal in CUFF else one for one in readings)


def _is_doubtful(systolic: float | None, diastolic: float | None, mean: float | None) -> bool:
    if systolic is None or diastolic is None:
        return False  # of bad quality: missing, not implausible
    pulse_pressure = systolic - diastolic
    if pulse_pressure <= 0:
        refuse(RejectReason.IMPLAUSIBLE, f"pulse pressure {pulse_pressure:g} of {systolic:g}/{diastolic:g}")
    if not PULSE_PRESSURE[0] <= pulse_pressure <= PULSE_PRESSURE[1]:
        return True
    if mean is None:
        return False
    expected = diastolic + pulse_pressure / 3
    return not diastolic < mean < systolic or not abs(mean - expected) <= MAP_TOLERANCE
