"""The writer: numbers at once, durable later, failed for good, never in anybody's way. On a real disk."""

import asyncio
import json
import os
import signal
import sqlite3
import subprocess
import sys
import threading
from collections.abc import Callable
from pathlib import Path

import pytest

from interlocks.vocabulary import Stamp
from pumpd.shell import journal as journal_module
from pumpd.shell.journal import OPENED, Durable, Failed, Journal, JournalEvent
from pumpd.shell.journal_file import JournalRefused, head_path, read, read_head, verify

ROOT = Path(__file__).parents[4]


class Ear:
    """A listener that remembers, and lets a test wait for what it hears."""

    def __init__(self) -> None:
        self.heard: list[JournalEvent] = []
        self.threads: set[int] = set()
        self._more = asyncio.Event()

    def __call__(self, event: JournalEvent) -> None:
        self.heard.append(event)
        self.threads.add(threading.get_ident())
        self._more.set()

    async def until(self, is_met: Callable[[list[JournalEvent]], bool]) -> None:
        """Wait for events until `is_met`."""
        async with asyncio.timeout(20):
            while not is_met(self.heard):
                self._more.clear()
                await self._more.wait()

    async def until_durable(self, seq: int) -> None:
        """Wait until everything up to `seq` was reported durable."""
        await self.until(lambda heard: any(isinstance(one, Durable) and one.seq >= seq for one in heard))

    def failures(self) -> list[Failed]:
        """The failures heard."""
        return [one for one in self.heard if isinstance(one, Failed)]


class Gate:
    """A commit that can be held up, like a disk that stalls."""

    def __init__(self) -> None:
        self.opened = threading.Event()
        self.entered = threading.Event()
        self.opened.set()

    def __call__(self) -> None:
        self.entered.set()
        if not self.opened.wait(30):
            raise TimeoutError("the test forgot to open the gate")


def a_journal(path: Path, ear: Ear, before_commit: Callable[[], None] = lambda: None) -> Journal:
    """A journal of boot "b1" on this path, not yet open."""
    return Journal(path, {"boot": "b1", "version": "0.1.0"}, ear, asyncio.get_running_loop(), before_commit)


def put(journal: Journal, number: int, *, urgent: bool = False) -> int:
    """Append one plain record."""
    return journal.append(
        "Ticked",
        Stamp(number, number),
        1_795_345_200_000 + number,
        "bed-1",
        f'{{"n":{number}}}',
        urgent=urgent,
    )


async def test_the_first_record_says_schema_and_meta(tmp_path: Path) -> None:
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    opening = journal.open(wall_ms=1_795_345_200_000)
    assert (opening.last_seq, opening.set_aside, opening.reason) == (0, None, "")
    assert journal.close()
    (first,) = read(tmp_path / "j.db")
    assert (first.seq, first.kind, first.boot, first.wall_ms) == (1, OPENED, "b1", 1_795_345_200_000)
    body = json.loads(first.body)
    assert body["schema"] == 1
    assert body["meta"] == {"boot": "b1", "version": "0.1.0"}


async def test_an_urgent_record_becomes_durable_with_everything_before_it(tmp_path: Path) -> None:
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    numbers = [put(journal, n) for n in range(5)]
    numbers.append(put(journal, 5, urgent=True))
    assert numbers == [2, 3, 4, 5, 6, 7]
    await ear.until_durable(7)
    assert journal.durable_seq == 7
    assert [one.seq for one in read(tmp_path / "j.db")] == [1, 2, 3, 4, 5, 6, 7]
    head = read_head(tmp_path / "j.db")
    assert head is not None
    assert head.seq == 7
    assert ear.threads == {threading.get_ident()}
    assert journal.close()
    assert verify(tmp_path / "j.db").ok


async def test_a_record_nobody_waits_for_becomes_durable_too(tmp_path: Path) -> None:
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    await ear.until_durable(put(journal, 1))
    assert journal.close()


async def test_records_that_may_wait_share_a_commit(tmp_path: Path) -> None:
    commits: list[int] = []
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear, lambda: commits.append(1))
    journal.open()
    last = [put(journal, n) for n in range(50)][-1]
    await ear.until_durable(last)
    assert len(commits) <= 2
    assert journal.close()


