"""The picture as SVG."""

import re
from dataclasses import replace
from itertools import pairwise
from xml.etree import ElementTree

from pumpd.drawing.trend import TONES, Band, Lane, Level, Mark, Span, Trace, Trend, draw

SVG = "{http://www.w3.org/2000/svg}"

LANE = Lane(
    "Blood pressure",
    Span(60, 180, "mmHg"),
    (Trace("systolic", ((0.0, 120.0), (5.0, 150.0), (10.0, 165.0)), "strong", "dots"),),
    (Level(160, "limit 160"),),
)
TREND = Trend("Trend of <one> session", -2, 12, (LANE,), (Mark(5, "1", "limit"), Mark(6, "2", "ink", False)))


def parsed(trend: Trend) -> ElementTree.Element:
    return ElementTree.fromstring(draw(trend))


def texts(trend: Trend) -> list[str]:
    return ["".join(one.itertext()) for one in parsed(trend).iter(f"{SVG}text")]


def paths(trend: Trend) -> list[str]:
    return [one.attrib["d"] for one in parsed(trend).iter(f"{SVG}path")]


def test_curves_limits_units_and_the_time_axis_are_named() -> None:
    found = texts(TREND)
    assert {"Blood pressure mmHg", "systolic", "limit 160", "minutes from start", "0", "12"} <= set(found)


def test_the_title_is_escaped_and_read_aloud() -> None:
    root = parsed(TREND)
    assert root.attrib["role"] == "img"
    assert root.attrib["aria-label"] == "Trend of <one> session"


def test_there_is_no_style_no_script_and_no_address_in_it() -> None:
    text = draw(TREND).replace('xmlns="http://www.w3.org/2000/svg"', "")
    assert not re.search(r"style=|<style|<script|http|url\(|class=", text)


def test_every_reading_has_its_dot_at_its_place() -> None:
    dots = [one for one in parsed(TREND).iter(f"{SVG}circle") if one.attrib["r"] == "2.2"]
    places = [(float(one.attrib["cx"]), float(one.attrib["cy"])) for one in dots]
    assert len(places) == 3
    assert [x for x, _ in places] == sorted(x for x, _ in places)
    assert [y for _, y in places] == sorted((y for _, y in places), reverse=True)  # pressure rose: y falls


def test_silence_breaks_the_line_and_steps_run_level() -> None:
    gap = Trace("pump says", ((0.0, 10.0), (2.0, 5.0), (4.0, None), (6.0, 10.0), (8.0, 10.0)), "ink", "step")
    (path,) = paths(
        replace(TREND, lanes=(replace(LANE, axis=Span(0, 10, "mL/h"), traces=(gap,), levels=()),))
    )
    assert path.count("M") == 2
    assert "L" not in path
    first, second = path.split("M")[1:]
    assert re.fullmatch(r"[\d.]+ [\d.]+H[\d.]+V[\d.]+H[\d.]+", first)
    assert re.fullmatch(r"[\d.]+ [\d.]+H[\d.]+V[\d.]+", second)


def test_names_of_curves_that_meet_do_not_overlap() -> None:
    levels = tuple(Level(150 + index, f"limit {index}") for index in range(4))
    root = parsed(replace(TREND, lanes=(replace(LANE, levels=levels),)))
    named = [one for one in root.iter(f"{SVG}text") if (one.text or "").startswith(("limit", "systolic"))]
    places = sorted(float(one.attrib["y"]) for one in named)
    assert len(places) == 5
    assert min(after - before for before, after in pairwise(places)) >= 11.9


def test_a_right_hand_axis_has_its_own_scale_and_unit() -> None:
    traces = (
        Trace("heart rate", ((0.0, 70.0), (10.0, 70.0)), "green"),
        Trace("SpO2", ((0.0, 97.0), (10.0, 97.0)), "violet", is_right=True),
    )
    lane = Lane("Pulse", Span(40, 120, "/min"), traces, right=Span(80, 100, "SpO2 %"))
    trend = replace(TREND, lanes=(lane,), marks=())
    assert {"SpO2 %", "85", "120"} <= set(texts(trend))
    pulse, saturation = (float(one.split(" ")[1].split("L")[0]) for one in paths(trend))
    assert saturation < pulse  # 97 of 80..100 stands higher than 70 of 40..120


def test_marks_are_solid_or_hollow_and_only_those_in_sight_are_drawn() -> None:
    trend = replace(TREND, marks=(*TREND.marks, Mark(99, "3")))
    circles = [one for one in parsed(trend).iter(f"{SVG}circle") if one.attrib["r"] == "7.5"]
    assert [one.attrib["fill"] for one in circles] == [TONES["limit"], "#ffffff"]
    assert "3" not in texts(trend)


def test_bands_lie_behind_the_curves_and_inside_the_picture() -> None:
    root = parsed(replace(TREND, bands=(Band(4, 50), Band(-9, -5))))
    (rect,) = root.iter(f"{SVG}rect")
    tags = [one.tag for one in root]
    assert tags.index(f"{SVG}rect") < tags.index(f"{SVG}path")
    assert float(rect.attrib["x"]) + float(rect.attrib["width"]) <= TREND.width


def test_nothing_to_draw_is_still_a_picture() -> None:
    assert parsed(Trend("empty", 0, 0, (replace(LANE, traces=(), levels=()),))).tag == f"{SVG}svg"
    assert parsed(Trend("no lanes", 0, 0, ())).tag == f"{SVG}svg"
