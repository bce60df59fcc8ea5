"""The pump's volume counter, which each start begins anew, and the sum of what stood on it before each of ours.

Theory of operation. `start` after `stop` begins the dispensed volume anew (facts/protocols.md 3), and a counter that our
own start cleared must not look like one that somebody else cleared. So what stood on it is kept while a start is under
way, and the next reading tells: lower, and the start cleared it; the same, and it was not carried out. Higher is read at
once after the start only by a pump that does not clear; read later, because the start's answer was lost, it is taken as
cleared, since that counts more.

The sum lives as long as the driver, and is reported beside the volume: the account above holds what the pump shows now
against what it showed last, and does not take a sum that died with the last driver for volume that was never given.
"""

from drivers.contract import CounterReading

#: Further than between two polls: a second of 72 mL/h. The answer carries no check, so one flipped digit is any volume.
LEAP_NL = 20_000


class Counter:
    """Volumes in nl. `read` after every reading, `starting` before every start."""

    def __init__(self) -> None:
        self._before_nl = 0
        self._at_start_nl: int | None = None
        self._last_nl: int | None = None

    def leaps_to(self, shown_nl: int) -> bool:
        """Too far from the last one for the time between two polls, or behind it; None was shown before: no."""
        return self._last_nl is not None and not 0 <= shown_nl - self._last_nl <= LEAP_NL

    def shown(self, shown_nl: int) -> int:
        """This stands on the counter now, and is what the next one is held against."""
        self._last_nl = shown_nl
        return shown_nl

    def starting(self, shown_nl: int) -> None:
        """The counter stands here, and `start` is about to leave."""
        self._at_start_nl = shown_nl
        self._last_nl = 0  # where a start begins it; a pump that goes on counting is asked twice, once

    def read(self, shown_nl: int, *, is_just_started: bool = False) -> CounterReading:
        """What stands there now and everything a start of ours cleared. `is_just_started`: it was heard."""
        if self._at_start_nl is not None:
            is_higher = shown_nl > self._at_start_nl
            if shown_nl < self._at_start_nl or (is_higher and not is_just_started):
                self._before_nl += self._at_start_nl
            self._at_start_nl = None
        return CounterReading(self._before_nl + shown_nl, self._before_nl)
