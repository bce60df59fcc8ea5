"""For how long something has been so without a break: what half of the predicates measure.

Theory of operation. A predicate says when its spell begins and when it is broken, and asks whether it has lasted beyond a
bound. To begin one that is under way changes nothing.
"""


class Spell:
    """One stretch of time; `since_s` is None while there is none."""

    def __init__(self) -> None:
        self.since_s: float | None = None

    def begin(self, t_s: float) -> None:
        """From now on, if not since before."""
        if self.since_s is None:
            self.since_s = t_s

    def end(self) -> None:
        """Not any more."""
        self.since_s = None

    def note(self, t_s: float, is_so: bool) -> None:
        """It is so now, or not."""
        if is_so:
            self.begin(t_s)
        else:
            self.end()

    def beyond(self, t_s: float, bound_s: float) -> float | None:
        """How long it has lasted, s, if that is more than the bound; None: it has not."""
        if self.since_s is None or t_s - self.since_s <= bound_s:
            return None
        return t_s - self.since_s
