"""The pump's volume counter, and the sum of what stood on it each time we cleared it.

Theory of operation. A target is only sure to mean what we want if the counter is at 0 when the pump starts
(facts/protocols.md 2: "clear first"). So we clear it before each start, and a counter that we clear must not look
like one that somebody else cleared: what stood on it is added to a sum, and the sum and the counter together are
what we report. It never falls but by another's hand.

The answer to a clear may be lost. Then the next reading tells: it is lower than what stood there, and the clear was
carried out; or it is not, and it was not.

The sum lives as long as the driver, and is reported beside the volume: the account above holds what the pump shows now
against what it showed last, and does not take a sum that died with the last driver for volume that was never given.
"""

from fractions import Fraction

from drivers.contract import CounterReading


class Counter:
    """Volumes in nl. `read` after every reading, `clearing` before every clear."""

    def __init__(self) -> None:
        self._cleared_nl = 0
        self._at_clear_nl: Fraction | None = None

    def clearing(self, shown_nl: Fraction) -> None:
        """The counter stands here, and the request to clear it is about to leave."""
        self._at_clear_nl = shown_nl

    def read(self, shown_nl: Fraction) -> CounterReading:
        """What stands there now and everything we cleared, whole nl."""
        if self._at_clear_nl is not None:
            if shown_nl < self._at_clear_nl:
                self._cleared_nl += int(self._at_clear_nl)
            self._at_clear_nl = None
        return CounterReading(self._cleared_nl + int(shown_nl), self._cleared_nl)
