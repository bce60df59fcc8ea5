"""What a family's turns are made of: a question, its answer, and how a sequence of them came out.

Theory of operation. A turn is a generator. It yields an `Ask` and is given the `Reply`; it ends with an
`Ending`. It knows nothing of time, framing, retries or other pumps: those belong to `exchange.py` and
`protocol.py`, which may stop a turn between any two asks (a halt does). So a family writes its sequences as
they are read: ask, look at the answer, ask again.

An `Ask` says all that the line must know of a question without understanding it: what its loss would leave
open, whether it changes anything, whether it is the stop. A family sets these when it builds the ask; whether
the finished frame really does no more than that, the gate asks the bytes themselves.
"""

from collections.abc import Generator
from dataclasses import dataclass
from enum import StrEnum
from re import Pattern
from typing import Any, Protocol

from drivers.contract import Identity, Outcome, PumpAlarm, PumpReport


class Risk(StrEnum):
    """What a lost answer to an ask would leave open."""

    NONE = "none"  # a read, or a setting that moves nothing: simply ask again
    DELIVERY = "delivery"  # somebody must say UNKNOWN; never asked again by the line itself
    ADDS_DRUG = "adds_drug"  # as above, and having left it cannot be called not sent


@dataclass(frozen=True, slots=True)
class Ask:
    """One request, without address, and the shape its answer must have.

    Attributes:
        text: the request in the family's words; ASCII, or bytes that `repr` can show.
        shape: what `Reply.text` must match in full; an answer of another shape answers another question.
        risk: what its loss would leave open.
        is_halt: it waits neither for a quiet line nor for a resynchronised one, and goes ahead of every other
            pump's question.
        is_write: it changes something in the pump.
        proves_identity: its answer fits no other question and names the pump.
        takes_unchecked: an answer without the family's check may answer it (the one that turns checks on).
    """

    text: bytes
    shape: Pattern[bytes]
    risk: Risk = Risk.NONE
    is_halt: bool = False
    is_write: bool = False
    proves_identity: bool = False
    takes_unchecked: bool = False


class Reply(Protocol):
    """The least that an answer must say. A family's own class says more, and its turns read that."""

    @property
    def text(self) -> bytes:
        """The answer itself, without address, status and check."""
        ...

    @property
    def error(self) -> str | None:
        """The pump's refusal in its own words: nothing was carried out. None if it did not refuse."""
        ...

    @property
    def alarm(self) -> PumpAlarm | None:
        """The alarm that came with this answer, or in its place."""
        ...


@dataclass(frozen=True, slots=True)
class Ending:
    """How a turn came out. `identity` only from the opening turn."""

    outcome: Outcome
    detail: str
    report: PumpReport | None = None
    identity: Identity | None = None


@dataclass(slots=True)
class Proof:
    """What a turn has already proven, should the rest of it get lost. Its report is told then, too."""

    ending: Ending | None = None


class Refused(Exception):
    """The turn cannot go on; `str()` says why."""


class Unanswered(Exception):
    """Thrown into a halt's turn, which can go on without the answer to what it asked."""


class WrongPump(Exception):
    """Somebody else answers on this line."""


#: What is sent into a turn is a reply of its own family's wire, which is why its type is left to the family.
Turn = Generator[Ask, Any, Ending]
