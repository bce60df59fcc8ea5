"""The trend picture: lanes of curves over one time axis, as an SVG string.

Theory of operation. One renderer serves the report and the panel, so a session looks the same on both. It is pure: plain
numbers in, text out, nothing read and nothing looked up. A reader must not have to guess, so every curve and every
limit line carries its name at the right end of the lane, in its own colour, moved apart where two would meet; silence is
a gap, never a line drawn across it; and where points are too many for the paper, each column keeps its lowest and its
highest, so that no spike is lost. Colours go in as presentation attributes, not as style, since a panel with a strict
content policy would drop the latter; dashes and widths tell the curves apart on a black-and-white printer.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from html import escape

from pumpd.drawing.trend_axes import (
    MARK_R,
    Point,
    axis_ticks,
    mark_rows,
    minute_ticks,
    number,
    spread,
    thinned,
)

_FONT = "Segoe UI, Roboto, Helvetica Neue, Arial, Liberation Sans, DejaVu Sans Condensed, sans-serif"
INK, QUIET, GRID = "#1f2933", "#66727f", "#e3e7eb"
TONES: dict[str, str] = {
    "ink": INK,
    "quiet": QUIET,
    "strong": "#1b4b7a",
    "soft": "#5b8fb9",
    "green": "#2f6f5e",
    "violet": "#6b5394",
    "brown": "#8a5a1f",
    "limit": "#b3362c",
    "held": "#e9e6de",
    "slowed": "#f6f4ee",
}
#: Line width and dashes by manner of drawing.
_STROKES = {
    "line": (1.4, ""),
    "dots": (1.2, ""),
    "step": (2.0, ""),
    "thin-step": (1.0, "5 3"),
    "level": (0.9, "4 3"),
}

_LEFT, _RIGHT, _GAP, _FOOT, _RIGHT_TICKS = 44, 138, 24, 34, 30
_MARK_ROW = 18
_COLUMNS = 360
_LABEL_APART = 12.0


@dataclass(frozen=True, slots=True)
class Trace:
    """One curve. `manner`: "line", "dots" (line with a dot for each reading), "step", "thin-step"."""

    label: str
    points: tuple[Point, ...]
    tone: str
    manner: str = "line"
    is_right: bool = False  # read on the right-hand axis


@dataclass(frozen=True, slots=True)
class Level:
    """A horizontal line: a limit, a baseline."""

    value: float
    label: str
    tone: str = "limit"


@dataclass(frozen=True, slots=True)
class Span:
    """What an axis covers at least; it grows with what is drawn."""

    low: float
    high: float
    unit: str


@dataclass(frozen=True, slots=True)
class Lane:
    """Curves that share a vertical axis, or two where `right` is given."""

    title: str
    axis: Span
    traces: tuple[Trace, ...]
    levels: tuple[Level, ...] = ()
    right: Span | None = None
    height: int = 92


@dataclass(frozen=True, slots=True)
class Mark:
    """An instant that is explained below the picture. `is_solid`: something acted; hollow: a person did."""

    minute: float
    label: str
    tone: str = "ink"
    is_solid: bool = True


@dataclass(frozen=True, slots=True)
class Band:
    """A stretch of time shaded behind every lane."""

    begin: float
    end: float
    tone: str = "held"


@dataclass(frozen=True, slots=True)
class Trend:
    """Everything in one picture. Times in minutes; `time_title` says from when on."""

    title: str
    begin: float
    end: float
    lanes: tuple[Lane, ...]
    marks: tuple[Mark, ...] = ()
    bands: tuple[Band, ...] = ()
    width: int = 860
    time_title: str = "minutes from start"


@dataclass(frozen=True, slots=True)
class _Scale:
    """From a number to a place."""

    low: float
    high: float
    at_low: float
    at_high: float

    def __call__(self, value: float) -> float:
        share = (value - self.low) / (self.high - self.low)
        return self.at_low + share * (self.at_high - self.at_low)

    def has(self, value: float) -> bool:
        return self.low <= value <= self.high


def draw(trend: Trend) -> str:
    """The picture as one `<svg>` element, scaling with its container."""
    end = trend.end if trend.end > trend.begin else trend.begin + 1
    x = _Scale(trend.begin, end, _LEFT, trend.width - _RIGHT)
    rows = mark_rows([x(one.minute) for one in trend.marks])
    top = 6 + _MARK_ROW * (max(rows, default=-1) + 1)
    tops = []
    y = float(top)
    for lane in trend.lanes:
        tops.append(y + _GAP)
        y += _GAP + lane.height
    parts = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {trend.width} {y + _FOOT:.0f}" width="100%" '
        f'role="img" aria-label="{escape(trend.title)}" font-family="{_FONT}" font-size="11">',
        f"<title>{escape(trend.title)}</title>",
    ]
    for lane, lane_top in zip(trend.lanes, tops, strict=True):
        parts += _lane(lane, x, lane_top, trend.bands)
    parts += _time_axis(x, tops, trend, y)
    parts += _marks(trend.marks, rows, x, y)
    return "\n".join([*parts, "</svg>"])


def _lane(lane: Lane, x: _Scale, top: float, bands: Sequence[Band]) -> list[str]:
    bottom, left, right = top + lane.height, x.at_low, x.at_high
    ticks = axis_ticks(_reach(lane, is_right=False), lane.height)
    y = _Scale(ticks[0], ticks[-1], bottom, top)
    parts = [_band(one, x, top, lane.height) for one in bands if one.end > x.low and one.begin < x.high]
    parts.append(
        _text(left, top - 8, f"{lane.title} ", INK, extra='font-weight="600"', tail=(lane.axis.unit, QUIET))
    )
    parts += [_line(x(one), top, x(one), bottom, GRID) for one in minute_ticks(x.low, x.high)]
    for tick in ticks:
        parts.append(_line(left, y(tick), right, y(tick), GRID))
        parts.append(_text(left - 6, y(tick) + 4, number(tick), QUIET, "end"))
    y_right = y
    if lane.right is not None:
        right_ticks = axis_ticks(_reach(lane, is_right=True), lane.height)
        y_right = _Scale(right_ticks[0], right_ticks[-1], bottom, top)
        tone = next((one.tone for one in lane.traces if one.is_right), "quiet")
        parts.append(_text(right, top - 8, lane.right.unit, TONES[tone], "end"))
        parts += [_text(right + 5, y_right(tick) + 4, number(tick), TONES[tone]) for tick in right_ticks]
    named: list[tuple[float, str, str]] = []
    for level in lane.levels:
        if y.has(level.value):
            width, dashes = _STROKES["level"]
            parts.append(_line(left, y(level.value), right, y(level.value), TONES[level.tone], width, dashes))
            named.append((y(level.value), level.label, level.tone))
    for trace in lane.traces:
        scale = y_right if trace.is_right else y
        points = thinned([one for one in trace.points if x.has(one[0])], x.low, x.high, _COLUMNS)
        parts += _trace(trace, points, x, scale)
        last = next((value for _, value in reversed(points) if value is not None), None)
        if last is not None:
            named.append((scale(last), trace.label, trace.tone))
    return parts + _names(named, right, lane.right is not None, top, bottom)


def _reach(lane: Lane, *, is_right: bool) -> tuple[float, float]:
    """Lowest and highest number that this axis must show."""
    span = lane.right if is_right and lane.right is not None else lane.axis
    traces = [one for one in lane.traces if one.is_right is is_right]
    values = [value for one in traces for _, value in one.points if value is not None]
    levels = [] if is_right else [one.value for one in lane.levels]
    return min([span.low, *values, *levels]), max([span.high, *values, *levels])


def _trace(trace: Trace, points: Sequence[Point], x: _Scale, y: _Scale) -> list[str]:
    width, dashes = _STROKES[trace.manner]
    steps = trace.manner.endswith("step")
    path: list[str] = []
    is_open = False
    for minute, value in points:
        if value is None:
            if is_open and steps:
                path.append(f"H{x(minute):.1f}")
            is_open = False
        elif not is_open:
            path.append(f"M{x(minute):.1f} {y(value):.1f}")
            is_open = True
        elif steps:
            path.append(f"H{x(minute):.1f}V{y(value):.1f}")
        else:
            path.append(f"L{x(minute):.1f} {y(value):.1f}")
    if not path:
        return []
    colour = TONES[trace.tone]
    dash = f' stroke-dasharray="{dashes}"' if dashes else ""
    parts = [
        f'<path d="{"".join(path)}" fill="none" stroke="{colour}" stroke-width="{width}" '
        f'stroke-linejoin="round" stroke-linecap="round"{dash}/>'
    ]
    if trace.manner == "dots":
        parts += [
            f'<circle cx="{x(minute):.1f}" cy="{y(value):.1f}" r="2.2" fill="{colour}"/>'
            for minute, value in points
            if value is not None
        ]
    return parts


def _names(
    named: Sequence[tuple[float, str, str]], right: float, has_ticks: bool, top: float, bottom: float
) -> list[str]:
    """Names at the right end, apart from each other, each tied to its line where it had to move."""
    begin = right + (_RIGHT_TICKS if has_ticks else 4)
    ordered = sorted(named, key=lambda one: one[0])
    places = spread([one[0] for one in ordered], _LABEL_APART, top - 2, bottom + 2)
    parts = []
    for (wanted, label, tone), place in zip(ordered, places, strict=True):
        parts.append(_line(begin, wanted if not has_ticks else place, begin + 8, place, TONES[tone], 0.8))
        parts.append(_text(begin + 11, place + 4, label, TONES[tone]))
    return parts


def _time_axis(x: _Scale, tops: Sequence[float], trend: Trend, bottom: float) -> list[str]:
    parts = []
    parts += [_text(x(one), bottom + 14, number(one), QUIET, "middle") for one in minute_ticks(x.low, x.high)]
    parts += [
        _line(x.at_low, t + a.height, x.at_high, t + a.height, QUIET)
        for t, a in zip(tops, trend.lanes, strict=True)
    ]
    parts.append(_text((x.at_low + x.at_high) / 2, bottom + 29, trend.time_title, QUIET, "middle"))
    return parts


def _marks(marks: Sequence[Mark], rows: Sequence[int], x: _Scale, bottom: float) -> list[str]:
    parts = []
    for mark, row in zip(marks, rows, strict=True):
        if not x.has(mark.minute):
            continue
        place, colour = x(mark.minute), TONES[mark.tone]
        height = 4 + MARK_R + _MARK_ROW * row
        fill, ink = (colour, "#ffffff") if mark.is_solid else ("#ffffff", colour)
        dash = "" if mark.is_solid else "2 2"
        parts.append(_line(place, height + MARK_R, place, bottom, colour, 0.8, dash, "0.6"))
        parts.append(
            f'<circle cx="{place:.1f}" cy="{height:.1f}" r="{MARK_R}" fill="{fill}" stroke="{colour}" stroke-width="1.2"/>'
        )
        parts.append(
            _text(place, height + 3.3, mark.label, ink, "middle", 'font-size="9.5" font-weight="600"')
        )
    return parts


def _band(one: Band, x: _Scale, top: float, height: float) -> str:
    begin, end = x(max(one.begin, x.low)), x(min(one.end, x.high))
    width = max(end - begin, 0.5)
    return f'<rect x="{begin:.1f}" y="{top:.1f}" width="{width:.1f}" height="{height}" fill="{TONES[one.tone]}"/>'


def _line(
    x1: float,
    y1: float,
    x2: float,
    y2: float,
    colour: str,
    width: float = 0.7,
    dash: str = "",
    opacity: str = "",
) -> str:
    extra = f' stroke-dasharray="{dash}"' if dash else ""
    extra += f' stroke-opacity="{opacity}"' if opacity else ""
    ends = f'x1="{x1:.1f}" y1="{y1:.1f}" x2="{x2:.1f}" y2="{y2:.1f}"'
    return f'<line {ends} stroke="{colour}" stroke-width="{width}"{extra}/>'


def _text(
    x: float,
    y: float,
    text: str,
    colour: str,
    anchor: str = "start",
    extra: str = "",
    tail: tuple[str, str] | None = None,
) -> str:
    behind = f'<tspan fill="{tail[1]}" font-weight="400">{escape(tail[0])}</tspan>' if tail else ""
    more = f" {extra}" if extra else ""
    return f'<text x="{x:.1f}" y="{y:.1f}" fill="{colour}" text-anchor="{anchor}"{more}>{escape(text)}{behind}</text>'
