"""Everything a decision can ask the edges to do, as frozen imperatives.

Theory of operation. `decide` returns these in the order in which they are to be performed; a halt, when there is
one, comes first. An action is absolute (repeating it does no harm) and carries all that the edge needs. None of
them waits: an action whose effect matters comes back as an event (`PumpCommandEnded`, `IntentRecorded`).
"""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from drivers.contract import Approval, PumpCommand
from interlocks.vocabulary import Demand, Priority, Sample, Stamp
from pumpd.core.order import Refusal


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
    """Tell the person who asked; `problems`: of an order that was refused, each with the field to look at."""

    request_id: str
    stage: Stage
    reasons: tuple[str, ...] = ()
    problems: tuple[Refusal, ...] = ()
    kind: Literal["answer"] = "answer"


@dataclass(frozen=True, slots=True, kw_only=True)
class RequestReading:
    """Ask the monitor for a cuff reading now; `reason` is a rule or a person."""

    reason: str
    kind: Literal["request_reading"] = "request_reading"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteTrip:
    """A row demands more, or came back after it had been proven clear. A shadow row only says what it would do."""

    rule_id: str
    demand: Demand
    priority: Priority
    reason: str
    evidence: tuple[Sample, ...]
    hazard: str = ""
    is_shadow: bool = False
    kind: Literal["note_trip"] = "note_trip"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAct:
    """Something a reader of the session wants to find: who did what, what the pump did, what was refused."""

    text: str
    by: str = ""
    kind: Literal["note_act"] = "note_act"


class AlarmPhase(StrEnum):
    """What became of an alarm, in the words of IHE's alarm profile (facts/requirements.md 5)."""

    START = "start"
    UPDATE = "update"
    END = "end"


@dataclass(frozen=True, slots=True, kw_only=True)
class NoteAlarm:
    """An alarm began, changed or ended: for the record, for the topics and for a nurse-call system.

    Attributes:
        key: names the cause; one alarm per cause.
        since: when it began, or last worsened or came back.
        members: the rows of that cause in force, first-out first; () for a technical alarm.
        is_present: the condition holds; a latching alarm outlives it until acknowledged.
        escalation: 0; 1: nobody has acknowledged in time; counts on.
    """

    phase: AlarmPhase
    key: str
    priority: Priority
    text: str
    since: Stamp
    members: tuple[str, ...] = ()
    is_present: bool = True
    is_first_out: bool = False
    acknowledged_by: str = ""
    escalation: int = 0
    kind: Literal["note_alarm"] = "note_alarm"


@dataclass(frozen=True, slots=True)
class AlarmSignal:
    """What is to be seen and heard at the bedside now, apart from the words.

    Attributes:
        light: highest priority of all alarms; None: dark.
        sound: highest priority of those that nobody has acknowledged; None: quiet, or audio is paused.
        is_audio_paused: a person asked for quiet; ends by itself.
        has_reminder: something is wrong and nothing sounds: a short reminder at its interval.
        escalation: the highest of all alarms.
    """

    light: Priority | None = None
    sound: Priority | None = None
    is_audio_paused: bool = False
    has_reminder: bool = False
    escalation: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class SignalAlarm:
    """Let bedside sounders and lights show this from now on."""

    signal: AlarmSignal
    kind: Literal["signal_alarm"] = "signal_alarm"


Action = (
    CommandPump
    | ApproveMaximum
    | WriteIntent
    | Answer
    | RequestReading
    | NoteTrip
    | NoteAct
    | NoteAlarm
    | SignalAlarm
)
