"""Everything pumpd says outwards without being asked: states, alarms, requests, its heartbeat, bedside signals.

Theory of operation. Each kind has its rhythm. A state is looked at every second and said when it tells something new,
and every five seconds in any case, so that a subscriber can take silence for what it is. An alarm is said when it begins,
changes and ends, retained, so that who subscribes later sees what stands; and because a retained word outlives the daemon
that said it, a start says of every alarm that could be standing from an earlier life whether it does: "update" or "end".
The heartbeat is not retained: it is evidence that the control cycle turned a moment ago, and an old one is none.

The outbox behind `publish` never blocks; nothing here waits for a broker or raises on its account.
"""

import asyncio
import json
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Protocol

import structlog

from interlocks.rules import Rule
from interlocks.vocabulary import Priority, Stamp
from pumpd.core import actions as do
from pumpd.core.alarm_conditions import VITALS_LOST
from pumpd.outputs.state_message import NEXT_WITHIN_S, news_of, state_message
from pumpd.shell.bedside.bedside import Bedside
from pumpd.shell.feeds import topics
from pumpd.shell.kernel import FAULT_KEY

log = structlog.get_logger("announce")

STATE_EVERY_S = 1.0
HEARTBEAT_EVERY_S = 5.0
#: Alarms of the technical side; a test compares them with what the core raises.
TECHNICAL_KEYS = (
    *("HALT", "PUMP", "PUMP-ACT", "PUMP-HOLD", "SETUP", "RESTART", "RESTORE", "JOURNAL", "CONFIG"),
    *(
        "NEAR-END",
        "END",
        "ON-HOLD",
        "LISTENER",
        "OBSERVATION",
        "VERIFICATION",
        "DISK",
        "CERTIFICATE",
        FAULT_KEY,
    ),
)

Summary = dict[str, Any]


class Publish(Protocol):
    """Leave a message for the broker."""

    def __call__(self, topic: str, payload: bytes, *, retain: bool = False) -> None: ...


class Timepiece(Protocol):
    """The clock, as far as an announcement needs it."""

    def stamp(self) -> Stamp: ...
    def wall_ms(self) -> int: ...


def possible_keys(rules: Iterable[Rule]) -> tuple[str, ...]:
    """Every alarm that a channel with these rules can raise."""
    causes = (one.cause.replace(" ", "-").lower() for one in rules)
    return tuple(dict.fromkeys((*causes, VITALS_LOST, *TECHNICAL_KEYS)))


