"""What else is at the bed: air in the line before its sensor, and the stop button in the patient's hand.

Theory of operation. Things, not instruments: a bubble stands in the sensor until the fluid behind it has
carried it past or a person draws it off, so with the pump paused it stays, as at a real bed. What passed is
remembered for fifteen minutes (facts/clinical.md 3.2, AI1). The button is up or down, and counts its
presses, so that a device which looks once in a while cannot miss a short one; its cable may be cut.
"""

from collections import deque
from dataclasses import dataclass, field

AIR_WINDOW_S = 900.0
#: Fluid that must follow before a bubble has left the sensor's window; ours, a few millimetres of line.
WINDOW_NL = 5_000.0
BUBBLES_KEPT = 1024


class Air:
    """Bubbles at the sensor."""

    def __init__(self) -> None:
        self._seen: deque[tuple[float, float]] = deque(maxlen=BUBBLES_KEPT)
        self._bubble_ul = 0.0
        self._gone_at_nl = 0.0

    def enter(self, volume_ul: float, now_s: float, displaced_nl: float) -> None:
        """A bubble reaches the sensor.

        Args:
            volume_ul: its size.
            now_s: treatment time.
            displaced_nl: what the plunger has pushed out by now; the bubble moves with it.

        Raises:
            ValueError: the volume is not above 0.
        """
        if not volume_ul > 0.0:
            raise ValueError(f"volume_ul must be above 0, not {volume_ul}")
        self._seen.append((now_s, volume_ul))
        self._bubble_ul = volume_ul
        self._gone_at_nl = displaced_nl + volume_ul * 1000.0 + WINDOW_NL

    def draw_off(self) -> None:
        """A person removes the bubble; what has been counted stays counted."""
        self._bubble_ul = 0.0

    def bubble_ul(self, displaced_nl: float) -> float:
        """The bubble in the sensor now, uL; 0: none."""
        if displaced_nl >= self._gone_at_nl:
            self._bubble_ul = 0.0
        return self._bubble_ul

    def passed_15min_ml(self, now_s: float) -> float:
        """All bubbles of the last fifteen minutes, mL."""
        while self._seen and now_s - self._seen[0][0] >= AIR_WINDOW_S:
            self._seen.popleft()
        return sum(volume_ul for _, volume_ul in self._seen) / 1000.0


@dataclass
class Fittings:
    """The things beside pump, line and patient.

    Attributes:
        air: before the air sensor.
        is_button_down: the stop button is pressed.
        button_presses: how often it was, so far.
        is_button_wired: its cable is whole.
    """

    air: Air = field(default_factory=Air)
    is_button_down: bool = False
    button_presses: int = 0
    is_button_wired: bool = True

    def press(self) -> None:
        """Somebody presses the button and keeps it down."""
        self.is_button_down = True
        self.button_presses += 1

    def release(self) -> None:
        """The button is let go."""
        self.is_button_down = False
