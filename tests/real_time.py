"""What is measured against the clock goes ahead of what else the machine computes.

Theory of operation. At a bedside the daemon has a computer to itself (and its unit puts it before everything else), and
a pump is a machine of its own. Beside a browser and a dozen starting interpreters on two cores each would wait for a core
longer than the limits that it is tested for: the test would show how busy the machine was. So there are two steps. The
test and what it starts go before everything else, as the unit has it. What has said that it is ready has a core whenever
it wants one: the kernel's real-time class, for those that mostly sleep. Where that is not permitted, everything runs as
it did.
"""

import os
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path

_NICE = -10  # systemd/pumpd.service
_CLASS = os.SCHED_RR | os.SCHED_RESET_ON_FORK


def start_ahead() -> None:
    """Put the calling thread, and what it starts from now on, before everything else."""
    with suppress(PermissionError):
        os.setpriority(os.PRIO_PROCESS, 0, _NICE)


def go_ahead(pid: int) -> None:
    """Give all threads of a process a core whenever they want one; not what it starts later."""
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            _prefer(int(thread.name))


def go_ahead_here() -> None:
    """The same for the calling thread."""
    _prefer(0)


def go_ahead_together(pid: int) -> None:
    """The same for a process and all that it has started."""
    for one in list(_family(pid)):
        go_ahead(one)


def _family(pid: int) -> Iterator[int]:
    yield pid
    for thread in Path(f"/proc/{pid}/task").iterdir():
        for child in (thread / "children").read_text().split():
            yield from _family(int(child))


def _prefer(thread: int) -> None:
    with suppress(PermissionError, ProcessLookupError):
        os.sched_setscheduler(thread, _CLASS, os.sched_param(1))
