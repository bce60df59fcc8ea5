"""A turn and whose it is: what may truthfully be said of it if it ends before its end.

Theory of operation. Two facts decide that, and they are noted as the frames leave: whether anything was
written at all, and whether anything that can add drug was. A turn cut short by a halt had no effect on the
patient unless the second is true; one cut short by a lost line was "not sent" only if the first is false.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.contract import Outcome, PumpCommand
from drivers.line.turns import Ask, Proof, Risk, Turn


@dataclass(slots=True)
class Job:
    """One turn under way or waiting, with the commands that end with it."""

    command: PumpCommand | None  # None: the opening
    steps: Turn
    ids: list[int] = field(default_factory=list)
    proof: Proof = field(default_factory=Proof)
    ask: Ask | None = None
    is_own: bool = False  # nobody submitted it: the readback that follows a loss or an alarm
    has_written: bool = False
    has_added: bool = False

    @classmethod
    def proving(
        cls, command: PumpCommand, turn: Callable[[Proof], Turn], ids: list[int] | None = None
    ) -> "Job":
        """A turn that can say in passing what it has proven already."""
        proof = Proof()
        return cls(command, turn(proof), ids or [], proof)

    def note_left(self, *, was_declined: bool = False) -> None:
        """The ask in hand was on the wire. `was_declined`: and the pump has said that it did not do it."""
        if self.ask is not None:
            self.has_written |= self.ask.is_write
            self.has_added |= self.ask.risk is Risk.ADDS_DRUG and not was_declined

    @property
    def unproven(self) -> Outcome:
        """What can truthfully be said when the rest of the turn is lost."""
        return Outcome.UNKNOWN if self.has_written else Outcome.NOT_SENT

    @property
    def refused(self) -> Outcome:
        """A refusal changed nothing, unless a frame that adds drug was answered before it."""
        return Outcome.UNKNOWN if self.has_added else Outcome.REFUSED