class Announcer:
    """The kernel's `Wire` and `Alarms`.

    Args:
        beds: the bed of each channel.
        publish: of the feed.
        bedside: sounders and lights.
        summarise: a channel's summary, from the kernel.
    """

    def __init__(
        self,
        site: str,
        boot: str,
        beds: Mapping[str, str],
        publish: Publish,
        bedside: Bedside,
        clock: Timepiece,
        summarise: Callable[[str], Summary],
    ) -> None:
        self._site = site
        self._boot = boot
        self._beds = beds
        self._publish = publish
        self._bedside = bedside
        self._clock = clock
        self._summarise = summarise
        self._requests = 0
        self._alarms = 0
        self._beats = 0
        self._told: set[tuple[str, str]] = set()
        self._states: dict[str, int] = {}
        self._news: dict[str, tuple[object, float]] = {}

    def summary(self, channel: str) -> Summary:
        """What people are shown: the core's summary, and which sounders work."""
        return {**self._summarise(channel), "sounders": self._bedside.status()}

    # -- what the kernel calls

    def request_reading(self, bed: str, reason: str) -> None:
        """Ask the monitors of a bed for a cuff cycle now."""
        self._requests += 1
        self._say(topics.request(bed), {"v": 1, "want": "nibp", "reason": reason, "seq": self._requests})

    def alarm_changed(self, channel: str, note: do.NoteAlarm) -> None:
        """An alarm began, changed or ended."""
        self._told.add((channel, note.key))
        log.info("alarm", channel=channel, key=note.key, phase=note.phase.value, priority=note.priority.value)
        self._say_alarm(
            channel,
            note.since.ms,
            phase=note.phase.value,
            key=note.key,
            priority=note.priority.value,
            text=note.text,
            members=list(note.members),
            present=note.is_present,
            acknowledged_by=note.acknowledged_by,
            first_out=note.is_first_out,
            escalation=note.escalation,
        )

    def signal_changed(self, channel: str, signal: do.AlarmSignal) -> None:
        """What is to be seen and heard of a channel."""
        self._bedside.show(channel, signal)

    # -- the life of a daemon

    def take_stock(self, channel: str, keys: Iterable[str]) -> None:
        """Say of every alarm that an earlier life may have left standing whether it does."""
        standing = {str(one.get("key", one["rule"])): one for one in self._summarise(channel)["alarms"]}
        now_ms = self._clock.stamp().ms
        for key in dict.fromkeys((*keys, *standing)):
            if (channel, key) in self._told:
                continue  # the start itself has just raised or ended it
            one = standing.get(key)
            self._say_alarm(
                channel,
                now_ms if one is None else int(one["since_ms"]),
                phase=(do.AlarmPhase.END if one is None else do.AlarmPhase.UPDATE).value,
                key=key,
                priority=Priority.LOW.value if one is None else one["priority"],
                text="does not stand at the start of pumpd" if one is None else one["text"],
                members=[] if one is None else list(one.get("members", ())),
                present=False if one is None else one["present"],
                acknowledged_by="" if one is None else one["acknowledged"],
                first_out=False if one is None else one["first_out"],
                escalation=0 if one is None else one.get("escalation", 0),
            )

    async def states(self) -> None:
        """Say every channel's state, for ever: once a second at most, every `NEXT_WITHIN_S` at least."""
        loop = asyncio.get_running_loop()
        while True:
            for name in self._beds:
                self._say_state(name, loop.time())
                await asyncio.sleep(0)  # what has arrived meanwhile goes first: 64 summaries are 20 ms
            await asyncio.sleep(STATE_EVERY_S)

    def _say_state(self, channel: str, now_s: float) -> None:
        body = state_message(self.summary(channel), self._states.get(channel, 0) + 1)
        news = news_of(body)
        told, told_s = self._news.get(channel, (None, 0.0))
        # A look comes a second later at the earliest: the last one before the promise runs out must speak.
        if news == told and now_s - told_s < NEXT_WITHIN_S - STATE_EVERY_S:
            return
        self._states[channel] = body["seq"]
        self._news[channel] = news, now_s
        self._say(topics.state(channel), body, retain=True)

    async def heartbeats(self) -> None:
        """Say that we decide, for ever."""
        while True:
            words: dict[str, str] = {}
            for name in self._beds:
                words[name] = self._summarise(name)["word"]
                await asyncio.sleep(0)
            self._beats += 1
            beat = {"v": 1, "boot": self._boot, "seq": self._beats, "at_wall_ms": self._clock.wall_ms()}
            self._say(topics.heartbeat(self._site), {**beat, "channels": words})
            await asyncio.sleep(HEARTBEAT_EVERY_S)

    def _say_alarm(self, channel: str, since_ms: int, *, key: str, **told: object) -> None:
        self._alarms += 1
        wall_ms = self._clock.wall_ms()
        body = {
            "v": 1,
            "channel": channel,
            "bed": self._beds[channel],
            "boot": self._boot,
            "seq": self._alarms,
            "key": key,
            **told,
            "since_wall_ms": wall_ms - (self._clock.stamp().ms - since_ms),
            "at_wall_ms": wall_ms,
        }
        self._say(topics.alarm(channel, key), body, retain=True)

    def _say(self, topic: str, body: Mapping[str, Any], *, retain: bool = False) -> None:
        self._publish(topic, json.dumps(body).encode(), retain=retain)
