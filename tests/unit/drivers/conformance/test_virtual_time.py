import asyncio

import pytest

from drivers.conformance.virtual_time import Deadlock, JumpingLoop


def test_an_hour_passes_at_once_and_exactly() -> None:
    async def sleep() -> float:
        await asyncio.sleep(3600)
        return asyncio.get_running_loop().time()

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(sleep()) == 3600.0


def test_what_is_run_in_a_thread_is_run_inline() -> None:
    def fail() -> None:
        raise OSError("no")

    async def both() -> int:
        loop = asyncio.get_running_loop()
        with pytest.raises(OSError, match="no"):
            await loop.run_in_executor(None, fail)
        return await loop.run_in_executor(None, max, 1, 2)

    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        assert runner.run(both()) == 2


def test_waiting_for_nothing_is_a_deadlock() -> None:
    loop = JumpingLoop()
    with pytest.raises(Deadlock, match="nothing left"):
        loop.run_until_complete(loop.create_future())
    loop.close()
