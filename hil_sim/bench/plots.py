"""The picture of one run: the strip of happenings, and below it the curves over the same time axis, as one SVG.

Theory of operation. Truth and claim stand together: the plunger's true rate beside what the daemon permitted and
commanded, the true volume inside the daemon's interval. That interval is far narrower than a treatment's volume, so
it has a lane of its own in which the truth is the zero line: the band must hold it at every instant. Faults shade
all lanes, trips, people and deaths of the daemon run through all of them as hairlines, so that cause and effect are
read straight down. Every curve carries its name at its right end.
"""

from collections.abc import Sequence
from dataclasses import dataclass

from hil_sim.bench.recording import Recording
from hil_sim.bench.ribbon import Group, done, draw_group, groups
from hil_sim.bench.svg import (
    Point,
    Scale,
    band_path,
    clock_words,
    line,
    line_path,
    nice_ticks,
    number,
    path,
    rect,
    spread,
    step_path,
    text,
    time_ticks,
)

WIDTH, LEFT, RIGHT = 1120.0, 96.0, 128.0
_GAP, _FOOT, _GROUP_GAP = 30.0, 38.0, 7.0
_NAMES_APART = 12.0
_MOVING = ("SLOW", "PAUSE", "STOP")


@dataclass(frozen=True, slots=True)
class Trace:
    """One curve; `manner` is "line" or "step"."""

    label: str
    css: str
    points: Sequence[Point]
    manner: str = "line"
    is_right: bool = False


@dataclass(frozen=True, slots=True)
class Lane:
    """Curves over one axis (two with `right`): unit, and what the axis covers at least."""

    title: str
    unit: str
    low: float
    high: float
    traces: tuple[Trace, ...]
    levels: tuple[tuple[float, str, str], ...] = ()
    band: tuple[Sequence[Point], Sequence[Point], str] | None = None
    right: tuple[str, float, float] | None = None
    height: float = 104.0


def picture(seen: Recording) -> str:
    """One `<svg>` element, as wide as its container; classes are those of the page's style."""
    x = Scale(0.0, max(seen.until_s, 1.0), LEFT, WIDTH - RIGHT)
    strip = groups(seen, x)
    drawn = lanes(seen)
    lanes_top = 10.0 + sum(group.height + _GROUP_GAP for group in strip) + 18.0
    tops = [lanes_top + sum(lane.height + _GAP for lane in drawn[:index]) for index in range(len(drawn))]
    bottom = tops[-1] + drawn[-1].height
    parts = [
        *_behind(seen, x, tops, drawn),
        *_strip(strip, x),
        *_hairlines(seen, x, lanes_top - 16.0, bottom),
    ]
    for lane, top in zip(drawn, tops, strict=True):
        parts += _draw_lane(lane, x, top)
    parts += _time_axis(seen.until_s, x, bottom)
    head = f'<svg viewBox="0 0 {WIDTH:.0f} {bottom + _FOOT:.0f}" role="img" aria-label="What happened, over time">'
    return head + "\n".join(part for part in parts if part) + "</svg>"


def lanes(seen: Recording) -> tuple[Lane, ...]:
    """What is plotted, from top to bottom."""
    line = (Trace("line", "t-line", _of(seen, "line_mmhg")),)
    pulse = (
        Trace("heart rate", "t-hr", _of(seen, "hr")),
        Trace("SpO2", "t-spo2", _of(seen, "spo2"), is_right=True),
    )
    drug = (
        Trace("arterial", "t-art", _of(seen, "c_art_ng_ml")),
        Trace("venous", "t-ven", _of(seen, "c_ven_ng_ml")),
    )
    levels = _pressure_levels(seen)
    return (
        *_delivery(seen),
        Lane("Pressure in the line", "mmHg", 0.0, 50.0, line, height=84.0),
        Lane("Blood pressure", "mmHg", 60.0, 165.0, _pressures(seen), levels, height=128.0),
        Lane("Heart rate and saturation", "/min", 50.0, 110.0, pulse, right=("%", 85.0, 100.0)),
        Lane("Ketamine in plasma", "ng/mL", 0.0, 10.0, drug, height=84.0),
    )


def _delivery(seen: Recording) -> tuple[Lane, ...]:
    """Rate and volume, and how far from the truth the daemon's interval reaches."""
    rates = (
        Trace("permitted", "t-permitted", _of(seen, "permitted_ml_h"), "step"),
        Trace("commanded", "t-commanded", _of(seen, "commanded_ml_h"), "step"),
        Trace("true", "t-true", seen.rates(), "step"),
    )
    volumes = (
        Trace("in the vein", "t-vein", _of(seen, "patient_ml")),
        Trace("plunger", "t-true", _of(seen, "plunger_ml")),
    )
    lows, highs = _of(seen, "given_low_ml"), _of(seen, "given_high_ml")
    around = (_from_truth(seen, lows), _from_truth(seen, highs), "low to high")
    truth = ((0.0, "the truth", "t-true"),)
    title = "The daemon's interval of the volume, around the truth"
    return (
        Lane("Rate", "mL/h", 0.0, 1.0, rates),
        Lane("Volume", "mL", 0.0, 1.0, volumes, band=(lows, highs, "daemon's interval")),
        Lane(title, "mL", -0.02, 0.02, (), truth, around, height=56.0),
    )


def _of(seen: Recording, field: str) -> list[Point]:
    return [(moment.t_s, getattr(moment, field)) for moment in seen.moments]


def _from_truth(seen: Recording, volumes: Sequence[Point]) -> list[Point]:
    return [
        (t_s, None if ml is None else ml - moment.plunger_ml)
        for (t_s, ml), moment in zip(volumes, seen.moments, strict=True)
    ]


