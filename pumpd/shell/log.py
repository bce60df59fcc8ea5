"""Logs that can never hold the control loop up.

Theory of operation. A reader of standard error that stalls (a full pipe, a stopped journald) blocks whoever writes. So
lines go into a bounded queue and a thread of its own writes them; when the queue is full the line is dropped and counted,
and the next line that fits says how many were lost. The journal is the record; this is for the engineer at the terminal.
"""

import queue
import sys
import threading
from typing import TextIO

from pumpd.shell.plain_structlog import structlog

_CAPACITY = 1_000


class DroppingWriter:
    """A structlog logger that hands lines to a thread."""

    def __init__(self, stream: TextIO, capacity: int = _CAPACITY) -> None:
        self._stream = stream
        self._lines: queue.Queue[str] = queue.Queue(capacity)
        self.dropped = 0
        self._thread = threading.Thread(target=self._write, name="log", daemon=True)
        self._thread.start()

    def msg(self, line: str) -> None:
        """Queue a line, or count it as dropped."""
        try:
            if self.dropped:
                self._lines.put_nowait(f'{{"event": "{self.dropped} log lines dropped"}}')
                self.dropped = 0
            self._lines.put_nowait(line)
        except queue.Full:
            self.dropped += 1

    debug = info = warning = error = critical = failure = fatal = log = msg

    def _write(self) -> None:
        while True:
            line = self._lines.get()
            try:
                self._stream.write(line + "\n")
                self._stream.flush()
            except (OSError, ValueError):
                self.dropped += 1


def set_up(stream: TextIO | None = None) -> DroppingWriter:
    """Send every structlog line, as JSON, through one writer."""
    writer = DroppingWriter(stream or sys.stderr)
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.format_exc_info,
            structlog.processors.JSONRenderer(),
        ],
        logger_factory=lambda *_: writer,
        cache_logger_on_first_use=True,
    )
    return writer
