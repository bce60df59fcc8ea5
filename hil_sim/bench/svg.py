"""The pieces a plot is drawn from: scales, ticks, thinned paths, names that do not overlap. Text in, text out.

Theory of operation. A page holds one picture that must stay small and true: where points are more than the columns
of the picture, each column keeps its first, lowest, highest and last, so no spike is lost; what does not change is
written once; what is unknown is a gap. Colours are classes of the page's style, so that light and dark are its
affair.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from html import escape

#: (treatment s, value); None: nothing is known from here on.
Point = tuple[float, float | None]

_NICE = (1.0, 2.0, 2.5, 5.0, 10.0)
#: Spacings of a time axis, s: what people count time by.
_TIME_STEPS_S = (
    1,
    2,
    5,
    10,
    20,
    30,
    60,
    120,
    300,
    600,
    900,
    1200,
    1800,
    3600,
    7200,
    14400,
    21600,
    43200,
    86400,
)
_COLUMN_PX = 1.5


@dataclass(frozen=True, slots=True)
class Scale:
    """From a number to a place, px."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, value: float) -> float:
        return self.at_low + (value - self.low) / (self.high - self.low) * (self.at_high - self.at_low)


def nice_ticks(low: float, high: float, most: int) -> list[float]:
    """Round numbers from at or below `low` to at or above `high`, at most about `most` of them."""
    reach = max(high - low, 1e-9)
    rough = reach / max(most - 1, 1)
    power = 10.0 ** _exponent(rough)
    step = next(nice * power for nice in _NICE if nice * power >= rough * 0.999)
    first = int(low // step)
    ticks = [first * step]
    while ticks[-1] < high - step * 1e-6:
        ticks.append((first + len(ticks)) * step)
    return ticks if len(ticks) > 1 else [ticks[0], ticks[0] + step]


def _exponent(value: float) -> int:
    exponent = 0
    while 10.0 ** (exponent + 1) <= value:
        exponent += 1
    while 10.0**exponent > value:
        exponent -= 1
    return exponent


def time_ticks(until_s: float, most: int = 13) -> list[int]:
    """Instants to name on a time axis from 0, s."""
    step = next((each for each in _TIME_STEPS_S if until_s / each <= most - 1), _TIME_STEPS_S[-1])
    return list(range(0, int(until_s) + 1, step))


def clock_words(t_s: float) -> str:
    """h:mm:ss, or m:ss below an hour."""
    whole = int(t_s + 1e-6)
    hours, minutes, seconds = whole // 3600, whole // 60 % 60, whole % 60
    return f"{hours}:{minutes:02d}:{seconds:02d}" if hours else f"{minutes}:{seconds:02d}"


def number(value: float) -> str:
    """A tick's number, as short as it is true."""
    return f"{value:.6g}".replace("-", "\u2212")


def thinned(points: Sequence[Point], x: Scale) -> list[Point]:
    """At most four points for each column of the picture: its first, lowest, highest and last."""
    if len(points) * _COLUMN_PX <= 2.0 * (x.at_high - x.at_low):
        return list(points)
    kept: list[Point] = []
    column: list[Point] = []
    here: int | None = None
    for point in points:
        at = None if point[1] is None else int(x(point[0]) / _COLUMN_PX)
        if at != here or at is None:
            kept += _extremes(column)
            column, here = [], at
        column.append(point)
    return kept + _extremes(column)


def _extremes(column: Sequence[Point]) -> list[Point]:
    if len(column) < 4:
        return list(column)
    values = [value if value is not None else 0.0 for _, value in column]
    keep = {0, len(column) - 1, values.index(min(values)), values.index(max(values))}
    return [column[index] for index in sorted(keep)]


def line_path(points: Sequence[Point], x: Scale, y: Scale) -> str:
    """The `d` of a curve; a None breaks it."""
    parts: list[str] = []
    is_open = False
    for t_s, value in thinned(points, x):
        if value is None:
            is_open = False
        else:
            parts.append(f"{'L' if is_open else 'M'}{x(t_s):.1f} {y(value):.1f}")
            is_open = True
    return "".join(parts)


def step_path(points: Sequence[Point], x: Scale, y: Scale) -> str:
    """The `d` of something that stays until it changes; a None ends it."""
    parts: list[str] = []
    last: float | None = None
    end_s = points[-1][0] if points else 0.0
    for t_s, value in thinned(changes(points), x):
        if value is None:
            parts.append(f"H{x(t_s):.1f}" if last is not None else "")
        elif last is None:
            parts.append(f"M{x(t_s):.1f} {y(value):.1f}")
        else:
            parts.append(f"H{x(t_s):.1f}V{y(value):.1f}")
        last = value
    return "".join([*parts, f"H{x(end_s):.1f}" if last is not None else ""])


def changes(points: Iterable[Point]) -> list[Point]:
    """The points at which the value becomes another."""
    kept: list[Point] = []
    for point in points:
        if not kept or kept[-1][1] != point[1]:
            kept.append(point)
    return kept


def band_path(lows: Sequence[Point], highs: Sequence[Point], x: Scale, y: Scale) -> str:
    """The `d` of the area between two curves over the same instants; where either is None there is none."""
    runs: list[list[tuple[float, float, float]]] = [[]]
    # Both curves are thinned at the same instants, or the area would lean.
    stride = max(1, int(len(lows) / max((x.at_high - x.at_low) / _COLUMN_PX, 1.0)))
    for index, ((t_s, low), (_, high)) in enumerate(zip(lows, highs, strict=True)):
        if low is None or high is None:
            runs.append([])
        elif index % stride == 0 or index == len(lows) - 1:
            runs[-1].append((x(t_s), y(low), y(high)))
    parts = []
    for run in (run for run in runs if len(run) > 1):
        along = "L".join(f"{at:.1f} {high:.1f}" for at, _, high in run)
        back = "L".join(f"{at:.1f} {low:.1f}" for at, low, _ in reversed(run))
        parts.append(f"M{along}L{back}Z")
    return "".join(parts)


def spread(wanted: Sequence[float], apart: float, low: float, high: float) -> list[float]:
    """Places near those wanted (ascending), at least `apart` from each other, within the limits if they fit."""
    places: list[float] = []
    for each in wanted:
        places.append(max(each, places[-1] + apart if places else low))
    over = places[-1] - high if places else 0.0
    for index in reversed(range(len(places))):
        ceiling = high if index == len(places) - 1 else places[index + 1] - apart
        if over > 0.0 and places[index] > ceiling:
            places[index] = ceiling
    return places


def line(x1: float, y1: float, x2: float, y2: float, css: str) -> str:
    return f'<line x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}" class="{css}"/>'


def rect(x: float, y: float, width: float, height: float, css: str, tip: str = "") -> str:
    """A box; `tip` is shown when somebody rests on it."""
    place = f'x="{x:.1f}" y="{y:.1f}" width="{max(width, 0.8):.1f}" height="{height:.1f}" class="{css}"'
    return f"<rect {place}><title>{escape(tip)}</title></rect>" if tip else f"<rect {place}/>"


def path(d: str, css: str) -> str:
    return f'<path d="{d}" class="{css}"/>' if d else ""


def text(x: float, y: float, words: str, css: str, anchor: str = "start") -> str:
    at = "" if anchor == "start" else f' text-anchor="{anchor}"'
    return f'<text x="{x:.1f}" y="{y:.1f}" class="{css}"{at}>{escape(words)}</text>'
