"""A service manager's end of NOTIFY_SOCKET: what a service says, and when, on a real datagram socket."""

import os
import socket
import threading
import time
from pathlib import Path


class ServiceEar:
    """Hears until closed. `said`: monotonic ms and the text of each datagram."""

    def __init__(self, path: Path) -> None:
        self.address = str(path)
        self.said: list[tuple[float, str]] = []
        self._news = threading.Condition()
        self._over = False
        self._socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self._socket.bind(self.address)
        self._thread = threading.Thread(target=self._listen, daemon=True)
        self._thread.start()

    def environment(self, watchdog_s: float = 0.0, pid: int | None = None) -> dict[str, str]:
        """What systemd would set."""
        found = {**os.environ, "NOTIFY_SOCKET": self.address}
        if watchdog_s:
            found["WATCHDOG_USEC"] = str(int(watchdog_s * 1_000_000))
        if pid is not None:
            found["WATCHDOG_PID"] = str(pid)
        return found

    def lines(self, name: str) -> list[str]:
        """The values said under this name, oldest first."""
        rows = [row for _, text in list(self.said) for row in text.split("\n")]
        return [row.partition("=")[2] for row in rows if row.partition("=")[0] == name]

    def times_ms(self, line: str) -> list[float]:
        """When this whole line was said."""
        return [at_ms for at_ms, text in list(self.said) if line in text.split("\n")]

    def wait_for(self, line: str, within_s: float, after_ms: float = 0.0) -> float:
        """When it was said, monotonic ms. Raises AssertionError: it was not."""

        def found() -> list[float]:
            return [at_ms for at_ms in self.times_ms(line) if at_ms > after_ms]

        with self._news:
            self._news.wait_for(lambda: bool(found()), within_s)
        assert found(), f"not within {within_s} s: {line}; heard {self.said[-10:]}"
        return found()[0]

    def close(self) -> None:
        """Hear no more."""
        self._over = True
        with socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM) as last:
            last.sendto(b"", self.address)
        self._thread.join(5.0)
        self._socket.close()

    def _listen(self) -> None:
        while not self._over:
            text = self._socket.recv(65_536).decode()
            with self._news:
                self.said.append((time.monotonic() * 1000.0, text))
                self._news.notify_all()
