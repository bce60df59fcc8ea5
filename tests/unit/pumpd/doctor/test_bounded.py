"""Neither a probe that waits for ever, nor one that breaks, nor one stuck in the kernel holds up the others."""

import asyncio
import threading

import pytest

from pumpd.doctor.bounded import Findings, apart, within
from pumpd.doctor.verdict import Level, ok


async def _good() -> Findings:
    return (ok("a", "", "b"),)


async def _hangs() -> Findings:
    await asyncio.Event().wait()
    raise AssertionError("never")


async def _breaks() -> Findings:
    raise ZeroDivisionError("odd")


async def test_what_answers_is_passed_on() -> None:
    assert await within(1.0, "a", "", _good()) == (ok("a", "", "b"),)


async def test_what_hangs_is_cut_off_and_said() -> None:
    (found,) = await within(0.01, "port", "bed-1", _hangs())
    assert (found.level, found.subject) == (Level.FAIL, "bed-1")
    assert "no result within 0.01 s" in found.measured


async def test_what_breaks_is_named() -> None:
    (found,) = await within(1.0, "port", "", _breaks())
    assert "ZeroDivisionError: odd" in found.measured


async def test_a_thread_tells_its_result_or_its_error() -> None:
    assert await apart(lambda: 3) == 3
    with pytest.raises(OSError, match="gone"):
        await apart(_gone)


def _gone() -> int:
    raise OSError("gone")


def test_a_thread_that_never_ends_does_not_keep_the_loop_from_closing() -> None:
    """A dead network disk: asyncio's own pool would be waited for."""
    free = threading.Event()

    async def look() -> Findings:
        async def stuck() -> Findings:
            await apart(free.wait)
            return ()

        return await within(0.05, "disk", "", stuck())

    (found,) = asyncio.run(look())
    assert "no result" in found.measured
    free.set()
