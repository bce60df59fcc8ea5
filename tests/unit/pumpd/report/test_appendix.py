"""The tables behind the picture."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from channel_bench import POLICY, infusing
from session_journal import rows_of, write

from pumpd.report.appendix import sections
from pumpd.report.gather import gather
from pumpd.report.session_record import AlarmSpan, SessionRecord


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> SessionRecord:
    bench = infusing()
    bench.advance(30)
    bench.line(120)
    bench.advance(40)
    bench.pause()
    bench.advance(2)
    path: Path = write(tmp_path_factory.mktemp("appendix") / "j.db", {"bed-1": rows_of(bench.events, POLICY)})
    return gather(path, lambda _: POLICY)


def rows(text: str, letter: str) -> list[list[str]]:
    """The cells of one section's table, row by row."""
    part = re.split(r"<h2>", text)["ABCDEF".index(letter) + 1]
    return [re.findall(r"<td[^>]*>(.*?)</td>", one) for one in part.split("<tr>")[2:]]


def test_each_change_of_rate_has_a_row_with_what_was_counted(record: SessionRecord) -> None:
    found = rows(sections(record), "B")
    assert [row[1:3] for row in found if not row[0].startswith("\N{MINUS SIGN}")] == [
        ["26.2 mL/h", "26.2 mL/h"],
        ["0 mL/h", "0 mL/h"],
    ]
    assert found[-1][0] == "1:11.0"
    assert found[-1][3].startswith("0.51")


def test_intervals_keep_the_lowest_and_the_highest(record: SessionRecord) -> None:
    found = {row[0]: row for row in rows(sections(record), "C")}
    assert found["0:00"][3] == "25 to 120"
    assert found["1:00"][1:4] == ["72", "97", "120"]


def test_an_interval_without_a_sample_is_silent(record: SessionRecord) -> None:
    readings = {**record.story.readings, "hr": ()}
    found = rows(sections(replace(record, story=replace(record.story, readings=readings))), "C")
    assert {row[1] for row in found} == {"silent"}


def test_events_are_in_order_of_time_with_their_confirmation(record: SessionRecord) -> None:
    found = rows(sections(record), "D")
    assert [row[2] for row in found if row[1] in ("dora", "nina")] == ["order", "verify", "start", "pause"]
    assert found[-1][3] == "accepted, confirmed after 0 ms"


def test_alarms_are_in_order_of_time_not_of_their_text(record: SessionRecord) -> None:
    alarms = tuple(AlarmSpan(f"A{ms}", "low", "x", ms) for ms in (600_000, 59_000, -120_000))
    found = rows(sections(replace(record, story=replace(record.story, alarms=alarms, holds=()))), "E")
    assert [row[1] for row in found] == ["A-120000", "A59000", "A600000"]


def test_the_whole_head_hash_is_given(record: SessionRecord) -> None:
    assert record.proof.head_hash in sections(record)
