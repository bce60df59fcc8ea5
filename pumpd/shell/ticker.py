"""The control cycle's heartbeat.

Theory of operation. One task posts a tick to every channel at a fixed rhythm of link time; every deadline in the core
is a comparison made then. Ticks are scheduled on absolute instants, so a late one does not shift the rest; missed ones
are left out, not made up for: a tick says "look at the clock", and once is enough.

A beat comes in pieces, a few channels each, spread over the period: a crossing waits for the decisions of these few and not
of sixty-four. Spread, and not merely one after the other, because each decision may ask a pump, and the answers to a whole
cycle's questions would all be there at once, in front of whatever comes then (decision 0036).
"""

import asyncio
from collections.abc import Callable, Collection, Iterator

TICK_S = 0.1


def spread(names: Collection[str], at_once: int) -> Iterator[tuple[str, float]]:
    """Each name, and what share of the period passes after it: nothing within a piece, nothing after the last."""
    for number, name in enumerate(names, 1):
        is_break = number % at_once == 0 and number < len(names)
        yield name, at_once / len(names) if is_break else 0.0


async def tick(beat: Callable[[], Iterator[float] | None], period_s: float = TICK_S) -> None:
    """Call `beat` every `period_s` until cancelled. Where it yields, so great a share of the period is left to others."""
    loop = asyncio.get_running_loop()
    due = loop.time()
    while True:
        goes_on = due
        for share in beat() or ():
            goes_on += share * period_s
            await asyncio.sleep(max(0.0, goes_on - loop.time()))
        due = max(due + period_s, loop.time())
        await asyncio.sleep(due - loop.time())
