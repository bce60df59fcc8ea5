"""The tables behind the picture."""

import re
from dataclasses import replace
from pathlib import Path

import pytest
from channel_bench import POLICY, Bench, infusing, make_verified
from session_journal import rows_of, write

from interlocks.site_table import site_table
from pumpd.report.appendix import sections
from pumpd.report.gather import gather
from pumpd.report.session_record import AlarmSpan, SessionRecord, Trip


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
    part = re.split(r"<h2>", text)["ABCDEFG".index(letter) + 1]
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


def test_every_automatic_action_is_traced_to_its_row_its_hazard_and_its_samples(tmp_path: Path) -> None:
    """faults I28: nothing acts without a reason that can be read afterwards; a shadow row is told apart."""
    policy = replace(POLICY, rules=site_table({}, {"systolic_slow_mmhg": 150}))
    bench = make_verified(Bench(policy))
    bench.start()
    bench.advance(30)
    bench.cuff(165, 92)
    bench.advance(1)
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, policy)})
    found = rows(sections(gather(path, lambda _: policy)), "F")
    assert [(row[1], row[2]) for row in found] == [("BP2", "SLOW"), ("BP2~", "would have demanded SLOW")]
    assert found[0][3:6] == [
        "systolic 165 mmHg &gt; 160 mmHg",
        "hypertension under ketamine, absolute limit",
        "facts/clinical.md 3.2 BP2, 1 rows 13-14, 1.1",
    ]
    assert found[0][6] == (
        f"systolic 165 mmHg at {found[0][0]} from monitor-1, diastolic 92 mmHg at {found[0][0]} from monitor-1"
    )
    assert found[1][3] == "systolic 165 mmHg &gt; 150 mmHg"


def test_a_session_in_which_no_row_spoke_says_so(record: SessionRecord) -> None:
    story = replace(record.story, trips=(), shadows=())
    assert "<p>No row spoke.</p>" in sections(replace(record, story=story))


def test_a_trip_without_a_sample_says_what_it_rests_on(record: SessionRecord) -> None:
    trip = Trip(1_000, "PS1", "PAUSE", "high", "pump silent", (), hazard="pump unobserved")
    found = rows(sections(replace(record, story=replace(record.story, trips=(trip,)))), "F")
    assert found[0][6] == "a clock, a flag or the pump&#x27;s counter"
