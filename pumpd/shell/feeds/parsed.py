"""A message as every parser of the feeds hands it on, and what its numbers must be to mean anything.

Theory of operation. One implausible value refuses the whole message: a device that is wrong about one thing is not
believed about the next line. The rules on numbers are clinical.md section 4. A heart rate of 0 of good quality is
asystole, not a bad value, and is passed on so that it can trip (facts/faults.md row 57).
"""

from dataclasses import dataclass

from interlocks.vocabulary import CUFF, UNIT, Signal
from pumpd.shell.feeds.arrivals import RejectReason
from pumpd.shell.feeds.names import MAP_TOLERANCE, PLAUSIBLE, PULSE_PRESSURE
from pumpd.shell.feeds.screening import refuse, show


@dataclass(frozen=True, slots=True)
class Reading:
    """One value of a message. `value` is None exactly when `quality` is "bad"."""

    signal: Signal
    value: float | None
    unit: str
    quality: str


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
    low, high = PLAUSIBLE[signal]
    is_between = signal is Signal.BUTTON and value not in PLAUSIBLE[signal]  # a button is up or down
    if is_between or not low <= value <= high:
        refuse(RejectReason.IMPLAUSIBLE, f"{signal} {show(value)} outside {low}..{high}")
    return Reading(signal, float(value), UNIT[signal], "ok")


def bad_reading(signal: Signal) -> Reading:
    """A value that the device itself does not vouch for: it counts as missing."""
    return Reading(signal, None, UNIT[signal], "bad")


def check_together(readings: tuple[Reading, ...], has_pulse: bool) -> None:
    """Hold the values of one message against each other.

    Args:
        readings: all of the message.
        has_pulse: it also says what the cuff counted.

    Raises:
        RefusedError: a signal twice, a cuff reading in part, or pressures that no artery has.
    """
    by_signal = {reading.signal: reading for reading in readings}
    if len(by_signal) != len(readings):
        refuse(RejectReason.REPEATED_SIGNAL, "two values for one signal")
    if not has_pulse and not any(signal in by_signal for signal in CUFF):
        return
    if Signal.SYS not in by_signal or Signal.DIA not in by_signal:
        refuse(RejectReason.CUFF_INCOMPLETE, "a cuff reading is systolic and diastolic together")
    mean = by_signal[Signal.MAP].value if Signal.MAP in by_signal else None
    _check_cuff(by_signal[Signal.SYS].value, by_signal[Signal.DIA].value, mean)


def _check_cuff(systolic: float | None, diastolic: float | None, mean: float | None) -> None:
    if systolic is None or diastolic is None:
        return  # of bad quality: missing, not implausible
    pulse_pressure = systolic - diastolic
    if not PULSE_PRESSURE[0] <= pulse_pressure <= PULSE_PRESSURE[1]:
        refuse(RejectReason.IMPLAUSIBLE, f"pulse pressure {pulse_pressure:g} of {systolic:g}/{diastolic:g}")
    if mean is None:
        return
    expected = diastolic + pulse_pressure / 3
    if not diastolic < mean < systolic or not abs(mean - expected) <= MAP_TOLERANCE:
        refuse(RejectReason.IMPLAUSIBLE, f"mean {mean:g} of {systolic:g}/{diastolic:g}")
