"""A session as a trend picture, and the list that explains its numbered marks.

Theory of operation. Four lanes share the time axis: blood pressure, pulse and saturation, line pressure, rate. Limit
lines are read from the very rules that were in force, not written here a second time. A line is never drawn across a
silence longer than the signal's own rhythm allows. Grey is standing still, pale is slowed; what acted is a solid mark,
what a person did a hollow one.
"""

from collections.abc import Iterator, Sequence
from itertools import pairwise
from statistics import median

from interlocks.vocabulary import Baseline, Signal
from pumpd.core.restriction import SLOW_PERCENT
from pumpd.drawing.trend import Band, Lane, Level, Mark, Span, Trace, Trend
from pumpd.drawing.trend_axes import Point
from pumpd.report.session_record import SessionRecord, Step, Story
from pumpd.report.words import action, clock
from pumpd.rule_limits import limits, relative_limits

_MS_PER_MIN = 60_000
_NL_PER_ML = 1_000_000
#: A pause between two readings is a silence from here on: a multiple of the usual one, and a floor under it.
_GAP_TIMES, _GAP_MS = 4, 20_000


def trend_of(record: SessionRecord) -> tuple[Trend, tuple[tuple[Mark, str], ...]]:
    """The picture, and each mark with its sentence."""
    story = record.story
    marks = tuple(_marks(record))
    lanes = [_pressure_lane(record), _pulse_lane(story)]
    if Signal.LINE_PRESSURE in record.policy.fitted or story.readings.get("line_pressure"):
        lanes.append(_line_lane(record))
    lanes.append(_rate_lane(record))
    title = f"Session {record.number} on {record.channel}: pressures, vital signs, line pressure and rate over time"
    picture = Trend(
        title=title,
        begin=_minutes(story.begin_ms),
        end=_minutes(story.until_ms),
        lanes=tuple(lanes),
        marks=tuple(mark for mark, _ in marks),
        bands=tuple(_bands(record)),
    )
    return picture, marks


def _minutes(ms: int) -> float:
    return ms / _MS_PER_MIN


def _curve(story: Story, signal: Signal) -> tuple[Point, ...]:
    """Readings in minutes, with a gap in each silence."""
    readings = sorted(story.readings.get(signal.value, ()))
    pauses = [after[0] - before[0] for before, after in pairwise(readings)]
    silence_ms = max(_GAP_MS, _GAP_TIMES * median(pauses)) if pauses else _GAP_MS
    points: list[Point] = []
    for index, (ms, value) in enumerate(readings):
        if index and pauses[index - 1] > silence_ms:
            points.append((_minutes(readings[index - 1][0]), None))
        points.append((_minutes(ms), value))
    return tuple(points)


def _steps(steps: Sequence[Step], until_ms: int) -> tuple[Point, ...]:
    """nl/h from instant to instant as mL/h, drawn to the end."""
    points: list[Point] = [
        (_minutes(ms), None if rate is None else rate / _NL_PER_ML) for ms, rate in steps if ms <= until_ms
    ]
    if points:
        points.append((_minutes(until_ms), points[-1][1]))
    return tuple(points)


def _pressure_lane(record: SessionRecord) -> Lane:
    levels: list[Level] = []
    for name, signal in (("sys", Signal.SYS), ("dia", Signal.DIA)):
        levels += [
            Level(value, f"{name} limit {value:g}") for value in limits(record.policy.rules, signal)[:1]
        ]
        base = _base(record.session.baseline, signal)
        percents = relative_limits(record.policy.rules, signal)[:1]
        if base is not None:
            levels += [
                Level(
                    base * p / 100,
                    f"{name} {p / 100:g} \N{MULTIPLICATION SIGN} base {base * p / 100:g}",
                    "brown",
                )
                for p in percents
            ]
            levels.append(Level(base, f"{name} baseline {base:g}", "quiet"))
    traces = (
        Trace("systolic", _curve(record.story, Signal.SYS), "strong", "dots"),
        Trace("diastolic", _curve(record.story, Signal.DIA), "soft", "dots"),
    )
    return Lane("Blood pressure", Span(60, 180, "mmHg"), traces, tuple(levels), height=152)


