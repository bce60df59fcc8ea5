"""What is measured against the clock goes ahead of what else the machine computes.

Theory of operation. On a bedside computer the daemon's unit puts it before everything else (`Nice=-10`), and a pump is a
machine of its own. Beside a browser and a dozen starting interpreters on two cores, daemon, simulated pump and the test
that holds the stop-watch would each lose their core for longer than the limits that they are tested for: the test would
show how busy the machine was. So a process goes ahead of the others as soon as it is ready; while it still starts, and
loads its libraries, it is one like all others. Among themselves they share: a daemon that a test blocks on purpose keeps no
core to itself, as it would in one of the kernel's real-time classes. Where it is not permitted, everything runs as it did.
"""

import os
from contextlib import suppress
from pathlib import Path

#: systemd/pumpd.service.
_NICE = -10
#: Before a command line: what it starts goes ahead. Where that is not permitted it says so and starts it all the same.
AHEAD = ("nice", "-n", str(_NICE))


def go_ahead(pid: int) -> None:
    """Put all threads of a process ahead, and what they start."""
    with suppress(FileNotFoundError):
        for thread in Path(f"/proc/{pid}/task").iterdir():
            _prefer(int(thread.name))


def go_ahead_here() -> None:
    """Put the calling thread ahead, but not what it starts."""
    with suppress(PermissionError):
        os.sched_setscheduler(0, os.SCHED_OTHER | os.SCHED_RESET_ON_FORK, os.sched_param(0))
    _prefer(0)


def _prefer(thread: int) -> None:
    with suppress(PermissionError, ProcessLookupError):
        os.setpriority(os.PRIO_PROCESS, thread, _NICE)
