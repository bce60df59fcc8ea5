"""The record of everything, written by one thread so that nothing else ever waits for a disk.

Theory of operation. `append` gives a record its number, puts it into a bounded queue and returns; the
caller is the decision loop and must not feel a disk that stalls for five seconds (facts/faults.md row 86).
The writer thread takes whatever is queued and commits it in one transaction with synchronous=FULL: a record
is durable when the commit is, and the listener is then told `Durable(seq)`, meaning everything up to that
number. Records marked urgent go at once; others wait up to 200 ms for company, which spares an SD card.

Whoever may raise delivery waits for its number to become durable; a stop waits for nothing (faults F12,
I8).

The first error latches. After a failed fsync the kernel may have dropped the pages and call the next one a
success, so no later success can mean that the earlier records are there (faults row 83): `Failed` is said
once and `Durable` never again. A full queue counts as a failure as well; what was queued is still written,
so the chain on disk stays whole up to its end. Only a new start of the daemon, with its checks, ends the
state.
"""

import asyncio
import contextlib
import json
import os
import sqlite3
import threading
import time
from collections import deque
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from interlocks.vocabulary import Stamp
from pumpd.shell.journal_file import (
    GENESIS,
    INSERT,
    SCHEMA_VERSION,
    Head,
    Record,
    head_line,
    head_path,
    row_hash,
)
from pumpd.shell.journal_opening import Opening, take_lock, take_possession
from pumpd.shell.journal_room import Room

#: About 40 s of a busy channel; a disk that stalls longer than that has failed.
QUEUE_RECORDS = 4096
#: Characters queued at most, so that 4096 large records cannot exhaust the memory either.
QUEUE_CHARACTERS = 32 * 1024 * 1024
#: How long a record that nobody waits for may wait for company.
BATCH_S = 0.2
CLOSE_S = 5.0
#: The write-ahead log is folded back into the database after about this much (facts/ecosystem.md 9).
CHECKPOINT_BYTES = 4 * 1024 * 1024
#: What a commit adds to the log beside its text: the pages of table and index it touches.
COMMIT_BYTES = 4 * 4096

#: First record of every opening: schema, what the daemon says of itself, and what was found wrong.
OPENED = "journal_opened"


@dataclass(frozen=True, slots=True)
class Durable:
    """Everything up to and including `seq` is on disk."""

    seq: int


@dataclass(frozen=True, slots=True)
class Failed:
    """The journal does not record any more; said once."""

    reason: str


JournalEvent = Durable | Failed | Room


def _at_once() -> None:
    """Commit without waiting for anything."""


