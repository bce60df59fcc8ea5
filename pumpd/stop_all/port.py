"""A pump's line, opened with the least that can open it: a serial port, a pseudo terminal, TCP.

Theory of operation. The daemon's own opening (`drivers.transport`) claims a port against every other program and rides on
an event loop; here there is neither time nor reason for either. A dead daemon's locks died with it. A living or a
frozen one still holds them: then the port is opened all the same where the kernel allows it (it refuses all but root),
because two stops are better than none.

What is still in the port's output buffer is thrown away, so that the stop does not stand behind a dead daemon's last
question; what is in its input answers nothing of ours.
"""

import errno
import os
import select
import socket
import termios

import serial

from drivers.line.halting import PortSettings

CONNECT_S = 1.0
_READ_BYTES = 4096
_HELD = frozenset({errno.EBUSY, errno.EAGAIN})


class PortShut(Exception):
    """Nothing can be said on this port now; `str()` says why. `is_held`: somebody else has it."""

    def __init__(self, reason: str, *, is_held: bool = False) -> None:
        super().__init__(reason)
        self.is_held = is_held


class Port:
    """An open line. `take` and `give` raise PortShut when it is lost."""

    def __init__(self, line: serial.Serial | socket.socket) -> None:
        self._line = line
        self._fd = line.fileno()

    def give(self, frame: bytes) -> None:
        """Write; what is not taken at once never will be."""
        try:
            written = os.write(self._fd, frame)
        except BlockingIOError:
            written = 0
        except OSError as error:
            raise PortShut(f"writing failed: {error.strerror}") from error
        if written < len(frame):
            raise PortShut("its bytes are not taken: the cable, the adapter or the far end is stuck")

    def take(self, within_s: float) -> bytes:
        """What has come, at the latest after so long; empty: nothing."""
        try:
            if not select.select([self._fd], [], [], within_s)[0]:
                return b""
            chunk = os.read(self._fd, _READ_BYTES)
        except BlockingIOError:
            return b""
        except (OSError, ValueError) as error:
            raise PortShut(f"reading failed: {error}") from error
        if not chunk:
            raise PortShut("the line was closed at the far end")
        return chunk

    def close(self) -> None:
        """Let it go."""
        self._line.close()


def open_port(port: str, settings: PortSettings) -> Port:
    """Open `port`, a device path or tcp:HOST:PORT.

    Raises:
        PortShut: it cannot be opened.
    """
    return _tcp(port) if port.startswith("tcp:") else _serial(port, settings)


def _serial(path: str, settings: PortSettings) -> Port:
    try:
        line = serial.Serial(path, settings.baud, timeout=0, write_timeout=0)
    except (OSError, ValueError, termios.error) as error:
        number = getattr(error, "errno", None)
        words = os.strerror(number) if isinstance(number, int) else str(error)
        raise PortShut(f"cannot be opened: {words}", is_held=number in _HELD) from error
    try:
        line.reset_output_buffer()
        if (settings.parity, settings.stop_bits) != ("N", 1) and not _is_pty(path):
            line.parity, line.stopbits = settings.parity, settings.stop_bits
    except (OSError, ValueError, termios.error) as error:
        line.close()
        raise PortShut(f"cannot be set up: {error}") from error
    return Port(line)


def _is_pty(path: str) -> bool:
    """A pseudo terminal has neither parity nor stop bits, and refuses them the second time."""
    return os.path.realpath(path).startswith("/dev/pts/")


def _tcp(port: str) -> Port:
    host, _, number = port.removeprefix("tcp:").rpartition(":")
    try:
        line = socket.create_connection((host.strip("[]"), int(number)), CONNECT_S)
        line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        line.setblocking(False)
    except TimeoutError as error:
        raise PortShut(f"no answer to the connection in {CONNECT_S:g} s") from error
    except (OSError, ValueError, OverflowError) as error:
        raise PortShut(f"cannot be connected: {getattr(error, 'strerror', None) or error}") from error
    return Port(line)
