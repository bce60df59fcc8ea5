"""The journal on disk: rows, the chain between them, and how to read and judge them.

Theory of operation. Each record carries the SHA-256 of the record before it together with its own fields,
written as one unambiguous JSON array, so an edited, removed, inserted or exchanged record breaks the chain
at a place that can be named. A chain cannot show that its own end was cut off; for that the writer keeps a
small *head* file beside the database with the number and hash of the newest record. Head and chain are not
keyed: somebody who can write both and knows this file can forge both. Copy the head elsewhere (print it,
send it to a historian) where that matters. After a power cut the head may be a few records older than the
database, never newer, because it is written after the commit.

Readers open the file read-only and fetch in short pages: an idle reader would keep the write-ahead log from
being reset, and a second writer could meet SQLite's WAL-reset fault (facts/ecosystem.md 9).
"""

import hashlib
import json
import sqlite3
from collections.abc import Collection, Iterator
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from interlocks.frozen import quick
from interlocks.vocabulary import Stamp

SCHEMA_VERSION = 1
#: "pmpd": tells our file from any other SQLite database.
APPLICATION_ID = 0x706D7064
GENESIS = bytes(32)
PAGE_RECORDS = 500
#: Before the first record; SQLite's smallest integer, so that a forged negative number is read as well.
FROM_START = -(2**63)

SCHEMA = """
CREATE TABLE record (
    seq INTEGER PRIMARY KEY,
    boot TEXT NOT NULL,
    kind TEXT NOT NULL,
    at_ms INTEGER NOT NULL,
    link_ms INTEGER NOT NULL,
    wall_ms INTEGER NOT NULL,
    channel TEXT NOT NULL,
    body TEXT NOT NULL,
    hash BLOB NOT NULL
) STRICT;
CREATE INDEX record_by_kind ON record (kind, channel, seq);
"""
_COLUMNS = "seq, boot, kind, at_ms, link_ms, wall_ms, channel, body, hash"
INSERT = f"INSERT INTO record ({_COLUMNS}) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)"


class JournalRefused(RuntimeError):
    """Not ours to touch: absent, held by another daemon, of an unknown schema, or not a journal."""


@quick
@dataclass(frozen=True, slots=True)
class Record:
    """One journal row. `at` is monotonic within `boot`; `wall_ms` is unix time for people, 0 if unknown."""

    seq: int
    boot: str
    kind: str
    at: Stamp
    wall_ms: int
    channel: str
    body: str
    hash: bytes


@dataclass(frozen=True, slots=True)
class Head:
    """Number and hash of the newest record, as the writer last noted it."""

    seq: int
    hash: bytes


@dataclass(frozen=True, slots=True)
class Verdict:
    """Whether a journal is whole.

    Attributes:
        ok: every record follows from the one before and the end is where the head says.
        records: good records from the start.
        first_bad_seq: where the first fault shows; None when there is none or it has no place.
        reason: in words; "" when whole.
    """

    ok: bool
    records: int
    first_bad_seq: int | None
    reason: str


#: Made once: `json.dumps` makes one for each row that is not written its own way.
_ROW = json.JSONEncoder(ensure_ascii=True, separators=(",", ":"))


def row_hash(previous: bytes, record: Record) -> bytes:
    """Hash of a record that follows one whose hash is `previous`."""
    row = [
        *(record.seq, record.boot, record.kind, record.at.ms, record.at.link_ms),
        *(record.wall_ms, record.channel, record.body),
    ]
    text = _ROW.encode(row)
    return hashlib.sha256(previous + text.encode("ascii")).digest()


def head_path(path: Path) -> Path:
    """Where the head of the journal at `path` is kept."""
    return path.with_name(path.name + ".head")


def head_line(head: Head) -> bytes:
    """The head as one line of fixed width, so that rewriting it in place stays within one disk sector."""
    return f"{head.seq:020d} {head.hash.hex()}\n".encode("ascii")


def read_head(path: Path) -> Head | None:
    """The head of the journal at `path`; None when it is missing or not readable as one."""
    try:
        line = head_path(path).read_bytes()
        seq, digest = line.split()
        head = Head(int(seq), bytes.fromhex(digest.decode("ascii")))
    except (OSError, ValueError):
        return None
    return head if head_line(head) == line else None


def connect_to_read(path: Path) -> sqlite3.Connection:
    """Open for reading while the writer may be live.

    Raises:
        JournalRefused: no such file, or not a journal of this schema.
        sqlite3.DatabaseError: damaged.
    """
    if not path.is_file():
        raise JournalRefused(f"{path}: no such journal")
    uri = f"{path.absolute().as_uri()}?mode=ro"
    connection = sqlite3.connect(uri, uri=True, timeout=2.0)
    try:
        connection.execute("SELECT 1 FROM sqlite_master").fetchall()
    except sqlite3.OperationalError as error:
        connection.close()
        is_barred = error.sqlite_errorcode & 0xFF in (sqlite3.SQLITE_CANTOPEN, sqlite3.SQLITE_READONLY)
        if not is_barred or path.with_name(path.name + "-wal").exists():
            raise
        # A cleanly closed WAL file in a directory we may not write has no log to share, and no writer.
        connection = sqlite3.connect(uri + "&immutable=1", uri=True)
    check_schema(connection, path)
    return connection


def check_schema(connection: sqlite3.Connection, path: Path) -> None:
    """Refuse a database that is not a journal of the one schema this program knows.

    Raises:
        JournalRefused: with both version numbers.
    """
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    (version,) = connection.execute("PRAGMA user_version").fetchone()
    if application != APPLICATION_ID:
        raise JournalRefused(f"{path}: an SQLite database, but not a pumpd journal")
    if version != SCHEMA_VERSION:
        raise JournalRefused(f"{path}: journal schema {version}, this program knows only {SCHEMA_VERSION}")


