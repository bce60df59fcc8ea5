"""The devices at the bed, on the wire: MQTT, one session each, reconnecting until cancelled.

Theory of operation. One task looks at the bedside and hands each message to its device's link; one task per
device keeps a session with the broker. A device has its own will, so a transducer that loses its cable does
not take the monitor's status with it. What is measured while the link is down is lost, as at a real bed: a
queue of old vital signs is a hazard, not a service (facts/faults.md row 47). TCP_NODELAY is set because
without it every QoS 1 message after the first takes 40 ms (facts/ecosystem.md 3). Periods and stamps are
treatment time; keepalive, back-off and polling are real time, because the broker lives there.
"""

import asyncio
import json
import random
from collections.abc import AsyncIterator, Iterable, Iterator, Mapping
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import replace
from typing import Any, Protocol

import aiomqtt

from hil_sim.fittings import Fittings
from hil_sim.monitors.bedside import MONITOR, Bedside, Fitted, MonitorSettings, Post, Seen
from hil_sim.monitors.shapes import SHAPES, Shape
from hil_sim.parts import Body
from hil_sim.patient_acts import monitor_faults_of

POLL_S = 0.010
KEEPALIVE_S = 5
TIMEOUT_S = 2.0
BACKOFF_S = (0.1, 3.0)
CANCEL_AGAIN_S = 1.5
OUTBOX = 256
MAX_REQUEST_BYTES = 4096
_NODELAY = [(6, 1, 1)]  # IPPROTO_TCP, TCP_NODELAY


class PublishedWorld(Protocol):
    """What the publisher needs of the world."""

    treatment_s: float
    cuff_active: bool
    fittings: Fittings

    @property
    def body(self) -> Body:
        """The patient."""

    @property
    def is_finger_bloodless(self) -> bool:
        """The probe's finger is below a tight cuff."""

    @property
    def displaced_nl(self) -> float:
        """What the plunger has pushed out so far."""

    def line_pressure_mmhg(self) -> float:
        """Line pressure as the sensor feels it."""


class TreatmentClock(Protocol):
    """What the publisher needs of the clock."""

    speed: float

    def wall_treatment_ms(self) -> int:
        """Treatment wall clock, unix ms."""


class _Link:
    """One device's way to the broker: a bounded outbox that is only filled while a session stands."""

    def __init__(self, device: str, bed: str, shape: str = "native") -> None:
        self.device = device
        self.vitals_topic = f"pumpd/v1/vitals/{bed}/{device}"
        self._shape: Shape | None = None
        if shape != "native":
            make, topic = SHAPES[shape]
            self._shape, self.vitals_topic = make(), topic.format(bed=bed)
        self.status_topic = f"pumpd/v1/status/{bed}/{device}"
        self.outbox: asyncio.Queue[Post] = asyncio.Queue(OUTBOX)
        self.is_up = False
        self.is_leaving = False

    def offer(self, post: Post) -> None:
        """Queue a message; the oldest gives way, and without a session nothing is kept."""
        if not self.is_up:
            return
        if self._shape is not None:
            post = replace(post, body=self._shape(post.body))
        if self.outbox.full():
            self.outbox.get_nowait()
        self.outbox.put_nowait(post)

    def forget(self) -> None:
        """Drop what was not sent."""
        self.is_up = False
        while not self.outbox.empty():
            self.outbox.get_nowait()


async def publish_monitors(
    world: PublishedWorld,
    broker_host: str,
    broker_port: int,
    bed: str,
    patient: str,
    clock: TreatmentClock,
    *,
    settings: MonitorSettings | None = None,
    fitted: Fitted | None = None,
    seed: int = 0,
    shape: str = "native",
) -> None:
    """Publish the devices of one bed until cancelled; a broker that is away is tried for ever.

    Args:
        world: what is measured; its `cuff_active` is set from the cuff.
        broker_host: of the broker.
        broker_port: of the broker.
        bed: topic part, e.g. "bed-1".
        patient: token, e.g. "tok-4711".
        clock: speed and treatment wall clock.
        settings: periods and errors of the instruments.
        fitted: which devices there are.
        seed: of the instruments' chance.
        shape: how the monitor's numbers are written, native or one of `SHAPES`.
    """
    fitted = fitted or Fitted()
    bedside = Bedside(
        patient, settings or MonitorSettings(), clock.speed, seed, clock.wall_treatment_ms(), fitted
    )
    links = {name: _Link(name, bed, shape if name == MONITOR else "native") for name in fitted.names()}
    tasks = [asyncio.create_task(_look(world, bedside, links, clock))]
    for name, link in links.items():
        topic = f"pumpd/v1/request/{bed}" if name == MONITOR else None
        dice = random.Random(f"{seed}/backoff/{name}")
        session = _sessions(link, broker_host, broker_port, topic, world, bedside, dice)
        tasks.append(asyncio.create_task(session))
    try:
        # None of them ends by itself; the first that does has met an error.
        await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
    finally:
        await _end(tasks, links.values())
    for task in tasks:
        if not task.cancelled():
            task.result()


async def _end(tasks: list[asyncio.Task[None]], links: Iterable[_Link]) -> None:
    """Cancel until all are gone.

    The MQTT client waits with `asyncio.wait_for`, which on Python 3.11 loses a cancellation that arrives
    together with the result (facts/faults.md F4). So the links are told, and the cancelling is repeated.
    """
    for link in links:
        link.is_leaving = True
    pending = set(tasks)
    while pending:
        for task in pending:
            task.cancel()
        _, pending = await asyncio.wait(pending, timeout=CANCEL_AGAIN_S)


