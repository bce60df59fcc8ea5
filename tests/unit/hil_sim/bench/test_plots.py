"""The picture is well-formed, holds every lane, and shows truth, limits, trips, faults and people where they were."""

import re
from xml.etree import ElementTree

import pytest
from recording_bench import Tape, two_hours

from hil_sim.bench.plots import LEFT, RIGHT, WIDTH, lanes, picture

SEEN = two_hours()
SVG = picture(SEEN)
ROOT = ElementTree.fromstring(SVG)


def at(t_s: float) -> str:
    return f"{LEFT + t_s / SEEN.until_s * (WIDTH - LEFT - RIGHT):.1f}"


def hairlines(css: str) -> list[str | None]:
    return [one.get("x1") for one in ROOT.iter("line") if one.get("class") == f"hair {css}"]


def test_every_lane_has_its_title_unit_and_curves() -> None:
    words = [one.text for one in ROOT.iter("text")]
    for title in ("Rate, mL/h", "Volume, mL", "Pressure in the line, mmHg", "Blood pressure, mmHg"):
        assert title in words
    for name in ("true", "permitted", "commanded", "plunger", "in the vein", "daemon's interval"):
        assert name in words
    for name in ("systolic", "diastolic", "160", "100", "+20 % sys", "+20 % dia", "heart rate", "SpO2"):
        assert name in words
    assert {"arterial", "venous"} <= set(words)


def test_trips_people_and_crashes_run_through_all_lanes_where_they_were() -> None:
    assert hairlines("h-trip") == [at(t_s) for t_s in (801, 1011, 1101, 2403, 3572)]
    assert hairlines("h-crash") == [at(3000)]
    assert at(150) in hairlines("h-act")


def test_a_fault_shades_every_lane_for_as_long_as_it_lasted() -> None:
    shades = [one for one in ROOT.iter("rect") if one.get("class") == "shade"]
    assert len(shades) == 2 * len(lanes(SEEN))
    down = next(one for one in shades if (one.find("title") is not None and "line_down" in one[0].text))
    assert down.get("x") == at(2400)
    assert float(down.get("width", "0")) == pytest.approx(120 / 7200 * (WIDTH - LEFT - RIGHT), abs=0.1)


def test_the_limits_are_those_of_the_start() -> None:
    """Clinical.md 3.2: 160/100, and 20 % above baseline; the baseline is what was true as the infusion began."""
    pressure = next(lane for lane in lanes(SEEN) if lane.title == "Blood pressure")
    rest = SEEN.moment_at(150.0)
    assert rest is not None
    assert [value for value, _, _ in pressure.levels] == [160.0, 100.0, rest.sys * 1.2, rest.dia * 1.2]


def test_the_interval_lane_is_about_the_truth() -> None:
    lane = next(lane for lane in lanes(SEEN) if lane.title.startswith("The daemon's interval"))
    assert lane.band is not None
    assert lane.band[0][4000][1] == pytest.approx(-0.1)
    assert lane.band[1][4000][1] == pytest.approx(0.15)
    assert lane.band[0][0][1] is None  # the daemon had said nothing yet


def test_a_rate_that_lasted_less_than_a_second_is_drawn() -> None:
    blip = Tape(until_s=7200.0).motion(100.2, 99.0).motion(100.6, 0.0).recording()
    true = re.search(r'<path d="([^"]*)" class="trace t-true"', picture(blip))
    assert true is not None
    assert true[1].count("V") == 2


def test_nothing_seen_but_moments_is_still_a_picture() -> None:
    for tape in (Tape(until_s=0.0), Tape(until_s=60.0), Tape(until_s=90_000.0)):
        ElementTree.fromstring(picture(tape.recording()))


def test_two_hours_make_a_small_picture() -> None:
    assert len(SVG) < 400_000
