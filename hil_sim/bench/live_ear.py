"""What a live daemon publishes on a real broker, for the recorder: its alarms and its requests.

Theory of operation. One session of its own, which comes back when the broker does. What the broker had retained before this
story is of an earlier life, and is not listened to, except where the daemon ran before us and may stand in alarm.
"""

import asyncio
from collections.abc import Callable

import aiomqtt

TOPICS = ("pumpd/v1/alarm/{bed}/#", "pumpd/v1/request/{bed}")
KEEPALIVE_S = 5
TIMEOUT_S = 2.0
AGAIN_S = 0.5


async def listen_to_daemon(
    broker: tuple[str, int],
    bed: str,
    on_said: Callable[[str, bytes], None],
    subscribed: asyncio.Event,
    *,
    hears_retained: bool,
) -> None:
    """Hear a bed's daemon until cancelled.

    Args:
        broker: host, port.
        bed: its name in the topics.
        on_said: hears topic and payload.
        subscribed: set when nothing can be missed any more.
        hears_retained: what was said before us counts too.
    """
    host, port = broker
    while True:
        try:
            async with aiomqtt.Client(host, port, keepalive=KEEPALIVE_S, timeout=TIMEOUT_S) as client:
                for topic in TOPICS:
                    await client.subscribe(topic.format(bed=bed), qos=1)
                subscribed.set()
                async for message in client.messages:
                    if hears_retained or not message.retain:
                        payload = message.payload
                        on_said(str(message.topic), payload if isinstance(payload, bytes) else b"")
        except (aiomqtt.MqttError, OSError):
            await asyncio.sleep(AGAIN_S)


async def find_broker(broker: tuple[str, int]) -> None:
    """Return when somebody listens there. Raises OSError: nobody does."""
    _, writer = await asyncio.open_connection(*broker)
    writer.close()
