"""A subscriber that remembers what it heard, and a hand that publishes whatever it likes."""

import threading
from collections.abc import Callable
from typing import NamedTuple

import paho.mqtt.client as mqtt
from paho.mqtt.enums import CallbackAPIVersion

CONNECT_S = 5.0


class Heard(NamedTuple):
    """One message as it was delivered."""

    topic: str
    payload: bytes
    is_retained: bool


class TopicEar:
    """Connected and subscribed when made. `options` of TLS: `ca`, `cert`, `key`."""

    def __init__(self, port: int, *filters: str, ca: str = "", cert: str = "", key: str = "") -> None:
        self.heard: list[Heard] = []
        self._news = threading.Condition()
        self._granted = threading.Event()
        self._client = mqtt.Client(CallbackAPIVersion.VERSION2)
        if ca:
            self._client.tls_set(ca, cert or None, key or None)
        self._client.on_message = self._hear
        self._client.on_connect = lambda client, *_: client.subscribe([(one, 1) for one in filters])
        self._client.on_subscribe = lambda *_: self._granted.set()
        self._client.connect("127.0.0.1", port, keepalive=30)
        self._client.loop_start()
        assert self._granted.wait(CONNECT_S), "the broker granted no subscription"

    def until(self, claim: Callable[[Heard], bool], within_s: float, what: str, *, after: int = 0) -> Heard:
        """The first message, of those behind the first `after`, for which `claim` holds."""
        with self._news:
            self._news.wait_for(lambda: any(map(claim, self.heard[after:])), within_s)
            found = next(filter(claim, self.heard[after:]), None)
        assert found is not None, f"not within {within_s} s: {what}; heard: {self.heard[-5:]}"
        return found

    def on(self, topic: str) -> list[Heard]:
        """What came on this topic so far."""
        with self._news:
            return [one for one in self.heard if one.topic == topic]

    def publish(self, topic: str, payload: bytes, *, retain: bool = False) -> None:
        """Returns when the broker has acknowledged, whatever it then does with it."""
        self._client.publish(topic, payload, qos=1, retain=retain).wait_for_publish(CONNECT_S)

    def close(self) -> None:
        self._client.disconnect()
        self._client.loop_stop()

    def _hear(self, _client: mqtt.Client, _: object, message: mqtt.MQTTMessage) -> None:
        with self._news:
            self.heard.append(Heard(message.topic, bytes(message.payload), bool(message.retain)))
            self._news.notify_all()
