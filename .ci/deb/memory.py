"""The kernel's own out-of-memory kill, of one process and nothing else on the machine.

Theory of operation. The process is moved into a memory group of its own whose limit is one page. The next
page it asks for it cannot get, there is nothing to reclaim and nothing else in the group to kill: what
follows is the kernel's decision, with the line in its log and the count in the group. The limit stays behind
with the group, so what systemd starts next has the unit's own. Where the memory controller is depends on the
machine: a hierarchy of its own (tried), or the unified one (not tried).
"""

import os
import time
from pathlib import Path

from box import Box, leave_groups

LIMIT_BYTES = 4096
KILLED_WITHIN_S = 5.0


def _place() -> tuple[Path, str, str]:
    """Where groups can be made; the names of the limit and of the count of kills."""
    rows = [line.split(":") for line in Path("/proc/self/cgroup").read_text().splitlines()]
    for _, controllers, group in rows:
        if "memory" in controllers.split(","):
            return Path(f"/sys/fs/cgroup/memory{group}"), "memory.limit_in_bytes", "memory.oom_control"
    return Path("/sys/fs/cgroup"), "memory.max", "memory.events"


def main_process(box: Box) -> int:
    """The daemon's number as this side counts.

    Raises:
        ValueError: it is not there.
    """
    inside = box.tried(["systemctl", "show", "--property=MainPID", "--value", "pumpd"]).stdout.strip()
    theirs = os.readlink(f"/proc/{box.init}/ns/pid")
    for folder in Path("/proc").glob("[0-9]*"):
        try:
            numbers = next(
                line.split()[1:]
                for line in (folder / "status").read_text().splitlines()
                if line.startswith("NSpid:")
            )
            if numbers[-1] == inside and os.readlink(folder / "ns/pid") == theirs:
                return int(folder.name)
        except (OSError, StopIteration):
            continue  # it has ended while it was looked at
    raise ValueError(f"the daemon, {inside} in the box, was not found")


def exhaust(pid: int) -> str:
    """Let this process run out of memory; what the kernel counted.

    Raises:
        ValueError: nothing was killed.
        OSError: no group can be made here.
    """
    place, limit, count = _place()
    group = place / f"pumpd-proof-{os.getpid()}"
    group.mkdir()
    try:
        (group / limit).write_text(str(LIMIT_BYTES))
        (group / "cgroup.procs").write_text(str(pid))
        until = time.monotonic() + KILLED_WITHIN_S
        while "oom_kill 1" not in (said := (group / count).read_text()):
            if time.monotonic() > until:
                raise ValueError(f"nobody was killed for want of memory: {said}")
        return next(line for line in said.splitlines() if line.startswith("oom_kill "))
    finally:
        (group / limit).write_text("-1" if "limit" in limit else "max")
        leave_groups(group)
