"""The live view of one pump in a terminal.

Theory of operation. What is on the screen must be true now or grey. So the view has a clock of its own:
states come at least every second, and when none has come for two, the word becomes NO DATA and everything
under it turns grey, however the connection feels about itself (requirements, pain 11). A lost daemon is
looked for again every second, with the reason shown. The picture is built from plain `Text`, never from
markup, so a drug called "[red]" stays one. Without a terminal behind it the same news come as plain lines,
one per change.
"""

import os
import sys
import threading
import time
from collections.abc import Mapping
from math import isfinite
from typing import Any, TextIO

from rich.console import Console, Group, RenderableType
from rich.live import Live
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from pumpd.cli import care_text, state_text
from pumpd.console_client import SILENT_S, ConsoleClient, ConsoleUnreachable, Watch

_POLL_S = 0.25
_AGAIN_S = 1.0
_BAR_CELLS = 60

_STYLES = {
    "INFUSING": "bold white on green",
    "SLOWED": "bold black on yellow",
    "PAUSED": "bold white on red",
    "PAUSING": "bold white on red",
    "NOT CONFIRMED": "bold white on red blink",
    "STOPPED": "bold white on red",
    "COMPLETED": "bold white on blue",
    "READY": "bold white on blue",
    "OBSERVING": "bold white on blue",
    "CLOSED": "bold white on bright_black",
}
_UNCERTAIN = "bold white on bright_black"
_ALARM_STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan"}  # IEC 60601-1-8 colours


class Source:
    """States of a channel, through losses of the daemon. `reason` says why there are none."""

    def __init__(self, client: ConsoleClient, channel: str | None, listener: str = "") -> None:
        self.reason = ""
        self._listener = listener
        self._client = client
        self._channel = channel
        self._stream: Watch | None = None
        self._rest = threading.Event()  # never set: a pause that Ctrl-C ends at once
        self._not_before_s = 0.0

    def poll(self) -> dict[str, Any] | None:
        """A new state, or None after a quarter of a second."""
        if self._stream is None and time.monotonic() < self._not_before_s:
            self._rest.wait(_POLL_S)
            return None
        try:
            if self._stream is None:
                self._stream = self._client.watch(self._channel, self._listener)
            state = self._stream.poll(_POLL_S)
        except ConsoleUnreachable as error:
            self._stream = None
            self.reason = str(error)
            self._not_before_s = time.monotonic() + _AGAIN_S
            return None
        if state is not None:
            self.reason = ""
        return state


def show(client: ConsoleClient, channel: str | None, out: TextIO | None = None) -> None:
    """Shows states until interrupted.

    Args:
        client: of the daemon.
        channel: None: the only one.
        out: default: standard output; colour and layout only on a terminal.

    Raises:
        ConsoleUnreachable: the daemon could not be reached at the very beginning.
    """
    client.status(channel)  # a wrong socket or channel is an error now, not a grey screen for ever
    terminal = Console(file=out or sys.stdout)
    if terminal.is_terminal:
        _live(Source(client, channel, f"live view {os.getpid()}"), terminal)
    else:
        _plain(Source(client, channel), out or sys.stdout)  # a log file is nobody looking


def _live(source: Source, terminal: Console) -> None:
    newest: dict[str, Any] = {}
    arrived_s = time.monotonic()
    with Live(console=terminal, screen=True, auto_refresh=False) as live:
        while True:
            state = source.poll()
            if state is not None:
                newest, arrived_s = state, time.monotonic()
            live.update(picture(newest, time.monotonic() - arrived_s, source.reason), refresh=True)


def _plain(source: Source, out: TextIO) -> None:
    last = ""
    arrived_s = time.monotonic()
    while True:
        state = source.poll()
        if state is not None:
            arrived_s = time.monotonic()
            line = change_line(state)
        elif time.monotonic() - arrived_s > SILENT_S:
            line = f"NO DATA  {source.reason}".rstrip()
        else:
            continue
        if line != last:
            print(line, file=out, flush=True)
            last = line


def change_line(state: Mapping[str, Any]) -> str:
    """One line that changes only when something worth a line did: no ages, no running totals."""
    rate = state_text.part(state, "rate")
    parts = [
        state_text.clean(state.get("channel", "?")),
        state_text.word(state),
        f"{state_text.ml_h(rate.get('permitted_nl_h'))} of {state_text.ml_h(rate.get('programmed_nl_h'))}",
        state_text.clean(state.get("headline") or ""),
    ]
    parts += [text for _, text in state_text.alarm_lines(state)]
    return "  ".join(part for part in parts if part)


