"""The heartbeat's rhythm, on a clock that jumps."""

import asyncio
from collections.abc import Iterator

import pytest

from pumpd.shell.ticker import TICK_S, tick


async def beats(
    until_s: float, late: dict[int, float] | None = None, period_s: float = TICK_S
) -> list[float]:
    """The instants of the beats up to `until_s`; the beat with that number takes so long itself."""
    loop = asyncio.get_running_loop()
    seen: list[float] = []

    def beat() -> None:
        seen.append(round(loop.time(), 6))
        if late is not None and len(seen) in late:
            loop._now_s += late[len(seen)]  # type: ignore[attr-defined]  # a beat that blocks the loop

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(beat, period_s))
        await asyncio.sleep(until_s)
        ticking.cancel()
    return seen


@pytest.mark.virtual_time
async def test_the_first_beat_comes_at_once_and_the_rest_ten_times_a_second() -> None:
    assert await beats(1.05) == [round(0.1 * n, 6) for n in range(11)]


@pytest.mark.virtual_time
async def test_a_late_beat_does_not_shift_the_others() -> None:
    assert await beats(0.55, late={2: 0.04}) == [0.0, 0.1, 0.2, 0.3, 0.4, 0.5]


@pytest.mark.virtual_time
async def test_missed_beats_are_left_out_and_not_made_up_for() -> None:
    """A tick says "look at the clock", and once is enough."""
    seen = await beats(1.0, late={2: 0.45})
    assert seen == [0.0, 0.1, 0.55, 0.65, 0.75, 0.85, 0.95]


@pytest.mark.virtual_time
async def test_beats_that_take_longer_than_the_period_let_others_run() -> None:
    seen = await beats(0.5, late=dict.fromkeys(range(1, 50), 0.15))
    assert seen[:4] == [0.0, 0.15, 0.3, 0.45]
    assert len(seen) <= 7, "the task that cancels the ticker was not let in"


@pytest.mark.virtual_time
async def test_a_beat_that_fails_ends_the_ticker() -> None:
    """Law 7: without the control cycle nothing renews the lease; the daemon must come down, not run blind."""

    def beat() -> None:
        raise RuntimeError("defect")

    with pytest.raises(RuntimeError, match="defect"):
        await tick(beat)


@pytest.mark.virtual_time
async def test_between_two_pieces_of_a_beat_others_are_let_in() -> None:
    """A crossing that arrives during the cycle is decided before the cycle is over."""
    told: list[str] = []

    def beat() -> Iterator[None]:
        told.append("first channels")
        asyncio.get_running_loop().call_soon(told.append, "crossing")
        yield
        told.append("other channels")
        yield

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(beat))
        await asyncio.sleep(TICK_S / 2)
        ticking.cancel()
    assert told == ["first channels", "crossing", "other channels"]
