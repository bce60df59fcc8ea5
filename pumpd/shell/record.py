"""Events, actions and channel states as journal text, and back.

Theory of operation. The journal stores JSON; the core knows only frozen dataclasses. Pydantic's adapters are built from
those very dataclasses, so there is no second schema to keep in step: a new field is in the record the moment it exists.
One record is one decision: the event and the actions it led to. Equal decisions are equal bytes; that is what a
replay compares.
"""

from dataclasses import dataclass
from typing import Annotated

from pydantic import Field, TypeAdapter

from pumpd.core.actions import Action
from pumpd.core.events import Event
from pumpd.core.state import ChannelState

#: Kinds of records: what was decided, what a channel was, under which configuration.
DECISION = "decision"
SNAPSHOT = "snapshot"
CONFIGURATION = "configuration"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as recorded."""

    event: Annotated[Event, Field(discriminator="kind")]
    actions: tuple[Annotated[Action, Field(discriminator="kind")], ...]


_DECISION: TypeAdapter[Decision] = TypeAdapter(Decision)
_STATE: TypeAdapter[ChannelState] = TypeAdapter(ChannelState)


def dump_decision(event: Event, actions: tuple[Action, ...]) -> str:
    """The record of one decision."""
    return _DECISION.dump_json(Decision(event, actions)).decode()


def load_decision(body: str) -> Decision:
    """Read a record back.

    Raises:
        ValueError: not a record of this version.
    """
    return _DECISION.validate_json(body)


def dump_state(state: ChannelState) -> str:
    """A snapshot."""
    return _STATE.dump_json(state).decode()


def load_state(body: str) -> ChannelState:
    """Read a snapshot back.

    Raises:
        ValueError: it does not describe a channel of this version.
    """
    return _STATE.validate_json(body)
