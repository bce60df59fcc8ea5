"""An event loop whose clock jumps to the next timer: forty minutes pass in under a second, always alike.

Theory of operation. The loop asks its selector to wait until the next timer is due. Ours looks at the
sockets without waiting and, if nothing is ready, moves the clock forward by exactly that wait. Two traps
are closed. A thread would let virtual time race ahead while it works, so `run_in_executor` runs the
function inline. And when no timer is due and no socket speaks, nothing can ever happen again: that is a
deadlock of the test, and it raises instead of hanging.

In-memory links and socket pairs only: a pty or another process needs real time to move its bytes
(facts/ecosystem.md 10).
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class DeadlockError(RuntimeError):
    """No timer is set, nothing is ready: the test would wait for ever."""


class _JumpingSelector(selectors.SelectSelector):
    """Never blocks; reports the wait it was asked for to its owner."""

    def __init__(self) -> None:
        super().__init__()
        self.jump: Callable[[float | None], None] | None = None

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        ready = super().select(0)
        if not ready and self.jump is not None and (timeout is None or timeout > 0):
            self.jump(timeout)
        return ready


class VirtualTimeLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0.0 and moves only when every task waits."""

    def __init__(self) -> None:
        self._now_s = 0.0
        selector = _JumpingSelector()
        super().__init__(selector)
        selector.jump = self._jump

    def time(self) -> float:
        return self._now_s

    def _jump(self, timeout_s: float | None) -> None:
        if timeout_s is None:
            raise DeadlockError(f"nothing left to wait for at virtual time {self._now_s:.3f} s")
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
