"""The person at the bench: told on the terminal, asked on the terminal, and free to break off at any moment.

Theory of operation. Measuring needs somebody who closes a clamp and reads a scale, and a pump may only move when that
somebody has typed that no patient is on the line. So the terminal is read without blocking the loop: while a question
stands, the pump is polled and a Ctrl-C is heard. A terminal that has gone away (a closed window, a dropped ssh) must not
keep a pump from being halted, so what cannot be printed is dropped.
"""

import asyncio
import os
import sys
from contextlib import suppress

LONGEST_LINE = 4096


class Left(Exception):
    """Nobody is there any more: the terminal was closed."""


class Person:
    """Whoever sits at this terminal. Use inside a running loop; `close` at the end."""

    def __init__(self, fd: int = 0) -> None:
        self._fd = fd
        self._lines: asyncio.Queue[str | None] = asyncio.Queue(maxsize=64)
        self._kept = b""
        asyncio.get_running_loop().add_reader(fd, self._readable)

    def say(self, text: str) -> None:
        """One line; lost if nobody can read it."""
        with suppress(OSError, ValueError):
            print(text, flush=True)

    async def ask(self, question: str) -> str:
        """The answer, without blanks around it; what was typed before the question does not count. Raises Left."""
        while not self._lines.empty():
            self._lines.get_nowait()
        with suppress(OSError, ValueError):
            print(f"{question} ", end="", flush=True)
        line = await self._lines.get()
        if line is None:
            raise Left("the terminal was closed")
        return line.strip()

    async def number(
        self, question: str, low: float, high: float, *, may_be_empty: bool = False
    ) -> float | None:
        """A number between the two, asked for until it is one; None: nothing, where that may be. Raises Left."""
        while True:
            text = await self.ask(question)
            if not text and may_be_empty:
                return None
            try:
                value = float(text)
            except ValueError:
                value = float("nan")
            if low <= value <= high:
                return value
            self.say(f"  {text!r}: must be a number from {low:g} to {high:g}, with a point, as in 0.5")

    def close(self) -> None:
        """Listen no longer."""
        asyncio.get_running_loop().remove_reader(self._fd)

    def _readable(self) -> None:
        try:
            chunk = os.read(self._fd, LONGEST_LINE)
        except OSError:
            chunk = b""
        if not chunk:
            asyncio.get_running_loop().remove_reader(self._fd)
            self._put(None)
            return
        *lines, self._kept = (self._kept + chunk).split(b"\n")
        for line in lines:
            self._put(line.decode(errors="replace"))

    def _put(self, line: str | None) -> None:
        with suppress(asyncio.QueueFull):
            self._lines.put_nowait(line)


def is_at_terminal() -> bool:
    """Somebody can be asked."""
    return sys.stdin.isatty()
