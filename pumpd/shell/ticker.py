"""The control cycle's heartbeat.

Theory of operation. One task posts a tick to every channel at a fixed rhythm of link time; every deadline in the core
is a comparison made then. Ticks are scheduled on absolute instants, so a late one does not shift the rest; missed ones
are left out, not made up for: a tick says "look at the clock", and once is enough.
"""

import asyncio
from collections.abc import Callable

TICK_S = 0.1


async def tick(beat: Callable[[], None], period_s: float = TICK_S) -> None:
    """Call `beat` every `period_s` until cancelled."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        beat()
        due = max(due + period_s, loop.time())
        await asyncio.sleep(due - loop.time())
