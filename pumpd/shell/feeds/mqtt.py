"""The session with the broker: one owner task, a new client per attempt, no queue from socket to rules.

Theory of operation. The client library hands each message to a queue of a class we may choose. Ours holds
nothing: it calls the listener on the spot, in the call stack of the socket's read. So there is no backlog
to grow, nothing for a full queue to drop (a bounded queue of the library would keep the oldest and lose the
newest, facts/faults.md F8), and no task switch between a crossed limit and the pump. A turn of the loop reads
a few packets (`packets.py`), so a storm is queued in the kernel's socket buffer and in the broker, not here.

Sessions are clean: what was published while we were away is not kept for us (row 47). A client whose
connect was cancelled or timed out is unusable, so every attempt makes a new one, and the failed one is told
to hang up: a broker that thaws would otherwise see it come alive, take our client name and speak our last will.

A subscription can be refused in its acknowledgement, which the library returns and does not raise: the link
then counts as down, with the topic named (row 44). An access list of mosquitto 2.0 does not refuse there;
it grants the subscription and delivers nothing, which only the age of the samples shows. The same is true
of a frozen broker, which the library reports after twice the keepalive (F7). Liveness is never inferred
from this link.

The pause between attempts grows from 0.2 s to 2 s, with jitter, so that a ward does not reconnect in step.
A listener that raises is a defect of ours: `run` raises, for the supervisor to see.
"""

import asyncio
import contextlib
import math
import secrets
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Final

import aiomqtt
import structlog

from pumpd.shell.feeds import topics
from pumpd.shell.feeds.arrivals import Arrival, LinkChanged, Listener
from pumpd.shell.feeds.outbox import Outbox, Outgoing
from pumpd.shell.feeds.packets import read_several
from pumpd.shell.feeds.routing import BedBinding, FeedClock, Router
from pumpd.shell.feeds.writing import watch_at_once

MAX_KEEPALIVE_S: Final = 5  # F7: a dead link is reported after twice this
BACKOFF_MIN_S: Final = 0.2
BACKOFF_MAX_S: Final = 2.0
FAREWELL_S: Final = 0.5  # for "offline" at an orderly end; the last will says it otherwise
_HANG_UP_TURNS: Final = 8  # of the loop; it takes three to register, to be writable, to write
#: Nagle's algorithm and delayed acknowledgement together cost 40 ms a message (facts/ecosystem.md 3).
_NODELAY: Final = ((socket.IPPROTO_TCP, socket.TCP_NODELAY, 1),)

_log = structlog.get_logger(__name__)


@dataclass(frozen=True, slots=True)
class TlsFiles:
    """Paths of PEM files: authority, and our certificate and key where the broker asks for them."""

    ca: str
    cert: str | None = None
    key: str | None = None


@dataclass(frozen=True, slots=True)
class BrokerSettings:
    """Where the broker is and how to talk to it.

    Attributes:
        host: name or address; under TLS the certificate must carry it.
        port: TCP port.
        tls: None: plain text, for loopback only.
        username: None: anonymous, or by certificate.
        password: goes with `username`.
        keepalive_s: 1 to 5 s.
        timeout_s: for the connection, and for each acknowledgement.
    """

    host: str
    port: int
    tls: TlsFiles | None = None
    username: str | None = None
    password: str | None = None
    keepalive_s: int = MAX_KEEPALIVE_S
    timeout_s: float = 2.0

    def __post_init__(self) -> None:
        if not 1 <= self.keepalive_s <= MAX_KEEPALIVE_S:
            raise ValueError(f"keepalive {self.keepalive_s} s outside 1..{MAX_KEEPALIVE_S} s")


class SubscriptionRefusedError(Exception):
    """The broker granted the session and refused a topic."""


class ListenerFailedError(Exception):
    """The listener raised; the cause is attached. A defect of ours, never mistaken for a lost link."""


