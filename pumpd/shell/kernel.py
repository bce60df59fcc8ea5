"""The only caller of `decide`, the only owner of state.

Theory of operation. Edges post events; the kernel decides each at once, carries out the halts, hands the record to the
journal's thread, then carries out the rest. Nothing here waits: a raise waits in the core, as an intent that comes back
as `IntentRecorded` when the journal reports its record durable. Every so often, and whenever a person or a rule changed
something, the whole state is written as a snapshot, so that a restart need not fold from the beginning of time.

A decision that raises is a defect of ours. The channel is then finished for this boot: the pump is halted, and halted
again on every tick, no readback renews its lease, every person is told so, and the other channels go on.
"""

from collections import deque
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Protocol

import structlog

from drivers.contract import Approval, Halt, PumpCommand
from interlocks.vocabulary import Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.decide import decide
from pumpd.core.state import ChannelState, Policy
from pumpd.core.summary import summarise
from pumpd.shell.mailbox import Mailbox, MailboxFullError
from pumpd.shell.record import DECISION, SNAPSHOT, dump_decision, dump_state

log = structlog.get_logger("kernel")

SNAPSHOT_EVERY_MS = 10_000
_PENDING_INTENTS = 64


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
    ) -> None: ...
    def publish_state(self, channel: str) -> None: ...


class Wire(Protocol):
    """The broker, outwards."""

    def request_reading(self, bed: str, reason: str) -> None: ...


@dataclass(slots=True)
class Channel:
    """One pump and one patient."""

    policy: Policy
    pump: Pump
    state: ChannelState = field(default_factory=ChannelState)
    snapshot_link_ms: int = 0
    fault: str = ""


class Kernel:
    """Decides and carries out."""

    def __init__(
        self, channels: Mapping[str, Channel], clock: Timepiece, journal: Recorder, front: Front, wire: Wire
    ) -> None:
        self._channels = channels
        self._clock = clock
        self._journal = journal
        self._front = front
        self._wire = wire
        self._mailbox = Mailbox()
        self._is_deciding = False
        self._intents: deque[tuple[int, str, int]] = deque(maxlen=_PENDING_INTENTS)

    def post(self, channel: str, event: ev.Event) -> None:
        """Decide `event` for a channel now, or right after the decision that is being carried out."""
        try:
            self._mailbox.put(channel, event)
        except MailboxFullError as full:
            self._break(channel, str(full))
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
        while self._intents and self._intents[0][0] <= seq:
            _, channel, intent_id = self._intents.popleft()
            self.post(channel, ev.IntentRecorded(at=self._clock.stamp(), intent_id=intent_id))

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
        if channel.fault:
            self._refuse_broken(channel, event)
            return
        try:
            state, actions = decide(channel.state, event, channel.policy)
        except Exception as defect:  # a defect in the core must end in a halt, whatever it is
            log.critical("decision failed", channel=name, event_kind=event.kind, exc_info=True)
            self._break(name, f"{type(defect).__name__}: {defect}")
            return
        before, channel.state = channel.state, state
        rest = [one for one in actions if not self._halt(channel, one)]
        self._record(name, channel, before, event, actions)
        for action in rest:
            self._perform(name, channel, action)
        if not isinstance(event, ev.Ticked) or state.epoch != before.epoch:
            self._front.publish_state(name)

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
    ) -> None:
        state = channel.state
        matters = state.epoch != before.epoch or any(not isinstance(one, do.CommandPump) for one in actions)
        wall_ms = self._clock.wall_ms()
        body = dump_decision(event, actions)
        seq = self._journal.append(DECISION, event.at, wall_ms, name, body, urgent=matters)
        self._intents.extend((seq, name, one.intent_id) for one in actions if isinstance(one, do.WriteIntent))
        if state.epoch != before.epoch or event.at.link_ms - channel.snapshot_link_ms >= SNAPSHOT_EVERY_MS:
            channel.snapshot_link_ms = event.at.link_ms
            self._journal.append(SNAPSHOT, event.at, wall_ms, name, dump_state(state), urgent=matters)

    def _perform(self, name: str, channel: Channel, action: do.Action) -> None:
        match action:
            case do.CommandPump():
                channel.pump.submit(action.command_id, action.command)
            case do.ApproveMaximum():
                channel.pump.approve(action.approval)
            case do.Answer():
                shown = self.summary(name) if action.stage is not do.Stage.REFUSED else None
                self._front.answer(action.request_id, action.stage.value, action.reasons, shown)
            case do.RequestReading():
                self._wire.request_reading(channel.policy.bed, action.reason)
            case do.NoteTrip():
                log.warning(
                    "trip", channel=name, rule=action.rule_id, demand=action.demand.name, reason=action.reason
                )
            case do.NoteAct():
                log.info("note", channel=name, by=action.by, text=action.text)
            case do.WriteIntent():
                pass  # recorded with its decision; `durable` reports it

    def _break(self, name: str, reason: str) -> None:
        channel = self._channels[name]
        channel.fault = reason
        channel.pump.approve(Approval(0, 0))
        channel.pump.submit(channel.state.delivery.last_id + 1, Halt())

    def _refuse_broken(self, channel: Channel, event: ev.Event) -> None:
        if isinstance(event, ev.Ticked):
            state = channel.state
            number = state.delivery.last_id + 1
            channel.state = replace(state, delivery=replace(state.delivery, last_id=number))
            channel.pump.submit(number, Halt())
        elif isinstance(event, ev.PersonEvent):
            reason = f"internal fault, the pump is being halted: {channel.fault}"
            self._front.answer(event.request_id, do.Stage.REFUSED.value, (reason,))
