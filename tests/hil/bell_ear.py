"""The far side of a bedside bell: a pseudo-terminal that is read, and every BEL with the instant it rang.

Theory of operation. It is raw, so that nothing is echoed or translated, and a thread keeps it empty, as a terminal
that somebody can hear does. `hang_up` pulls its cable.
"""

import os
import pty
import select
import threading
import tty

from real_time import go_ahead_here
from rig_programs import link_ms


class BellEar:
    """`name` is the device that the daemon writes to; `rang` the instants of its pulses, link ms."""

    def __init__(self) -> None:
        self._ours, self._theirs = pty.openpty()
        tty.setraw(self._theirs)
        self.name = os.ttyname(self._theirs)
        self.rang: list[float] = []
        self._news = threading.Condition()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def until_rang(self, count: int, since_ms: float, within_s: float) -> list[float]:
        """The first `count` pulses after an instant."""
        with self._news:
            self._news.wait_for(lambda: len(self._since(since_ms)) >= count, within_s)
            found = self._since(since_ms)
        assert len(found) >= count, f"{len(found)} pulses in {within_s} s, wanted {count}"
        return found[:count]

    def quiet_for(self, for_s: float) -> bool:
        """Whether nothing rings for so long."""
        with self._news:
            before = len(self.rang)
            return not self._news.wait_for(lambda: len(self.rang) > before, for_s)

    def hang_up(self) -> None:
        """The terminal is gone, as when its cable is pulled; its number is no other terminal's until `close`."""
        if not self._ended.is_set():
            self._ended.set()
            self._thread.join()
            os.close(self._ours)

    def close(self) -> None:
        """Nobody listens any more."""
        self.hang_up()
        if self._theirs >= 0:
            os.close(self._theirs)
            self._theirs = -1

    def _since(self, since_ms: float) -> list[float]:
        return [one for one in self.rang if one > since_ms]

    def _listen(self) -> None:
        go_ahead_here()
        while not self._ended.is_set():
            if not select.select([self._ours], [], [], 0.05)[0]:
                continue
            rung = os.read(self._ours, 4_096).count(b"\a")
            with self._news:
                self.rang += [link_ms()] * rung
                self._news.notify_all()