class MqttFeed:
    """Vitals in, requests and states out. `run` is the owner; everything else may be called at any time."""

    def __init__(
        self,
        broker: BrokerSettings,
        beds: tuple[BedBinding, ...],
        clock: FeedClock,
        listener: Listener,
        site: str,
        *,
        jitter: Callable[[], float] = lambda: 1.0,
    ) -> None:
        """Connect nothing yet.

        Args:
            broker: where and how.
            beds: what to subscribe to, and whom to believe.
            clock: stamps arrivals and reads the devices' treatment wall time.
            listener: called synchronously with every arrival.
            site: names this daemon in `pumpd/v1/alive/{site}`; its client name is its own, or two would fight for it.
            jitter: gives a number in 0..1 that spreads the pauses between attempts.
        """
        self._broker = broker
        self._router = Router(beds, clock)
        self._clock = clock
        self._listener = listener
        self._site = site
        self.client_name = f"pumpd-{site}-{secrets.token_hex(4)}"
        self._jitter = jitter
        self._outbox = Outbox()
        self._wake = asyncio.Event()
        self._link: LinkChanged | None = None

    @property
    def router(self) -> Router:
        """Holds the counters of refusals, per bed."""
        return self._router

    def figures(self) -> dict[str, int]:
        """For metrics: outgoing messages that wait for the broker, and that were dropped, oldest first."""
        return {"publish_waiting": self._outbox.depth, "publish_dropped": self._outbox.dropped}

    def publish(self, topic: str, payload: bytes, *, retain: bool = False, qos: int = 1) -> None:
        """Leave a message to be sent. Returns at once, link or no link; raises ValueError for a bad topic."""
        self._outbox.put(Outgoing(topic, payload, retain, qos, self._clock.stamp().link_ms))
        self._wake.set()

    async def run(self) -> None:
        """Keep a session with the broker, for ever. Raises ListenerFailedError, and CancelledError."""
        failures = 0
        self._link = None  # a new run tells its first state, whatever an earlier one said last
        while True:
            try:
                async with self._session() as (client, broken):
                    failures = 0
                    self._change_link(True, "subscribed")
                    await self._serve(client, broken)
            except SubscriptionRefusedError as refusal:
                # Trying again at once would only fill the broker's log.
                failures = max(failures, 8)
                _log.error("mqtt_subscription_refused", detail=str(refusal))
                self._change_link(False, str(refusal))
            except (aiomqtt.MqttError, OSError) as loss:
                # OSError: TLS files that cannot be read, or no answer in time; the next may fare better.
                self._change_link(False, str(loss) or "the broker did not answer in time")
            failures += 1
            await asyncio.sleep(self._pause_s(failures))

    def _pause_s(self, failures: int) -> float:
        longest_s = min(BACKOFF_MAX_S, BACKOFF_MIN_S * 2.0 ** min(failures, 8))
        return BACKOFF_MIN_S + (longest_s - BACKOFF_MIN_S) * self._jitter()

    @contextlib.asynccontextmanager
    async def _session(self) -> AsyncIterator[tuple[aiomqtt.Client, asyncio.Future[None]]]:
        """A session with every subscription granted, and a future that fails when the listener raises."""
        broken: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        client = await self._client(broken)
        try:
            await _connect(client)
            await self._subscribe(client)
            self._outbox.new_session()
            self.publish(topics.alive(self._site), topics.ONLINE, retain=True)
            yield client, broken
        except asyncio.CancelledError:
            with contextlib.suppress(aiomqtt.MqttError, TimeoutError):
                farewell = Outgoing(topics.alive(self._site), topics.OFFLINE, True, 1, 0)
                await _publish(client, farewell, FAREWELL_S)
            raise
        finally:
            broken.cancel()
            await _hang_up(client)

    async def _client(self, broken: asyncio.Future[None]) -> aiomqtt.Client:
        broker = self._broker
        # Reading certificates may wait for a disk, and the loop must not.
        tls = None if broker.tls is None else await asyncio.to_thread(_tls_context, broker.tls)
        client = aiomqtt.Client(
            broker.host,
            broker.port,
            identifier=self.client_name,
            clean_session=True,
            keepalive=broker.keepalive_s,
            timeout=broker.timeout_s,
            username=broker.username,
            password=broker.password,
            tls_context=tls,
            will=aiomqtt.Will(topics.alive(self._site), topics.OFFLINE, qos=1, retain=True),
            queue_type=self._straight_through(broken),
            max_queued_incoming_messages=1,
            socket_options=_NODELAY,
        )
        client._client.connect_timeout = broker.timeout_s
        read_several(client._client)
        watch_at_once(client)
        return client

    def _straight_through(self, broken: asyncio.Future[None]) -> type[asyncio.Queue[aiomqtt.Message]]:
        deliver = self._deliver

        class StraightThrough(asyncio.Queue[aiomqtt.Message]):
            """Delivers in the caller's stack, holds nothing. `get` waits for ever, as for a silent broker."""

            def put_nowait(self, item: aiomqtt.Message) -> None:
                if broken.done():
                    return
                try:
                    deliver(item)
                except Exception as defect:
                    broken.set_exception(defect)

        return StraightThrough

    def _deliver(self, message: aiomqtt.Message) -> None:
        received = self._clock.stamp()
        for arrival in self._router.route(
            message.topic.value, message.payload, is_retained=message.retain, received=received
        ):
            self._tell(arrival)

    def _tell(self, arrival: Arrival) -> None:
        try:
            self._listener(arrival)
        except Exception as defect:
            raise ListenerFailedError(f"on {type(arrival).__name__}") from defect

    async def _subscribe(self, client: aiomqtt.Client) -> None:
        wanted = self._router.topics
        async with asyncio.timeout(self._broker.timeout_s):
            codes = await client.subscribe([(name, 1) for name in wanted], timeout=math.inf)
        grants = [code if isinstance(code, int) else code.value for code in codes]
        refused = [name for name, grant in zip(wanted, grants, strict=True) if grant >= 0x80]
        if refused:
            raise SubscriptionRefusedError(f"subscription refused: {', '.join(refused)}")

    async def _serve(self, client: aiomqtt.Client, broken: asyncio.Future[None]) -> None:
        """Publish from the outbox until the session ends: raises MqttError or ListenerFailedError."""
        reading = asyncio.ensure_future(_until_lost(client))
        sending = asyncio.ensure_future(self._send(client))
        try:
            await asyncio.wait((reading, sending, broken), return_when=asyncio.FIRST_COMPLETED)
        finally:
            for task in (reading, sending):
                task.cancel()
            await asyncio.gather(reading, sending, return_exceptions=True)
        for ended in (broken, reading, sending):
            if ended.done() and not ended.cancelled():
                ended.result()

    async def _send(self, client: aiomqtt.Client) -> None:
        while True:
            message = self._outbox.next(self._clock.stamp().link_ms)
            if message is None:
                self._wake.clear()
                await self._wake.wait()
                continue
            await _publish(client, message, self._broker.timeout_s)
            self._outbox.sent(message)

    def _change_link(self, is_up: bool, reason: str) -> None:
        if self._link is not None and (self._link.is_up, self._link.reason) == (is_up, reason):
            return
        self._link = LinkChanged(is_up, reason, self._clock.stamp())
        _log.info("mqtt_link_changed", is_up=is_up, reason=reason)
        self._tell(self._link)


