"""What a person hears at once: accepted, or refused with every reason."""

from pumpd.core.actions import Action, Answer, Stage
from pumpd.core.order import Refusal
from pumpd.core.state import ChannelState

#: To whoever answers a screen that is no longer true.
LOOK_AGAIN = "the situation has changed since that screen was drawn: look again, then {act}"

Acted = tuple[ChannelState, tuple[Action, ...]]


def refused(
    state: ChannelState, request_id: str, reasons: tuple[str, ...], problems: tuple[Refusal, ...] = ()
) -> Acted:
    """Nothing changes."""
    answer = Answer(request_id=request_id, stage=Stage.REFUSED, reasons=reasons, problems=problems)
    return state, (answer,)


def accepted(request_id: str, *notes: str) -> Answer:
    """It is done, or under way; `notes` are for the one who asked."""
    return Answer(request_id=request_id, stage=Stage.ACCEPTED, reasons=notes)
