"""A turn and whose it is: what may truthfully be said of it if it ends before its end.

Theory of operation. Two facts decide that, and they are noted as the frames leave: whether anything was
written at all, and whether anything that can add drug was. A turn cut short by a halt had no effect on the
patient unless the second is true; one cut short by a lost line was "not sent" only if the first is false.

A halt's turn is not cut short so soon. Until a readback has said that the pump stands, whatever stays unanswered in
it, the stop is said again in its place (facts/faults.md I10). Only the fourth time the turn goes on to the readback
all the same, since a pump may obey and not be heard to say so (row 1); after the fifth there has been nothing for a
second, and whoever asked is told.
"""

from collections.abc import Callable
from dataclasses import dataclass, field

from drivers.contract import Halt, Outcome, PumpCommand
from drivers.line.turns import Ask, Proof, Risk, Turn, Unanswered

LOSSES_TO_READ_BACK = 4
LOSSES_TO_END = 5


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
    losses: int = 0  # of a halt's answers

    @classmethod
    def proving(
        cls, command: PumpCommand, turn: Callable[[Proof], Turn], ids: list[int] | None = None
    ) -> "Job":
        """A turn that can say in passing what it has proven already."""
        proof = Proof()
        return cls(command, turn(proof), ids or [], proof)

    @classmethod
    def opening(cls, turn: Turn, halt: Callable[[Proof], Turn] | None) -> "Job":
        """The line's first turn. `halt`: one that is owed goes first, where nothing but a stop ends this pump."""
        return cls(None, turn if halt is None else _stop_and_open(next(halt(Proof())), turn))

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

    @property
    def says_stop_again(self) -> bool:
        """It is a halt, nothing is proven yet, and an answer of it that was lost does not end it."""
        is_open = isinstance(self.command, Halt) and self.proof.ending is None
        return is_open and self.losses < LOSSES_TO_END - 1

    def after_loss(self, halt: Callable[[Proof], Turn]) -> Ask:
        """What a halt's turn asks instead of what it has lost. Raises what a turn raises."""
        self.losses += 1
        if self.ask is None or not self.ask.is_halt:
            self.steps.close()
            self.steps = halt(self.proof)
            return next(self.steps)
        if self.losses < LOSSES_TO_READ_BACK:
            return self.ask
        asked: Ask = self.steps.throw(Unanswered())
        return asked


def _stop_and_open(stop: Ask, opening: Turn) -> Turn:
    """Say stop before who is there is asked; one that is not heard to answer may obey all the same."""
    for _ in range(LOSSES_TO_READ_BACK):
        try:
            yield stop
        except Unanswered:
            continue
        break
    return (yield from opening)
