"""Finding a journal at the start: whole, damaged, cut, foreign. faults rows 85, 87; I7, I22."""

import asyncio
import json
import os
import sqlite3
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from interlocks.vocabulary import Stamp
from pumpd.shell import journal_opening
from pumpd.shell.journal import Journal
from pumpd.shell.journal_file import JournalRefused, head_path, read, read_head, verify
from pumpd.shell.journal_opening import Opening, take_lock, take_possession


def opened(path: Path, records: int = 0) -> Opening:
    """Open the journal, append some records, close it."""

    async def turn() -> Opening:
        journal = Journal(path, {"boot": "b1"}, lambda event: None, asyncio.get_running_loop())
        opening = journal.open()
        for n in range(records):
            journal.append("Ticked", Stamp(n, n), n, "bed-1", json.dumps({"n": n, "pad": "x" * 200}))
        assert await asyncio.to_thread(journal.close)
        return opening

    return asyncio.run(turn())


@pytest.fixture
def path(tmp_path: Path) -> Path:
    """A whole journal of 101 records."""
    opened(tmp_path / "j.db", 100)
    return tmp_path / "j.db"


def sql(path: Path, *statements: str) -> None:
    """Forge with SQL."""
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        for statement in statements:
            connection.execute(statement)


def overwrite(path: Path, at: int, content: bytes) -> None:
    """Forge with bytes."""
    whole = bytearray(path.read_bytes())
    whole[at : at + len(content)] = content
    path.write_bytes(whole)


DAMAGE: dict[str, Callable[[Path], object]] = {
    "rubbish": lambda path: path.write_bytes(b"not a database" * 1000),
    "header": lambda path: overwrite(path, 0, b"\x00" * 64),
    "page": lambda path: overwrite(path, 4096 * 3, b"\xa5" * 4096),
    "truncated": lambda path: path.write_bytes(path.read_bytes()[: 4096 * 3]),
    "emptied": lambda path: path.write_bytes(b""),
    "removed": lambda path: path.unlink(),
    "edited": lambda path: sql(path, "UPDATE record SET body = '{}' WHERE seq = 90"),
    "gap": lambda path: sql(path, "DELETE FROM record WHERE seq = 90"),
    "cut": lambda path: sql(path, "DELETE FROM record WHERE seq > 90"),
    "cut to nothing": lambda path: sql(path, "DELETE FROM record"),
}


@pytest.mark.parametrize("kind", sorted(DAMAGE))
def test_a_damaged_journal_is_kept_aside_and_a_new_one_begun_and_says_so(path: Path, kind: str) -> None:
    DAMAGE[kind](path)
    opening = opened(path, 3)
    aside = path.with_name("j.db.corrupt-1")
    assert opening.set_aside == aside
    assert opening.reason
    assert aside.exists()
    assert head_path(aside).exists()
    verdict = verify(path)
    assert (verdict.ok, verdict.records) == (True, 4)
    body = json.loads(next(read(path)).body)
    assert body["set_aside"] == "j.db.corrupt-1"
    assert body["reason"] == opening.reason


def test_the_damaged_bytes_are_kept_as_they_were(path: Path) -> None:
    overwrite(path, 4096 * 3, b"\xa5" * 4096)
    before = path.read_bytes()
    opened(path)
    assert path.with_name("j.db.corrupt-1").read_bytes() == before


def test_each_damaged_journal_gets_its_own_name(path: Path) -> None:
    for number in (1, 2, 3):
        sql(path, "DELETE FROM record")
        assert opened(path, 2).set_aside == path.with_name(f"j.db.corrupt-{number}")
    assert len(list(path.parent.glob("j.db.corrupt-?"))) == 3


def test_a_long_journal_is_checked_at_its_end_only(path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(journal_opening, "TAIL_RECORDS", 20)
    sql(path, "UPDATE record SET body = '{}' WHERE seq = 20")
    assert opened(path).set_aside is None
    assert verify(path).first_bad_seq == 20
    sql(path, "UPDATE record SET body = '{}' WHERE seq = 95")
    assert opened(path).set_aside is not None


def test_a_missing_head_is_reported_and_the_records_are_kept(path: Path) -> None:
    head_path(path).unlink()
    opening = opened(path)
    assert opening.set_aside is None
    assert opening.last_seq == 101
    assert "cannot be excluded" in opening.reason
    assert json.loads(next(read(path, after_seq=101)).body)["reason"] == opening.reason
    assert opened(path).reason == ""


def test_a_blank_file_left_by_a_crash_is_a_new_journal(tmp_path: Path) -> None:
    (tmp_path / "j.db").write_bytes(b"")
    opening = opened(tmp_path / "j.db")
    assert (opening.set_aside, opening.reason) == (None, "")


def test_a_crash_before_the_first_head_was_written_is_no_fault(tmp_path: Path) -> None:
    opened(tmp_path / "j.db")
    head_path(tmp_path / "j.db").unlink()
    opening = opened(tmp_path / "j.db")
    assert (opening.last_seq, opening.reason) == (1, "")
    head = read_head(tmp_path / "j.db")
    assert head is not None
    assert head.seq == 2


def test_an_unknown_schema_is_refused_and_left_alone(path: Path) -> None:
    sql(path, "PRAGMA user_version = 99")
    before = path.read_bytes()
    with pytest.raises(JournalRefused, match="schema 99"):
        opened(path)
    assert path.read_bytes() == before
    sql(path, "PRAGMA user_version = 1")
    assert opened(path).last_seq == 101  # the refused opening let go of the lock


def test_somebody_elses_database_is_refused_and_left_alone(tmp_path: Path) -> None:
    sql(tmp_path / "j.db", "CREATE TABLE contacts (name)")
    with pytest.raises(JournalRefused, match="not a pumpd journal"):
        opened(tmp_path / "j.db")
    assert not list(tmp_path.glob("*.corrupt-*"))


def test_the_lock_ends_with_its_descriptor(tmp_path: Path) -> None:
    lock = take_lock(tmp_path / "j.db")
    with pytest.raises(JournalRefused):
        take_lock(tmp_path / "j.db")
    os.close(lock)
    os.close(take_lock(tmp_path / "j.db"))


def test_a_directory_in_the_files_place_is_the_disks_fault_and_nothing_is_moved(tmp_path: Path) -> None:
    (tmp_path / "j.db").mkdir()
    with pytest.raises(sqlite3.OperationalError):
        take_possession(tmp_path / "j.db")
    assert (tmp_path / "j.db").is_dir()
