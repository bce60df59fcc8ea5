"""The virtual loop is itself held to its promises."""

import asyncio
import socket
import time

import pytest

from drivers.conformance.virtual_time import Deadlock, JumpingLoop


def run(coroutine: object) -> object:
    with asyncio.Runner(loop_factory=JumpingLoop) as runner:
        return runner.run(coroutine)  # type: ignore[arg-type]


def test_forty_minutes_of_timers_take_no_real_time() -> None:
    async def ticks() -> float:
        for _ in range(24_000):
            await asyncio.sleep(0.1)
        return asyncio.get_running_loop().time()

    begin = time.perf_counter()
    assert run(ticks()) == pytest.approx(2_400)
    assert time.perf_counter() - begin < 20


def test_timers_fire_in_their_order() -> None:
    async def race() -> list[float]:
        order: list[float] = []

        async def after(delay_s: float) -> None:
            await asyncio.sleep(delay_s)
            order.append(delay_s)

        await asyncio.gather(*(after(delay_s) for delay_s in (3, 1, 2)))
        return order

    assert run(race()) == [1, 2, 3]


def test_a_deadlock_raises_instead_of_hanging() -> None:
    async def wait_for_ever() -> None:
        await asyncio.get_running_loop().create_future()

    loop = JumpingLoop()
    task = loop.create_task(wait_for_ever())
    with pytest.raises(Deadlock):
        loop.run_until_complete(task)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        loop.run_until_complete(task)
    loop.close()


def test_a_thread_does_not_let_time_run_ahead() -> None:
    async def threaded() -> float:
        ticking = asyncio.ensure_future(asyncio.sleep(1_000))
        await asyncio.to_thread(sum, range(1_000))
        ticking.cancel()
        return asyncio.get_running_loop().time()

    assert run(threaded()) == 0.0


def test_bytes_in_flight_arrive_before_time_moves() -> None:
    async def talk() -> float:
        near, far = socket.socketpair()
        loop = asyncio.get_running_loop()
        with near, far:
            near.setblocking(False)
            far.setblocking(False)
            async with asyncio.timeout(0.001):
                for _ in range(100):
                    await loop.sock_sendall(near, b"x")
                    assert await loop.sock_recv(far, 1) == b"x"
        return loop.time()

    assert run(talk()) == 0.0


@pytest.mark.virtual_time
async def test_the_marker_selects_the_virtual_loop() -> None:
    await asyncio.sleep(3_600)
    assert asyncio.get_running_loop().time() == 3_600


async def test_without_the_marker_time_is_real() -> None:
    assert not isinstance(asyncio.get_running_loop(), JumpingLoop)


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
