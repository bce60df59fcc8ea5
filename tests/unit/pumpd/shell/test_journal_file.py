"""Reading and judging: every edit, gap, exchange and cut is found."""

import asyncio
import random
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from interlocks.vocabulary import Stamp
from pumpd.shell import journal_file
from pumpd.shell.journal import Journal
from pumpd.shell.journal_file import (
    GENESIS,
    Head,
    JournalRefused,
    Record,
    every,
    first_fault,
    head_line,
    head_path,
    latest,
    read,
    read_head,
    read_last,
    row_hash,
    verify,
)

COUNT = 40
COLUMNS = ("seq", "boot", "kind", "at_ms", "link_ms", "wall_ms", "channel", "body", "hash")


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A closed journal of 1 + 39 records, two kinds, two channels."""

    async def write() -> None:
        journal = Journal(tmp_path / "j.db", {"boot": "b1"}, lambda event: None, asyncio.get_running_loop())
        journal.open()
        for n in range(2, COUNT + 1):
            kind = "Snapshot" if n % 10 == 0 else "Ticked"
            journal.append(kind, Stamp(n * 10, n), n * 1000, f"bed-{n % 2 + 1}", f'{{"n":{n}}}')
        assert await asyncio.to_thread(journal.close)

    asyncio.run(write())
    return tmp_path / "j.db"


@pytest.fixture
def forger(path: Path) -> Iterator[sqlite3.Connection]:
    """Somebody with write access and SQL, in a hurry."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.execute("PRAGMA synchronous = OFF")
        yield connection


def test_one_channel_s_records_are_found_without_reading_the_others(path: Path) -> None:
    """A start reads the tail of every channel: with 64 channels, 64 times the record of all would be read."""
    found = list(read(path, 10, ["Ticked"], "bed-1"))
    assert [one.seq for one in found] == [n for n in range(11, COUNT + 1) if n % 2 == 0 and n % 10]
    assert list(read(path, 10, None, "bed-9")) == []
    with closing(sqlite3.connect(path)) as connection:
        asked: list[str] = []
        connection.set_trace_callback(asked.append)
        journal_file.fetch(connection, 10, ["Ticked"], 5, "bed-1")
        plan = connection.execute(f"EXPLAIN QUERY PLAN {asked[0]}").fetchall()
    assert "record_by_kind (kind=? AND channel=? AND seq>?)" in str(plan)


def test_a_whole_journal_verifies(path: Path) -> None:
    verdict = verify(path)
    assert (verdict.ok, verdict.records, verdict.first_bad_seq, verdict.reason) == (True, COUNT, None, "")


def test_one_thousand_random_edits_are_all_found(path: Path, forger: sqlite3.Connection) -> None:
    """faults row 87, I22. Each edit is undone before the next."""
    dice = random.Random(20_261_122)
    original = forger.execute("SELECT * FROM record ORDER BY seq").fetchall()
    for turn in range(1000):
        seq = dice.randint(1, COUNT)
        first_changed = forge(forger, dice, original, seq)
        verdict = verify(path)
        assert not verdict.ok, f"turn {turn}: nothing found at record {seq}"
        assert verdict.first_bad_seq == first_changed, f"turn {turn}: {verdict}"
        forger.execute("BEGIN")
        forger.execute("DELETE FROM record")
        forger.executemany("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", original)
        forger.execute("COMMIT")
    assert verify(path).ok


