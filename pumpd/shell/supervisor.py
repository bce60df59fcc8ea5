"""Who owns which task, and what happens when one ends.

Theory of operation. An edge (a port, the broker's feed, the console) may fail and is started again, with a pause that grows
and begins anew once the edge has held for a while, and everything else goes on: a crash in the feed must not cancel the
pump's line. What may not fail is the control cycle; when it ends, the whole daemon comes down, and with it the renewals
of every pump's lease. `asyncio.TaskGroup` alone would cancel all siblings for any one failure (facts/ecosystem.md 12),
so each edge runs inside `keep`.
"""

import asyncio
from collections.abc import Awaitable, Callable

import structlog

log = structlog.get_logger("supervisor")

FIRST_PAUSE_S = 0.2
LONGEST_PAUSE_S = 5.0


async def keep(name: str, run: Callable[[], Awaitable[None]], on_failure: Callable[[str], None]) -> None:
    """Run an edge for ever; after a failure say so, wait a little, run it again."""
    now = asyncio.get_running_loop().time
    pause_s = FIRST_PAUSE_S
    while True:
        begun_s = now()
        try:
            await run()
            reason = "ended"
        except Exception as failure:  # whatever it is, the other edges must go on
            log.error("edge failed", edge=name, exc_info=True)
            reason = f"{type(failure).__name__}: {failure}"
        on_failure(reason)
        if now() - begun_s > LONGEST_PAUSE_S:
            pause_s = FIRST_PAUSE_S
        await asyncio.sleep(pause_s)
        pause_s = min(2 * pause_s, LONGEST_PAUSE_S)


async def first_of(*events: asyncio.Event) -> None:
    """Return when any of them is set."""
    waiting = [asyncio.ensure_future(one.wait()) for one in events]
    await asyncio.wait(waiting, return_when=asyncio.FIRST_COMPLETED)
    for one in waiting:
        one.cancel()
