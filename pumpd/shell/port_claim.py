"""One daemon for one pump: who may speak on a port is settled before anybody opens it.

Theory of operation. Opening a serial port already touches the pump (a DTR edge resets some), so a second daemon must be
turned away without opening anything. Each port's real path is claimed as an abstract Unix socket name: the kernel gives
a name to one process at a time and takes it back when that process ends, however it ends, so there is no stale lock.
Other programs are kept off by the driver's own locks on the open port (faults row 22, I13).
"""

import os
import socket


class PortTaken(RuntimeError):
    """Another pumpd speaks on this port."""


class PortClaims:
    """Names held for the life of this process, or until `release`."""

    def __init__(self) -> None:
        self._held: list[socket.socket] = []

    def take(self, port: str) -> None:
        """Claim a port.

        Args:
            port: a device path, links followed, or tcp:HOST:PORT.

        Raises:
            PortTaken: another process holds the claim.
        """
        real = port if port.startswith("tcp:") else os.path.realpath(port)
        claim = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        try:
            claim.bind(f"\0pumpd-port:{real}")
        except OSError as taken:
            claim.close()
            raise PortTaken(f"{port}: another pumpd already drives the pump on this port") from taken
        self._held.append(claim)

    def release(self) -> None:
        """Let all go."""
        for claim in self._held:
            claim.close()
        self._held.clear()
