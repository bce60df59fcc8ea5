"""The only caller of `decide`, the only owner of state.

Theory of operation. Edges post events; the kernel decides each at once, carries out the halts, hands the record to the
journal's thread, then carries out the rest. Nothing here waits: a raise waits in the core, as an intent that comes back
as `IntentRecorded` when the journal reports its record durable. Every so often, and whenever a person or a rule changed
something, the whole state is written as a snapshot, so that a restart need not fold from the beginning of time.

A decision that raises, or that cannot be recorded or carried out, is a defect of ours. The channel is then finished for
this boot: the pump is halted, and halted again in rounds with a lease of silence between them, every person is told so, and
the other channels go on.
"""

from collections import deque
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass, field
from typing import Any, Protocol

import structlog

from drivers.contract import Approval, Halt, PumpCommand
from interlocks.vocabulary import Priority, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.daemon_events import NeighboursChanged
from pumpd.core.decide import decide
from pumpd.core.delivery import HALT_ROUND_MS, SILENCE_SLACK_MS
from pumpd.core.neighbours import neighbours_of
from pumpd.core.replacing import replace
from pumpd.core.state import ChannelState, Policy
from pumpd.core.summary import summarise
from pumpd.core.wording import word_of
from pumpd.shell.mailbox import Mailbox, MailboxFullError
from pumpd.shell.record import DECISION, SNAPSHOT, dump_decision, dump_state

log = structlog.get_logger("kernel")

SNAPSHOT_EVERY_MS = 10_000
#: The alarm of a channel that is finished for this boot.
FAULT_KEY = "FAULT"
#: facts/faults.md I8: a stop's record is durable a second after it, or a person is told.
RECORD_WITHIN_MS = 1_000
#: A disk that has taken nothing for so long, although something waits, counts as one that takes nothing any more. Twice the
#: stall that an infusion must live through (facts/faults.md row 86); what happened since would be lost with the daemon.
STALLED_MS = 10_000
#: Raises waiting for the disk: one a channel at most, and there are 64 channels at most.
_PENDING_INTENTS = 64
_PENDING_RECORDS = 64


class Timepiece(Protocol):
    """The clock, as far as the kernel needs it."""

    def stamp(self) -> Stamp: ...
    def wall_ms(self) -> int: ...


class Recorder(Protocol):
    """The journal."""

    def append(
        self, kind: str, at: Stamp, wall_ms: int, channel: str, body: str, *, urgent: bool = False
    ) -> int: ...


class Pump(Protocol):
    """One channel's pump port."""

    def submit(self, command_id: int, command: PumpCommand) -> None: ...
    def approve(self, approval: Approval) -> None: ...


class Front(Protocol):
    """Where people are answered and shown."""

    def answer(
        self,
        request_id: str,
        stage: str,
        reasons: tuple[str, ...] = (),
        state: dict[str, Any] | None = None,
        problems: Sequence[Mapping[str, Any]] = (),
    ) -> None: ...
    def publish_state(self, channel: str, *, is_leisurely: bool = False) -> None: ...


class Wire(Protocol):
    """The broker, outwards."""

    def request_reading(self, bed: str, reason: str) -> None: ...


class Alarms(Protocol):
    """Where alarms are told beyond the summary: topics, sounders, lights. Neither may raise."""

    def alarm_changed(self, channel: str, note: do.NoteAlarm) -> None: ...
    def signal_changed(self, channel: str, signal: do.AlarmSignal) -> None: ...


@dataclass(slots=True)
class Channel:
    """One pump and one patient."""

    policy: Policy
    pump: Pump
    state: ChannelState = field(default_factory=ChannelState)
    snapshot_link_ms: int = 0
    fault: str = ""
    fault_link_ms: int = 0
    cycled: Stamp | None = None
    has_begun: bool = False


