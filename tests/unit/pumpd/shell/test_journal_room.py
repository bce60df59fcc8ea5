"""The journal's disk is looked at once a minute, by the thread that writes there (faults row 82)."""

import asyncio
import os
import threading
from pathlib import Path

from interlocks.vocabulary import Stamp
from pumpd.machine import Machine
from pumpd.shell.journal import JournalEvent
from pumpd.shell.journal_room import EVERY_S, Room, RoomWatch, room_of


class Clock:
    def __init__(self) -> None:
        self.s = 1_000.0

    def __call__(self) -> float:
        return self.s


def test_it_looks_at_once_and_then_once_a_minute() -> None:
    told: list[Room] = []
    clock, rooms = Clock(), iter((Room(3, 9), Room(2, 9), Room(1, 9)))
    watch = RoomWatch(Path("/j"), told.append, clock, lambda folder: next(rooms))
    watch.look()
    clock.s += EVERY_S - 0.001
    watch.look()
    assert told == [Room(3, 9)]
    clock.s += 0.001
    watch.look()
    assert told == [Room(3, 9), Room(2, 9)]


def test_a_disk_that_does_not_answer_is_the_commit_s_to_tell() -> None:
    told: list[Room] = []
    RoomWatch(Path("/nowhere/at/all"), told.append, Clock()).look()
    assert told == []


def test_what_is_told_is_what_an_ordinary_account_may_use(tmp_path: Path) -> None:
    room, found = room_of(tmp_path), os.statvfs(tmp_path)
    assert room.total_bytes == found.f_blocks * found.f_frsize
    assert 0 <= room.free_bytes <= found.f_bfree * found.f_frsize


async def test_the_daemon_s_journal_tells_it_behind_its_first_commit(tmp_path: Path) -> None:
    seen: asyncio.Queue[Room] = asyncio.Queue()
    threads: set[int] = set()

    def heard(event: JournalEvent) -> None:
        threads.add(threading.get_ident())
        if isinstance(event, Room):
            seen.put_nowait(event)

    journal = Machine().journal(tmp_path / "j.db", {"boot": "b1"}, heard)
    journal.open()
    journal.append("ticked", Stamp(0, 0), 0, "bed-1", "{}", urgent=True)
    async with asyncio.timeout(10):
        room = await seen.get()
    assert room.total_bytes == room_of(tmp_path).total_bytes
    assert threads == {threading.get_ident()}, "told in the loop's thread"
    assert journal.close()