async def test_a_stalled_disk_holds_up_nobody_who_appends(tmp_path: Path) -> None:
    """faults row 86, F12: append returns at once while a commit hangs; nothing is durable meanwhile."""
    gate, ear = Gate(), Ear()
    journal = a_journal(tmp_path / "j.db", ear, gate)
    journal.open()
    gate.opened.clear()
    put(journal, 0, urgent=True)
    await asyncio.to_thread(gate.entered.wait, 10)
    loop = asyncio.get_running_loop()
    before = loop.time()
    last = [put(journal, n, urgent=True) for n in range(1, 2000)][-1]
    assert loop.time() - before < 2.0  # 1 ms each would already be a disk's time
    assert journal.durable_seq == 1
    assert ear.heard == []
    gate.opened.set()
    await ear.until_durable(last)
    assert journal.close()
    assert verify(tmp_path / "j.db").records == last


async def test_a_full_queue_is_a_failure_said_once_and_for_good(tmp_path: Path) -> None:
    """faults row 83 (latching); every queue bounded."""
    gate, ear = Gate(), Ear()
    journal = a_journal(tmp_path / "j.db", ear, gate)
    journal.open()
    gate.opened.clear()
    put(journal, 0, urgent=True)
    await asyncio.to_thread(gate.entered.wait, 10)
    for n in range(journal_module.QUEUE_RECORDS + 100):
        put(journal, n)
    await ear.until(lambda heard: bool(heard))
    assert len(ear.failures()) == 1
    assert "4096" in ear.failures()[0].reason
    gate.opened.set()
    assert not await asyncio.to_thread(journal.close, 20.0)
    await asyncio.sleep(0)  # what the writer said last has been posted and is heard now
    assert [type(one) for one in ear.heard] == [Failed]
    assert journal.durable_seq == 1
    verdict = verify(tmp_path / "j.db")
    assert verdict.ok
    assert verdict.records == 1 + 1 + journal_module.QUEUE_RECORDS


async def test_large_records_fill_the_queue_by_their_size(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "QUEUE_CHARACTERS", 1000)
    gate, ear = Gate(), Ear()
    journal = a_journal(tmp_path / "j.db", ear, gate)
    journal.open()
    gate.opened.clear()
    journal.append("Ticked", Stamp(0, 0), 0, "bed-1", "x" * 999)
    assert journal.failed_reason == ""
    await asyncio.to_thread(gate.entered.wait, 10)
    journal.append("Ticked", Stamp(0, 0), 0, "bed-1", "x" * 1001)
    assert journal.failed_reason
    gate.opened.set()
    assert not await asyncio.to_thread(journal.close)


async def test_the_first_error_latches_and_no_later_success_counts(tmp_path: Path) -> None:
    """faults row 83."""
    errors = [OSError(5, "Input/output error")]

    def fail_once() -> None:
        if errors:
            raise errors.pop()

    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear, fail_once)
    journal.open()
    put(journal, 0, urgent=True)
    await ear.until(lambda heard: bool(heard))
    last = put(journal, 1, urgent=True)
    assert last == 3
    assert not await asyncio.to_thread(journal.close)
    await asyncio.sleep(0)
    (failure,) = ear.heard
    assert isinstance(failure, Failed)
    assert "Input/output error" in failure.reason
    assert journal.failed_reason == failure.reason
    assert [one.seq for one in read(tmp_path / "j.db")] == [1]
    assert verify(tmp_path / "j.db").ok


async def test_a_second_daemon_on_the_same_file_is_refused_by_name(tmp_path: Path) -> None:
    first = a_journal(tmp_path / "j.db", Ear())
    first.open()
    with pytest.raises(JournalRefused, match=rf"pid {os.getpid()}\) writes this journal"):
        a_journal(tmp_path / "j.db", Ear()).open()
    assert first.close()
    second = a_journal(tmp_path / "j.db", Ear())
    assert second.open().last_seq == 1
    assert second.close()


async def test_a_second_opening_goes_on_in_the_same_chain(tmp_path: Path) -> None:
    for turn in range(3):
        journal = a_journal(tmp_path / "j.db", Ear())
        assert journal.open().last_seq == turn * 3
        put(journal, 1)
        put(journal, 2)
        assert await asyncio.to_thread(journal.close)
    verdict = verify(tmp_path / "j.db")
    assert (verdict.ok, verdict.records) == (True, 9)


async def test_a_journal_is_opened_once(tmp_path: Path) -> None:
    journal = a_journal(tmp_path / "j.db", Ear())
    journal.open()
    with pytest.raises(RuntimeError):
        journal.open()
    assert journal.close()


