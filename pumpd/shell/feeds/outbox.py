"""What waits to be published: bounded, never blocking, the newest word for a retained topic.

Theory of operation. A broker that is away must never slow the daemon, and a message for *now* must not be
spoken later. So retained topics keep exactly one payload, the newest, and repeat it after every new
session, because a broker that restarted without a disk has forgotten it. What is new goes ahead of what is
only said again: with 64 channels a repetition is thousands of messages, and an alarm must not wait behind
them. Everything else queues in a short
line that drops its oldest when full, and is dropped when it waited longer than `MAX_WAIT_MS` of link time:
a request to measure now is asked again by whoever still wants it. A message leaves only when the broker has
acknowledged it, so one may arrive twice and both sides must tolerate that.
"""

from collections import deque
from dataclasses import dataclass
from typing import Final

MAX_WAITING: Final = 64
#: 64 channels with a state and 40 alarms each are 2 624; at 600 bytes for an alarm and 2 KiB for a state that is
#: about 2 MB, and this bound keeps it there.
MAX_RETAINED: Final = 4_096
MAX_WAIT_MS: Final = 5_000


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One message to publish, and the link time at which it was put here, ms."""

    topic: str
    payload: bytes
    is_retained: bool
    qos: int
    put_link_ms: int


class Outbox:
    """Two bounded stores and what was dropped from them."""

    def __init__(self) -> None:
        self._waiting: deque[Outgoing] = deque()
        self._retained: dict[str, Outgoing] = {}
        self._unsent: dict[str, None] = {}
        self._again: dict[str, None] = {}
        self._had_session = False
        self.dropped = 0

    @property
    def depth(self) -> int:
        """How many messages wait to be said; what is only said again is not counted."""
        return len(self._waiting) + len(self._unsent)

    def put(self, message: Outgoing) -> None:
        """Take a message. If full, drops the oldest waiting one, or a retained topic too many; counts both.

        Raises:
            ValueError: the topic is empty or a filter, or the quality of service is not 0 or 1.
        """
        if not message.topic or any(character in "+#\0" for character in message.topic):
            raise ValueError(f"not a topic to publish on: {message.topic!r}")
        if message.qos not in (0, 1):
            raise ValueError(f"quality of service {message.qos} is not 0 or 1")
        if message.is_retained:
            if message.topic not in self._retained and len(self._retained) >= MAX_RETAINED:
                self.dropped += 1
                return
            self._retained[message.topic] = message
            self._again.pop(message.topic, None)
            self._unsent[message.topic] = None
            return
        if len(self._waiting) >= MAX_WAITING:
            self._waiting.popleft()
            self.dropped += 1
        self._waiting.append(message)

    def new_session(self) -> None:
        """Say every retained word again; what was put before the first session is an inventory, and no news."""
        if not self._had_session:
            self._had_session = True
            self._unsent = {}
        self._again = {topic: None for topic in self._retained if topic not in self._unsent}

    def next(self, now_link_ms: int) -> Outgoing | None:
        """The message to send next, left in place; None: nothing to send. Requests first, news, repetitions."""
        while self._waiting and now_link_ms - self._waiting[0].put_link_ms > MAX_WAIT_MS:
            self._waiting.popleft()
            self.dropped += 1
        if self._waiting:
            return self._waiting[0]
        topic = next(iter(self._unsent), None) or next(iter(self._again), None)
        return None if topic is None else self._retained[topic]

    def sent(self, message: Outgoing) -> None:
        """The broker has it. A retained topic that got a newer word meanwhile stays to be sent."""
        if not message.is_retained:
            if self._waiting and self._waiting[0] is message:
                self._waiting.popleft()
        elif self._retained.get(message.topic) is message:
            self._unsent.pop(message.topic, None)
            self._again.pop(message.topic, None)
