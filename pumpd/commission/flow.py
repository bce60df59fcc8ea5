"""Flow accuracy as IEC 60601-2-24 plots it: start-up curve, mean error, trumpet curve. Pure arithmetic.

Theory of operation. What is measured is how much has come out by when. Between two readings the flow is taken as even, so
the volume at each half minute is known and the flow in each half minute is a difference of two of them. Nothing is
smoothed. The start-up curve is these flows from the start. The analysis period is the second hour, or the second half of
a measurement that was shorter. For an observation window of P minutes every stretch of P minutes inside the period is
looked at, one beginning every half minute, and the largest and the smallest mean error among them are the two edges of
the trumpet (facts/clinical.md 5.2):

    Ep = max and min over j of (S/P) sum 100 (Qi - r) / r,      S = 0.5 min,      m = (T1 - P) / S + 1 stretches

A window that the period cannot hold, or that the readings were too sparse for, is not computed, and says why.
Volumes in nl, times in s from the start of the pump, flows and rates in nl/h, errors in per cent.
"""

from bisect import bisect_right
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import accumulate, pairwise

SAMPLE_S = 30
WINDOWS_MIN = (2, 5, 11, 19, 31)
SECOND_HOUR_S = 3600
#: The flow has started once half a minute of it comes to this much of the rate, per cent.
STARTED_PERCENT = 95.0

#: (s from the start, nl that have come out by then)
Reading = tuple[float, float]


class Unusable(ValueError):
    """Nothing can be computed from these readings; `str()` says why."""


@dataclass(frozen=True, slots=True)
class Window:
    """One observation window. `lacking`: why it could not be computed; then both edges are None."""

    minutes: int
    highest_percent: float | None = None
    lowest_percent: float | None = None
    lacking: str = ""


@dataclass(frozen=True, slots=True)
class Analysis:
    """Everything that one measurement gives.

    Attributes:
        flows_nl_h: in each half minute from the start.
        begin_s, end_s: the analysis period.
        mean_error_percent: over the period.
        started_s: end of the first half minute with 95 % of the rate; None: there was none.
        widest_gap_s: between two readings.
    """

    flows_nl_h: tuple[float, ...]
    begin_s: int
    end_s: int
    mean_error_percent: float
    windows: tuple[Window, ...]
    started_s: int | None
    widest_gap_s: float


def analysed(readings: Sequence[Reading], rate_nl_h: float) -> Analysis:
    """Start-up, mean error and trumpet of one run.

    Raises:
        Unusable: fewer than two half minutes, times that do not rise, a rate that is none.
    """
    if rate_nl_h <= 0:
        raise Unusable(f"the rate is {rate_nl_h:g} nl/h: it must be above 0")
    gap_s = _widest_gap(readings)
    flows = binned(readings)
    bins = len(flows)
    first = min(SECOND_HOUR_S // SAMPLE_S, bins // 2)
    last = min(bins, 2 * SECOND_HOUR_S // SAMPLE_S)
    errors = [100.0 * (flow - rate_nl_h) / rate_nl_h for flow in flows]
    period = errors[first:last]
    started = next((i for i, error in enumerate(errors) if error >= STARTED_PERCENT - 100.0), None)
    return Analysis(
        flows,
        first * SAMPLE_S,
        last * SAMPLE_S,
        sum(period) / len(period),
        tuple(_window(period, minutes, gap_s) for minutes in WINDOWS_MIN),
        None if started is None else (started + 1) * SAMPLE_S,
        gap_s,
    )


def binned(readings: Sequence[Reading]) -> tuple[float, ...]:
    """The flow in each whole half minute from 0 to the last reading, nl/h. Raises Unusable."""
    _check(readings)
    times = [at for at, _ in readings]
    bins = int((times[-1] + 1e-6) // SAMPLE_S)
    if bins < 2:
        raise Unusable(f"{times[-1]:g} s were measured; the least is {2 * SAMPLE_S} s")
    volumes = [_volume_at(readings, times, index * SAMPLE_S) for index in range(bins + 1)]
    return tuple((after - before) * 3600.0 / SAMPLE_S for before, after in pairwise(volumes))


def trumpet(errors_percent: Sequence[float], minutes: int) -> tuple[float, float]:
    """Largest and smallest mean of `minutes` of half-minute errors; there must be as many."""
    count = minutes * 60 // SAMPLE_S
    sums = [0.0, *accumulate(errors_percent)]
    means = [(sums[j + count] - sums[j]) / count for j in range(len(errors_percent) - count + 1)]
    return max(means), min(means)


def _window(period: Sequence[float], minutes: int, gap_s: float) -> Window:
    measured_min = len(period) * SAMPLE_S / 60
    if measured_min < minutes:
        return Window(minutes, lacking=f"the analysis period is {measured_min:g} min")
    if gap_s > minutes * 60 / 2:
        return Window(minutes, lacking=f"the readings are up to {gap_s:g} s apart")
    return Window(minutes, *trumpet(period, minutes))


def _check(readings: Sequence[Reading]) -> None:
    if len(readings) < 2:
        raise Unusable(f"{len(readings)} readings; the least is 2")
    if readings[0][0] > 0:
        raise Unusable(f"the first reading is at {readings[0][0]:g} s; it must be at the start, 0 s")
    for before, after in pairwise(readings):
        if not after[0] > before[0]:
            raise Unusable(f"the time does not rise: {after[0]:g} s comes after {before[0]:g} s")


def _widest_gap(readings: Sequence[Reading]) -> float:
    return max((after[0] - max(before[0], 0.0) for before, after in pairwise(readings)), default=0.0)


def _volume_at(readings: Sequence[Reading], times: Sequence[float], at_s: float) -> float:
    index = min(max(bisect_right(times, at_s), 1), len(times) - 1)
    (begin_s, begin_nl), (end_s, end_nl) = readings[index - 1], readings[index]
    return begin_nl + (end_nl - begin_nl) * (at_s - begin_s) / (end_s - begin_s)
