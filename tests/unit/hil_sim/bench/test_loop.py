"""The loop whose clock jumps."""

import asyncio

import pytest

from hil_sim.bench.loop import JumpingLoop, NothingLeft


def test_an_hour_passes_in_no_time_and_to_the_millisecond() -> None:
    loop = JumpingLoop()

    async def wait() -> float:
        await asyncio.sleep(3600.0)
        return loop.time()

    assert loop.run_until_complete(wait()) == 3600.0
    assert loop.monotonic_ns() == 3_600_000_000_000
    loop.close()


def test_timers_fire_in_the_order_of_their_times() -> None:
    loop, fired = JumpingLoop(), list[float]()
    for at_s in (3.0, 1.0, 2.0):
        loop.call_at(at_s, lambda at_s=at_s: fired.append((at_s, loop.time())))
    loop.call_at(4.0, loop.stop)
    loop.run_forever()
    assert fired == [(1.0, 1.0), (2.0, 2.0), (3.0, 3.0)]
    loop.close()


def test_what_would_run_in_a_thread_runs_there_and_then() -> None:
    """A thread lets the clock run ahead while it works."""
    loop = JumpingLoop()

    async def work() -> tuple[float, int]:
        return loop.time(), await asyncio.to_thread(lambda: 42)

    assert loop.run_until_complete(work()) == (0.0, 42)

    async def fail() -> None:
        await asyncio.to_thread(int, "x")

    with pytest.raises(ValueError, match="invalid literal"):
        loop.run_until_complete(fail())
    loop.close()


def test_waiting_for_nothing_is_said_and_does_not_hang() -> None:
    loop = JumpingLoop()
    with pytest.raises(NothingLeft, match=r"nothing left to wait for at 0\.000 s"):
        loop.run_until_complete(loop.create_future())
    loop.close()


def test_whoever_takes_his_time_makes_what_was_due_meanwhile_late() -> None:
    loop, fired = JumpingLoop(), list[float]()
    loop.call_at(1.0, loop.hold_up, 0.7)
    loop.call_at(1.2, lambda: fired.append(loop.time()))
    loop.call_at(2.0, loop.stop)
    loop.run_forever()
    assert fired == [pytest.approx(1.7)]
    loop.close()
