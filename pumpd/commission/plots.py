"""The pictures of a commissioning, by the project's own renderer: stops, start-up, trumpet, occlusion. Pure.

Theory of operation. The renderer draws curves over minutes, which is what start-up and occlusion are; the trumpet's axis
is the observation window in minutes, and the stops' is the number of the press. What a reader must not overlook (a limit,
the rate that was set, the mean error) is a line with its name.
"""

from collections.abc import Sequence

from pumpd.commission import occlusion, stop_time
from pumpd.commission.measured import StepResult
from pumpd.drawing.trend import Band, Lane, Level, Span, Trace, Trend, draw

_HEIGHT = 150
Rows = Sequence[Sequence[float]]


def pictures(result: StepResult) -> tuple[str, ...]:
    """The SVG elements of one step; none where nothing was measured."""
    series = result.series
    if result.name == stop_time.NAME and series.get("stops_ms"):
        return (_stops(result),)
    if result.name == occlusion.NAME and series.get("mmhg"):
        return (_pressure(result),)
    if series.get("flow_ml_h"):
        found = [_start_up(result)]
        return (*found, _trumpet(result)) if series.get("windows") else tuple(found)
    return ()


def _points(rows: Rows, column: int = 1) -> tuple[tuple[float, float | None], ...]:
    return tuple((row[0], row[column]) for row in rows)


def _stops(result: StepResult) -> str:
    rows = result.series["stops_ms"]
    limit = next((one.limit for one in result.figures if one.limit is not None), None)
    levels = (Level(limit, f"limit {limit:g} ms"),) if limit is not None else ()
    lane = Lane(
        "Stop, from the press to the readback",
        Span(0, 200, "ms"),
        (Trace("each press", _points(rows), "strong", "dots"),),
        levels,
        height=_HEIGHT,
    )
    return draw(Trend("Stop times", 0, len(rows) + 1, (lane,), time_title="press"))


def _start_up(result: StepResult) -> str:
    rows, rate = result.series["flow_ml_h"], result.series["rate_ml_h"][0][0]
    begin, end = result.series["period_min"][0]
    lane = Lane(
        "Start-up: flow in each half minute",
        Span(0, rate * 1.2, "mL/h"),
        (Trace("flow", _points(rows), "strong", "step"),),
        (Level(rate, f"set {rate:g} mL/h", "quiet"),),
        height=_HEIGHT,
    )
    last = max(rows[-1][0] + 0.5, end)
    title = "minutes from start; shaded: the analysis period"
    return draw(
        Trend("Start-up curve", 0, last, (lane,), bands=(Band(begin, end, "slowed"),), time_title=title)
    )


def _trumpet(result: StepResult) -> str:
    rows = result.series["windows"]
    mean = next((one.value for one in result.figures if one.name == "mean flow error"), None)
    limit = next((one.limit for one in result.figures if one.name == "mean flow error"), None)
    levels = [Level(mean, f"mean {mean:+.2f} %", "quiet")] if mean is not None else []
    if limit is not None:
        levels += [Level(sign * limit, f"mean's limit {sign * limit:+g} %") for sign in (1, -1)]
    lane = Lane(
        "Trumpet: largest and smallest error by observation window",
        Span(-3, 3, "%"),
        (
            Trace("highest", _points(rows, 1), "strong", "dots"),
            Trace("lowest", _points(rows, 2), "soft", "dots"),
        ),
        tuple(levels),
        height=_HEIGHT,
    )
    return draw(Trend("Trumpet curve", 0, 32, (lane,), time_title="observation window, min"))


def _pressure(result: StepResult) -> str:
    rows = sorted((tuple(one) for one in result.series["mmhg"]), key=lambda one: one[0])
    limit = next((one.limit for one in result.figures if one.name == "highest pressure"), None)
    levels = (Level(limit, f"limit {limit:g} mmHg"),) if limit is not None else ()
    lane = Lane(
        "Line pressure while shut",
        Span(0, 100, "mmHg"),
        (Trace("pressure", _points(rows), "brown"),),
        levels,
        height=_HEIGHT,
    )
    return draw(
        Trend("Occlusion", 0, rows[-1][0] * 1.05, (lane,), time_title="minutes from closing the line")
    )
