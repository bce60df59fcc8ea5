"""Nothing the doctor looks at can hold it up.

Theory of operation. A probe that waits on the loop is cut off by a time limit and said to have given no answer. One that
may hang in the kernel (a dead network disk, a serial port with a broken driver) runs in a thread that nobody waits for at
the end: threads of asyncio's own pool would be joined when the loop closes.
"""

import asyncio
import contextlib
import threading
from collections.abc import Awaitable, Callable
from typing import TypeVar

from pumpd.doctor.verdict import Finding, fail

T = TypeVar("T")

Findings = tuple[Finding, ...]


async def within(seconds: float, check: str, subject: str, probe: Awaitable[Findings]) -> Findings:
    """The findings of a probe; a verdict of its own where it gives none in time or breaks."""
    try:
        async with asyncio.timeout(seconds):
            return await probe
    except TimeoutError:
        return (
            fail(check, subject, f"no result within {seconds:g} s", "it hangs; see to what it stands on"),
        )
    except Exception as broken:  # one check that breaks must not take the others with it
        told = f"could not be looked at: {type(broken).__name__}: {broken}"
        return (fail(check, subject, told, "this is a defect or an odd machine; look by hand"),)


async def apart(probe: Callable[[], T]) -> T:
    """Run what may block, in a thread that may be left behind."""
    loop = asyncio.get_running_loop()
    done: asyncio.Future[T] = loop.create_future()

    def tell(result: T | None, error: BaseException | None) -> None:
        if done.done():
            return
        if error is not None:
            done.set_exception(error)
        else:
            done.set_result(result)  # type: ignore[arg-type]

    def work() -> None:
        result, error = None, None
        try:
            result = probe()
        except BaseException as broken:  # handed to whoever waits
            error = broken
        with contextlib.suppress(RuntimeError):  # nobody waits any more: the loop is closed
            loop.call_soon_threadsafe(tell, result, error)

    threading.Thread(target=work, daemon=True, name="doctor").start()
    return await done