def picture(state: Mapping[str, Any], silent_s: float, reason: str = "") -> RenderableType:
    """The whole screen.

    Args:
        state: the newest, {} for none.
        silent_s: seconds since it arrived.
        reason: why there is none, if known.
    """
    is_known = bool(state) and silent_s <= SILENT_S
    dim = "" if is_known else "bright_black"
    if not is_known:
        # What was true then may be false now, and grey alone does not say so: no number is left standing.
        return _head(state, is_known, silent_s, reason)
    return Group(
        _head(state, is_known, silent_s, reason),
        _dose(state, dim),
        _numbers(state, dim),
        _alarms(state, is_known),
    )


def _head(state: Mapping[str, Any], is_known: bool, silent_s: float, reason: str) -> RenderableType:
    word = state_text.word(state) if is_known else "NO DATA"
    where = f"{state_text.clean(state.get('channel', ''))} {state_text.clean(state.get('bed') or '')}".strip()
    text = Text()
    text.append(f" {word} ", style=_STYLES.get(word, _UNCERTAIN))
    rate = state_text.part(state, "rate")
    now = rate.get("reported_nl_h") if is_known else None
    text.append(f"  {state_text.ml_h(now)}", style="bold" if is_known else "bright_black")
    text.append(
        f" of {state_text.ml_h(rate.get('programmed_nl_h'))}", style="" if is_known else "bright_black"
    )
    if is_known:
        text.append(f"\n{state_text.clean(state.get('headline') or '')}")
        text.append(f"\n{state_text.clean(state.get('next') or '')}", style="italic")
        for line in state_text.binding_lines(state):
            text.append(f"\n{line}", style="yellow")
        for verb in ("resume", "restore"):
            for blocked in state_text.rows(state, f"{verb}_blocked_by"):
                text.append(f"\n{verb} blocked: {state_text.clean(blocked)}", style="yellow")
    else:
        text.append(f"\nnothing heard for {silent_s:.0f} s: look at the pump itself", style="bold")
        text.append(f"\n{state_text.clean(reason)}")
    return Panel(text, title=Text(where or "pumpd"), border_style="" if is_known else "bright_black")


def _dose(state: Mapping[str, Any], dim: str) -> RenderableType:
    text = Text()
    parts = shares(state)
    if parts is not None:
        low, high = (round(part * _BAR_CELLS) for part in parts)
        text.append("█" * low, style=dim or "green")
        text.append("▒" * (high - low), style=dim or "yellow")
        text.append("░" * (_BAR_CELLS - high) + "\n", style="bright_black")
    text.append(state_text.dose_line(state), style=dim)
    text.append(f"\ntime left {state_text.duration(state.get('time_left_s'))}", style=dim)
    return Panel(text, title=Text("dose"), border_style=dim)


def shares(state: Mapping[str, Any]) -> tuple[float, float] | None:
    """How much of the dose was given at least and at most, 0 to 1, for a bar; None when it is not known.

    Floats, because a bar has sixty cells; the numbers beside it are the ones that were sent.
    """
    dose = state_text.part(state, "dose")
    try:
        prescribed, low, high = (
            float(dose[key]) for key in ("prescribed_mg", "given_low_mg", "given_high_mg")
        )
    except (KeyError, TypeError, ValueError):
        return None
    if not (isfinite(prescribed) and prescribed > 0 and 0 <= low <= high):
        return None
    return min(1.0, low / prescribed), min(1.0, high / prescribed)


def _numbers(state: Mapping[str, Any], dim: str) -> RenderableType:
    table = Table.grid(padding=(0, 2))
    for name, value in (
        ("for", state_text.treatment_line(state) or state_text.UNKNOWN),
        ("rate", state_text.rate_line(state)),
        ("vitals", state_text.vitals_line(state)),
        ("people", state_text.observations_line(state)),
        ("line", state_text.line_line(state)),
        ("unwatched", state_text.unwatched_line(state)),
        ("course", state_text.course_line(state)),
        ("care", "   ".join(care_text.care_lines(state)[:2])),
        ("pump", state_text.pump_line(state)),
        ("feed", state_text.feed_line(state)),
        ("sounders", state_text.sounders_line(state)),
    ):
        if value:
            table.add_row(Text(name, style=dim or "bold"), Text(value, style=dim))
    return table


def _alarms(state: Mapping[str, Any], is_known: bool) -> RenderableType:
    lines = state_text.alarm_lines(state)
    text = Text()
    for priority, line in lines:
        style = _ALARM_STYLES.get(priority, "bold red") if is_known else "bright_black"
        text.append(f"\n{line}" if text else line, style=style)
    said = state_text.signal_line(state)
    title = Text(f"alarms: {said}" if said else "alarms")
    return Panel(text if lines else Text("none", style="bright_black"), title=title)
