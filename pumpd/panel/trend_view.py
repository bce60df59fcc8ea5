"""What the panel has seen of a bed as a picture, and the same numbers as a table.

Theory of operation. The picture is drawn by the renderer of the session report, so a treatment looks the same live and
afterwards; limits are those in force, which the daemon tells, and where it tells none no line is drawn. Time runs from
the start of the infusion where that was seen, else backwards from now. A picture cannot be read aloud, so every number in
it also stands in a table, and what happened in a list with the picture's own numbers.
"""

from bisect import bisect_right
from collections.abc import Mapping, Sequence
from itertools import pairwise
from typing import Any

from pumpd.drawing.trend import Band, Lane, Level, Mark, Span, Trace, Trend, draw
from pumpd.drawing.trend_axes import Point as Place
from pumpd.panel.history import History, Point
from pumpd.panel.markup import EMPTY, Markup, join, tag
from pumpd.panel.quantity import NONE, plain
from pumpd.panel.words import Said, Words

_MS_PER_MIN = 60_000
_NL_PER_ML = 1_000_000
#: The window that is drawn, minutes, and the rows of the table.
SHOWN_MIN = 90
ROWS = 40
_ROW_STEPS_MIN = (1, 2, 5, 10, 15, 30)
_MARKS = 20


def picture(history: History, state: Mapping[str, Any], words: Words) -> Markup:
    """The picture, the list of its marks and the table, as markup; empty before the first state."""
    if history.began_ms is None:
        return tag("p", words("trend.empty"), class_="note")
    window = _Window(history)
    marks = _marks(history, window, words)
    trend = Trend(
        title=words("trend.title", bed=state.get("bed", "")),
        begin=window.begin,
        end=window.end,
        lanes=tuple(_lanes(history, state, window, words)),
        marks=tuple(mark for mark, _ in marks),
        bands=tuple(_bands(history, state, window)),
        time_title=words("trend.from_start") if window.is_from_start else words("trend.from_now"),
    )
    explained = join(
        tag("li", tag("b", mark.label), f" {_clock(mark.minute)} ", tag("span", said.text, lang=said.lang))
        for mark, said in marks
    )
    return join(
        (
            tag("p", _since(history, words), class_="note") if not history.has_seen_start else EMPTY,
            tag(
                "div",
                Markup(draw(trend)),
                class_="picture",
                tabindex="0",
                role="region",
                aria_label=words("trend.heading"),
            ),
            tag("ol", explained, class_="marks"),
            _table(history, window, words),
        )
    )


class _Window:
    """Which time is drawn, minutes from the start or from now."""

    def __init__(self, history: History) -> None:
        assert history.began_ms is not None
        self.is_from_start = history.start_ms is not None
        self._origin_ms = history.start_ms if history.start_ms is not None else history.now_ms
        self.end = self.minute(history.now_ms)
        self.begin = max(self.minute(history.began_ms), self.end - SHOWN_MIN)
        self.end = max(self.end, self.begin + 5)

    def minute(self, ms: int) -> float:
        return (ms - self._origin_ms) / _MS_PER_MIN


