"""Where one pump's line is."""

from enum import StrEnum


class Phase(StrEnum):
    """Where the line is."""

    CLOSED = "closed"
    OPENING = "opening"
    UP = "up"
    OVER = "over"  # given up; the owner closes the port and opens it again
