"""Who may speak next, where several pumps hang on one line.

Theory of operation. Everybody on a chain hears everything, so one question is on the wire at a time, of the
whole chain. The floor is not given and handed back: it is worked out from who is speaking now, so nobody can
keep it by forgetting to return it, and it is free at the latest when the exchange's own 200 ms are over. A halt
goes next, whoever's it is; otherwise the one who has not spoken for longest. A pump that does not answer is
therefore asked no more often than each of its neighbours, and while it is left quiet after a silence it is not
ready, so that its neighbours have the line for themselves.

A pump alone on its line has the floor whenever it asks.
"""

from typing import Protocol


class Speaker(Protocol):
    """One pump's questions."""

    @property
    def speaks_until(self) -> int | None:
        """Link ms until which its question on the wire may still be answered; None: none is on the wire."""
        ...

    @property
    def wants_halt(self) -> bool:
        """A halt waits to leave."""
        ...

    def is_ready(self, now: int) -> bool:
        """It has a question that could leave now."""
        ...


class Floor:
    """The right to speak on one port. Times are link ms."""

    def __init__(self) -> None:
        self._speakers: list[Speaker] = []  # the one who spoke last stands last
        self._rests_until = 0

    @property
    def is_shared(self) -> bool:
        """Several take part."""
        return len(self._speakers) > 1

    @property
    def taken_until(self) -> int:
        """Before this nobody has the floor, as far as is known now."""
        speaking = [speaker.speaks_until for speaker in self._speakers]
        return max([self._rests_until, *(until for until in speaking if until is not None)])

    def join(self, speaker: Speaker) -> None:
        """Take part."""
        self._speakers.append(speaker)

    def leave(self, speaker: Speaker) -> None:
        """Take part no longer; what it has on the wire is forgotten with it."""
        self._speakers = [other for other in self._speakers if other is not speaker]

    def next(self, now: int) -> Speaker | None:
        """Who may speak now; None while somebody speaks, the line rests, or nobody has anything to say."""
        if now < self.taken_until:
            return None
        ready = [speaker for speaker in self._speakers if speaker.is_ready(now)]
        halting = [speaker for speaker in ready if speaker.wants_halt]
        return next(iter(halting or ready), None)

    def note(self, speaker: Speaker) -> None:
        """It speaks now, so the others come before it the next time."""
        self._speakers.sort(key=lambda other: other is speaker)

    def rest(self, until: int) -> None:
        """Nobody speaks before this: the pumps need a silence between answer and question."""
        self._rests_until = until

    def is_halt_waiting(self, speaker: Speaker) -> bool:
        """Somebody else has a halt that only waits for the line."""
        return any(other.wants_halt for other in self._speakers if other is not speaker)