async def test_closing_is_bounded_when_the_disk_hangs(tmp_path: Path) -> None:
    gate = Gate()
    journal = a_journal(tmp_path / "j.db", Ear(), gate)
    journal.open()
    gate.opened.clear()
    put(journal, 0, urgent=True)
    await asyncio.to_thread(gate.entered.wait, 10)
    assert not await asyncio.to_thread(journal.close, 0.01)
    gate.opened.set()
    assert await asyncio.to_thread(journal.close, 20.0)


async def test_a_record_after_closing_is_lost_and_never_called_durable(tmp_path: Path) -> None:
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    assert journal.close()
    assert put(journal, 1, urgent=True) == 2
    assert journal.durable_seq == 1
    assert [one.seq for one in read(tmp_path / "j.db")] == [1]


async def test_closing_what_was_never_opened_is_harmless(tmp_path: Path) -> None:
    assert not a_journal(tmp_path / "j.db", Ear()).close()


@pytest.mark.parametrize(
    "text", ['{"by":"a\\u0000b"}', '{"by":"\ud800"}', '{"by":"\u202e\x1b[2J\r\n\x00"}', "ü😀"]
)
async def test_hostile_text_is_one_record_and_the_chain_holds(tmp_path: Path, text: str) -> None:
    """faults row 105."""
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    await ear.until_durable(journal.append("Named", Stamp(0, 0), 0, "bed-1", text, urgent=True))
    assert journal.close()
    records = list(read(tmp_path / "j.db"))
    assert len(records) == 2
    assert records[1].body == text.replace("\ud800", "\\ud800")
    assert verify(tmp_path / "j.db").ok


async def test_a_disk_that_cannot_be_opened_is_reported_not_raised(tmp_path: Path) -> None:
    """faults rows 82, 84: the daemon must come up to be able to stop pumps."""
    ear = Ear()
    journal = a_journal(tmp_path / "missing" / "j.db", ear)
    opening = journal.open()
    assert "cannot be opened" in opening.reason
    assert put(journal, 0, urgent=True) == 1
    await ear.until(lambda heard: bool(heard))
    assert len(ear.failures()) == 1
    assert not journal.close()


async def test_readers_follow_a_live_writer_and_do_not_disturb_it(tmp_path: Path) -> None:
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    slow_reader = None
    for n in range(3):
        last = [put(journal, n, urgent=k == 99) for k in range(100)][-1]
        await ear.until_durable(last)
        slow_reader = slow_reader or read(tmp_path / "j.db")
        next(slow_reader)
        assert [one.seq for one in read(tmp_path / "j.db", after_seq=last - 3)] == [last - 2, last - 1, last]
        assert verify(tmp_path / "j.db").ok
    assert ear.failures() == []
    assert journal.close()


async def test_the_writer_uses_a_synchronous_write_ahead_log(tmp_path: Path) -> None:
    """ecosystem.md 9: synchronous=NORMAL loses the last commits on a power cut."""
    journal = a_journal(tmp_path / "j.db", Ear())
    journal.open()
    connection = journal._connection
    assert connection is not None
    assert connection.execute("PRAGMA synchronous").fetchone() == (2,)
    assert connection.execute("PRAGMA journal_mode").fetchone() == ("wal",)
    assert connection.execute("PRAGMA mmap_size").fetchone() in {(0,), None}
    assert connection.execute("PRAGMA wal_autocheckpoint").fetchone() == (0,)
    assert journal.close()


CHILD = """
import asyncio, resource, sys
from pathlib import Path
from interlocks.vocabulary import Stamp
from pumpd.shell.journal import Durable, Failed, Journal

async def main():
    ended = asyncio.Event()
    def listen(event):
        if isinstance(event, Durable):
            print("durable", event.seq, flush=True)
        else:
            print("failed", event.reason, flush=True)
            ended.set()
    journal = Journal(Path(sys.argv[1]), {"boot": "b1"}, listen, asyncio.get_running_loop())
    opening = journal.open()
    if sys.argv[2] != "0":
        resource.setrlimit(resource.RLIMIT_FSIZE, (int(sys.argv[2]), int(sys.argv[2])))
    number = 0
    while not ended.is_set():
        number += 1
        body = '{"n":"' + "x" * 300 + '"}'
        journal.append("Ticked", Stamp(number, number), 0, "bed-1", body, urgent=number % 7 == 0)
        await asyncio.sleep(0)
        while number - journal.durable_seq > 1000 and not ended.is_set():
            await asyncio.sleep(0)
    before = journal.durable_seq
    journal.append("Ticked", Stamp(0, 0), 0, "bed-1", "{}", urgent=True)
    print("closed", await asyncio.to_thread(journal.close), before == journal.durable_seq, flush=True)

asyncio.run(main())
"""


