"""The socket file: one owner, right permissions from its first moment, no leftovers.

Theory of operation. Two daemons on one set of pumps is a hazard, and the console socket is where they would
meet first. A bind alone cannot tell a living owner from a dead one's file, and probing by connecting races;
an `flock` on a file beside the socket can: the kernel gives it to one process and takes it back at its death,
however that came. The socket is bound under another name, given its mode, made to listen, and only then
renamed into place, so there is no instant at which a stranger may connect or a client finds nobody home.
"""

import fcntl
import os
import socket
import stat
from pathlib import Path
from types import TracebackType

_BACKLOG = 32
_LONGEST_PATH = 107  # sun_path holds 108 bytes with its final zero (unix(7))
_SUFFIX = ".new"


class ConsoleUnavailable(Exception):
    """The console socket cannot be served; the message says why and what to do."""


class ConsoleSocket:
    """Context manager for the listening socket of one path.

    Args:
        path: where clients look.
        mode: permissions of the socket file.
    """

    def __init__(self, path: Path, mode: int) -> None:
        self._path = path
        self._mode = mode
        self._lock: int | None = None
        self._inode: int | None = None
        self._listening: socket.socket | None = None

    def __enter__(self) -> socket.socket:
        """Locks, binds and listens.

        Raises:
            ConsoleUnavailable: see its message.
        """
        if len(os.fsencode(self._path)) + len(_SUFFIX) > _LONGEST_PATH:
            raise ConsoleUnavailable(
                f"{self._path}: a socket's path may have {_LONGEST_PATH - len(_SUFFIX)} bytes"
            )
        try:
            self._lock_path()
            return self._bind()
        except OSError as error:
            self._unlock()
            raise ConsoleUnavailable(
                f"{self._path}: {error.strerror}: the directory must exist and be writable by this user"
            ) from error
        except ConsoleUnavailable:
            self._unlock()
            raise

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        """Removes the socket file, if it is still ours, and lets the path go."""
        try:
            if os.lstat(self._path).st_ino == self._inode:
                os.unlink(self._path)
        except OSError:
            pass  # already gone, or no longer ours to remove
        if self._listening is not None:
            self._listening.close()
        self._unlock()

    def _lock_path(self) -> None:
        self._lock = os.open(
            f"{self._path}.lock", os.O_RDWR | os.O_CREAT | os.O_CLOEXEC | os.O_NOFOLLOW, 0o600
        )
        try:
            fcntl.flock(self._lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise ConsoleUnavailable(
                f"{self._path}: another pumpd is running and serves this console; stop it first"
            ) from None

    def _unlock(self) -> None:
        if self._lock is not None:
            os.close(self._lock)
            self._lock = None

    def _bind(self) -> socket.socket:
        if self._path.exists() and not stat.S_ISSOCK(os.lstat(self._path).st_mode):
            raise ConsoleUnavailable(f"{self._path}: is not a socket and is left alone; choose another path")
        if self._is_answered():
            raise ConsoleUnavailable(f"{self._path}: another program is listening there; stop it first")
        fresh = f"{self._path}{_SUFFIX}"
        if os.path.lexists(fresh):
            os.unlink(fresh)
        listening = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        try:
            listening.setblocking(False)
            listening.bind(fresh)
            os.chmod(fresh, self._mode)
            listening.listen(_BACKLOG)
            self._inode = os.lstat(fresh).st_ino
            os.rename(fresh, self._path)
        except OSError:
            listening.close()
            raise
        self._listening = listening
        return listening

    def _is_answered(self) -> bool:
        # The lock has ruled out another pumpd; this rules out a stranger on the same path.
        with socket.socket(socket.AF_UNIX, socket.SOCK_STREAM) as probe:
            probe.setblocking(False)
            try:
                probe.connect(os.fspath(self._path))
            except BlockingIOError:
                return True  # its backlog is full, so somebody listens
            except OSError:
                return False
        return True
