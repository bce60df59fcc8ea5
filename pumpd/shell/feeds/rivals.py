"""Two monitors under one name: who speaks, and when one of them has the name to itself (facts/faults.md row 62).

Theory of operation. A device that restarts brings a new boot and its old one falls silent for good; that is taken as news
of the same device. Where the old boot goes on measuring after the new one was taken, there are two devices, perhaps on two
patients, and nothing in a message says which of them is ours. So neither is believed: both are refused, the bed is told,
delivery pauses, and the row of it wants a person (who takes one of them away, and says so in a note).

What was measured before the new boot came, and was merely late, is no second device: only a stamp later than the instant at
which the new boot was taken counts, with the two seconds by which a device's clock may run ahead. A recording played back
has old stamps and is refused before it comes here.

The name is free again when one of them alone has spoken for a minute. That gives back its values, not the delivery: the row
stays until a person has cleared it.
"""

from dataclasses import dataclass, field
from typing import Final

from interlocks.vocabulary import Stamp

ALONE_AFTER_MS: Final = 60_000  # link time; our choice: sixty missed values of a stream of one a second
MOST_RIVALS: Final = 8  # more under one name are refused all the same; memory stays bounded


@dataclass(frozen=True, slots=True)
class _Heard:
    """The newest word of one boot."""

    link_ms: int
    seq: int


@dataclass(slots=True)
class Rivals:
    """The boots that contend for one name; empty while there is one device."""

    _heard: dict[str, _Heard] = field(default_factory=dict)

    @property
    def are_there(self) -> bool:
        """Neither may be believed."""
        return bool(self._heard)

    def begin(self, current: str, current_seq: int, other: str, seq: int, received: Stamp) -> None:
        """Two are heard: the boot that was believed, and another one that should have fallen silent."""
        self._heard = {current: _Heard(received.link_ms, current_seq), other: _Heard(received.link_ms, seq)}

    def hear(self, boot: str, seq: int, received: Stamp) -> int | None:
        """Take a message while there are rivals.

        Args:
            boot: who speaks.
            seq: its number.
            received: when.

        Returns:
            The number before it, if this boot has the name to itself from now on; else None, and it is refused.
        """
        before = self._heard.get(boot)
        if before is not None and seq <= before.seq:
            return None  # old news proves nobody's life
        self._heard = {
            name: one
            for name, one in self._heard.items()
            if name == boot or received.link_ms - one.link_ms <= ALONE_AFTER_MS
        }
        if before is not None and len(self._heard) == 1:
            self._heard.clear()
            return before.seq
        if before is not None or len(self._heard) < MOST_RIVALS:
            self._heard[boot] = _Heard(received.link_ms, seq)
        return None
