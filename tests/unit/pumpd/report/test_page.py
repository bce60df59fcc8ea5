"""The page: complete, self-contained, honest about its source, deaf to what is in the record."""

import re
from dataclasses import replace
from html.parser import HTMLParser

import pytest
from channel_bench import POLICY, infusing
from session_journal import rows_of, write

from pumpd.report.gather import gather
from pumpd.report.page import NOT_A_DEVICE, page
from pumpd.report.session_record import PersonAct, Proof, SessionRecord, Truth

_VOID = {"meta", "br", "img", "link", "input", "hr"}


class Balance(HTMLParser):
    """Every tag that opens is closed, in order; collects the text."""

    def __init__(self) -> None:
        super().__init__()
        self.open: list[str] = []
        self.words: list[str] = []
        self.tags: set[str] = set()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        if tag not in _VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)

    def handle_endtag(self, tag: str) -> None:
        assert self.open.pop() == tag

    def handle_data(self, data: str) -> None:
        self.words.append(data)


@pytest.fixture(scope="module")
def record(tmp_path_factory: pytest.TempPathFactory) -> SessionRecord:
    bench = infusing()
    bench.advance(60)
    bench.cuff(186, 92)
    bench.advance(5)
    path = write(tmp_path_factory.mktemp("page") / "j.db", {"bed-1": rows_of(bench.events, POLICY)})
    return gather(path, lambda _: POLICY)


def read(text: str) -> Balance:
    balance = Balance()
    balance.feed(text)
    balance.close()
    assert balance.open == []
    return balance


def test_it_is_one_well_formed_file_that_fetches_nothing_and_runs_nothing(record: SessionRecord) -> None:
    text = page(record)
    balance = read(text)
    assert not balance.tags & {"script", "link", "img", "iframe", "object"}
    assert not re.search(r"(src|href)=|@import|url\(", text)
    assert "default-src 'none'" in text
    assert "@media print" in text


def test_result_order_trip_and_record_stand_in_it(record: SessionRecord) -> None:
    said = " ".join(read(page(record)).words)
    for wanted in (
        "Not ended where the record ends",
        "tok-4711",
        "0.5 mg/kg",
        "26.2 mL/h",
        "125/78 mmHg",
        "BP3",
        "systolic 186 mmHg",
        "0 ms",
        "nobody",
        "prescribed",
        "pump counter",
        record.proof.path,
        record.proof.head_hash,
        f"{record.proof.records} records",
        "whole",
        "session 1 of 1",
    ):
        assert wanted in said, wanted


def test_it_says_once_that_this_is_no_medical_device(record: SessionRecord) -> None:
    assert page(record).count(NOT_A_DEVICE) == 1


def test_every_cuff_reading_of_the_picture_stands_in_a_table(record: SessionRecord) -> None:
    appendix = page(record).split("<h2>A. Cuff readings</h2>")[1].split("<h2>B. Rate</h2>")[0]
    for _, value in record.story.readings["sys"]:
        assert f'<td class="n">{value:g}</td>' in appendix
    assert appendix.count("<tr>") == 1 + len(record.story.readings["sys"])


def test_what_the_simulator_knows_is_shown_only_where_it_was_asked(record: SessionRecord) -> None:
    assert "sim. plunger" not in page(record)
    text = page(record, Truth(plunger_nl=430_123, patient_nl=420_456))
    assert "sim. plunger" in text
    assert "0.43 mL" in text
    assert "0.42 mL" in text


def test_a_journal_that_is_not_whole_is_shouted(record: SessionRecord) -> None:
    broken = Proof("/x/j.db", 17, False, "record 18 is missing", None, "")
    text = page(replace(record, proof=broken))
    assert text.count("NOT WHOLE: record 18 is missing") == 2
    assert ", whole," not in text


def test_a_hostile_name_is_shown_and_not_obeyed(record: SessionRecord) -> None:
    """Faults row 105."""
    act = PersonAct(5_000, "<script>alert(1)</script>\x1b[2J", "pause", "accepted")
    hostile = replace(record, story=replace(record.story, acts=(act,)), channel="</title><script>")
    balance = read(page(hostile))
    assert "script" not in balance.tags
    assert "\x1b" not in page(hostile)


def test_a_demonstration_at_speed_says_so(record: SessionRecord) -> None:
    assert "times life" not in page(record)
    assert "demonstration at 30 times life" in page(replace(record, speed=30.0))


def test_a_session_without_readings_still_makes_a_page(record: SessionRecord) -> None:
    story = replace(
        record.story, readings={}, permitted=(), reported=(), volume=(), trips=(), acts=(), notes=()
    )
    read(page(replace(record, story=story)))


def test_what_stays_in_the_line_is_told_where_the_order_names_the_line(record: SessionRecord) -> None:
    """facts/clinical.md 2.3; decision 0024."""
    assert "left in the line" not in " ".join(read(page(record)).words)
    order = record.session.order
    assert order is not None
    with_line = replace(record, session=replace(record.session, order=replace(order, line_nl=1_200_000)))
    said = " ".join(read(page(with_line)).words)
    assert "left in the line 2.4 mg, not flushed" in said