def _pressures(seen: Recording) -> tuple[Trace, ...]:
    return (Trace("systolic", "t-sys", _of(seen, "sys")), Trace("diastolic", "t-dia", _of(seen, "dia")))


def _pressure_levels(seen: Recording) -> tuple[tuple[float, str, str], ...]:
    """The limits of facts/clinical.md 3.2: 160/100, and a fifth above what it was as the infusion began."""
    levels = [(160.0, "160", "t-limit"), (100.0, "100", "t-limit")]
    began_s = seen.infusion_began_s
    rest = None if began_s is None else seen.moment_at(began_s)
    if rest is not None:
        levels += [(rest.sys * 1.2, "+20 % sys", "t-limit2"), (rest.dia * 1.2, "+20 % dia", "t-limit2")]
    return tuple(levels)


def _strip(strip: Sequence[Group], x: Scale) -> list[str]:
    parts, top = [], 10.0
    for group in strip:
        parts += draw_group(group, x, top)
        top += group.height + _GROUP_GAP
    return parts


def _behind(seen: Recording, x: Scale, tops: Sequence[float], drawn: Sequence[Lane]) -> list[str]:
    """The faults' shades behind every lane."""
    spans = [(bar, bar.end_s) for bar in done(seen) if bar.end_s is not None]
    return [
        rect(x(bar.begin_s), top, x(end_s) - x(bar.begin_s), lane.height, "shade", bar.tip)
        for lane, top in zip(drawn, tops, strict=True)
        for bar, end_s in spans
    ]


def _hairlines(seen: Recording, x: Scale, top: float, bottom: float) -> list[str]:
    marks = [(one.t_s, "h-trip") for one in seen.of("rule") if one.detail["demand"] in _MOVING]
    marks += [(one.t_s, "h-act") for one in seen.of("operator")]
    marks += [(one.t_s, "h-crash") for one in seen.of("crash")]
    return [line(x(t_s), top, x(t_s), bottom, f"hair {css}") for t_s, css in sorted(set(marks))]


def _draw_lane(lane: Lane, x: Scale, top: float) -> list[str]:
    bottom, right = top + lane.height, x.at_high
    ticks = nice_ticks(*_reach(lane, is_right=False), max(3, int(lane.height / 24.0)))
    y = Scale(ticks[0], ticks[-1], bottom, top)
    parts = [line(x.at_low, y(tick), right, y(tick), "grid") for tick in ticks]
    parts += [text(x.at_low - 7.0, y(tick) + 3.5, number(tick), "tick", "end") for tick in ticks]
    parts.append(text(x.at_low, top - 8.0, f"{lane.title}, {lane.unit}", "lane"))
    y_right = y
    if lane.right is not None:
        right_ticks = nice_ticks(*_reach(lane, is_right=True), len(ticks))
        y_right = Scale(right_ticks[0], right_ticks[-1], bottom, top)
        css = next((one.css for one in lane.traces if one.is_right), "quiet")
        parts += [
            text(right + 6.0, y_right(tick) + 3.5, number(tick), f"tick {css}-ink") for tick in right_ticks
        ]
        parts.append(text(right, top - 8.0, lane.right[0], f"tick {css}-ink", "end"))
    named: list[tuple[float, str, str]] = []
    if lane.band is not None:
        lows, highs, label = lane.band
        parts.append(path(band_path(lows, highs, x, y), "band"))
        last = _last(highs)
        named += [(y(last), label, "band-ink")] if last is not None else []
    for value, label, css in lane.levels:
        parts.append(line(x.at_low, y(value), right, y(value), f"level {css}"))
        named.append((y(value), label, f"{css}-ink"))
    for trace in lane.traces:
        scale = y_right if trace.is_right else y
        draw = step_path if trace.manner == "step" else line_path
        parts.append(path(draw(trace.points, x, scale), f"trace {trace.css}"))
        last = _last(trace.points)
        named += [(scale(last), trace.label, f"{trace.css}-ink")] if last is not None else []
    return parts + _names(named, right + (30.0 if lane.right else 6.0), top, bottom)


def _last(points: Sequence[Point]) -> float | None:
    return next((value for _, value in reversed(points) if value is not None), None)


def _reach(lane: Lane, *, is_right: bool) -> tuple[float, float]:
    """Lowest and highest number that the axis must show."""
    low, high = (lane.right[1], lane.right[2]) if is_right and lane.right else (lane.low, lane.high)
    values = [v for one in lane.traces if one.is_right is is_right for _, v in one.points if v is not None]
    if not is_right:
        values += [value for value, _, _ in lane.levels]
        for points in lane.band[:2] if lane.band else ():
            values += [value for _, value in points if value is not None]
    return min([low, *values]), max([high, *values])


def _names(named: list[tuple[float, str, str]], begin: float, top: float, bottom: float) -> list[str]:
    ordered = sorted(named)
    places = spread([place for place, _, _ in ordered], _NAMES_APART, top, bottom)
    return [
        text(begin, place + 3.5, label, f"name {css}")
        for place, (_, label, css) in zip(places, ordered, strict=True)
    ]


def _time_axis(until_s: float, x: Scale, bottom: float) -> list[str]:
    parts = [line(x.at_low, bottom, x.at_high, bottom, "axis")]
    for tick in time_ticks(until_s):
        parts.append(line(x(tick), bottom, x(tick), bottom + 4.0, "axis"))
        parts.append(text(x(tick), bottom + 16.0, clock_words(tick), "tick", "middle"))
        parts.append(text(x(tick), bottom + 29.0, f"{tick} s", "quiet", "middle"))
    return parts