def forge(
    forger: sqlite3.Connection, dice: random.Random, original: list[tuple[object, ...]], seq: int
) -> int:
    """Do one forgery; returns where it must show first."""
    row = original[seq - 1]
    kind = dice.choice(["field", "field", "field", "remove", "exchange", "cut", "insert"])
    if kind == "remove":
        forger.execute("DELETE FROM record WHERE seq = ?", (seq,))
        return seq
    if kind == "cut":
        forger.execute("DELETE FROM record WHERE seq >= ?", (seq,))
        return seq
    if kind == "insert":
        outside = dice.choice([0, -7, COUNT + 1, COUNT + 5])
        forger.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (outside, *row[1:]))
        return 1 if outside <= 0 else COUNT + 1
    if kind == "exchange":
        other = dice.choice([n for n in range(1, COUNT + 1) if n != seq])
        for target, source in ((seq, original[other - 1]), (other, row)):
            forger.execute("DELETE FROM record WHERE seq = ?", (target,))
            forger.execute("INSERT INTO record VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)", (target, *source[1:]))
        return min(seq, other)
    column = dice.choice(COLUMNS[1:])
    value = row[COLUMNS.index(column)]
    changed: object
    if isinstance(value, int):
        changed = value + dice.choice([-1, 1, 1000])
    elif isinstance(value, bytes):
        at = dice.randrange(len(value))
        changed = value[:at] + bytes([value[at] ^ (1 << dice.randrange(8))]) + value[at + 1 :]
    else:
        text = str(value)
        at = dice.randint(0, len(text))
        changed = text[:at] + dice.choice(["x", " ", "\x00", '"', "0"]) + text[at:]
    forger.execute(f"UPDATE record SET {column} = ? WHERE seq = ?", (changed, seq))
    return seq


def test_moving_a_character_between_fields_is_an_edit(path: Path, forger: sqlite3.Connection) -> None:
    """The row is hashed as an array, not as joined text."""
    forger.execute("UPDATE record SET kind = 'Ticke', channel = 'd' || channel WHERE seq = 7")
    assert verify(path).first_bad_seq == 7


@pytest.mark.parametrize("kept", range(0, COUNT, 7))
def test_a_cut_at_the_end_is_found_by_the_head_file(
    path: Path, forger: sqlite3.Connection, kept: int
) -> None:
    forger.execute("DELETE FROM record WHERE seq > ?", (kept,))
    verdict = verify(path)
    assert (verdict.ok, verdict.records, verdict.first_bad_seq) == (False, kept, kept + 1)
    assert "cut at the end" in verdict.reason


def test_a_rewritten_chain_does_not_meet_the_head(path: Path, forger: sqlite3.Connection) -> None:
    """Somebody who recomputes every hash but not the head file is found at the end."""
    digest = GENESIS
    for record in list(read(path)):
        changed = Record(
            record.seq, "b2", record.kind, record.at, record.wall_ms, record.channel, record.body, b""
        )
        digest = row_hash(digest, changed)
        forger.execute("UPDATE record SET boot = 'b2', hash = ? WHERE seq = ?", (digest, record.seq))
    verdict = verify(path)
    assert (verdict.ok, verdict.first_bad_seq) == (False, COUNT)
    assert "head file" in verdict.reason


@pytest.mark.parametrize("line", [None, b"", b"rubbish", b"40 abcd\n", b"x" * 86, b"\xff 00\n"])
def test_without_a_readable_head_the_end_cannot_be_vouched_for(path: Path, line: bytes | None) -> None:
    if line is None:
        head_path(path).unlink()
    else:
        head_path(path).write_bytes(line)
    assert read_head(path) is None
    verdict = verify(path)
    assert (verdict.ok, verdict.records) == (False, COUNT)
    assert "cannot be excluded" in verdict.reason


def test_a_head_that_lags_behind_is_no_fault(path: Path) -> None:
    """After a power cut it may; it is written after the commit."""
    record = next(read(path, after_seq=19))
    head_path(path).write_bytes(head_line(Head(record.seq, record.hash)))
    assert verify(path).ok


def test_a_damaged_page_is_a_verdict_not_an_exception(path: Path) -> None:
    content = bytearray(path.read_bytes())
    content[4096:4196] = b"\xff" * 100
    path.write_bytes(content)
    verdict = verify(path)
    assert not verdict.ok


@pytest.mark.parametrize("size", [4096, 9000])
def test_a_truncated_file_is_not_whole(path: Path, size: int) -> None:
    """faults row 85."""
    path.write_bytes(path.read_bytes()[:size])
    assert not verify(path).ok