async def _look(
    world: PublishedWorld, bedside: Bedside, links: dict[str, _Link], clock: TreatmentClock
) -> None:
    """Poll the bedside; the cuff works on whether or not anybody listens."""
    active = monitor_faults_of(world)
    while True:
        for post in look(world, bedside, clock.wall_treatment_ms(), active):
            links[post.device].offer(post)
        await asyncio.sleep(POLL_S)


def look(
    world: PublishedWorld, bedside: Bedside, wall_ms: int, active: Mapping[str, Mapping[str, Any]]
) -> Iterator[Post]:
    """Put the instruments to the world as it is now; what is to be published.

    Args:
        wall_ms: treatment wall clock, unix ms.
        active: the monitors' faults in force.
    """
    was_tight = bedside.is_cuff_active
    # Somebody else's cuff (a scripted one) is reported too, and is not ours to release.
    seen = Seen(
        world.body.vitals(),
        world.line_pressure_mmhg(),
        world.cuff_active and not was_tight,
        world.is_finger_bloodless,
        world.displaced_nl,
        world.fittings,
    )
    yield from bedside.poll(world.treatment_s, wall_ms, seen, active)
    if bedside.is_cuff_active != was_tight:
        world.cuff_active = bedside.is_cuff_active


async def _sessions(
    link: _Link,
    host: str,
    port: int,
    request_topic: str | None,
    world: PublishedWorld,
    bedside: Bedside,
    dice: random.Random,
) -> None:
    """Hold one session after the other."""
    pause_s = BACKOFF_S[0]
    while True:
        try:
            async with _session(link, host, port, dice) as client:
                if request_topic is not None:
                    await client.subscribe(request_topic, qos=1)
                pause_s = BACKOFF_S[0]
                async with asyncio.TaskGroup() as tasks:
                    tasks.create_task(_send(client, link))
                    tasks.create_task(_listen(client, world, bedside, link))
        except* (aiomqtt.MqttError, OSError):
            pass
        if link.is_leaving:
            # A farewell that failed may have taken the cancellation's place; leaving still means leaving.
            raise asyncio.CancelledError
        await asyncio.sleep(pause_s * dice.uniform(0.5, 1.0))
        pause_s = min(pause_s * 2.0, BACKOFF_S[1])


@asynccontextmanager
async def _session(link: _Link, host: str, port: int, dice: random.Random) -> AsyncIterator[aiomqtt.Client]:
    """Open a session that says "online", and "offline" however it ends: by will, or by word when we leave."""
    client = aiomqtt.Client(
        host,
        port,
        identifier=f"hil-{link.device}-{dice.getrandbits(32):08x}",
        will=aiomqtt.Will(link.status_topic, "offline", qos=1, retain=True),
        keepalive=KEEPALIVE_S,
        timeout=TIMEOUT_S,
        max_queued_incoming_messages=OUTBOX,
        socket_options=_NODELAY,
    )
    async with AsyncExitStack() as leaving:
        leaving.callback(_hang_up, client)
        await _connect(client)
        leaving.push_async_exit(client)
        try:
            await client.publish(link.status_topic, "online", qos=1, retain=True)
            link.is_up = True
            yield client
        except asyncio.CancelledError:
            # A clean disconnect silences the will, so the last word must be said aloud.
            with suppress(aiomqtt.MqttError):
                await client.publish(link.status_topic, "offline", qos=1, retain=True, timeout=1.0)
            raise
        finally:
            link.forget()


async def _connect(client: aiomqtt.Client) -> None:
    """Connect; when cancelled, wait for the library's thread, which would otherwise open its socket after we had gone."""
    connecting = asyncio.ensure_future(client.__aenter__())
    try:
        await asyncio.shield(connecting)
    except asyncio.CancelledError:
        await asyncio.gather(connecting, return_exceptions=True)
        raise


def _hang_up(client: aiomqtt.Client) -> None:
    """Close what the library leaves open after a connect that nobody answered or a farewell that was cut short.

    A broker that thaws reads DISCONNECT right behind our CONNECT, and keeps no session that nobody has.
    """
    paho = client._client
    if paho.socket() is not None:
        paho.on_disconnect = None  # it asks a future that was cancelled, and ends with that
        paho.on_socket_register_write = None  # it writes and closes here: the loop's turn may never come
        paho.disconnect()


async def _send(client: aiomqtt.Client, link: _Link) -> None:
    while not link.is_leaving:
        post = await link.outbox.get()
        await client.publish(link.vitals_topic, post.body, qos=post.qos, retain=post.retain)


async def _listen(client: aiomqtt.Client, world: PublishedWorld, bedside: Bedside, link: _Link) -> None:
    """Serve requests; on a link without a subscription this only notices that the session has ended."""
    async for message in client.messages:
        if not message.retain and wants_nibp(message.payload):
            bedside.request_nibp(world.treatment_s)
        if link.is_leaving:
            return


def wants_nibp(payload: Any) -> bool:
    """True if a request asks for a cuff reading now; anything else, or nonsense, is not one."""
    if not isinstance(payload, (bytes, bytearray)) or len(payload) > MAX_REQUEST_BYTES:
        return False
    try:
        request = json.loads(payload)
    except (ValueError, RecursionError):
        return False
    return isinstance(request, dict) and request.get("v") == 1 and request.get("want") == "nibp"
