"""Everything at the bedside that can be seen or heard, and who of it works.

Theory of operation. The kernel tells of changes; they go on to every sounder in the same call, since a sounder's `show`
returns at once. A sounder of somebody else's that raises loses its own sound and nothing else. Every five seconds each
one that works speaks up as a listener: one whose device has gone falls silent in the same way as a panel whose screen
was switched off, and the core makes of both what it must.
"""

import asyncio
from collections.abc import Callable
from importlib.metadata import entry_points

import structlog

from pumpd.core.actions import AlarmSignal
from pumpd.shell.bedside.bell import Bell
from pumpd.shell.bedside.sounder import Sounder

log = structlog.get_logger("bedside")

GROUP = "pumpd.sounders"
#: Time for a sounder to open its device before it is first asked.
FIRST_LOOK_S = 1.0


class UnknownSounder(Exception):
    """No such kind is built in or installed; the text names those that are."""


def sounder_of(kind: str, device: str, has_light: bool) -> Sounder:
    """Make a sounder of a kind.

    Raises:
        UnknownSounder: there is no such kind, or it could not be loaded.
    """
    if kind == "bell":
        return Bell(device, has_light)
    installed = {one.name: one for one in entry_points(group=GROUP)}
    if kind not in installed:
        known = ", ".join(sorted({"bell", *installed}))
        raise UnknownSounder(f"{kind} is no kind of sounder that is installed here; known: {known}")
    try:
        made: Sounder = installed[kind].load()(device, has_light)
    except Exception as failure:  # somebody else's code
        raise UnknownSounder(f"{kind} cannot be used: {type(failure).__name__}: {failure}") from failure
    return made


class Bedside:
    """All sounders of one daemon."""

    def __init__(self, sounders: tuple[Sounder, ...]) -> None:
        self.sounders = sounders
        self._signals: dict[str, AlarmSignal] = {}

    def show(self, channel: str, signal: AlarmSignal) -> None:
        """A channel's signal from now on. Never raises."""
        self._signals[channel] = signal
        for one in self.sounders:
            try:
                one.show(dict(self._signals))
            except Exception:  # somebody else's code; the kernel is in the middle of a decision
                log.exception("sounder failed", sounder=one.name)

    def status(self) -> list[dict[str, str | bool]]:
        """For the summary that people are shown."""
        return [{"name": one.name, "ok": not one.fault, "reason": one.fault} for one in self.sounders]

    async def attend(self, spoke: Callable[[str], None], every_s: float) -> None:
        """Call `spoke` with the name of each sounder that works, for ever."""
        await asyncio.sleep(min(FIRST_LOOK_S, every_s))
        while True:
            for one in self.sounders:
                if not one.fault:
                    spoke(one.name)
            await asyncio.sleep(every_s)
