"""What a bedside sounder or light is to the rest of the daemon.

Theory of operation. The core says what is to be seen and heard of each channel (`AlarmSignal`); a sounder makes it so
for all channels of the bed it stands at, the most urgent one first. It lives in a task of its own, is told of changes
by a plain call that must return at once, and says about itself whether anybody could hear it: only one that can counts
as a listener. A package of somebody else's adds a kind through the entry point group `pumpd.sounders`; its value is
called with the device's path and whether a light is wanted.
"""

from collections.abc import Iterable, Mapping
from typing import Protocol

from interlocks.vocabulary import Priority
from pumpd.core.actions import AlarmSignal

Signals = Mapping[str, AlarmSignal]

_RANK = {None: 0, Priority.LOW: 1, Priority.MEDIUM: 2, Priority.HIGH: 3}


class Sounder(Protocol):
    """One device.

    Attributes:
        name: for the log, the status and the core's list of listeners.
        fault: why nobody can hear it; "" when it works.
    """

    @property
    def name(self) -> str: ...
    @property
    def fault(self) -> str: ...

    def show(self, signals: Signals) -> None:
        """From now on this, by channel. Returns at once."""

    async def run(self) -> None:
        """Sound until cancelled. A device that fails is this task's own business: say so in `fault`, try again."""


def highest(priorities: Iterable[Priority | None]) -> Priority | None:
    """The most urgent; None: there is none."""
    return max(priorities, key=_RANK.__getitem__, default=None)


def loudest(signals: Signals) -> AlarmSignal:
    """All channels as one: one that sounds outranks any that is paused, and a reminder is for when nothing sounds."""
    every = tuple(signals.values())
    sound = highest(one.sound for one in every)
    return AlarmSignal(
        light=highest(one.light for one in every),
        sound=sound,
        is_audio_paused=sound is None and any(one.is_audio_paused for one in every),
        has_reminder=sound is None and any(one.has_reminder for one in every),
        escalation=max((one.escalation for one in every), default=0),
    )