class Kernel:
    """Decides and carries out."""

    def __init__(
        self,
        channels: Mapping[str, Channel],
        clock: Timepiece,
        journal: Recorder,
        front: Front,
        wire: Wire,
        alarms: Alarms,
    ) -> None:
        self._channels = channels
        self._clock = clock
        self._journal = journal
        self._front = front
        self._wire = wire
        self._alarms = alarms
        self._mailbox = Mailbox()
        self._is_deciding = False
        self._intents: deque[tuple[int, str, int]] = deque(maxlen=_PENDING_INTENTS)
        self._urgent: deque[tuple[int, int]] = deque(maxlen=_PENDING_RECORDS)
        self._newest_seq = 0
        self._waiting_since_ms: int | None = None
        self._pace = (False, False)

    def post(self, channel: str, event: ev.Event) -> None:
        """Decide `event` for a channel now, or right after the decision that is being carried out."""
        try:
            self._mailbox.put(channel, event)
        except MailboxFullError as full:
            self._overflowed(channel, event, str(full))
        if self._is_deciding:
            return
        self._is_deciding = True
        try:
            while (letter := self._mailbox.take()) is not None:
                self._handle(*letter)
        finally:
            self._is_deciding = False

    def post_all(self, event: ev.Event) -> None:
        """A fact of the whole daemon, for every channel."""
        for name in self._channels:
            self.post(name, event)

    def durable(self, seq: int) -> None:
        """The journal has everything up to `seq` on disk."""
        self._waiting_since_ms = self._clock.stamp().link_ms if seq < self._newest_seq else None
        while self._urgent and self._urgent[0][0] <= seq:
            self._urgent.popleft()
        while self._intents and self._intents[0][0] <= seq:
            _, channel, intent_id = self._intents.popleft()
            self.post(channel, ev.IntentRecorded(at=self._clock.stamp(), intent_id=intent_id))

    def check_pace(self) -> None:
        """Tell every channel when the disk falls behind, when it takes nothing any more, and when that is over.

        Behind: a record that matters has waited for more than a second (I8). Stalled: any record has, and in ten seconds
        not one became durable.
        """
        now = self._clock.stamp()
        is_behind = bool(self._urgent) and now.link_ms - self._urgent[0][1] > RECORD_WITHIN_MS
        waiting_since_ms = self._waiting_since_ms
        is_stalled = waiting_since_ms is not None and now.link_ms - waiting_since_ms > STALLED_MS
        if (is_behind, is_stalled) != self._pace:
            self._pace = (is_behind, is_stalled)
            self.post_all(ev.JournalPaceChanged(at=now, is_behind=is_behind, is_stalled=is_stalled))

    def has_cycled(self, since: Stamp) -> bool:
        """Of every channel a tick since then was decided, recorded and carried out, or its broken channel halted."""
        return all(
            one.cycled is not None and one.cycled.link_ms >= since.link_ms for one in self._channels.values()
        )

    def words(self) -> dict[str, str]:
        """The one word of each channel."""
        return {name: "FAULT" if one.fault else word_of(one.state) for name, one in self._channels.items()}

    def summary(self, channel: str) -> dict[str, Any]:
        """What people are shown."""
        one = self._channels[channel]
        shown = summarise(replace(one.state, now=self._clock.stamp()), one.policy, self._clock.wall_ms())
        if one.fault:
            shown.update(
                word="FAULT", headline=f"Internal fault, pump halted: {one.fault}", next="Call the engineer"
            )
        return shown

    def _handle(self, name: str, event: ev.Event) -> None:
        channel = self._channels[name]
        before = channel.state.session
        if channel.fault:
            self._refuse_broken(channel, event)
        else:
            self._try_to_decide(name, channel, event)
        if isinstance(event, ev.Ticked):
            channel.cycled = event.at
        after = channel.state.session
        if isinstance(event, ev.DaemonStarted):
            channel.has_begun = True
            self._tell_neighbours()
        elif before.phase is not after.phase or before.order is not after.order:
            self._tell_neighbours()

    def _tell_neighbours(self) -> None:
        """Past the mailbox: a start that waits in it must find what this decision has changed elsewhere."""
        sessions = {name: one.state.session for name, one in self._channels.items()}
        for name, found in neighbours_of(sessions).items():
            channel = self._channels[name]
            if channel.has_begun and not channel.fault and channel.state.neighbours != found:
                self._try_to_decide(
                    name, channel, NeighboursChanged(at=self._clock.stamp(), neighbours=found)
                )

    def _try_to_decide(self, name: str, channel: Channel, event: ev.Event) -> None:
        try:
            self._decide(name, channel, event)
        except Exception as defect:  # deciding, recording or carrying out: it ends in a halt, whatever it is
            self._break(channel, f"{type(defect).__name__}: {defect}")
            log.critical("decision failed", channel=name, event_kind=event.kind, exc_info=True)
            self._refuse_person(channel, event)

    def _decide(self, name: str, channel: Channel, event: ev.Event) -> None:
        before = channel.state
        channel.state, actions = decide(before, event, channel.policy)
        rest = [one for one in actions if not self._halt(channel, one)]
        matters = self._record(name, channel, before, event, actions)
        for action in rest:
            if channel.fault and isinstance(action, do.CommandPump | do.ApproveMaximum):
                continue  # broken by what was posted meanwhile: the halt was the last word
            self._perform(name, channel, action)
        if not isinstance(event, ev.Ticked) or channel.state.epoch != before.epoch:
            self._front.publish_state(name, is_leisurely=not matters)

    @staticmethod
    def _halt(channel: Channel, action: do.Action) -> bool:
        """Carry out a halt before anything else is done for this decision, its record included."""
        if isinstance(action, do.CommandPump) and isinstance(action.command, Halt):
            channel.pump.submit(action.command_id, action.command)
            return True
        return False

    def _record(
        self,
        name: str,
        channel: Channel,
        before: ChannelState,
        event: ev.Event,
        actions: tuple[do.Action, ...],
    ) -> bool:
        """Hand the decision to the journal; whether anybody would act upon it."""
        state = channel.state
        matters = state.epoch != before.epoch or any(not isinstance(one, do.CommandPump) for one in actions)
        wall_ms = self._clock.wall_ms()
        body = dump_decision(event, actions)
        seq = self._journal.append(DECISION, event.at, wall_ms, name, body, urgent=matters)
        self._newest_seq = seq
        if self._waiting_since_ms is None:
            self._waiting_since_ms = event.at.link_ms
        if matters and len(self._urgent) < _PENDING_RECORDS:  # the oldest is the one whose age matters
            self._urgent.append((seq, event.at.link_ms))
        self._intents.extend((seq, name, one.intent_id) for one in actions if isinstance(one, do.WriteIntent))
        if state.epoch != before.epoch or event.at.link_ms - channel.snapshot_link_ms >= SNAPSHOT_EVERY_MS:
            channel.snapshot_link_ms = event.at.link_ms
            self._journal.append(SNAPSHOT, event.at, wall_ms, name, dump_state(state), urgent=matters)
        return matters

    def _perform(self, name: str, channel: Channel, action: do.Action) -> None:
        match action:
            case do.CommandPump():
                channel.pump.submit(action.command_id, action.command)
            case do.ApproveMaximum():
                channel.pump.approve(action.approval)
            case do.Answer():
                shown = self.summary(name) if action.stage is not do.Stage.REFUSED else None
                problems = tuple(asdict(one) for one in action.problems)
                self._front.answer(action.request_id, action.stage.value, action.reasons, shown, problems)
            case do.RequestReading():
                self._wire.request_reading(channel.policy.bed, action.reason)
            case do.NoteTrip():
                level = log.info if action.is_shadow else log.warning
                word = "trip in shadow" if action.is_shadow else "trip"
                level(
                    word, channel=name, rule=action.rule_id, demand=action.demand.name, reason=action.reason
                )
            case do.NoteAlarm():
                self._alarms.alarm_changed(name, action)
            case do.SignalAlarm():
                self._alarms.signal_changed(name, action.signal)
            case do.NoteAct():
                log.info("note", channel=name, by=action.by, text=action.text)
            case do.WriteIntent():
                pass  # recorded with its decision; `durable` reports it

    def _overflowed(self, name: str, event: ev.Event, reason: str) -> None:
        channel = self._channels[name]
        if not channel.fault:  # the pump may answer this very halt with more than there is room for
            self._break(channel, reason)
            log.critical("mailbox full", channel=name, event_kind=event.kind, reason=reason)
        self._refuse_person(channel, event)

    def _break(self, channel: Channel, reason: str) -> None:
        channel.fault, channel.fault_link_ms = reason, self._clock.stamp().link_ms
        channel.pump.approve(Approval(0, 0))
        self._halt_broken(channel)
        # No decision will ever raise this one, nor any other on this channel: it sounds until somebody restarts us.
        name, since, text = channel.policy.channel, self._clock.stamp(), f"internal fault: {reason}"
        phase, priority = do.AlarmPhase.START, Priority.HIGH
        self._alarms.alarm_changed(
            name, do.NoteAlarm(phase=phase, key=FAULT_KEY, priority=priority, text=text, since=since)
        )
        self._alarms.signal_changed(name, do.AlarmSignal(light=priority, sound=priority))

    @staticmethod
    def _halt_broken(channel: Channel) -> None:
        state = channel.state
        number = state.delivery.last_id + 1
        channel.state = replace(state, delivery=replace(state.delivery, last_id=number))
        channel.pump.submit(number, Halt())

    def _refuse_broken(self, channel: Channel, event: ev.Event) -> None:
        if isinstance(event, ev.Ticked) and self._is_halting(channel, event.at):
            self._halt_broken(channel)
        self._refuse_person(channel, event)

    @staticmethod
    def _is_halting(channel: Channel, now: Stamp) -> bool:
        """A second of halts, then a lease of silence, for ever: as `delivery` does, and for the same reason."""
        round_ms = HALT_ROUND_MS + channel.policy.lease_ms + SILENCE_SLACK_MS
        return (now.link_ms - channel.fault_link_ms) % round_ms < HALT_ROUND_MS

    def _refuse_person(self, channel: Channel, event: ev.Event) -> None:
        if isinstance(event, ev.PersonEvent):
            reason = f"internal fault, the pump is being halted: {channel.fault}"
            self._front.answer(event.request_id, do.Stage.REFUSED.value, (reason,))