def _base(baseline: Baseline | None, signal: Signal) -> float | None:
    if baseline is None:
        return None
    return baseline.sys if signal is Signal.SYS else baseline.dia


def _pulse_lane(story: Story) -> Lane:
    traces = (
        Trace("heart rate", _curve(story, Signal.HR), "green"),
        Trace("SpO2", _curve(story, Signal.SPO2), "violet", is_right=True),
    )
    return Lane(
        "Heart rate and SpO2", Span(40, 120, "/min"), traces, right=Span(80, 100, "SpO2 %"), height=96
    )


def _line_lane(record: SessionRecord) -> Lane:
    found = limits(record.policy.rules, Signal.LINE_PRESSURE)[:1]
    levels = tuple(Level(value, f"limit {value:g}") for value in found)
    trace = Trace("line pressure", _curve(record.story, Signal.LINE_PRESSURE), "brown")
    return Lane("Line pressure", Span(0, 100, "mmHg"), (trace,), levels, height=76)


def _rate_lane(record: SessionRecord) -> Lane:
    story, programme = record.story, record.session.programme
    traces = [Trace("pump says", _steps(story.reported, story.until_ms), "ink", "step")]
    if programme is not None and record.is_started:
        end_ms = story.until_ms if story.ended_ms is None else story.ended_ms
        flat: list[Step] = [(0, programme.rate_nl_h)]
        traces.insert(0, Trace("programmed", _steps(flat, end_ms), "quiet", "thin-step"))
    top = programme.rate_nl_h / _NL_PER_ML if programme is not None else 10.0
    return Lane("Rate", Span(0, top, "mL/h"), tuple(traces), height=76)


def _bands(record: SessionRecord) -> Iterator[Band]:
    story, programme = record.story, record.session.programme
    end_ms = story.until_ms if story.ended_ms is None else story.ended_ms
    if programme is None:
        return
    for (begin_ms, rate), (next_ms, _) in pairwise((*story.permitted, (end_ms, None))):
        until_ms = min(next_ms, end_ms)
        if begin_ms >= 0 and until_ms > begin_ms and rate is not None and rate < programme.rate_nl_h:
            yield Band(_minutes(begin_ms), _minutes(until_ms), "held" if rate == 0 else "slowed")


def _marks(record: SessionRecord) -> Iterator[tuple[Mark, str]]:
    story = record.story
    happened: list[tuple[int, int, str, str, bool]] = []
    for trip in story.trips:
        tone = "quiet" if trip.demand == "ADVISE" else "limit"
        happened.append((trip.at_ms, 1, f"{trip.rule} {action(trip)}: {trip.reason}", tone, True))
    for act in story.acts:
        # A resume that lifted nothing is in the list of events; here it would only hide what did.
        is_shown = act.has_raised if act.verb == "resume" else act.verb in ("start", "pause", "stop")
        if act.outcome == "accepted" and is_shown:
            happened.append((act.at_ms, 0, f"{act.verb} by {act.by}", "ink", False))
    for hold in story.holds:
        if hold.kind != "nurse":
            happened.append((hold.from_ms, 1, f"held: {hold.reason}", "limit", True))
    if story.ended_ms is not None and record.session.phase.value == "completed":
        happened.append((story.ended_ms, 2, "dose complete", "ink", True))
    end_ms = story.until_ms if story.ended_ms is None else story.ended_ms
    shown = sorted(one for one in happened if story.begin_ms <= one[0] <= end_ms)
    for number, (at_ms, _, text, tone, is_solid) in enumerate(shown, 1):
        yield Mark(_minutes(at_ms), str(number), tone, is_solid), f"{clock(at_ms)} {text}"


def slow_words() -> str:
    """What SLOW means, for the page's small print."""
    return (
        f"slow = {SLOW_PERCENT[1]} % of the programmed rate; a second, independent cause {SLOW_PERCENT[2]} %"
    )
