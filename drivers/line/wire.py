"""What the exchange must be told of a family's bytes. A family implements `Wire`; the line implements the
discipline.

Theory of operation. Everything here is pure and belongs to one opening of one port: a `Wire` is made anew
each time, so that no half frame and no unit learned from another pump outlives the line it came from. It cuts
the stream, says of each piece whose it is, and reads back what an outgoing frame would do. When to ask, how
long to wait and what to believe is never its business.
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Protocol

from drivers.gate import Effect
from drivers.line.turns import Ask, Reply


class Verdict(StrEnum):
    """Whose a piece of the stream is."""

    OURS = "ours"  # from our pump
    UNREAD = "unread"  # from our pump: it could not read what we sent and did nothing; say it again
    FOREIGN = "foreign"  # another pump's
    ECHO = "echo"  # our own question, come back
    NOISE = "noise"  # nothing that this family says


@dataclass(frozen=True, slots=True)
class Heard:
    """One piece of the stream. `reply` stands with OURS and UNREAD; `is_checked`: its check was there and good.

    A family whose wire has no check says True: that doubt is the shape's to settle.
    """

    verdict: Verdict
    reply: Reply | None = None
    is_checked: bool = True


class Wire(Protocol):
    """One family's bytes on one open port."""

    @property
    def identity_ask(self) -> Ask:
        """The question that ends a doubt: its answer fits no other question (`proves_identity` is set)."""
        ...

    @property
    def alarm_eats(self) -> bool:
        """An alarm stands in place of the answer, and the question was not carried out.

        False: the alarm comes with an answer that counts.
        """
        ...

    @property
    def sends_unasked(self) -> bool:
        """The pump may speak without having been asked; then an alarm leaves doubt about what answered what."""
        ...

    @property
    def gap_ms(self) -> int:
        """Link ms of silence the pump needs between its answer and any next question, a halt included. Mostly 0."""
        ...

    def frame(self, ask: Ask) -> bytes:
        """The bytes of this question, with address and check."""
        ...

    def effect(self, frame: bytes) -> Effect:
        """What these very bytes would do if the pump obeyed, by code that shares nothing with `frame`."""
        ...

    def sent(self, ask: Ask, frame: bytes, effect: Effect) -> None:
        """The frame has passed the gate and leaves: remember it (echoes), forget units that it changes."""
        ...

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        """Bytes that arrived at link time `now` (ms), cut into whole pieces. Holds a bounded rest; never raises."""
        ...

    def clear(self) -> None:
        """An answer stayed away: drop the partial piece."""
        ...

    def fits(self, ask: Ask, reply: Reply) -> bool:
        """This can be the answer to that question, a refusal included."""
        ...

    def learn(self, ask: Ask, reply: Reply) -> None:
        """This was the answer to that question; note what it says about units."""
        ...

    def identity(self, reply: Reply) -> bytes:
        """What in the answer to `identity_ask` stays the same as long as the same pump answers."""
        ...
