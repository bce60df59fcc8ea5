"""A tap on the pump's line: everything passes, and what the host said is kept.

Theory of operation. The daemon is given the tap's pty as its port, the tap holds the simulator's. A thread
carries bytes both ways. The slave of the daemon's pty is held open here too, so that the daemon may close and
open its port as often as it likes. For "nothing was sent but the question who is there" there is no other
witness: the simulator tells what it did, not what it heard.
"""

import contextlib
import os
import select
import threading
import tty
from pathlib import Path

TURN_S = 0.1


class WireTap:
    """`link` is the port to give to the daemon; `far` is the simulator's."""

    def __init__(self, link: Path, far: Path) -> None:
        self._master, self._slave = os.openpty()
        tty.setraw(self._slave)
        self._far = os.open(far, os.O_RDWR | os.O_NOCTTY)
        tty.setraw(self._far)
        link.symlink_to(os.ttyname(self._slave))
        self._heard = bytearray()
        self._ended = threading.Event()
        self._thread = threading.Thread(target=self._carry, daemon=True)
        self._thread.start()

    def host_texts(self) -> list[str]:
        """What the host said, request by request, without address: safe-mode frames by their length byte.

        Raises AssertionError for bytes that are no such frame.
        """
        heard, texts = bytes(self._heard), []
        while heard:
            assert heard[0] == 0x02, f"not a frame: {heard!r}"
            length = heard[1]
            if len(heard) < length + 1:
                break
            texts.append(heard[2 : length - 2].decode("ascii").lstrip("0123456789"))
            heard = heard[length + 1 :]
        return texts

    def close(self) -> None:
        self._ended.set()
        self._thread.join()
        for fd in (self._master, self._slave, self._far):
            os.close(fd)

    def _carry(self) -> None:
        while not self._ended.is_set():
            for fd in select.select([self._master, self._far], [], [], TURN_S)[0]:
                with contextlib.suppress(OSError):
                    chunk = os.read(fd, 4096)
                    if fd == self._master:
                        self._heard += chunk
                    os.write(self._far if fd == self._master else self._master, chunk)
