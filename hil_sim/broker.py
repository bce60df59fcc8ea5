"""An embedded MQTT broker, for demonstrations and for machines without mosquitto.

Theory of operation. amqtt runs in this process and is bound to one named address; left alone it would
listen on every interface. Access is anonymous because it only ever listens where it is told, normally on
loopback. It forgets sessions and speaks MQTT 3.1.1 only (facts/ecosystem.md 3): nothing about safety may be
argued from it.
"""

import asyncio
import logging
from collections.abc import Callable


async def run_broker(host: str, port: int, on_ready: Callable[[str], None] | None = None) -> None:
    """Serve MQTT on `host:port` until cancelled.

    Args:
        host: address to bind, e.g. "127.0.0.1".
        port: TCP port.
        on_ready: called with "host:port" once connections are accepted.

    Raises:
        SystemExit: amqtt is not installed; the message says how to get it.
        OSError: the address cannot be bound.
    """
    try:
        from amqtt.broker import Broker
        from amqtt.errors import BrokerError
    except ImportError:
        raise SystemExit("hil-sim: the embedded broker needs amqtt: pip install 'pumpd[demo]'") from None
    logging.getLogger("amqtt").setLevel(logging.CRITICAL)
    logging.getLogger("transitions").setLevel(logging.CRITICAL)
    anonymous = {"amqtt.plugins.authentication.AnonymousAuthPlugin": {"allow_anonymous": True}}
    listeners = {"default": {"type": "tcp", "bind": f"{host}:{port}"}}
    broker = Broker({"listeners": listeners, "plugins": anonymous})
    try:
        await broker.start()
    except BrokerError as error:
        raise OSError(f"cannot listen on {host}:{port}: {error}") from error
    try:
        if on_ready is not None:
            on_ready(f"{host}:{port}")
        await asyncio.Event().wait()
    finally:
        await broker.shutdown()
