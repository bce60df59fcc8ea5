"""What can go wrong before a single byte is exchanged.

Theory of operation. Once a line is open, trouble on it is an ordinary event (`LinkDown`, `Ended`), not an
exception: the caller has to act on it, not unwind. Exceptions are left for what stops a line from being
opened, and every one of them names the port, because the person who reads it stands beside eight of them.
"""


class PortError(Exception):
    """The port cannot be opened. `str()` is one sentence naming the port and what to look at."""

    def __init__(self, port: str, reason: str) -> None:
        super().__init__(f"{port}: {reason}")
        self.port = port
        self.reason = reason


class PortBusy(PortError):
    """Somebody else holds the port (faults row 22)."""


class PortAddressError(ValueError):
    """The text that should name a port does not."""
