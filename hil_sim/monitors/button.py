"""The bedside button's transmitter: once a second, and at once when the button moves.

Theory of operation. A receiver that hears nothing for two seconds takes the wire for cut
(facts/clinical.md 3.2, BT1), so the button speaks although nothing happens. A press shorter than the time
between two looks is still told, as a press and a release one millisecond apart: the contact latches it.
"""

from hil_sim.fittings import Fittings
from hil_sim.monitors.cadence import Cadence

PERIOD_S = 1.0


class ButtonSender:
    """Decides what to say.

    Args:
        period_s: treatment seconds between two messages of a button at rest.
    """

    def __init__(self, period_s: float = PERIOD_S) -> None:
        self._cadence = Cadence(period_s)
        self._told: bool | None = None
        self._presses = 0

    def say(self, now_s: float, button: Fittings) -> tuple[tuple[bool, int], ...]:
        """Return what to publish now: (pressed, ms before now), oldest first."""
        is_due = self._cadence.is_due(now_s)
        down = button.is_button_down
        was_missed = button.button_presses != self._presses and not down
        self._presses = button.button_presses
        if not button.is_button_wired:
            self._told = None  # when the wire is whole again, the state is told at once
            return ()
        if was_missed and not self._told:
            self._told = False
            return (True, 1), (False, 0)
        if not is_due and down is self._told:
            return ()
        self._told = down
        return ((down, 0),)
