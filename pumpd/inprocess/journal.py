"""The journal without its thread: the same file, chain and batches, written by timers of the loop.

Theory of operation. A thread lives in real time and would make a run on a virtual clock differ from the next. Here the
writer is a timer: what is urgent is committed after the time that the bench's disk takes, the rest after the usual wait
for company. A bench that pulls the plug calls `abandon`: what was not committed is gone, as on a machine that lost its
power, and the next life reads the same file.
"""

import asyncio
from collections.abc import Callable
from pathlib import Path

from pumpd.shell.journal import BATCH_S, Journal, JournalEvent
from pumpd.shell.journal_file import Record


class LoopJournal(Journal):
    """One journal file, written on the loop.

    Args:
        path, meta, listener: as of `Journal`.
        disk_s: how long the disk takes for the next commit; raises OSError when it is sick.
    """

    def __init__(
        self,
        path: Path,
        meta: dict[str, str],
        listener: Callable[[JournalEvent], None],
        disk_s: Callable[[], float],
    ) -> None:
        self._running = asyncio.get_running_loop()
        super().__init__(path, meta, listener, self._running)
        self._disk_s = disk_s
        self._now_ns = lambda: round(self._running.time() * 1e9)
        self._timer: asyncio.TimerHandle | None = None
        self._is_writing = False
        self._batch: list[Record] = []

    def close(self, timeout_s: float = 0.0) -> bool:
        """Write what is queued and let the file go."""
        if self._timer is not None:
            self._timer.cancel()
        self._write_now()
        self._is_closing = True
        self._release()
        return not self._failed_reason

    def abandon(self) -> None:
        """The power is gone: nothing more is written, and the file is free for the next life."""
        if self._timer is not None:
            self._timer.cancel()
        self._queue.clear()
        self._batch = []
        self._is_closing = True
        self._release()

    def _begin_writing(self) -> None:
        """Nothing to begin: the first record sets the timer."""

    def _stir(self, is_urgent: bool) -> None:
        if self._is_writing and not is_urgent:
            return
        wait_s = 0.0 if is_urgent else BATCH_S
        due_s = self._running.time() + wait_s
        if self._timer is not None:
            if self._timer.when() <= due_s or self._is_writing:
                return
            self._timer.cancel()
        self._timer = self._running.call_at(due_s, self._begin_commit)

    def _begin_commit(self) -> None:
        """The writer wakes; the commit ends when the disk has taken it."""
        self._is_writing = True
        try:
            took_s = self._disk_s()
        except OSError as error:
            self._timer = None
            self._fail(f"cannot be written: {type(error).__name__}: {error}")
            self._release()
            return
        # What arrives from now on waits for the next commit, as it does behind a thread's back.
        self._batch += self._taken()
        self._timer = self._running.call_later(took_s, self._end_commit)

    def _end_commit(self) -> None:
        self._timer, self._is_writing = None, False
        self._write()
        if self._queue:
            self._stir(self._is_urgent)

    def _write_now(self) -> None:
        self._batch += self._taken()
        self._write()

    def _write(self) -> None:
        batch, self._batch = self._batch, []
        if batch and self._connection is not None and not self._failed_reason:
            self._write_batch(batch)

    def _tell(self, event: JournalEvent) -> None:
        self._running.call_soon(self._listener, event)
