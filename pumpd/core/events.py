"""Everything that can happen to a channel, as frozen facts.

Theory of operation. The edges (feeds, pump port, console, journal, ticker) translate what they see into one of
these, stamp it on both monotonic clocks and post it. Nothing else ever changes a channel's state, so the list
below is the complete list of causes, and a journal of them replays to the same actions, byte for byte. Names are
past tense: an event is never an order to the core, only a report that something happened or that a person asked.

`kind` discriminates the union in the journal. Every act of a person carries the request it answers, who acted,
and the roles the console found that person to have.
"""

from dataclasses import dataclass
from typing import Literal

from drivers.contract import Identity, Outcome, PumpReport
from interlocks.vocabulary import Sample, Signal, Stamp
from pumpd.core.clinic.care_events import CareEvent
from pumpd.core.daemon_events import DaemonEvent


@dataclass(frozen=True, slots=True, kw_only=True)
class Ticked:
    """The control cycle's own heartbeat; drives every deadline as a comparison."""

    at: Stamp
    kind: Literal["ticked"] = "ticked"


@dataclass(frozen=True, slots=True, kw_only=True)
class DaemonStarted:
    """First event of every boot: both clocks begin anew, nothing is known of the pump, nobody may assume anything.

    `restore_problem`: why the journal's memory of this channel could not be used; "" when it could. `configuration`:
    hash of what is in force; `configuration_changes`: against what this channel's session was begun under, in words.
    """

    at: Stamp
    boot: str
    wall_ms: int
    restore_problem: str = ""
    configuration: str = ""
    configuration_changes: str = ""
    kind: Literal["daemon_started"] = "daemon_started"


@dataclass(frozen=True, slots=True, kw_only=True)
class SamplesArrived:
    """Parsed, bound, plausible, new measurements of this channel's patient or line.

    `cuff_active`: a cuff cycle has begun (True) or ended (False); None: the message did not speak of it.
    """

    at: Stamp
    samples: tuple[Sample, ...]
    cuff_active: bool | None = None
    kind: Literal["samples_arrived"] = "samples_arrived"


@dataclass(frozen=True, slots=True, kw_only=True)
class SampleRefused:
    """A message was refused; the old sample stays and goes stale. `reason` is a feed's reject reason.

    `signals`: what it would have carried; `in_a_row`: the longest run of refused readings among them.
    """

    at: Stamp
    device: str
    reason: str
    detail: str
    signals: tuple[Signal, ...] = ()
    in_a_row: int = 0
    kind: Literal["sample_refused"] = "sample_refused"


@dataclass(frozen=True, slots=True, kw_only=True)
class FeedLinkChanged:
    """The session with the broker came or went."""

    at: Stamp
    is_up: bool
    reason: str
    kind: Literal["feed_link_changed"] = "feed_link_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class MonitorSpoke:
    """A monitor's own status topic: online, or its last will."""

    at: Stamp
    device: str
    is_online: bool
    kind: Literal["monitor_spoke"] = "monitor_spoke"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpLinkUp:
    """The bound pump answers."""

    at: Stamp
    identity: Identity
    kind: Literal["pump_link_up"] = "pump_link_up"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpLinkDown:
    """Nothing can be said about the pump."""

    at: Stamp
    reason: str
    is_wrong_pump: bool
    kind: Literal["pump_link_down"] = "pump_link_down"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpReported:
    """A believed readback."""

    at: Stamp
    report: PumpReport
    kind: Literal["pump_reported"] = "pump_reported"


@dataclass(frozen=True, slots=True, kw_only=True)
class PumpCommandEnded:
    """A command came to one of its four outcomes."""

    at: Stamp
    command_id: int
    outcome: Outcome
    detail: str
    kind: Literal["pump_command_ended"] = "pump_command_ended"


@dataclass(frozen=True, slots=True, kw_only=True)
class IntentRecorded:
    """The journal has the intent to raise delivery on disk."""

    at: Stamp
    intent_id: int
    kind: Literal["intent_recorded"] = "intent_recorded"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalFailed:
    """The record is broken; latched until a restart on a sound disk."""

    at: Stamp
    reason: str
    kind: Literal["journal_failed"] = "journal_failed"


