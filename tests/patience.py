"""Waiting for what a test cannot be told of: looked at again and again, with a deadline."""

import asyncio
from collections.abc import Callable

LOOKS_EVERY_S = 0.01


async def until(claim: Callable[[], object], within_s: float = 20.0) -> None:
    """Return when `claim` holds. Raises AssertionError: it does not within so long."""
    loop = asyncio.get_running_loop()
    deadline_s = loop.time() + within_s
    while not claim():
        assert loop.time() < deadline_s, f"not within {within_s} s"
        await asyncio.sleep(LOOKS_EVERY_S)
