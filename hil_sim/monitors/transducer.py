"""The pressure in the infusion line, ten times a second.

Theory of operation. The transducer sits in the line beside the pump and is the eye of the occlusion rule.
It adds a zero error and noise; outside its range it says so and gives no number, because a clipped value
looks like a steady one. The range is our choice: wide enough for the limits of facts/clinical.md 3.2 (LP2:
900 mmHg).
"""

from dataclasses import dataclass

PERIOD_S = 0.1


@dataclass(frozen=True, slots=True)
class Transducer:
    """A pressure sensor; mmHg throughout."""

    zero_error_mmhg: float = 0.0
    lowest_mmhg: float = -200.0
    highest_mmhg: float = 1500.0

    def sample(self, pressure_mmhg: float, noise_mmhg: float) -> float | None:
        """Return what is shown, to 0.1 mmHg; None outside the range."""
        shown = pressure_mmhg + self.zero_error_mmhg + noise_mmhg
        if not self.lowest_mmhg <= shown <= self.highest_mmhg:
            return None
        return round(shown, 1)
