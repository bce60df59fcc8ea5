"""From a session to lanes, bands and marks."""

from pathlib import Path

import pytest
from channel_bench import POLICY, Bench, infusing
from session_journal import rows_of, write

from pumpd.drawing.trend import Lane, Mark, Trend
from pumpd.report.gather import gather
from pumpd.report.picture import trend_of

Drawn = tuple[Trend, tuple[tuple[Mark, str], ...]]


def drawn(bench: Bench, tmp_path: Path) -> Drawn:
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, POLICY)})
    return trend_of(gather(path, lambda _: POLICY))


@pytest.fixture(scope="module")
def paused(tmp_path_factory: pytest.TempPathFactory) -> Drawn:
    """Flow, a grave reading, a link lost."""
    bench = infusing()
    bench.advance(60)
    bench.cuff(165, 92)
    bench.advance(20)
    bench.resume(by="dora", roles=("prescriber",))
    bench.pause()
    bench.advance(5)
    bench.is_monitored = False
    bench.advance(40)
    bench.link_down()
    bench.advance(1)
    return drawn(bench, tmp_path_factory.mktemp("paused"))


def lane(picture: Trend, title: str) -> Lane:
    return next(one for one in picture.lanes if one.title == title)


def test_four_lanes_with_their_units_and_limits(paused: Drawn) -> None:
    picture, _ = paused
    assert [(one.title, one.axis.unit) for one in picture.lanes] == [
        ("Blood pressure", "mmHg"),
        ("Heart rate and SpO2", "/min"),
        ("Line pressure", "mmHg"),
        ("Rate", "mL/h"),
    ]
    levels = {one.value for one in lane(picture, "Blood pressure").levels}
    assert levels == {160.0, 100.0, 125.0, 78.0, 150.0, 78.0 * 1.2}
    assert [one.value for one in lane(picture, "Line pressure").levels] == [300]


def test_the_rate_lane_shows_what_was_programmed_and_what_the_pump_said(paused: Drawn) -> None:
    programmed, reported = lane(paused[0], "Rate").traces
    assert {value for _, value in programmed.points} == {26.2}
    assert [value for minute, value in reported.points if minute >= 0] == [26.2, 13.1, 0.0, None, None]


def test_a_silence_is_a_gap_and_the_usual_rhythm_is_not(paused: Drawn) -> None:
    systolic = lane(paused[0], "Blood pressure").traces[0]
    assert None not in [value for _, value in systolic.points]
    pulse = lane(paused[0], "Heart rate and SpO2").traces[0]
    assert None not in [value for _, value in pulse.points]  # it never came back: the line just ends
    assert max(minute for minute, _ in pulse.points) < paused[0].end - 0.5


def test_pale_is_slowed_and_grey_stands_still(paused: Drawn) -> None:
    slowed, held = paused[0].bands
    assert (slowed.tone, held.tone) == ("slowed", "held")
    assert (slowed.begin, slowed.end) == (61 / 60, 81 / 60)  # the bench began a second in
    assert held.begin == slowed.end


def test_marks_are_numbered_in_time_and_explained(paused: Drawn) -> None:
    picture, explained = paused
    said = [text for _, text in explained]
    assert [mark.label for mark, _ in explained] == [str(number) for number in range(1, len(said) + 1)]
    assert said[:2] == ["0:00 start by nina", "1:01 BP2 slow: systolic 165 mmHg > 160 mmHg"]
    assert "1:21 pause by nina" in said
    assert any("held: pump link lost: unplugged" in one for one in said)
    assert not any("resume" in one for one in said)  # it was refused
    assert [one.is_solid for one in picture.marks[:2]] == [False, True]


def test_a_session_that_never_started_is_drawn_all_the_same(tmp_path: Path) -> None:
    bench = Bench()
    bench.advance(1)
    bench.order()
    bench.advance(1)
    picture, explained = drawn(bench, tmp_path)
    assert picture.bands == ()
    assert explained == ()
    assert [one.label for one in lane(picture, "Rate").traces] == ["pump says"]
