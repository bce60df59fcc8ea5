"""A scripted change of one true value: it ramps in, stays or leaves again, and adds to whatever else happens.

Theory of operation. A body does not jump, and a monitor or a rule that only ever sees jumps is not tested.
Every change is a ramp against the body's own seconds; changes of the same value add up. A ramp that is over
folds into one constant, so a session of any length holds a bounded list.
"""

from dataclasses import dataclass

MAX_RAMPS = 64  # more at once is a scenario gone wrong, not a patient


@dataclass(frozen=True, slots=True)
class Ramp:
    """Adds `amount`, growing evenly from `start_s` over `over_s` seconds."""

    start_s: float
    over_s: float
    amount: float

    def at(self, now_s: float) -> float:
        """Return the contribution at `now_s`."""
        if now_s < self.start_s:
            return 0.0
        if self.over_s <= 0.0:
            return self.amount
        return self.amount * min((now_s - self.start_s) / self.over_s, 1.0)

    def is_over(self, now_s: float) -> bool:
        """True once it contributes its whole amount for good."""
        return now_s >= self.start_s + self.over_s


class Drift:
    """The sum of all scripted changes of one value."""

    __slots__ = ("_ramps", "_settled")

    def __init__(self) -> None:
        self._settled = 0.0
        self._ramps: list[Ramp] = []

    def shift(self, now_s: float, amount: float, over_s: float, for_s: float | None) -> None:
        """Add `amount` over `over_s` seconds; with `for_s`, take it back equally slowly after so long.

        Raises:
            ValueError: a time is negative, or too many changes run at once.
        """
        if over_s < 0.0 or (for_s is not None and for_s < 0.0):
            raise ValueError("over_s and for_s must not be negative")
        if len(self._ramps) + 2 > MAX_RAMPS:
            raise ValueError(f"more than {MAX_RAMPS} changes at once")
        self._ramps.append(Ramp(now_s, over_s, amount))
        if for_s is not None:
            self._ramps.append(Ramp(now_s + for_s, over_s, -amount))

    def at(self, now_s: float) -> float:
        """Return the sum at `now_s`; time must not run backwards between calls."""
        if not self._ramps:  # nearly always: a body asks several times in every step
            return self._settled
        over = [ramp for ramp in self._ramps if ramp.is_over(now_s)]
        if over:
            self._settled += sum(ramp.amount for ramp in over)
            self._ramps = [ramp for ramp in self._ramps if not ramp.is_over(now_s)]
        return self._settled + sum(ramp.at(now_s) for ramp in self._ramps)