class Journal:
    """One journal file, open for writing by this process alone.

    Args:
        path: the SQLite file; its `.head` and `.lock` lie beside it.
        meta: written into the first record of this opening; "boot" (required) marks every record.
        listener: told of `JournalEvent`s, in the loop's thread, never from within `append`.
        loop: where the listener runs.
        before_commit: called in the writer's thread before each commit, must not raise; `RoomWatch` looks there.
    """

    def __init__(
        self,
        path: Path,
        meta: dict[str, str],
        listener: Callable[[JournalEvent], None],
        loop: asyncio.AbstractEventLoop,
        before_commit: Callable[[], None] = _at_once,
    ) -> None:
        self._path = path
        self._meta = dict(meta)
        self._boot = meta["boot"]
        self._listener = listener
        self._loop = loop
        self._before_commit = before_commit
        # `_wake` guards the queue, its flags and the numbering; the writer holds it only to take the queue.
        self._wake = threading.Condition()
        self._queue: deque[Record] = deque()
        self._queued_characters = 0
        self._is_urgent = False
        self._is_closing = False
        self._failed_reason = ""
        self._last_seq = 0
        self._durable_seq = 0
        self._now_ns: Callable[[], int] = time.perf_counter_ns
        self._commits, self._commit_us, self._newest_commit_us = 0, 0, 0
        # The rest belongs to the writer's thread once it runs.
        self._connection: sqlite3.Connection | None = None
        self._last = Head(0, GENESIS)
        self._log_bytes = 0
        self._head_file = -1
        self._lock_file = -1
        self._writer: threading.Thread | None = None

    @property
    def durable_seq(self) -> int:
        """Newest record known to be on disk."""
        return self._durable_seq

    @property
    def failed_reason(self) -> str:
        """Why the journal records no more; "" while it does."""
        return self._failed_reason

    def figures(self) -> dict[str, int]:
        """Of this opening, for metrics: commits, what they took in all and the newest, us; records that wait."""
        names = ("journal_commits", "journal_commit_us", "journal_newest_commit_us", "journal_waiting")
        counts = (self._commits, self._commit_us, self._newest_commit_us, len(self._queue))
        return dict(zip(names, counts, strict=True))

    def open(self, wall_ms: int = 0) -> Opening:
        """Take the file and start writing. Blocks; for the start of the daemon, not for the running loop.

        A disk that cannot be written does not raise: it is `Failed`, and the reason stands in the answer too.

        Args:
            wall_ms: unix time for the opening record; 0 if unknown.

        Raises:
            JournalRefused: another daemon holds the file, or it is not a journal of this schema.
        """
        if self._writer is not None or self._lock_file >= 0:
            raise RuntimeError("a journal is opened once")
        opening = Opening(0, None, "")
        try:
            self._lock_file = take_lock(self._path)
            possession = take_possession(self._path)
            self._connection, self._last, opening = possession.connection, possession.last, possession.opening
            self._head_file = os.open(head_path(self._path), os.O_WRONLY | os.O_CREAT | os.O_CLOEXEC, 0o640)
            self._last_seq = self._last.seq + 1
            self._commit([self._opening_record(wall_ms, opening)])
            self._durable_seq = self._last_seq
        except (sqlite3.Error, OSError) as error:
            reason = f"cannot be opened: {error}"
            self._fail(reason)
            self._release()
            return Opening(
                opening.last_seq, opening.set_aside, "; ".join(filter(None, (opening.reason, reason)))
            )
        except BaseException:
            self._release()
            raise
        self._begin_writing()
        return opening

    def append(
        self, kind: str, at: Stamp, wall_ms: int, channel: str, body: str, *, urgent: bool = False
    ) -> int:
        """Queue one record and return its number at once; never waits, never raises for the disk.

        After a failure or after `close` the record is lost; its number never becomes durable.

        Args:
            kind: name of the event or action.
            at: when it was decided, both monotonic clocks.
            wall_ms: unix time, for people.
            channel: which pump; "" for the daemon as a whole.
            body: JSON text.
            urgent: commit at once, with everything queued before it.
        """
        with self._wake:
            self._last_seq += 1
            if self._failed_reason or self._is_closing:
                return self._last_seq
            is_full = (
                len(self._queue) >= QUEUE_RECORDS or self._queued_characters + len(body) > QUEUE_CHARACTERS
            )
            if not is_full:
                record = Record(self._last_seq, self._boot, kind, at, wall_ms, channel, body, b"")
                self._queue.append(record)
                self._queued_characters += len(body)
                self._is_urgent = self._is_urgent or urgent
                if urgent or len(self._queue) == 1:
                    self._stir(urgent)
        if is_full:
            self._fail(f"the disk is too slow: {len(self._queue)} records wait")
        return self._last_seq

    def close(self, timeout_s: float = CLOSE_S) -> bool:
        """Write what is queued and let the file go; blocks up to `timeout_s`.

        Returns:
            True when everything appended is on disk.
        """
        with self._wake:
            self._is_closing = True
            self._stir(True)
        if self._writer is None:
            self._release()
            return False
        self._writer.join(timeout_s)
        return not self._writer.is_alive() and not self._failed_reason

    def _begin_writing(self) -> None:
        self._writer = threading.Thread(target=self._write, name="journal", daemon=True)
        self._writer.start()

    def _stir(self, is_urgent: bool) -> None:
        """There is something to write, or nothing more to come; called with the lock held."""
        self._wake.notify()

    def _opening_record(self, wall_ms: int, opening: Opening) -> Record:
        body = json.dumps(
            {
                "schema": SCHEMA_VERSION,
                "meta": self._meta,
                "set_aside": str(opening.set_aside.name) if opening.set_aside else None,
                "reason": opening.reason,
            },
            sort_keys=True,
        )
        return Record(self._last_seq, self._boot, OPENED, Stamp(0, 0), wall_ms, "", body, b"")

    def _write(self) -> None:
        """The writer's thread."""
        try:
            while batch := self._next_batch():
                self._write_batch(batch)
        except Exception as error:
            # Not only disk errors: whatever ends this thread ends the recording, and that must be said.
            self._fail(f"cannot be written: {type(error).__name__}: {error}")
        finally:
            self._release()

    def _next_batch(self) -> list[Record]:
        """All that is queued, once something is urgent or has waited long enough; empty: time to end."""
        with self._wake:
            self._wake.wait_for(lambda: self._queue or self._is_closing)
            self._wake.wait_for(lambda: self._is_urgent or self._is_closing, timeout=BATCH_S)
            return self._taken()

    def _taken(self) -> list[Record]:
        """All that is queued; called with the lock held."""
        batch = list(self._queue)
        self._queue.clear()
        self._queued_characters = 0
        self._is_urgent = False
        return batch

    def _write_batch(self, batch: list[Record]) -> None:
        begun_ns = self._now_ns()
        self._before_commit()
        self._commit(batch)
        self._newest_commit_us = (self._now_ns() - begun_ns) // 1_000
        self._commits, self._commit_us = self._commits + 1, self._commit_us + self._newest_commit_us
        self._told_durable(batch[-1].seq)
        self._fold_log()

    def _commit(self, batch: list[Record]) -> None:
        assert self._connection is not None
        rows = []
        last = self._last
        for record in batch:
            clean = _storable(record)
            last = Head(clean.seq, row_hash(last.hash, clean))
            rows.append(
                (
                    *(clean.seq, clean.boot, clean.kind, clean.at.ms, clean.at.link_ms),
                    *(clean.wall_ms, clean.channel, clean.body, last.hash),
                )
            )
        self._connection.execute("BEGIN IMMEDIATE")
        self._connection.executemany(INSERT, rows)
        self._connection.execute("COMMIT")
        # After the commit, so that the head never names a record that is not there.
        os.pwrite(self._head_file, head_line(last), 0)
        self._last = last
        self._log_bytes += COMMIT_BYTES + sum(len(record.body) for record in batch)

    def _fold_log(self) -> None:
        """Checkpoint now and then, after the records were reported, so that nobody waits for it."""
        if self._log_bytes < CHECKPOINT_BYTES:
            return
        assert self._connection is not None
        self._connection.execute("PRAGMA wal_checkpoint(PASSIVE)").fetchall()
        self._log_bytes = 0

    def _told_durable(self, seq: int) -> None:
        with self._wake:
            if self._failed_reason:
                return
            self._durable_seq = seq
            self._tell(Durable(seq))

    def _fail(self, reason: str) -> None:
        with self._wake:
            if self._failed_reason:
                return
            self._failed_reason = reason
            self._tell(Failed(reason))

    def _tell(self, event: JournalEvent) -> None:
        # A loop that is already closed has nobody left to tell; `close` answers for the rest.
        with contextlib.suppress(RuntimeError):
            self._loop.call_soon_threadsafe(self._listener, event)

    def _release(self) -> None:
        if self._connection is not None:
            self._connection.close()
            self._connection = None
        if self._head_file >= 0:
            os.close(self._head_file)
            self._head_file = -1
        if self._lock_file >= 0:
            os.close(self._lock_file)
            self._lock_file = -1


def _storable(record: Record) -> Record:
    """A lone surrogate (JSON allows one, UTF-8 does not) is written as its escape, never lost or fatal."""
    try:
        f"{record.boot}{record.kind}{record.channel}{record.body}".encode()
    except UnicodeEncodeError:
        boot, kind, channel, body = (
            text.encode("utf-8", "backslashreplace").decode()
            for text in (record.boot, record.kind, record.channel, record.body)
        )
        return Record(record.seq, boot, kind, record.at, record.wall_ms, channel, body, record.hash)
    return record
