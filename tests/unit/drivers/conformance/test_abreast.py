import asyncio

import pytest

from drivers.conformance.abreast import Abreast, neighbours


def test_several_run_at_a_time_and_each_has_its_own_outcome() -> None:
    running: list[int] = []
    most = [0]

    async def good() -> None:
        running.append(1)
        most[0] = max(most[0], len(running))
        await asyncio.sleep(0.02)
        running.pop()

    async def bad() -> None:
        raise AssertionError("mine")

    group = Abreast([("a", good), ("b", bad), ("c", good), ("d", good)], width=3)
    group.run("a")
    with pytest.raises(AssertionError, match="mine"):
        group.run("b")
    group.run("c")
    assert "d" in group
    group.run("d")
    assert most[0] == 2
    assert "d" not in group


def test_a_group_ends_where_another_test_stands() -> None:
    tests = [("a", 1), ("b", 2), ("c", None), ("d", 4)]
    assert neighbours(tests, "a") == [("a", 1), ("b", 2)]
    assert neighbours(tests, "d") == [("d", 4)]


def test_a_group_that_is_closed_early_ends_what_runs() -> None:
    ended = []

    async def long() -> None:
        try:
            await asyncio.sleep(60)
        finally:
            ended.append(True)

    async def short() -> None:
        await asyncio.sleep(0)

    group = Abreast([("a", short), ("b", long)])
    group.run("a")
    group.close()
    assert ended == [True]
