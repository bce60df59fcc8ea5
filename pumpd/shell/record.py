"""Events, actions and channel states as journal text, and back.

Theory of operation. The journal stores JSON; the core knows only frozen dataclasses. Pydantic's adapters are built from
those very dataclasses, so there is no second schema to keep in step: a new field is in the record the moment it exists.
One record is one decision: the event and the actions it led to. Equal decisions are equal bytes; that is what a
replay compares.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Annotated, Any

from pydantic import ConfigDict, Field, TypeAdapter

from drivers.contract import CounterReading
from pumpd.core.actions import Action
from pumpd.core.events import Event
from pumpd.core.state import ChannelState

#: Kinds of records: what was decided, what a channel was, under which configuration.
DECISION = "decision"
SNAPSHOT = "snapshot"
CONFIGURATION = "configuration"
#: The whole file behind it, once a boot.
CONFIGURATION_FILE = "configuration_file"


@dataclass(frozen=True, slots=True)
class Decision:
    """One decision as recorded."""

    event: Annotated[Event, Field(discriminator="kind")]
    actions: tuple[Annotated[Action, Field(discriminator="kind")], ...]


#: A number that is none is written as what it is; as null it would make the record unreadable (law 9).
_AS_IT_IS = ConfigDict(ser_json_inf_nan="constants")
# An adapter takes a configuration for what is no dataclass itself, hence the None; a record of nothing is refused.
_DECISION: TypeAdapter[Decision | None] = TypeAdapter(Decision | None, config=_AS_IT_IS)
_STATE: TypeAdapter[ChannelState | None] = TypeAdapter(ChannelState | None, config=_AS_IT_IS)


def dump_decision(event: Event, actions: tuple[Action, ...]) -> str:
    """The record of one decision."""
    return _DECISION.dump_json(Decision(event, actions)).decode()


def load_decision(body: str) -> Decision:
    """Read a record back.

    Raises:
        ValueError: not a record of this version.
    """
    decision = _DECISION.validate_json(body)
    if decision is None:
        raise ValueError("no decision in this record")
    return decision


def dump_state(state: ChannelState) -> str:
    """A snapshot."""
    return _STATE.dump_json(state).decode()


def load_state(body: str) -> ChannelState:
    """Read a snapshot back.

    Raises:
        ValueError: it does not describe a channel of this version.
    """
    state = _STATE.validate_json(body)
    if state is None:
        raise ValueError("no channel in this record")
    return state


def counter_in(report: Mapping[str, Any]) -> CounterReading:
    """The volume counter in a pump's report, for who reads records as plain JSON."""
    return CounterReading(report["infused_nl"], report.get("cleared_nl") or 0)
