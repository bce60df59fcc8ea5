"""Taking possession of a journal file: alone, and only if it is whole.

Theory of operation. A lock on a side file comes first: two writers would each keep a valid chain and together
an invalid one. Then the end of the file is checked (chain of the newest records, head file, and SQLite's own
quick check while the file is small), because what was cut or damaged must be known before anything is written
behind it. A damaged journal is evidence: it is renamed, never repaired or deleted, and a new one is begun
(facts/faults.md row 85). A file of another schema, or that is no journal at all, is not ours: it is left
alone and the daemon refuses to start on it. A disk that cannot be written is a third case: the daemon must
still come up to be able to stop pumps, so that is reported and not raised.
"""

import fcntl
import os
import sqlite3
from dataclasses import dataclass
from pathlib import Path

from pumpd.shell.journal_file import (
    APPLICATION_ID,
    GENESIS,
    SCHEMA,
    SCHEMA_VERSION,
    Head,
    JournalRefused,
    check_schema,
    fetch_tail,
    first_fault,
    head_path,
    read_head,
)

#: Newest records whose chain is checked at every start: about 10 ms. `pumpd journal verify` checks all.
TAIL_RECORDS = 1000
#: Above this size SQLite's quick check would hold up the start by more than about half a second.
QUICK_CHECK_BYTES = 32 * 1024 * 1024
BUSY_S = 2.0

#: SQLite's primary result codes that speak of the disk or of access, not of the file's content.
_ENVIRONMENT = frozenset(
    {
        sqlite3.SQLITE_PERM,
        sqlite3.SQLITE_BUSY,
        sqlite3.SQLITE_LOCKED,
        sqlite3.SQLITE_NOMEM,
        sqlite3.SQLITE_READONLY,
        sqlite3.SQLITE_IOERR,
        sqlite3.SQLITE_FULL,
        sqlite3.SQLITE_CANTOPEN,
    }
)


@dataclass(frozen=True, slots=True)
class Opening:
    """How a journal was found.

    Attributes:
        last_seq: newest record found; 0 in a new journal.
        set_aside: where a damaged journal was put; None when there was none.
        reason: what was found wrong, in words; "" when nothing was.
    """

    last_seq: int
    set_aside: Path | None
    reason: str


@dataclass(frozen=True, slots=True)
class Possession:
    """The one writing connection, with the end of the chain it continues."""

    connection: sqlite3.Connection
    last: Head
    opening: Opening


def take_lock(path: Path) -> int:
    """Lock the journal for this process; the lock ends with the returned descriptor or with the process.

    Raises:
        JournalRefused: another process holds it.
        OSError: the lock file cannot be made.
    """
    lock = os.open(path.with_name(path.name + ".lock"), os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o640)
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        holder = os.pread(lock, 32, 0).decode("ascii", "replace").strip() or "unknown"
        os.close(lock)
        raise JournalRefused(f"{path}: another pumpd (pid {holder}) writes this journal") from None
    os.ftruncate(lock, 0)
    os.pwrite(lock, f"{os.getpid()}\n".encode("ascii"), 0)
    return lock


def take_possession(path: Path) -> Possession:
    """Check the file, put a damaged one aside, and open it for writing. The lock must be held.

    Raises:
        JournalRefused: not a journal, or of an unknown schema.
        sqlite3.Error, OSError: the disk does not let us.
    """
    set_aside = None
    connection, last, fault = _open_checked(path)
    if connection is None:
        set_aside = _put_aside(path)
        connection, last, again = _open_checked(path)
        if connection is None:
            raise OSError(f"{path}: a new journal is damaged at once: {again}")
    return Possession(connection, last, Opening(last.seq, set_aside, fault))


def _open_checked(path: Path) -> tuple[sqlite3.Connection | None, Head, str]:
    """Connection (None: damaged), the end of the chain, and what is wrong ("" or a remark when usable)."""
    connection = sqlite3.connect(path, timeout=BUSY_S, isolation_level=None, check_same_thread=False)
    try:
        if _is_blank(connection):
            _create(connection)
        else:
            check_schema(connection, path)
        (kept,) = connection.execute("PRAGMA journal_mode = WAL").fetchone()
        if kept != "wal":
            raise OSError(f"{path}: this file system does not allow a write-ahead log")
        connection.execute("PRAGMA synchronous = FULL")
        connection.execute("PRAGMA mmap_size = 0")
        # SQLite's own checkpoint swallows its errors; the writer folds the log back itself and hears them.
        connection.execute("PRAGMA wal_autocheckpoint = 0")
        last, fault, is_usable = _check_end(connection, path)
    except sqlite3.Error as error:
        connection.close()
        if getattr(error, "sqlite_errorcode", 0) & 0xFF in _ENVIRONMENT:
            raise
        return None, Head(0, GENESIS), str(error)
    except BaseException:
        connection.close()
        raise
    if not is_usable:
        connection.close()
        return None, last, fault
    return connection, last, fault


def _is_blank(connection: sqlite3.Connection) -> bool:
    """Nothing was ever created here: a new file, or a crash before the first commit."""
    (tables,) = connection.execute("SELECT count(*) FROM sqlite_master").fetchone()
    (application,) = connection.execute("PRAGMA application_id").fetchone()
    return bool(tables == 0 and application == 0)


def _create(connection: sqlite3.Connection) -> None:
    """All or nothing, so that a crash in between leaves a blank file and not a strange one."""
    connection.executescript(
        f"BEGIN; {SCHEMA} PRAGMA application_id = {APPLICATION_ID};"
        f" PRAGMA user_version = {SCHEMA_VERSION}; COMMIT;"
    )


def _check_end(connection: sqlite3.Connection, path: Path) -> tuple[Head, str, bool]:
    """End of the chain, what is wrong, and whether records may be written behind it."""
    head = read_head(path)
    if path.stat().st_size <= QUICK_CHECK_BYTES:
        (sound,) = connection.execute("PRAGMA quick_check(1)").fetchone()
        if sound != "ok":
            return Head(0, GENESIS), str(sound), False
    tail = fetch_tail(connection, TAIL_RECORDS + 1)
    previous = tail.pop(0) if len(tail) > TAIL_RECORDS else None
    verdict = first_fault(iter(tail), previous, head)
    last = Head(tail[-1].seq, tail[-1].hash) if tail else Head(0, GENESIS)
    if not verdict.ok:
        return last, verdict.reason, False
    # One record without a head is a crash during the very first opening.
    if head is None and last.seq > 1:
        return last, "the head file is missing or unreadable: a cut at the end cannot be excluded", True
    return last, "", True


def _put_aside(path: Path) -> Path:
    """Rename a damaged journal with its log and head; its name says which it is."""
    number = 1
    while (aside := path.with_name(f"{path.name}.corrupt-{number}")).exists() or head_path(aside).exists():
        number += 1
    if path.exists():
        path.rename(aside)
    for suffix in ("-wal", "-shm", ".head"):
        beside = path.with_name(path.name + suffix)
        if beside.exists():
            beside.rename(aside.with_name(aside.name + suffix))
    directory = os.open(path.parent, os.O_RDONLY | os.O_DIRECTORY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return aside
