"""A terminal that is only written to, and never waited for.

Theory of operation. A console, a serial line or a pseudo-terminal can stop taking bytes at any moment: its other end
is gone, or somebody pressed Ctrl-S. A blocking write would then stop the control cycle, so every write is either taken
whole at once or is an error. Opened with O_NOCTTY, because the daemon must not end when this terminal hangs up. What
takes no bytes is kept open and asked again (closing a serial line waits for its bytes to leave); what has failed is
closed, its unsent bytes thrown away, and opened anew next time.
"""

import contextlib
import errno
import os
import select
import termios

_GONE = select.POLLERR | select.POLLHUP | select.POLLNVAL


class Terminal:
    """One terminal device.

    Args:
        path: of the device, e.g. "/dev/tty1".
    """

    def __init__(self, path: str) -> None:
        self.path = path
        self._fd = -1

    def check(self) -> None:
        """Open it if need be.

        Raises:
            OSError: it could not take a byte now; the text says why.
        """
        if self._fd < 0:
            self._fd = self._open()
        poll = select.poll()
        poll.register(self._fd, select.POLLOUT)
        events = dict(poll.poll(0)).get(self._fd, 0)
        if events & _GONE:
            self.close()
            raise OSError(errno.EIO, "its other end has gone")
        if not events & select.POLLOUT:
            raise _full()

    def write(self, text: bytes) -> None:
        """Write all of it now.

        Raises:
            OSError: not all of it was taken.
        """
        self.check()
        try:
            taken = os.write(self._fd, text)
        except BlockingIOError:
            raise _full() from None
        except OSError:
            self.close()
            raise
        if taken < len(text):
            raise _full()

    def close(self) -> None:
        """Let go of it; what it has not taken is lost."""
        if self._fd >= 0:
            fd, self._fd = self._fd, -1
            with contextlib.suppress(termios.error, OSError):
                termios.tcflush(fd, termios.TCOFLUSH)
            with contextlib.suppress(OSError):
                os.close(fd)

    def _open(self) -> int:
        fd = os.open(self.path, os.O_WRONLY | os.O_NOCTTY | os.O_NONBLOCK | os.O_CLOEXEC)
        if not os.isatty(fd):
            os.close(fd)
            raise OSError(errno.ENOTTY, "is no terminal")
        return fd


def _full() -> OSError:
    return OSError(errno.EAGAIN, "takes no more bytes")
