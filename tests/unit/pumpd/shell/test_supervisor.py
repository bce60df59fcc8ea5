"""Edges are kept running, with a pause that grows; one edge's failure is nobody else's."""

import asyncio

import pytest

from pumpd.shell.supervisor import FIRST_PAUSE_S, LONGEST_PAUSE_S, first_of, keep


class Edge:
    """Runs for so long, then fails or ends; writes down when it was begun."""

    def __init__(self, *lives_s: float, failure: Exception | None = None) -> None:
        self._lives_s = list(lives_s)
        self._failure = failure
        self.begun: list[float] = []
        self.reasons: list[str] = []

    async def run(self) -> None:
        self.begun.append(round(asyncio.get_running_loop().time(), 6))
        await asyncio.sleep(self._lives_s.pop(0) if self._lives_s else 1_000_000)
        if self._failure is not None:
            raise self._failure


async def watched(edge: Edge, until_s: float) -> None:
    async with asyncio.TaskGroup() as group:
        task = group.create_task(keep("edge", edge.run, edge.reasons.append))
        await asyncio.sleep(until_s)
        task.cancel()


@pytest.mark.virtual_time
async def test_an_edge_that_fails_is_begun_again_with_its_reason_told() -> None:
    edge = Edge(1, failure=OSError("unplugged"))
    await watched(edge, 10)
    assert edge.begun == [0.0, 1 + FIRST_PAUSE_S]
    assert edge.reasons == ["OSError: unplugged"]


@pytest.mark.virtual_time
async def test_an_edge_that_ends_by_itself_is_begun_again_too() -> None:
    """Silence is unsafe (law 3): an edge is meant to run for ever."""
    edge = Edge(0)
    await watched(edge, 10)
    assert len(edge.begun) == 2
    assert edge.reasons == ["ended"]


@pytest.mark.virtual_time
async def test_the_pause_doubles_up_to_its_longest() -> None:
    edge = Edge(*[0.0] * 8, failure=OSError("again"))
    await watched(edge, 60)
    pauses = [round(b - a, 6) for a, b in zip(edge.begun, edge.begun[1:], strict=False)]
    assert pauses == [0.2, 0.4, 0.8, 1.6, 3.2, LONGEST_PAUSE_S, LONGEST_PAUSE_S, LONGEST_PAUSE_S]


@pytest.mark.virtual_time
async def test_an_edge_that_has_held_for_a_while_is_begun_again_quickly() -> None:
    """Six failures in a year must not cost five seconds without a console at the seventh."""
    edge = Edge(*[0.0] * 6, 3_600.0, failure=OSError("again"))
    await watched(edge, 4_000)
    assert round(edge.begun[7] - edge.begun[6] - 3_600, 6) == FIRST_PAUSE_S


@pytest.mark.virtual_time
async def test_the_failure_of_one_edge_cancels_no_other() -> None:
    """`asyncio.TaskGroup` alone would (facts/ecosystem.md 12)."""
    bad, good = Edge(*[0.1] * 50, failure=RuntimeError("defect")), Edge()
    async with asyncio.TaskGroup() as group:
        tasks = [group.create_task(keep("edge", one.run, one.reasons.append)) for one in (bad, good)]
        await asyncio.sleep(30)
        for one in tasks:
            one.cancel()
    assert len(bad.begun) > 5
    assert good.begun == [0.0]


@pytest.mark.virtual_time
async def test_a_cancelled_edge_stays_down() -> None:
    edge = Edge()
    task = asyncio.ensure_future(keep("edge", edge.run, edge.reasons.append))
    await asyncio.sleep(1)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task
    assert (len(edge.begun), edge.reasons) == (1, [])


async def test_the_first_of_several_is_waited_for_and_the_others_are_let_go() -> None:
    early, late = asyncio.Event(), asyncio.Event()
    waiting = asyncio.create_task(first_of(early, late))
    await asyncio.sleep(0)
    assert not waiting.done()
    early.set()
    await waiting
    assert not late.is_set()
    assert len(asyncio.all_tasks()) == 1
