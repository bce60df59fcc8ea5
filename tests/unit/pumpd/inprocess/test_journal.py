"""The journal on a loop's timers: the same file as the thread's, and what a dead process leaves of it."""

import asyncio
from collections.abc import Callable, Coroutine
from pathlib import Path
from typing import Any

from hil_sim.bench.loop import JumpingLoop
from interlocks.vocabulary import Stamp
from pumpd.inprocess.journal import LoopJournal
from pumpd.shell.journal import BATCH_S, Durable, Failed, JournalEvent
from pumpd.shell.journal_file import read, verify

AT = Stamp(1, 1)


class Book:
    """A journal and what it told."""

    def __init__(self, path: Path, disk_s: Callable[[], float] = lambda: 0.01) -> None:
        self.path = path
        self.told: list[tuple[float, JournalEvent]] = []
        self.journal = LoopJournal(path, {"boot": "b1"}, self._heard, disk_s)

    def _heard(self, event: JournalEvent) -> None:
        self.told.append((round(asyncio.get_running_loop().time(), 3), event))

    def write(self, text: str, *, urgent: bool = False) -> int:
        return self.journal.append("note", AT, 0, "bed-1", text, urgent=urgent)

    def texts(self) -> list[str]:
        return [one.body for one in read(self.path) if one.kind == "note"]


def on_loop(story: Coroutine[Any, Any, None]) -> None:
    loop = JumpingLoop()
    try:
        loop.run_until_complete(story)
    finally:
        loop.close()


def test_what_is_urgent_is_durable_when_the_disk_has_it_and_the_rest_waits_for_company(
    tmp_path: Path,
) -> None:
    async def story() -> None:
        book = Book(tmp_path / "j.sqlite")
        book.journal.open()
        book.write("1")
        await asyncio.sleep(1.0)
        urgent = book.write("2", urgent=True)
        await asyncio.sleep(1.0)
        assert book.told == [(round(BATCH_S + 0.01, 3), Durable(urgent - 1)), (1.01, Durable(urgent))]
        assert book.journal.close()
        assert book.texts() == ["1", "2"]
        assert verify(book.path).ok

    on_loop(story())


def test_an_urgent_record_takes_those_before_it_along(tmp_path: Path) -> None:
    async def story() -> None:
        book = Book(tmp_path / "j.sqlite")
        book.journal.open()
        book.write("1")
        last = book.write("2", urgent=True)
        await asyncio.sleep(0.1)
        assert book.told == [(0.01, Durable(last))]
        book.journal.close()

    on_loop(story())


def test_what_was_not_committed_when_the_power_went_is_gone_and_the_next_life_goes_on_behind_it(
    tmp_path: Path,
) -> None:
    """Faults rows 72, 84: a crash loses the newest records and nothing else; the chain stays whole."""

    async def story() -> None:
        first = Book(tmp_path / "j.sqlite", lambda: 0.5)
        first.journal.open()
        first.write("kept", urgent=True)
        await asyncio.sleep(1.0)
        first.write("lost", urgent=True)
        await asyncio.sleep(0.2)
        first.journal.abandon()
        await asyncio.sleep(5.0)
        second = Book(tmp_path / "j.sqlite")
        second.journal.open()
        second.write("next", urgent=True)
        await asyncio.sleep(1.0)
        second.journal.close()
        assert second.texts() == ["kept", "next"]
        assert verify(second.path).ok

    on_loop(story())


def test_a_sick_disk_is_said_once_and_nothing_is_durable_any_more(tmp_path: Path) -> None:
    """Faults rows 82, 83: the first error latches."""

    def sick() -> float:
        raise OSError(28, "No space left on device")

    async def story() -> None:
        book = Book(tmp_path / "j.sqlite", sick)
        book.journal.open()
        for text in ("1", "2"):
            book.write(text, urgent=True)
            await asyncio.sleep(1.0)
        ((_, event),) = book.told
        assert isinstance(event, Failed)
        assert "No space left on device" in event.reason
        assert not book.journal.close()

    on_loop(story())


def test_a_disk_that_stalls_makes_what_comes_meanwhile_wait_for_the_next_commit(tmp_path: Path) -> None:
    """Faults row 86."""
    takes = iter([5.0, 0.01, 0.01])

    async def story() -> None:
        book = Book(tmp_path / "j.sqlite", lambda: next(takes))
        book.journal.open()
        book.write("1", urgent=True)
        await asyncio.sleep(1.0)
        last = book.write("2", urgent=True)
        await asyncio.sleep(9.0)
        assert [event for _, event in book.told][-1] == Durable(last)
        assert book.told[0][0] == 5.0
        book.journal.close()

    on_loop(story())
