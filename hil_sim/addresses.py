"""Addresses as they are typed, read once and strictly, so that a slip of the finger is told before anything is opened."""

PORT_MAX = 65535


def read_broker(text: str) -> tuple[str, int]:
    """Read `HOST:PORT`; an empty host is this machine.

    Raises:
        ValueError: it is none.
    """
    host, colon, port = text.rpartition(":")
    if not colon or not port.isdecimal() or not 0 < int(port) <= PORT_MAX:
        raise ValueError(f"--broker is HOST:PORT, not {text!r}")
    return host.strip("[]") or "127.0.0.1", int(port)
