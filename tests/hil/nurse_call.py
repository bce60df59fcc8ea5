"""A nurse-call system as the ward has it: subscribed to every alarm, and remembering what it was told."""

import json
import threading
from collections.abc import Callable
from typing import Any

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

Word = dict[str, Any]


class NurseCall:
    """`words` is every alarm and heartbeat message in order; each carries its topic and whether it was retained."""

    def __init__(self, port: int) -> None:
        self.words: list[Word] = []
        self._news = threading.Condition()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        self._client.on_message = self._hear
        self._client.on_connect = lambda client, *_: client.subscribe(
            [("pumpd/v1/alarm/#", 1), ("pumpd/v1/heartbeat/#", 1)]
        )
        self._client.connect("127.0.0.1", port, keepalive=5)
        self._client.loop_start()

    def until(self, claim: Callable[[Word], bool], within_s: float, what: str) -> Word:
        """The first word for which `claim` holds."""
        with self._news:
            self._news.wait_for(lambda: any(map(claim, self.words)), within_s)
            found = next(filter(claim, self.words), None)
        assert found is not None, f"not within {within_s} s: {what}; heard: {self.words[-5:]}"
        return found

    def until_phase(
        self, key: str, phase: str, within_s: float = 5.0, *, after: int = 0, **claims: Any
    ) -> Word:
        """The first word on an alarm in that phase with a `seq` above `after`."""
        wanted = {"key": key, "phase": phase, **claims}
        return self.until(
            lambda one: wanted.items() <= one.items() and one["seq"] > after, within_s, f"{wanted} > {after}"
        )

    def phases(self, key: str) -> list[str]:
        return [one["phase"] for one in self.words if one.get("key") == key]

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, client: mqtt.Client, _: Any, message: mqtt.MQTTMessage) -> None:
        word = {**json.loads(message.payload), "topic": message.topic, "retained": message.retain}
        with self._news:
            self.words.append(word)
            self._news.notify_all()