def _since(history: History, words: Words) -> str:
    return words("trend.since", minutes=max(0, (history.now_ms - (history.began_ms or 0)) // _MS_PER_MIN))


def _places(points: Sequence[Point], window: _Window, divide: float = 1.0) -> tuple[Place, ...]:
    return tuple((window.minute(ms), None if value is None else value / divide) for ms, value in points)


def _lanes(history: History, state: Mapping[str, Any], window: _Window, words: Words) -> list[Lane]:
    def line(name: str) -> Sequence[Point]:
        return tuple(history.lines.get(name, ()))

    limits, baseline = state.get("limits") or {}, state.get("baseline") or {}
    pressures = (
        Trace(words("systolic"), _places(line("sys"), window), "strong", "dots"),
        Trace(words("diastolic"), _places(line("dia"), window), "soft", "dots"),
    )
    levels = [one for name in ("sys", "dia") for one in _levels(name, limits, baseline, words)]
    lanes = [Lane(words("vitals.bp"), Span(60, 180, "mmHg"), pressures, tuple(levels), height=152)]
    hr = Trace(words("vitals.hr"), _places(line("hr"), window), "green")
    spo2 = Trace("SpO2", _places(line("spo2"), window), "violet", is_right=True)
    title = words("trend.pulse")
    lanes.append(Lane(title, Span(40, 120, "/min"), (hr, spo2), right=Span(80, 100, "SpO2 %"), height=96))
    if any(value is not None for _, value in line("line_pressure")):
        trace = Trace(words("vitals.line"), _places(line("line_pressure"), window), "brown")
        over = _levels("line_pressure", limits, {}, words)
        lanes.append(Lane(words("vitals.line"), Span(0, 100, "mmHg"), (trace,), tuple(over), height=76))
    lanes.append(_rate_lane(history, state, window, words))
    return lanes


def _rate_lane(history: History, state: Mapping[str, Any], window: _Window, words: Words) -> Lane:
    traces = []
    for name, tone, manner in (("permitted", "quiet", "thin-step"), ("reported", "ink", "step")):
        steps = list(history.lines.get(name, ()))
        if steps:
            steps.append((history.now_ms, steps[-1][1]))
        traces.append(Trace(words(f"rate.{name}"), _places(steps, window, _NL_PER_ML), tone, manner))
    ordered = (state.get("rate") or {}).get("programmed_nl_h") or 0
    return Lane(words("rate"), Span(0, max(ordered / _NL_PER_ML, 10), "mL/h"), tuple(traces), height=76)


def _levels(name: str, limits: Mapping[str, Any], baseline: Mapping[str, Any], words: Words) -> list[Level]:
    """The limit in force, the share of the baseline that is one too, and the baseline itself."""
    found, own, short = limits.get(name) or {}, baseline.get(name), words(f"short.{name}")
    levels = []
    if isinstance(limit := found.get("limit"), int | float):
        levels.append(Level(limit, f"{short} {words('limit')} {plain(limit)}".strip()))
    if isinstance(own, int | float):
        if isinstance(percent := found.get("of_baseline_percent"), int | float):
            value = own * percent / 100
            levels.append(Level(value, f"{short} {percent:g} % = {plain(value)}", "brown"))
        levels.append(Level(own, f"{short} {words('baseline')} {plain(own)}", "quiet"))
    return levels


def _bands(history: History, state: Mapping[str, Any], window: _Window) -> list[Band]:
    ordered = (state.get("rate") or {}).get("programmed_nl_h") or 0
    steps = list(history.lines.get("permitted", ()))
    if not steps or history.start_ms is None:
        return []
    steps.append((history.now_ms, None))
    bands = []
    for (begin_ms, rate), (end_ms, _) in pairwise(steps):
        begin_ms = max(begin_ms, history.start_ms)
        if rate is not None and rate < ordered and end_ms > begin_ms:
            tone = "held" if rate == 0 else "slowed"
            bands.append(Band(window.minute(begin_ms), window.minute(end_ms), tone))
    return bands


def _marks(history: History, window: _Window, words: Words) -> list[tuple[Mark, Said]]:
    shown = [one for one in history.events if window.minute(one[0]) >= window.begin][-_MARKS:]
    return [
        (
            Mark(window.minute(ms), str(number), "limit" if is_alarm else "ink", is_alarm),
            words.said(said) if is_alarm else _change(word, said, words),
        )
        for number, (ms, word, said, is_alarm) in enumerate(shown, 1)
    ]


def _change(word: str, headline: str, words: Words) -> Said:
    """A new word with its headline, in the headline's language."""
    said = words.said(headline)
    return Said(f"{Words(said.lang).state(word)}: {said.text}", said.lang)


def _clock(minute: float) -> str:
    seconds = round(abs(minute) * 60)
    sign = "\N{MINUS SIGN}" if minute < 0 and seconds else ""
    return f"{sign}{seconds // 60}:{seconds % 60:02d}"


def _table(history: History, window: _Window, words: Words) -> Markup:
    """Newest first: at each step of time what was known then."""
    step_min = next(
        (one for one in _ROW_STEPS_MIN if (window.end - window.begin) / one <= ROWS), _ROW_STEPS_MIN[-1]
    )
    step_ms = step_min * _MS_PER_MIN
    first_ms = max(history.began_ms or 0, history.now_ms - SHOWN_MIN * _MS_PER_MIN)
    times = [history.now_ms, *range(history.now_ms // step_ms * step_ms, first_ms, -step_ms)]
    names = ("sys", "dia", "hr", "spo2", "line_pressure", "permitted", "reported")
    rows = []
    for ms in dict.fromkeys(times):
        found = {name: _at(history, name, ms) for name in names}
        cells = [
            f"{plain(found['sys'])}/{plain(found['dia'])}",
            *(plain(found[name]) for name in names[2:5]),
            *(_ml_h(found[name]) for name in names[5:]),
        ]
        when = tag("th", _clock(window.minute(ms)), scope="row")
        rows.append(tag("tr", when, *(tag("td", cell) for cell in cells)))
    heads = (
        "table.time",
        "table.bp",
        "table.hr",
        "table.spo2",
        "table.line",
        "table.permitted",
        "table.reported",
    )
    return tag(
        "details",
        tag("summary", words("table.title")),
        tag(
            "div",
            tag(
                "table",
                tag("caption", words("table.caption")),
                tag("thead", tag("tr", *(tag("th", words(one), scope="col") for one in heads))),
                tag("tbody", *rows),
            ),
            class_="scroll",
            tabindex="0",
            role="region",
            aria_label=words("table.title"),
        ),
        id="numbers",
    )


def _at(history: History, name: str, ms: int) -> float | None:
    points = history.lines.get(name, ())
    index = bisect_right(points, ms, key=lambda one: one[0])
    return points[index - 1][1] if index else None


def _ml_h(rate_nl_h: float | None) -> str:
    return NONE if rate_nl_h is None else f"{rate_nl_h / _NL_PER_ML:.2f}"