@dataclass(frozen=True, slots=True, kw_only=True)
class JournalPaceChanged:
    """The disk's pace: a record that matters has waited for more than a second; none at all was taken for ten."""

    at: Stamp
    is_behind: bool
    is_stalled: bool = False
    kind: Literal["journal_pace_changed"] = "journal_pace_changed"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderEntered:
    """A prescriber or nurse entered an order; `fields` are the raw decimal strings, in the order given.

    Of a clinic's course: `wall_ms`, unix ms, and `past_wall_ms`, when this patient's sessions before were started.
    """

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    fields: tuple[tuple[str, str], ...]
    accept_soft: tuple[str, ...]
    wall_ms: int = 0
    past_wall_ms: tuple[int, ...] = ()
    kind: Literal["order_entered"] = "order_entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class OrderVerified:
    """A second person has seen the derived numbers and agrees; `epoch` is the state that person was looking at."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    kind: Literal["order_verified"] = "order_verified"


@dataclass(frozen=True, slots=True, kw_only=True)
class StartPressed:
    """A nurse accepts the baseline shown and wants the infusion to begin; `epoch` is the state she was looking at.

    Of a clinic's course: `accept_soft`, codes of soft limits; the rest as of `OrderEntered`.
    """

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    accept_soft: tuple[str, ...] = ()
    wall_ms: int = 0
    past_wall_ms: tuple[int, ...] = ()
    kind: Literal["start_pressed"] = "start_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class PausePressed:
    """Anybody at all wants the motor to stand still."""

    at: Stamp
    request_id: str
    by: str
    kind: Literal["pause_pressed"] = "pause_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ResumePressed:
    """A nurse wants delivery to go on; `epoch` is the state that person was looking at."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    kind: Literal["resume_pressed"] = "resume_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class StopPressed:
    """The session is to end; the rest of the dose is void."""

    at: Stamp
    request_id: str
    by: str
    kind: Literal["stop_pressed"] = "stop_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AlarmAcknowledged:
    """A person has seen an alarm (`rule` empty: all of them); `note` is what that person wrote, "" for nothing."""

    at: Stamp
    request_id: str
    by: str
    rule: str
    note: str = ""
    kind: Literal["alarm_acknowledged"] = "alarm_acknowledged"


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingWanted:
    """A person wants a cuff reading now."""

    at: Stamp
    request_id: str
    by: str
    kind: Literal["reading_wanted"] = "reading_wanted"


@dataclass(frozen=True, slots=True, kw_only=True)
class ScoreEntered:
    """A person at the chair looked and wrote down a score; `scale` is one of the signals people enter."""

    at: Stamp
    request_id: str
    by: str
    scale: Signal
    value: int
    kind: Literal["score_entered"] = "score_entered"


@dataclass(frozen=True, slots=True, kw_only=True)
class PresenceConfirmed:
    """Somebody is at the chair."""

    at: Stamp
    request_id: str
    by: str
    kind: Literal["presence_confirmed"] = "presence_confirmed"


@dataclass(frozen=True, slots=True, kw_only=True)
class RestorePressed:
    """A nurse wants the prescribed rate back; `epoch` is the state that person was looking at."""

    at: Stamp
    request_id: str
    by: str
    roles: tuple[str, ...]
    epoch: int
    kind: Literal["restore_pressed"] = "restore_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class AudioPausePressed:
    """Somebody wants quiet for two minutes, to think; lights and words stay."""

    at: Stamp
    request_id: str
    by: str
    kind: Literal["audio_pause_pressed"] = "audio_pause_pressed"


@dataclass(frozen=True, slots=True, kw_only=True)
class ListenerSpoke:
    """A panel or sounder says that it can be seen or heard at this moment."""

    at: Stamp
    listener: str
    kind: Literal["listener_spoke"] = "listener_spoke"


PersonEvent = (
    OrderEntered
    | OrderVerified
    | StartPressed
    | PausePressed
    | ResumePressed
    | StopPressed
    | AlarmAcknowledged
    | ReadingWanted
    | ScoreEntered
    | PresenceConfirmed
    | RestorePressed
    | AudioPausePressed
    | CareEvent
)

Event = (
    Ticked
    | DaemonStarted
    | SamplesArrived
    | SampleRefused
    | FeedLinkChanged
    | MonitorSpoke
    | PumpLinkUp
    | PumpLinkDown
    | PumpReported
    | PumpCommandEnded
    | IntentRecorded
    | JournalFailed
    | JournalPaceChanged
    | DaemonEvent
    | ListenerSpoke
    | PersonEvent
)
