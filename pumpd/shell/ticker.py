"""The control cycle's heartbeat.

Theory of operation. One task posts a tick to every channel at a fixed rhythm of link time; every deadline in the core
is a comparison made then. Ticks are scheduled on absolute instants, so a late one does not shift the rest; missed ones
are left out, not made up for: a tick says "look at the clock", and once is enough.

A beat may come in pieces, a few channels each: between two of them the loop looks at its sockets, so that a crossing
waits for the decisions of these few and not of sixty-four.
"""

import asyncio
from collections.abc import Callable, Iterator

TICK_S = 0.1


async def tick(beat: Callable[[], Iterator[None] | None], period_s: float = TICK_S) -> None:
    """Call `beat` every `period_s` until cancelled, and let everybody in wherever it yields."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        for _ in beat() or ():
            await asyncio.sleep(0)
        due = max(due + period_s, loop.time())
        await asyncio.sleep(due - loop.time())