def a_child(path: Path, limit_bytes: int) -> "subprocess.Popen[str]":
    """A process that appends without end."""
    return subprocess.Popen(
        [sys.executable, "-c", CHILD, str(path), str(limit_bytes)],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )


@pytest.mark.parametrize("after_lines", [1, 5, 40])
def test_a_kill_amid_appends_leaves_a_whole_chain_with_everything_reported_durable(
    tmp_path: Path, after_lines: int
) -> None:
    """faults rows 90, 106; I8, I22."""
    path = tmp_path / "j.db"
    with a_child(path, 0) as child:
        assert child.stdout is not None
        seen = [child.stdout.readline() for _ in range(after_lines)]
        os.kill(child.pid, signal.SIGKILL)
        seen += child.stdout.read().splitlines()
    durable = [
        int(words[1]) for words in map(str.split, seen) if words[:1] == ["durable"] and len(words) == 2
    ]
    assert durable
    verdict = verify(path)
    assert verdict.ok, verdict
    assert verdict.records >= max(durable)

    async def reopen() -> None:
        journal = a_journal(path, Ear())
        opening = journal.open()
        assert opening.set_aside is None
        assert opening.reason == ""
        assert opening.last_seq == verdict.records
        assert journal.close()

    asyncio.run(reopen())
    assert verify(path).records == verdict.records + 1


@pytest.mark.parametrize("limit_bytes", [300_000, 6_000_000])
def test_a_full_disk_is_a_failure_and_what_was_durable_stays(tmp_path: Path, limit_bytes: int) -> None:
    """faults row 82, with a file size limit for a full disk: met by the log, and by the database."""
    path = tmp_path / "j.db"
    with a_child(path, limit_bytes) as child:
        out, err = child.communicate(timeout=60)
    lines = out.splitlines()
    assert err == ""
    assert lines[-1] == "closed False True"
    assert [one.split()[0] for one in lines if one.startswith("failed")] == ["failed"]
    assert lines[-2].startswith("failed cannot be written")
    durable = [int(one.split()[1]) for one in lines if one.startswith("durable")]
    verdict = verify(path)
    assert verdict.ok, verdict
    # On a busy machine the first batch alone may exceed the limit; the opening record is durable before any of it.
    assert verdict.records >= max(durable, default=1)


async def test_the_log_is_folded_back_and_does_not_grow_without_end(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(journal_module, "CHECKPOINT_BYTES", 200_000)
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    for n in range(300):
        journal.append("Ticked", Stamp(n, n), 0, "bed-1", "x" * 4000, urgent=True)
        await ear.until_durable(n + 2)
    assert (tmp_path / "j.db-wal").stat().st_size < 1_000_000 < (tmp_path / "j.db").stat().st_size
    assert journal.close()
    assert verify(tmp_path / "j.db").ok


async def test_nothing_is_written_by_anyone_after_an_unexpected_fault_in_the_file(tmp_path: Path) -> None:
    """A row somebody else put in the way makes the insert fail: failed, not overwritten."""
    ear = Ear()
    journal = a_journal(tmp_path / "j.db", ear)
    journal.open()
    other = sqlite3.connect(tmp_path / "j.db")
    other.execute("INSERT INTO record VALUES (2, '', '', 0, 0, 0, '', '', x'00')")
    other.commit()
    other.close()
    put(journal, 1, urgent=True)
    await ear.until(lambda heard: bool(heard))
    assert "IntegrityError" in ear.failures()[0].reason
    assert not journal.close()
    assert verify(tmp_path / "j.db").first_bad_seq == 2
    assert head_path(tmp_path / "j.db").exists()


async def test_the_figures_count_commits_their_time_and_what_waits(tmp_path: Path) -> None:
    ear, gate = Ear(), Gate()
    journal = a_journal(tmp_path / "j.db", ear, gate)
    journal.open()
    assert set(journal.figures().values()) == {0}
    last = put(journal, 1, urgent=True)
    await ear.until_durable(last)
    once = journal.figures()
    assert once["journal_commits"] == 1
    assert 0 < once["journal_newest_commit_us"] == once["journal_commit_us"] < 20_000_000
    gate.opened.clear()
    gate.entered.clear()
    put(journal, 2, urgent=True)
    await asyncio.to_thread(gate.entered.wait, 20)
    last = put(journal, 3)
    assert journal.figures()["journal_waiting"] == 1
    gate.opened.set()
    await ear.until_durable(last)
    assert journal.figures()["journal_waiting"] == 0
    assert journal.figures()["journal_commits"] >= 2
    assert journal.close()
