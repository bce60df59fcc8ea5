"""What the prompts say beyond motion, told once; and whether the pump has forgotten that it is polled.

Theory of operation. A stalled pump says `*` in every answer until somebody stops it, and so does `T*` at a target. As
an alarm each is news once: an alarm that stood in every answer would end every turn that could do away with it. It
counts as told when a report that carries it is complete; a prompt without it makes it news again.

Poll mode is ours to set, and a pump that was switched off may have lost it. Then its prompts come without XON. That
is the only mark of a restart in this command set, so it is told as one, and the pump is set up anew.
"""

from drivers.contract import PumpAlarm
from drivers.harvard.codec import Reply
from drivers.harvard.lease import Lease

#: Between two readings of a pump that is watched, link ms: a fast wire would ask three thousand times a second.
WATCH_GAP_MS = 5


class Signs:
    """One pump's. Shared by its wire, which sees the prompts, and its turns, which report."""

    def __init__(self, lease: Lease) -> None:
        self._lease = lease
        self._standing: PumpAlarm | None = None
        self._told: PumpAlarm | None = None
        self.is_unpolled = False
        self._is_restart_told = False

    @property
    def gap_ms(self) -> int:
        """How long the line rests after an answer, link ms: only while the same is asked over and over."""
        return WATCH_GAP_MS if self._lease.is_paced else 0

    def renew(self) -> None:
        """The line is opened anew: everything is news."""
        self._standing = self._told = None
        self.polled()

    def polled(self) -> None:
        """Poll mode has been set."""
        self.is_unpolled = self._is_restart_told = False

    def seen(self, reply: Reply) -> PumpAlarm | None:
        """The alarm to tell with this answer."""
        self._standing = self._lease.alarm_of(reply)
        if self._standing is not self._told:
            self._told = None
        if self.is_unpolled and not self._is_restart_told:
            return PumpAlarm.RESET
        return None if self._told else self._standing

    def reported(self) -> None:
        """A report is complete, and what stands goes with it."""
        self._told = self._standing
        self._is_restart_told = self.is_unpolled