def test_an_empty_file_is_no_journal(path: Path) -> None:
    path.write_bytes(b"")
    with pytest.raises(JournalRefused, match="not a pumpd journal"):
        verify(path)


def test_an_index_that_lies_is_found(path: Path, forger: sqlite3.Connection) -> None:
    """`latest` goes by the index; records it hides would be missed."""
    (sql,) = forger.execute("SELECT sql FROM sqlite_master WHERE name = 'record_by_kind'").fetchone()
    forger.execute("PRAGMA writable_schema = ON")
    forger.execute("DELETE FROM sqlite_master WHERE name = 'record_by_kind'")
    forger.execute("PRAGMA writable_schema = RESET")
    forger.execute("UPDATE record SET boot = boot WHERE seq = 1")
    assert sql.startswith("CREATE INDEX")
    assert not verify(path).ok


def test_reading_starts_after_a_number_and_keeps_to_kinds(
    path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_file, "PAGE_RECORDS", 7)
    assert [one.seq for one in read(path)] == list(range(1, COUNT + 1))
    assert [one.seq for one in read(path, after_seq=37)] == [38, 39, 40]
    assert [one.seq for one in read(path, kinds={"Snapshot"})] == [10, 20, 30, 40]
    assert [one.seq for one in read(path, after_seq=20, kinds=["Snapshot", "journal_opened"])] == [30, 40]
    assert list(read(path, kinds=())) == []
    assert [one.seq for one in read_last(path, 3)] == [38, 39, 40]
    assert [one.seq for one in read_last(path, 2, ["Snapshot"])] == [30, 40]


def test_a_record_comes_back_as_it_was_given(path: Path) -> None:
    record = next(read(path, after_seq=11))
    assert (record.seq, record.boot, record.kind, record.at) == (12, "b1", "Ticked", Stamp(120, 12))
    assert (record.wall_ms, record.channel, record.body) == (12_000, "bed-1", '{"n":12}')


def test_the_newest_snapshot_of_a_channel_is_found(path: Path) -> None:
    found = latest(path, "Snapshot", "bed-1")
    assert found is not None
    assert found.seq == 40
    assert latest(path, "Snapshot", "bed-2") is None
    assert latest(path, "Nothing", "bed-1") is None


def test_all_records_of_one_kind_are_found_by_the_index(path: Path) -> None:
    assert [one.seq for one in every(path, "Snapshot")] == [10, 20, 30, 40]
    assert every(path, "Nothing") == []


def test_what_is_not_a_journal_is_refused(tmp_path: Path) -> None:
    with pytest.raises(JournalRefused, match="no such journal"):
        list(read(tmp_path / "none.db"))
    with closing(sqlite3.connect(tmp_path / "other.db")) as other:
        other.execute("CREATE TABLE record (seq)")
    with pytest.raises(JournalRefused, match="not a pumpd journal"):
        verify(tmp_path / "other.db")


def test_an_unknown_schema_is_refused_with_both_versions(path: Path, forger: sqlite3.Connection) -> None:
    forger.execute("PRAGMA user_version = 2")
    with pytest.raises(JournalRefused, match="schema 2, this program knows only 1"):
        verify(path)


def test_the_chain_is_pinned_to_known_bytes() -> None:
    """A change of the canonical form would orphan every journal ever written."""
    record = Record(1, "b1", "Ticked", Stamp(10, 20), 30, "bed-1", '{"n":"ü"}', b"")
    assert (
        row_hash(GENESIS, record).hex() == "82790f1b133e0e092ec7dcc2a086cb6863ec15660ad0e1fb1f61f8d28d63d676"
    )


def test_a_chain_may_be_checked_from_its_middle(path: Path) -> None:
    records = list(read(path))
    assert first_fault(iter(records[20:]), records[19], read_head(path)).ok
    assert not first_fault(iter(records[21:]), records[19], None).ok
    assert not first_fault(iter(records[20:]), records[18], None).ok
