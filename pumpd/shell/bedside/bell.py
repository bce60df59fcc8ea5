"""The default sounder: one BEL for every pulse, on a terminal that rings.

Theory of operation. The rhythm comes from `rhythm`, the time from the loop, so a test runs it on virtual time. A change
of what is to be heard begins a new rhythm at once: a nurse three beds away should hear the change, not the end of the
last burst. A pulse that came too late (the loop was busy) is left out, never made up for. Once a second the terminal is
looked at, sounding or not, because a sounder that would fail at the next alarm must not count as a listener now.

Ringing is all it can do. It cannot know that the volume is not zero.
"""

import asyncio
import contextlib
from typing import Protocol

import structlog

from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.rhythm import Rhythm, rhythm_of
from pumpd.shell.bedside.sounder import Signals, loudest
from pumpd.shell.bedside.terminal import Terminal

log = structlog.get_logger("bell")

LOOK_EVERY_S = 1.0
BEL = b"\a"
#: Begin of the line, and clear it.
_CLEAR = b"\r\x1b[2K"
#: Colours of IEC 60601-1-8, blinking where the standard flashes; marks as on monitors (facts/clinical.md 5.1).
_LIGHTS = {
    Priority.HIGH: ("5;1;37;41", "***"),
    Priority.MEDIUM: ("5;30;43", "**"),
    Priority.LOW: ("30;46", "*"),
}


class Output(Protocol):
    """The terminal, as far as the bell needs it; all of it raises OSError."""

    def check(self) -> None: ...
    def write(self, text: bytes) -> None: ...
    def close(self) -> None: ...


class Bell:
    """A `Sounder`.

    Args:
        device: path of the terminal, for names.
        has_light: also write one coloured line there.
        output: default: that terminal.
    """

    def __init__(self, device: str, has_light: bool = False, output: Output | None = None) -> None:
        self.name = f"bell {device}"
        self.fault = "not opened yet"
        self._output = output if output is not None else Terminal(device)
        self._has_light = has_light
        self._signals: Signals = {}
        self._signal = AlarmSignal()
        self._rhythm: Rhythm | None = None
        self._begun_s = 0.0
        self._due_s: float | None = None
        self._line = b""
        self._changed = asyncio.Event()

    def show(self, signals: Signals) -> None:
        """From now on this."""
        self._signals = dict(signals)
        self._changed.set()

    async def run(self) -> None:
        """Ring until cancelled."""
        now = asyncio.get_running_loop().time
        try:
            while True:
                self._changed.clear()
                self._follow(now())
                self._look()
                self._ring(now())
                until_s = now() + LOOK_EVERY_S
                until_s = until_s if self._due_s is None else min(until_s, self._due_s)
                with contextlib.suppress(TimeoutError):
                    async with asyncio.timeout_at(until_s):
                        await self._changed.wait()
        finally:
            self._output.close()

    def _follow(self, now_s: float) -> None:
        """What is wanted has changed: begin its rhythm now."""
        self._signal = loudest(self._signals)
        rhythm = rhythm_of(self._signal)
        if rhythm is not self._rhythm:
            self._rhythm, self._begun_s = rhythm, now_s
            self._due_s = None if rhythm is None else now_s + rhythm.after(-1) / 1000

    def _look(self) -> None:
        def put() -> None:
            self._output.check()
            line = _light_line(self._signals, self._signal) if self._has_light else b""
            if line != self._line:
                self._output.write(line)
                self._line = line

        self._try(put)

    def _ring(self, now_s: float) -> None:
        if self._rhythm is None or self._due_s is None or now_s < self._due_s:
            return
        self._try(lambda: self._output.write(BEL))
        elapsed_ms = int((now_s - self._begun_s) * 1000 + 0.5)
        self._due_s = self._begun_s + self._rhythm.after(elapsed_ms) / 1000

    def _try(self, do: "Act") -> None:
        try:
            do()
        except OSError as failure:
            reason = failure.strerror or str(failure)
            self._line = b""  # whatever stood there, it may not stand there any more
            if not self.fault or self.fault == "not opened yet":
                log.error("sounder fails", sounder=self.name, reason=reason)
            self.fault = reason
            return
        if self.fault:
            log.info("sounder works", sounder=self.name)
            self.fault = ""


class Act(Protocol):
    """Something that may fail with OSError."""

    def __call__(self) -> object: ...


def _light_line(signals: Signals, signal: AlarmSignal) -> bytes:
    if signal.light is None:
        return _CLEAR
    colour, mark = _LIGHTS[signal.light]
    where = " ".join(sorted(name for name, one in signals.items() if one.light is not None))
    words = f" {mark} {signal.light.value.upper()} ALARM {where} {mark} "
    quiet = " audio paused" if signal.is_audio_paused else ""
    return _CLEAR + f"\x1b[{colour}m{words}\x1b[0m{quiet}".encode("ascii", "replace")
