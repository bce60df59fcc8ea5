"""The heartbeat's rhythm, on a clock that jumps."""

import asyncio
from collections.abc import Iterator

import pytest

from pumpd.shell.ticker import TICK_S, spread, tick


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

    def beat() -> Iterator[float]:
        told.append("first channels")
        asyncio.get_running_loop().call_soon(told.append, "crossing")
        yield 0.25
        told.append("other channels")

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(beat))
        await asyncio.sleep(TICK_S / 2)
        ticking.cancel()
    assert told == ["first channels", "crossing", "other channels"]


async def pieces(until_s: float, late_s: float = 0.0) -> list[tuple[float, str]]:
    """What a beat of four pieces does up to `until_s`, and when; the second piece takes so long itself."""
    loop = asyncio.get_running_loop()
    seen: list[tuple[float, str]] = []

    def beat() -> Iterator[float]:
        for name, share in spread("abcd", at_once=1):
            seen.append((round(loop.time(), 6), name))
            if name == "b":
                loop._now_s += late_s  # type: ignore[attr-defined]  # a piece that blocks the loop
            if share:
                yield share

    async with asyncio.TaskGroup() as group:
        ticking = group.create_task(tick(beat))
        await asyncio.sleep(until_s)
        ticking.cancel()
    return seen


@pytest.mark.virtual_time
async def test_the_pieces_of_a_beat_are_spread_over_the_period() -> None:
    """The answers to a whole cycle's questions would otherwise all stand before a crossing at once (decision 0036)."""
    first = [(0.0, "a"), (0.025, "b"), (0.05, "c"), (0.075, "d")]
    assert await pieces(0.15) == [*first, (0.1, "a"), (0.125, "b")]


@pytest.mark.virtual_time
async def test_a_late_piece_shifts_neither_the_others_nor_the_next_beat() -> None:
    assert await pieces(0.11, late_s=0.04) == [
        *((0.0, "a"), (0.025, "b"), (0.065, "c"), (0.075, "d")),
        (0.1, "a"),
    ]


def test_a_cycle_is_divided_after_every_few_channels_and_never_behind_the_last() -> None:
    """A cycle is complete with its last channel, not a share of a period later: that is what the watchdog hears of."""
    assert list(spread("abcdefgh", at_once=8)) == [(name, 0.0) for name in "abcdefgh"]
    assert [share for _, share in spread("abcdefghijkl", at_once=4)] == [*([0, 0, 0, 1 / 3] * 2), 0, 0, 0, 0]
    assert [share for _, share in spread("abcde", at_once=4)] == [0, 0, 0, 0.8, 0]