def fetch(
    connection: sqlite3.Connection,
    after_seq: int,
    kinds: Collection[str] | None,
    limit: int,
    channel: str | None = None,
) -> list[Record]:
    """One page of records in order of their number; `channel`: of this one only."""
    where, values = "seq > ?", [after_seq]
    own = [] if channel is None else [channel]
    if own:
        where += " AND channel = ?"
    wanted = sorted(kinds) if kinds is not None else []
    if kinds is not None:
        where += f" AND kind IN ({', '.join('?' * len(wanted))})"
    query = f"SELECT {_COLUMNS} FROM record WHERE {where} ORDER BY seq LIMIT ?"
    return [_record(row) for row in connection.execute(query, (*values, *own, *wanted, limit)).fetchall()]


def fetch_tail(connection: sqlite3.Connection, count: int) -> list[Record]:
    """The newest `count` records, oldest first."""
    query = f"SELECT {_COLUMNS} FROM record ORDER BY seq DESC LIMIT ?"
    return [_record(row) for row in connection.execute(query, (count,)).fetchall()][::-1]


def _record(row: tuple[int, str, str, int, int, int, str, str, bytes]) -> Record:
    seq, boot, kind, at_ms, link_ms, wall_ms, channel, body, digest = row
    return Record(seq, boot, kind, Stamp(at_ms, link_ms), wall_ms, channel, body, digest)


def read(
    path: Path, after_seq: int = 0, kinds: Collection[str] | None = None, channel: str | None = None
) -> Iterator[Record]:
    """Records after `after_seq`, oldest first, of these kinds (None: all), of this channel (None: any).

    Works while the writer is live.

    Raises:
        JournalRefused: no such file, or not a journal of this schema.
        sqlite3.DatabaseError: damaged.
    """
    with closing(connect_to_read(path)) as connection:
        while page := fetch(connection, after_seq, kinds, PAGE_RECORDS, channel):
            yield from page
            after_seq = page[-1].seq


def read_last(path: Path, count: int, kinds: Collection[str] | None = None) -> list[Record]:
    """The newest `count` records of these kinds, oldest first. Raises as `read`."""
    wanted = sorted(kinds) if kinds is not None else []
    where = f"WHERE kind IN ({', '.join('?' * len(wanted))})" if kinds is not None else ""
    query = f"SELECT {_COLUMNS} FROM record {where} ORDER BY seq DESC LIMIT ?"
    with closing(connect_to_read(path)) as connection:
        return [_record(row) for row in connection.execute(query, (*wanted, count)).fetchall()][::-1]


def latest(path: Path, kind: str, channel: str) -> Record | None:
    """The newest record of one kind and channel, such as the last snapshot. Raises as `read`."""
    query = f"SELECT {_COLUMNS} FROM record WHERE kind = ? AND channel = ? ORDER BY seq DESC LIMIT 1"
    with closing(connect_to_read(path)) as connection:
        row = connection.execute(query, (kind, channel)).fetchone()
    return _record(row) if row is not None else None


def every(path: Path, kind: str) -> list[Record]:
    """All records of one kind, by channel and number, found by the index alone: for kinds of which there are few.

    Raises as `read`.
    """
    query = f"SELECT {_COLUMNS} FROM record WHERE kind = ? ORDER BY channel, seq"
    with closing(connect_to_read(path)) as connection:
        return [_record(row) for row in connection.execute(query, (kind,)).fetchall()]


def first_fault(records: Iterator[Record], previous: Record | None, head: Head | None) -> Verdict:
    """Walk a chain from the record before it (None: from the beginning) and hold it against the head."""
    good = 0
    seq, digest = (previous.seq, previous.hash) if previous is not None else (0, GENESIS)
    for record in records:
        if record.seq != seq + 1:
            return Verdict(False, good, seq + 1, f"record {seq + 1} is missing, {record.seq} follows {seq}")
        if record.hash != row_hash(digest, record):
            return Verdict(
                False, good, record.seq, f"record {record.seq} does not follow from the one before"
            )
        seq, digest, good = record.seq, record.hash, good + 1
        if head is not None and head.seq == seq and head.hash != digest:
            return Verdict(False, good - 1, seq, f"record {seq} is not the one the head file names")
    if head is not None and head.seq > seq:
        reason = f"cut at the end: the head file names record {head.seq}, the last one is {seq}"
        return Verdict(False, good, seq + 1, reason)
    return Verdict(True, good, None, "")


def verify(path: Path) -> Verdict:
    """Check the whole journal: content, order, gaps, and with the head file the end. Never raises for damage.

    A missing head file is a fault, since then a cut at the end cannot be excluded.

    Raises:
        JournalRefused: no such file, or not a journal of this schema.
    """
    head = read_head(path)  # before the records: a live writer only adds behind it
    try:
        with closing(connect_to_read(path)) as connection:
            (sound,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
            verdict = first_fault(_all(connection), None, head)
    except sqlite3.DatabaseError as error:
        return Verdict(False, 0, None, f"cannot be read: {error}")
    if verdict.ok and sound != "ok":
        return Verdict(False, verdict.records, None, f"the database is damaged: {sound}")
    if verdict.ok and head is None:
        reason = "the head file is missing or unreadable: a cut at the end cannot be excluded"
        return Verdict(False, verdict.records, None, reason)
    return verdict


def _all(connection: sqlite3.Connection) -> Iterator[Record]:
    after_seq = FROM_START
    while page := fetch(connection, after_seq, None, PAGE_RECORDS):
        yield from page
        after_seq = page[-1].seq
