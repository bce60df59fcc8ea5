"""How much room the journal's disk has, looked at in the thread that writes on it.

Theory of operation. A full disk pauses a delivery (facts/faults.md row 82), so it must be seen coming. statvfs may hang
as long as the disk does; the writer's thread would hang there anyway, the decision loop must not. So the look is taken
before a commit, once a minute; there is a commit whenever anything happens. A look that fails tells nothing: that the
disk is gone is said by the commit behind it.
"""

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

EVERY_S = 60.0


@dataclass(frozen=True, slots=True)
class Room:
    """What is free for the daemon's account, and what the file system holds."""

    free_bytes: int
    total_bytes: int


def room_of(folder: Path) -> Room:
    """Ask the file system. Raises OSError."""
    found = os.statvfs(folder)
    return Room(found.f_bavail * found.f_frsize, found.f_blocks * found.f_frsize)


class RoomWatch:
    """Looks now and then.

    Args:
        folder: where the journal lies.
        tell: hears of each look, in the thread that calls `look`.
        now_s: monotonic.
        ask: the file system, of that folder.
    """

    def __init__(
        self,
        folder: Path,
        tell: Callable[[Room], None],
        now_s: Callable[[], float],
        ask: Callable[[Path], Room] = room_of,
    ) -> None:
        self._folder = folder
        self._tell = tell
        self._now_s = now_s
        self._ask = ask
        self._due_s: float | None = None

    def look(self) -> None:
        """Look, if the last look is a minute old; never raises for a disk that does not answer."""
        now_s = self._now_s()
        if self._due_s is not None and now_s < self._due_s:
            return
        self._due_s = now_s + EVERY_S
        try:
            room = self._ask(self._folder)
        except OSError:
            return
        self._tell(room)
