"""Where things go in a trend picture: round numbers for axes, room for names, points enough for the paper.

Theory of operation. Pure arithmetic without a stroke of drawing, so that each rule of the layout can be shown to hold:
axes end on round numbers and cover what they must, names never overlap, numbered marks never touch, and thinning a curve
never loses its extremes or its gaps.
"""

from collections.abc import Sequence
from math import ceil, floor, log10

#: Minutes and value; None is a gap.
Point = tuple[float, float | None]

#: Radius of a numbered mark.
MARK_R = 7.5
_MINUTE_STEPS = (1, 2, 5, 10, 15, 20, 30, 60, 120, 240, 480, 1440)


def number(value: float) -> str:
    """As short as it can be said, with a true minus sign."""
    return f"{value:g}".replace("-", "\N{MINUS SIGN}")


def axis_ticks(reach: tuple[float, float], height: float) -> tuple[float, ...]:
    """Round numbers that cover `reach`, about one in 20 points of height; never fewer than two."""
    low, high = reach
    rough = (high - low if high > low else max(abs(high), 1.0)) / max(2, height // 20)
    power = 10.0 ** floor(log10(rough))
    step = next(times * power for times in (1, 2, 5, 10) if times * power >= rough * 0.999)
    first, last = floor(low / step + 1e-9), ceil(high / step - 1e-9)
    return tuple(round(step * index, 10) for index in range(first, max(last, first + 1) + 1))


def minute_ticks(low: float, high: float) -> tuple[float, ...]:
    """Whole minutes for the time axis, at most fourteen."""
    step = next((one for one in _MINUTE_STEPS if (high - low) / one <= 13), _MINUTE_STEPS[-1])
    return tuple(float(index * step) for index in range(ceil(low / step), floor(high / step) + 1))


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Move ascending places apart, as little as needed and inside [low, high] as far as there is room."""
    places = list(wanted)
    for index in range(len(places)):
        floor_at = low if index == 0 else places[index - 1] + apart
        places[index] = max(places[index], floor_at)
    ceiling = high
    for index in reversed(range(len(places))):
        places[index] = min(places[index], ceiling)
        ceiling = places[index] - apart
    return places


def mark_rows(places: Sequence[float]) -> list[int]:
    """The row of each mark's number, so that no two numbers touch: the first row with room."""
    ends: list[list[float]] = []
    rows = []
    for place in places:
        row = next(
            (i for i, taken in enumerate(ends) if all(abs(place - one) > 2 * MARK_R + 1 for one in taken)),
            len(ends),
        )
        if row == len(ends):
            ends.append([])
        ends[row].append(place)
        rows.append(row)
    return rows


def thinned(points: Sequence[Point], low: float, high: float, columns: int) -> list[Point]:
    """No more points than paper: each column keeps its first, lowest, highest and last, and every gap."""
    if len(points) <= 2 * columns or high <= low:
        return list(points)
    kept: list[Point] = []
    column: list[Point] = []
    number_now = -1
    for point in points:
        number_here = int((point[0] - low) / (high - low) * columns)
        if number_here != number_now or point[1] is None:
            kept += _extremes(column)
            column, number_now = [], number_here
        if point[1] is None:
            kept.append(point)
        else:
            column.append(point)
    return kept + _extremes(column)


def _extremes(column: Sequence[Point]) -> list[Point]:
    if len(column) <= 4:
        return list(column)
    values = [-1.0 if value is None else value for _, value in column]
    chosen = {0, len(column) - 1, values.index(min(values)), values.index(max(values))}
    return [column[index] for index in sorted(chosen)]
