"""Logs never hold anybody up: what does not fit is dropped and counted."""

import io
import json
import os
import threading
import time
from collections.abc import Iterator

import pytest
import structlog

from pumpd.shell.log import DroppingWriter, set_up

WITHIN_S = 10.0


class StalledStream(io.StringIO):
    """A terminal nobody reads: `write` does not return until it is let go."""

    def __init__(self) -> None:
        super().__init__()
        self.entered = threading.Event()
        self.let_go = threading.Event()
        self.lines: list[str] = []
        self.news = threading.Condition()

    def write(self, text: str) -> int:
        self.entered.set()
        self.let_go.wait(WITHIN_S)
        with self.news:
            self.lines.append(text.rstrip("\n"))
            self.news.notify_all()
        return len(text)

    def wait_for(self, count: int) -> list[str]:
        with self.news:
            assert self.news.wait_for(lambda: len(self.lines) >= count, WITHIN_S), self.lines
            return list(self.lines)


@pytest.fixture
def stalled() -> Iterator[StalledStream]:
    stream = StalledStream()
    yield stream
    stream.let_go.set()


def test_a_stalled_stream_blocks_nobody_and_what_is_lost_is_counted(stalled: StalledStream) -> None:
    """A full pipe on stderr must not stop the control cycle (facts/faults.md 86, the same for logs)."""
    writer = DroppingWriter(stalled, capacity=10)
    writer.msg("taken")
    assert stalled.entered.wait(WITHIN_S)
    begun_s = time.monotonic()
    for number in range(1_000):
        writer.msg(f"line {number}")
    assert time.monotonic() - begun_s < 1.0
    assert writer.dropped == 990


def test_the_next_line_that_fits_says_how_many_were_lost(stalled: StalledStream) -> None:
    writer = DroppingWriter(stalled, capacity=10)
    writer.msg("taken")
    assert stalled.entered.wait(WITHIN_S)
    for number in range(15):
        writer.msg(f"line {number}")
    assert writer.dropped == 5
    stalled.let_go.set()
    stalled.wait_for(11)
    writer.msg("after")
    lines = stalled.wait_for(13)
    assert lines[:11] == ["taken", *(f"line {number}" for number in range(10))]
    assert json.loads(lines[11]) == {"event": "5 log lines dropped"}
    assert lines[12] == "after"
    assert writer.dropped == 0


def test_a_closed_stream_ends_neither_the_writer_nor_its_caller() -> None:
    read_end, write_end = os.pipe()
    os.close(read_end)  # as with a terminal that is gone: every write is a broken pipe
    stream = os.fdopen(write_end, "w")
    writer = DroppingWriter(stream)
    deadline_s = time.monotonic() + WITHIN_S
    while writer.dropped == 0 and time.monotonic() < deadline_s:
        writer.msg("nobody reads this")
    assert writer.dropped > 0
    assert writer._thread.is_alive()
    os.close(write_end)
    stream_is_gone = pytest.raises(OSError)
    with stream_is_gone:
        stream.close()


@pytest.fixture
def configured(stalled: StalledStream) -> Iterator[StalledStream]:
    before = structlog.get_config()
    stalled.let_go.set()
    set_up(stalled)
    yield stalled
    structlog.configure(**before)


def test_every_line_is_one_json_object_with_its_level_and_time(configured: StalledStream) -> None:
    """faults row 105: what a foreign name carries is escaped, not printed."""
    structlog.get_logger("t").warning("trip", channel="bed-1", reason="a\x1b[2J\r\nb\u202e")
    (line,) = configured.wait_for(1)
    assert line.isprintable()
    told = json.loads(line)
    assert told["event"] == "trip"
    assert told["level"] == "warning"
    assert told["reason"] == "a\x1b[2J\r\nb\u202e"
    assert told["timestamp"].endswith("Z")


def test_a_failure_is_logged_with_its_trace_on_the_same_line(configured: StalledStream) -> None:
    try:
        raise OSError("unplugged")
    except OSError:
        structlog.get_logger("t").error("edge failed", exc_info=True)
    (line,) = configured.wait_for(1)
    assert "OSError: unplugged" in json.loads(line)["exception"]


@pytest.mark.parametrize("level", ["debug", "info", "warning", "error", "critical", "exception"])
def test_every_level_has_a_way_out(configured: StalledStream, level: str) -> None:
    getattr(structlog.get_logger("t"), level)("said")
    assert json.loads(configured.wait_for(1)[0])["event"] == "said"