async def _publish(client: aiomqtt.Client, message: Outgoing, within_s: float) -> None:
    """Publish and wait for the acknowledgement. Raises MqttError, TimeoutError.

    The library's own time limit is asyncio.wait_for, which on Python 3.11 loses a cancellation that meets
    the acknowledgement (F4); the task would then never end. Without a limit it waits plainly, so the limit
    is ours.
    """
    async with asyncio.timeout(within_s):
        await client.publish(
            message.topic, message.payload, qos=message.qos, retain=message.is_retained, timeout=math.inf
        )


async def _until_lost(client: aiomqtt.Client) -> None:
    """Wait for the session to end; no message comes this way. Raises MqttError."""
    async for _ in client.messages:
        pass


async def _connect(client: aiomqtt.Client) -> None:
    """Enter the client, surviving cancellation with nothing left behind.

    The library connects in a thread, which cannot be cancelled: left alone it would open a socket and
    register it with the loop after we had gone. So a cancelled connect is waited for, which its own time
    limits bound.
    """
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await asyncio.gather(connecting, return_exceptions=True)
        raise
    finally:
        # The task keeps its error, the error this frame, and the frame the task: a ring that would keep the
        # socket of a failed handshake, which the library does not close, until the collector comes by.
        del connecting


async def _hang_up(client: aiomqtt.Client) -> None:
    """Say DISCONNECT and close, in whatever state the client is.

    The library closes a socket neither after a connect that timed out nor after an error in a callback, and
    offers no way to. The packet is written by the loop as soon as the socket takes it; a broker that thaws
    reads it right behind our CONNECT and forgets us without speaking the last will.
    """
    # However the session ends from here, nobody is left to ask, and asyncio would log that as an error.
    client._disconnected.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
    paho = client._client
    if paho.socket() is None:
        return
    paho.disconnect()
    for _ in range(_HANG_UP_TURNS):
        if paho.socket() is None:
            return
        await asyncio.sleep(0)


def _tls_context(files: TlsFiles) -> ssl.SSLContext:
    context = ssl.create_default_context(cafile=files.ca)
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if files.cert is not None:
        context.load_cert_chain(files.cert, files.key)
    return context
