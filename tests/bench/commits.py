"""How long the record takes to be on this disk: what a raise waits for, and nothing else does.

Theory of operation. The journal itself, opened as the daemon opens it; one urgent record at a time, from `append` to the
word that it is durable, as heard in the loop.
"""

import asyncio
from pathlib import Path
from time import perf_counter_ns

from interlocks.vocabulary import Stamp
from pumpd.shell.journal import Durable, Journal, JournalEvent

BODY = '{"text":"' + "x" * 400 + '"}'


async def _commit(path: Path, count: int) -> list[float]:
    heard = asyncio.Event()
    newest = 0

    def listen(event: JournalEvent) -> None:
        nonlocal newest
        if isinstance(event, Durable):
            newest = event.seq
        heard.set()

    journal = Journal(path, {"boot": "bench"}, listen, asyncio.get_running_loop())
    journal.open()
    took_us = []
    try:
        for number in range(count):
            began_ns = perf_counter_ns()
            seq = journal.append("bench", Stamp(number, number), 0, "", BODY, urgent=True)
            while newest < seq and not journal.failed_reason:
                heard.clear()
                await heard.wait()
            took_us.append((perf_counter_ns() - began_ns) / 1000)
    finally:
        journal.close()
    return took_us


def commits_us(folder: Path, count: int = 300) -> list[float]:
    """From append to durable, one by one, us."""
    return asyncio.run(_commit(folder / "commits.sqlite", count))
