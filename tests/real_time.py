"""What is measured against the clock goes ahead of what else the machine computes.

Theory of operation. At a bedside the daemon has a computer to itself (and its unit puts it before everything else), and a
pump is a machine of its own. Beside a browser and a dozen starting interpreters on two cores, daemon, simulated pump and
the test that holds the stop-watch would each wait for a core longer than the limits that they are tested for: the test
would show how busy the machine was. So a process has a core whenever it wants one (the kernel's real-time class, for
those that mostly sleep) as soon as it is ready; while it still starts, and loads its libraries, it is one like all others.
What it starts in its turn is, too. Where that is not permitted, everything runs as it did.
"""

import os
from contextlib import suppress
from pathlib import Path

_CLASS = os.SCHED_RR | os.SCHED_RESET_ON_FORK
_NICE = -10  # systemd/pumpd.service
#: Before a command line: what it starts goes ahead of what has no such words, and behind what is ready. Where that is not
#: permitted it says so and starts it all the same.
AHEAD = ("nice", "-n", str(_NICE))


def go_ahead(pid: int) -> None:
    """Put all threads of a process ahead."""
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            _prefer(int(thread.name))


def go_ahead_here() -> None:
    """Put the calling thread ahead."""
    _prefer(0)


def _prefer(thread: int) -> None:
    with suppress(PermissionError, ProcessLookupError):
        os.sched_setscheduler(thread, _CLASS, os.sched_param(1))
