"""Two channels that name one patient: told when the second is verified, and only one of them runs.

Theory of operation. Each channel is capped by its own order, so two of them on one patient give twice the dose at twice the
rate, and no row of either sees more than its own half (facts/requirements.md 8 and 73). The kernel owns all channels; it
tells each which others have an order for its patient, and in which phase, before anything else is decided. An order is
no flow, so two orders are only told. A session that was begun and is not over keeps every other of that patient from
beginning, also while it is paused, and also when its channel is broken.
"""

from collections.abc import Mapping

from pumpd.core.actions import Action
from pumpd.core.daemon_events import Neighbour, NeighboursChanged
from pumpd.core.replacing import replace
from pumpd.core.session import Phase, Session
from pumpd.core.state import ChannelState

_OPEN = (Phase.ORDERED, Phase.VERIFIED, Phase.INFUSING)


def neighbours_of(sessions: Mapping[str, Session]) -> dict[str, tuple[Neighbour, ...]]:
    """By channel: the others whose order names the same patient and is not over. A channel without one has none."""
    at: dict[str, list[Neighbour]] = {}
    for name, session in sessions.items():
        if session.order is not None and session.phase in _OPEN:
            at.setdefault(session.order.patient, []).append(Neighbour(name, session.phase.value))
    found: dict[str, tuple[Neighbour, ...]] = {}
    for name, session in sessions.items():
        same = at.get(session.order.patient, []) if session.order is not None else []
        is_open = session.phase in _OPEN
        found[name] = tuple(one for one in same if is_open and one.channel != name)
    return found


def changed(state: ChannelState, event: NeighboursChanged) -> tuple[ChannelState, tuple[Action, ...]]:
    """Knowledge only."""
    return replace(state, neighbours=event.neighbours), ()


def told(state: ChannelState) -> tuple[str, ...]:
    """What whoever verifies must know: a sentence for each other channel."""
    patient = "" if state.session.order is None else state.session.order.patient
    return tuple(f"{one.channel} has an order for {patient} as well: {one.phase}" for one in state.neighbours)


def blockers(state: ChannelState) -> tuple[str, ...]:
    """The same patient is being treated on another channel."""
    patient = "" if state.session.order is None else state.session.order.patient
    return tuple(
        f"{one.channel} has a session of {patient} that is not over: stop it there first"
        for one in state.neighbours
        if one.phase == Phase.INFUSING
    )


def shown(state: ChannelState) -> dict[str, str]:
    """A row of the order, where there is something to tell."""
    if not state.neighbours:
        return {}
    return {"same patient on": ", ".join(f"{one.channel}: {one.phase}" for one in state.neighbours)}
