"""Everything a decision can ask the edges to do, as frozen imperatives.

Theory of operation. `decide` returns these in the order in which they are to be performed; a halt, when there is
one, comes first. An action is absolute (repeating it does no harm) and carries all that the edge needs. None of
them waits: an action whose effect matters comes back as an event (`PumpCommandEnded`, `IntentRecorded`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from drivers.contract import Approval, PumpCommand
from interlocks.vocabulary import Demand, Priority, Sample


@dataclass(frozen=True, slots=True, kw_only=True)
class CommandPump:
    """Put this command on the wire, or in line for it."""

    command_id: int
    command: PumpCommand
    kind: Literal["command_pump"] = "command_pump"


@dataclass(frozen=True, slots=True, kw_only=True)
class ApproveMaximum:
    """Tell the gate what two persons have approved; (0, 0) closes it."""

    approval: Approval
    kind: Literal["approve_maximum"] = "approve_maximum"


@dataclass(frozen=True, slots=True, kw_only=True)
class WriteIntent:
    """Make the intent to raise delivery durable, then report `IntentRecorded`."""

    intent_id: int
    rate_nl_h: int
    volume_nl: int
    by: str
    kind: Literal["write_intent"] = "write_intent"


class Stage(StrEnum):
    """Where a person's request stands."""

    ACCEPTED = "accepted"
    REFUSED = "refused"
    CONFIRMED = "confirmed"
    NOT_CONFIRMED = "not_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """Tell the person who asked."""

    request_id: str
    stage: Stage
    reasons: tuple[str, ...] = ()
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReading:
    """Ask the monitor for a cuff reading now; `reason` is a rule or a person."""

    reason: str
    kind: Literal["request_reading"] = "request_reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTrip:
    """A rule's demand rose: for the record, the report and the bench."""

    rule_id: str
    demand: Demand
    priority: Priority
    reason: str
    evidence: tuple[Sample, ...]
    kind: Literal["note_trip"] = "note_trip"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAct:
    """Something a reader of the session wants to find: who did what, what the pump did, what was refused."""

    text: str
    by: str = ""
    kind: Literal["note_act"] = "note_act"


Action = CommandPump | ApproveMaximum | WriteIntent | Answer | RequestReading | NoteTrip | NoteAct
