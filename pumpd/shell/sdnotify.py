"""What the service manager is told: that we serve, that we still control, what the channels do, that we end.

Theory of operation. systemd reads datagrams of `NAME=value` lines from the socket that it names in the environment
(sd_notify(3)); to write one takes a few lines and no library. Nothing here may hold up the control cycle: the socket
does not block, and what it does not take is lost.

`WATCHDOG=1` is the word that keeps this process alive: without it systemd kills us after WatchdogSec and the
emergency stop runs. So it is said by nobody but the control cycle, and only for a cycle in which every channel was
decided (`cycle_completed`); a timer or a thread of its own would go on saying it over a dead loop (facts/faults.md
I20; in its table of real systems there are projects that do so on purpose). It is said four times a second at most,
since a manager that is pinged fast can hang.

A status is one line to systemd, so the channels stand in it one behind the other.
"""

import os
import socket
from collections.abc import Callable, Mapping

#: Link ms from one ping to the next, at least.
PING_EVERY_MS = 250
#: Link ms from one look at the channels' words to the next.
STATUS_EVERY_MS = 1_000
#: Longest status, characters: `systemctl status` shows a line.
STATUS_MAX = 2_000

Words = Callable[[], Mapping[str, str]]


class Overseer:
    """Our side of sd_notify.

    Args:
        address: what NOTIFY_SOCKET says, `@` for an abstract name; "": nobody listens, and everything here does nothing.
        is_watched: the manager waits for pings of this very process.
    """

    def __init__(self, address: str = "", *, is_watched: bool = False) -> None:
        self._address = f"\0{address[1:]}" if address.startswith("@") else address
        self._is_watched = is_watched
        self._socket: socket.socket | None = None
        self._is_ready = False
        self._pinged_ms: int | None = None
        self._looked_ms: int | None = None
        self._status = ""

    def ready(self, link_ms: int, words: Words) -> None:
        """People are served and every channel has been decided: from now on the watchdog counts."""
        self._is_ready = True
        self._status, self._looked_ms = _line(words()), link_ms
        self._send("READY=1", f"STATUS={self._status}")

    def cycle_completed(self, link_ms: int, words: Words) -> None:
        """Every channel has been decided in this cycle. `words`: of each channel, asked for now and then."""
        if not self._is_ready:
            return
        said = []
        if self._is_watched and _is_due(self._pinged_ms, link_ms, PING_EVERY_MS):
            self._pinged_ms = link_ms
            said.append("WATCHDOG=1")
        if _is_due(self._looked_ms, link_ms, STATUS_EVERY_MS):
            self._looked_ms = link_ms
            status = _line(words())
            if status != self._status:
                self._status = status
                said.append(f"STATUS={status}")
        if said:
            self._send(*said)

    def stopping(self) -> None:
        """We halt every pump and go."""
        self._send("STOPPING=1", "STATUS=halting every pump")

    def close(self) -> None:
        """Let the socket go."""
        if self._socket is not None:
            self._socket.close()
            self._socket = None

    def _send(self, *lines: str) -> bool:
        """Whether it was taken."""
        if not self._address:
            return False
        try:
            if self._socket is None:
                self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM | socket.SOCK_CLOEXEC)
                self._socket.setblocking(False)
            self._socket.sendto("\n".join(lines).encode("utf-8", "replace"), self._address)
        except OSError:
            return False
        return True


def from_environment(environment: Mapping[str, str] | None = None) -> Overseer:
    """As systemd started us. A watchdog that was meant for another process is none of ours."""
    found = os.environ if environment is None else environment
    pid = found.get("WATCHDOG_PID", str(os.getpid()))
    is_watched = found.get("WATCHDOG_USEC", "").isdecimal() and pid == str(os.getpid())
    return Overseer(found.get("NOTIFY_SOCKET", ""), is_watched=is_watched)


def _is_due(last_ms: int | None, now_ms: int, every_ms: int) -> bool:
    return last_ms is None or now_ms - last_ms >= every_ms


def _line(words: Mapping[str, str]) -> str:
    """`bed-1 INFUSING; bed-2 PAUSED`, on one line whatever the words are."""
    text = "; ".join(f"{channel} {word}" for channel, word in words.items())
    return " ".join(text.split())[:STATUS_MAX]
