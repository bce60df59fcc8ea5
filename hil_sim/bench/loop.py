"""An event loop whose clock jumps to the next timer: an hour of infusion takes seconds, and always the same course.

Theory of operation. The loop asks its selector to wait until the next timer is due; ours never waits and asks no kernel,
but moves the clock by exactly that wait. Only what is in this process exists: a file descriptor would need real time, and
a thread would let the clock run ahead while it works, so `run_in_executor` runs its function there and then. When no timer
is left nothing can ever happen again, which is a defect of the run and raises.
"""

import asyncio
import selectors
from collections.abc import Callable
from typing import Any


class NothingLeft(RuntimeError):
    """No timer is set and nothing is ready: the run would wait for ever."""


class _NoWait(selectors.SelectSelector):
    """Never asks the kernel; tells its owner how long it was to wait."""

    jump: Callable[[float | None], None]

    def select(self, timeout: float | None = None) -> list[tuple[selectors.SelectorKey, int]]:
        if timeout is None or timeout > 0.0:
            self.jump(timeout)
        return []


class JumpingLoop(asyncio.SelectorEventLoop):
    """`time()` starts at 0.0. `turns` counts the rounds of the loop: the steps at which a process may die."""

    def __init__(self) -> None:
        self._now_s = 0.0
        self.turns = 0
        selector = _NoWait()
        selector.jump = self._jump
        super().__init__(selector)
        # A whole session holds no socket, and reference counting frees what it made.
        self.slow_callback_duration = 3600.0

    def time(self) -> float:
        return self._now_s

    def monotonic_ns(self) -> int:
        """The same clock in whole nanoseconds."""
        return round(self._now_s * 1e9)

    def hold_up(self, s: float) -> None:
        """Whoever runs now takes so long, in s: what was due meanwhile is late. Never called across an await."""
        self._now_s += s

    def run_in_executor(  # type: ignore[override]
        self, executor: Any, func: Callable[..., Any], *args: Any
    ) -> asyncio.Future[Any]:
        done = self.create_future()
        try:
            done.set_result(func(*args))
        except Exception as error:
            done.set_exception(error)
        return done

    def _jump(self, timeout_s: float | None) -> None:
        if timeout_s is None:
            raise NothingLeft(f"nothing left to wait for at {self._now_s:.3f} s")
        self._now_s += timeout_s
