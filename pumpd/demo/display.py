"""What the onlooker sees while the demonstration runs: the nurse's own live view, or plain lines, or nothing."""

import sys
from types import TracebackType
from typing import Any

from rich.console import Console, Group
from rich.live import Live as RichLive
from rich.text import Text

from pumpd.cli.watch_view import change_line, picture


class Silent:
    """Nothing on standard output but the answer at the end."""

    def __init__(self, speed: float, hint: str) -> None:
        self._speed = speed
        self._hint = hint

    def __enter__(self) -> "Silent":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        return None

    def __call__(self, state: dict[str, Any], said: str) -> None:
        """Show a state and what the nurse last did."""


class Plain(Silent):
    """One line per change, for logs and pipes."""

    def __enter__(self) -> "Plain":
        print(f"demonstration at {self._speed:g} times life; look inside with\n  {self._hint}", flush=True)
        self._last = ("", "")
        return self

    def __call__(self, state: dict[str, Any], said: str) -> None:
        """Print what is new."""
        line = change_line(state)
        if (state["headline"], said) != self._last:
            self._last = (state["headline"], said)
            print(f"{state['at_ms'] / 60_000:5.1f} min  {line}  [{said}]", flush=True)


class Live(Silent):
    """The picture of `pumpctl watch`, with the nurse's last act under it."""

    def __enter__(self) -> "Live":
        self._live = RichLive(console=Console(file=sys.stdout), refresh_per_second=8, transient=True)
        self._live.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, value: BaseException | None, at: TracebackType | None
    ) -> None:
        self._live.stop()

    def __call__(self, state: dict[str, Any], said: str) -> None:
        """Draw."""
        foot = Text(
            f"treatment minute {state['at_ms'] / 60_000:.1f}, {self._speed:g} times life.  {said}\n{self._hint}"
        )
        self._live.update(Group(picture(state, 0.0), foot))
