"""The volume limit that the pump does not have: kept here, and carried out at the caller's polls.

Theory of operation. No public word sets a volume to be infused, so a `Run`'s limit cannot be put into the pump
and cannot be read back from it. It is kept on this side instead, honestly weaker: the counter is read once just
before the start, and from then on every poll that finds the counter within reach of the end halts the pump. Within
reach means: its last digit may hide one step, and until the next poll has come and its stop has been obeyed, the
pump goes on for `AHEAD_MS` at its rate. So the pump rests a little short of the limit, not beyond it. A counter
that has fallen cannot be reckoned with, and halts the pump as well.

It holds only while the caller polls. A caller that has gone leaves the pump's own watchdog, 15 s.

The gate wants a volume before a start, and rightly. No frame of ours sets one, so the start itself says it: the effect
of INF_START carries `volume_nl`, the number after which this limit, already begun, will halt the pump. A start with
none begun, or with more than is approved, does not pass.
"""

from drivers.alaris.codec import Counter

#: Two polls of 250 ms: one may be lost.
AHEAD_MS = 500
_MS_PER_H = 3_600_000


def reach_nl(counter_step_nl: int, rate_nl_h: int) -> int:
    """How far before the end the pump is halted, nl."""
    return counter_step_nl + -(-rate_nl_h * AHEAD_MS // _MS_PER_H)


class HostLimit:
    """The limit of the run under way, of one pump. Volumes are nl."""

    def __init__(self) -> None:
        self._volume_nl: int | None = None
        self._ends_at_nl = 0
        self._read_nl = 0

    @property
    def volume_nl(self) -> int | None:
        """How much the run under way may give from where it was begun; None: no limit is in force."""
        return self._volume_nl

    @property
    def is_in_force(self) -> bool:
        """The run under way was started here, and is halted at its limit."""
        return self._volume_nl is not None

    def begin(self, counter: Counter, volume_nl: int) -> None:
        """Count this volume from here."""
        self._volume_nl = volume_nl
        self._ends_at_nl = counter.value_nl + volume_nl
        self._read_nl = counter.value_nl

    def lift(self) -> None:
        """The pump stands: whoever starts it next, it is not this run."""
        self._volume_nl = None

    def reason_to_halt(self, counter: Counter, rate_nl_h: int) -> str | None:
        """Why this reading of the counter ends the run, at this rate (nl/h); None: it may go on."""
        if self._volume_nl is None:
            return None
        if counter.value_nl < self._read_nl:
            return f"the counter fell from {self._read_nl} to {counter.value_nl} nl"
        self._read_nl = counter.value_nl
        if counter.value_nl + reach_nl(counter.step_nl, rate_nl_h) < self._ends_at_nl:
            return None
        return f"the counter reads {counter.value_nl} nl, and the limit is at {self._ends_at_nl} nl"
