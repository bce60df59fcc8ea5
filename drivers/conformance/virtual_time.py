"""An event loop whose clock jumps to the next timer: forty minutes pass in under a second, always alike.

Theory of operation. The loop asks its selector to wait until the next timer is due. Ours looks without waiting and,
if nothing is ready, moves the clock by exactly that wait. When no timer is set and nothing is ready, nothing can
ever happen again: that is a deadlock of the check, and it raises instead of hanging. Threads would let the clock race
ahead of their work, so what is run in one is run inline.

For lines in memory and socket pairs only: a pty or another process needs real time to move its bytes
(facts/ecosystem.md 10).
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class Deadlock(RuntimeError):
    """No timer is set, nothing is ready: the check would wait for ever."""


class _JumpingSelector(selectors.SelectSelector):
    def __init__(self, jump: Callable[[float | None], None]) -> None:
        super().__init__()
        self._jump = jump

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and (timeout is None or timeout > 0):
            self._jump(timeout)
        return ready


class JumpingLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0.0 and moves only when every task waits."""

    def __init__(self) -> None:
        self._now_s = 0.0
        super().__init__(_JumpingSelector(self._jump))

    def time(self) -> float:
        return self._now_s

    def _jump(self, timeout_s: float | None) -> None:
        if timeout_s is None:
            raise Deadlock(f"nothing left to wait for at {self._now_s:.3f} s")
        self._now_s += timeout_s

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done
