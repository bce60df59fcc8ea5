"""A broker in memory: one daemon, the devices of a bed, retained messages, and everything that can befall a broker.

Theory of operation. What the devices say is delivered in order after a moment; what is retained is said again to whoever
subscribes later. The daemon's session is told to it (`link`), as its own client would. A broker that is down loses
what is said and ends the session; one that is frozen takes everything, delivers nothing, and the session is only seen to
have ended after twice the keepalive (facts/faults.md F7).
"""

import asyncio
from collections.abc import Callable
from functools import lru_cache

from hil_sim.bench.line import AFTER_S
from hil_sim.bench.seat import Seat

KEEPALIVE_NOTICED_S = 8.0  # twice the default of 4 s
LATENCY_S = 0.001
BACK_AFTER_S = 0.4


def matches(pattern: str, topic: str) -> bool:
    """Whether an MQTT subscription with wildcards takes this topic."""
    wanted, given = pattern.split("/"), topic.split("/")
    for index, level in enumerate(wanted):
        if level == "#":
            return True
        if index >= len(given) or level not in ("+", given[index]):
            return False
    return len(wanted) == len(given)


@lru_cache(maxsize=256)
def _takes(patterns: tuple[str, ...], topic: str) -> bool:
    """Whether one of the subscriptions takes this topic. A bed has a handful of topics and says them all day."""
    return any(matches(pattern, topic) for pattern in patterns)


class Bus:
    """The broker.

    Args:
        on_said: hears what the daemon publishes: topic, payload.
        chance: a number in 0..1 from the seed.
    """

    def __init__(self, on_said: Callable[[str, bytes], None], chance: Callable[[], float]) -> None:
        self._on_said = on_said
        self._chance = chance
        self._retained: dict[str, bytes] = {}
        self._daemon: Seat | None = None
        self._is_subscribed = False
        self._order_s = 0.0
        self.is_down = False
        self.is_frozen = False
        #: Messages of the devices are delivered so many times, and each so much later, s.
        self.copies = 1
        self.delay_s = 0.0
        #: Devices that are not there: what is said in their names reaches nobody.
        self.gone: frozenset[str] = frozenset()
        self.delivered = 0
        #: Hear what reaches the daemon: topic, whether it was retained.
        self.heard_watchers: list[Callable[[str, bool], None]] = []

    def join(self, daemon: Seat) -> None:
        """A life of the daemon begins; its session follows when the broker is there."""
        self._daemon = daemon
        self._is_subscribed = False
        self._later(BACK_AFTER_S * (0.25 + self._chance()), self._subscribe, daemon)

    def leave(self) -> None:
        """It has ended, or died."""
        self._daemon = None
        self._is_subscribed = False

    def say(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """A device publishes."""
        if self.is_down or (topic.startswith("pumpd/v1/vitals/") and topic.rpartition("/")[2] in self.gone):
            return
        if retain:
            self._retained[topic] = payload
        for copy in range(self.copies):
            loop = asyncio.get_running_loop()
            wait_s = LATENCY_S * (0.5 + self._chance()) + self.delay_s + copy * 0.05
            self._order_s = max(loop.time() + wait_s, self._order_s + AFTER_S)
            loop.call_at(self._order_s, self._deliver, self._daemon, topic, payload, False)

    def said(self, topic: str, payload: bytes, retain: bool) -> None:
        """The daemon publishes."""
        if self.is_down or self.is_frozen:
            return
        if retain:
            self._retained[topic] = payload
        self._on_said(topic, payload)

    def go_down(self) -> None:
        """The broker ends: the session is seen to end at once."""
        self.is_down = True
        self._end_session("connection reset")

    def come_back(self) -> None:
        """The broker is there again, and the daemon finds it a moment later."""
        self.is_down = self.is_frozen = False
        if self._daemon is not None and not self._is_subscribed:
            self._later(BACK_AFTER_S * (0.5 + self._chance()), self._subscribe, self._daemon)

    def freeze(self) -> None:
        """The broker takes everything and answers nothing."""
        self.is_frozen = True
        self._later(KEEPALIVE_NOTICED_S, self._notice_frozen, self._daemon)

    def _notice_frozen(self, daemon: Seat | None) -> None:
        if self.is_frozen and daemon is self._daemon:
            self._end_session("no answer to a ping")

    def _end_session(self, reason: str) -> None:
        if self._daemon is not None and self._is_subscribed:
            self._is_subscribed = False
            self._daemon.link(False, reason)

    def _subscribe(self, daemon: Seat) -> None:
        if daemon is not self._daemon or self._is_subscribed or self.is_down or self.is_frozen:
            return
        self._is_subscribed = True
        daemon.link(True, "subscribed")
        for topic, payload in list(self._retained.items()):
            self._deliver(daemon, topic, payload, True)

    def _deliver(self, daemon: Seat | None, topic: str, payload: bytes, is_retained: bool) -> None:
        if daemon is None or daemon is not self._daemon or not self._is_subscribed or self.is_frozen:
            return
        if _takes(daemon.topics, topic):
            self.delivered += 1
            for watch in self.heard_watchers:
                watch(topic, is_retained)
            daemon.heard(topic, payload, is_retained)

    @staticmethod
    def _later(wait_s: float, call: Callable[..., None], *args: object) -> None:
        asyncio.get_running_loop().call_later(wait_s, call, *args)
