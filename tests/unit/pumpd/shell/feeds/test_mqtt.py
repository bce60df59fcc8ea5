"""The session loop against a broker that does as it is told. Real semantics: tests/hil/test_mqtt_feed.py."""

import asyncio
import os

import pytest
from feed_ear import Ear, WallClock, running
from scripted_broker import CONNECT, DISCONNECT, PUBLISH, SUBSCRIBE, ScriptedBroker
from vitals_payloads import encode, vitals

from pumpd.shell.feeds.arrivals import Arrival, LinkChanged, SampleRefused, SamplesArrived
from pumpd.shell.feeds.mqtt import BrokerSettings, ListenerFailedError, MqttFeed, TlsFiles
from pumpd.shell.feeds.routing import BedBinding

BED = BedBinding("bed-1", lambda _bed: "tok-1", frozenset({"monitor-1"}))
VITALS = "pumpd/v1/vitals/bed-1/monitor-1"


def feed_for(port: int, listener: object, clock: WallClock | None = None, **settings: object) -> MqttFeed:
    broker = BrokerSettings("127.0.0.1", port, **{"timeout_s": 1.0, **settings})  # type: ignore[arg-type]
    return MqttFeed(broker, (BED,), clock or WallClock(), listener, "site-1", jitter=lambda: 0.0)  # type: ignore[arg-type]


def open_sockets() -> int:
    """Sockets this process holds."""
    found = 0
    for name in os.listdir("/proc/self/fd"):
        try:
            found += os.readlink(f"/proc/self/fd/{name}").startswith("socket:")
        except FileNotFoundError:
            continue
    return found


async def test_the_session_is_clean_with_a_last_will_and_short_keepalive() -> None:
    async with ScriptedBroker() as broker:
        ear = Ear()
        async with running(feed_for(broker.port, ear)):
            await ear.until_link(True)
        connect = broker.seen(CONNECT)[0]
        assert connect[:7] == b"\x00\x04MQTT\x04"
        flags, keepalive_s = connect[7], int.from_bytes(connect[8:10], "big")
        assert flags & 0b0000_0010, "clean session"
        assert flags & 0b0010_0100 == 0b0010_0100, "retained will"
        assert keepalive_s == 5
        assert b"pumpd/v1/alive/site-1" in connect
        assert b"pumpd/v1/vitals/bed-1/+" in broker.seen(SUBSCRIBE)[0]
        assert b"pumpd/v1/status/bed-1/+" in broker.seen(SUBSCRIBE)[0]


async def test_a_keepalive_that_would_blind_us_is_refused() -> None:
    """F7: a dead link is reported after twice the keepalive."""
    for keepalive_s in (0, 6, 60):
        with pytest.raises(ValueError, match="keepalive"):
            BrokerSettings("h", 1, keepalive_s=keepalive_s)


async def test_the_listener_is_called_in_the_stack_of_the_sockets_read() -> None:
    """design.md 5: no task hop between the socket and the decision."""
    clock = WallClock()
    tasks: list[asyncio.Task[object] | None] = []
    heard = asyncio.Event()

    def listener(arrival: Arrival) -> None:
        if isinstance(arrival, SamplesArrived):
            # In a callback of the loop, not in any task.
            try:
                tasks.append(asyncio.current_task())
            finally:
                heard.set()

    async with ScriptedBroker() as broker, running(feed_for(broker.port, listener, clock)):
        await broker.until(PUBLISH)
        broker.deliver(VITALS, encode(vitals(1, clock.wall_ms(), hr=70)))
        async with asyncio.timeout(10):
            await heard.wait()
    assert tasks == [None]


async def test_a_storm_loses_nothing_and_queues_nothing() -> None:
    """Rows 49, 50, F8: every message is decided, in order, and the newest is the last heard."""
    clock, ear = WallClock(), Ear()
    async with ScriptedBroker() as broker, running(feed_for(broker.port, ear, clock)):
        await broker.until(PUBLISH)
        begin_ms = clock.wall_ms()
        for n in range(1_000):
            broker.deliver(VITALS, encode(vitals(n + 1, begin_ms - 1_000 + n, hr=60 + n % 40)))
        await ear.until(lambda: len(ear.of(SamplesArrived)) == 1_000)
    seqs = [arrived.samples[0].seq for arrived in ear.of(SamplesArrived)]
    assert seqs == list(range(1, 1_001))


async def test_a_refused_subscription_counts_as_down_and_names_the_topics() -> None:
    """Row 44."""
    ear = Ear()
    async with ScriptedBroker(suback=0x80) as broker, running(feed_for(broker.port, ear)):
        change = await ear.until_link(False)
        await broker.until(DISCONNECT)
    assert "pumpd/v1/vitals/bed-1/+" in change.reason
    assert not any(change.is_up for change in ear.of(LinkChanged))


async def test_refused_credentials_are_down_with_their_reason() -> None:
    """Row 43."""
    ear = Ear()
    async with ScriptedBroker(connack=5) as broker, running(feed_for(broker.port, ear)):
        change = await ear.until_link(False)
        await broker.until(CONNECT, times=2)
    assert "Not authorized" in change.reason
    # One cause is told once, however often it is tried.
    assert len(ear.of(LinkChanged)) == 1


async def test_a_broker_that_never_answers_is_left_with_a_goodbye_and_no_socket() -> None:
    """Row 42: a frozen broker that thaws must not find our abandoned connection alive."""
    before = open_sockets()
    ear = Ear()
    async with ScriptedBroker(connack=None) as broker, running(feed_for(broker.port, ear, timeout_s=0.2)):
        await broker.until(CONNECT, times=3)
        await broker.until(DISCONNECT, times=2)
    assert not any(change.is_up for change in ear.of(LinkChanged))
    assert open_sockets() <= before


async def test_after_a_drop_the_session_and_its_subscriptions_come_back() -> None:
    """Row 45."""
    clock, ear = WallClock(), Ear()
    async with ScriptedBroker() as broker, running(feed_for(broker.port, ear, clock)):
        await ear.until_link(True)
        broker.drop()
        await ear.until_link(False)
        await ear.until_link(True, times=2)
        assert len(broker.seen(SUBSCRIBE)) == 2
        broker.deliver(VITALS, encode(vitals(1, clock.wall_ms(), hr=70)))
        await ear.until(lambda: len(ear.of(SamplesArrived)) == 1)


async def test_poison_is_refused_and_the_session_lives_on() -> None:
    """Row 59."""
    clock, ear = WallClock(), Ear()
    async with ScriptedBroker() as broker, running(feed_for(broker.port, ear, clock)):
        await broker.until(PUBLISH)
        for poison in (b"", b"\xff\xfe", b"[" * 4000, b'{"v":NaN}', b"9" * 5000):
            broker.deliver(VITALS, poison)
        broker.deliver(VITALS, encode(vitals(1, clock.wall_ms(), hr=70)))
        await ear.until(lambda: len(ear.of(SamplesArrived)) == 1)
    assert len(ear.of(SampleRefused)) == 5
    assert len(ear.of(LinkChanged)) == 1


@pytest.mark.parametrize("kind", [LinkChanged, SamplesArrived])
async def test_a_listener_that_raises_ends_the_run_and_is_not_mistaken_for_a_lost_link(
    kind: type[Arrival],
) -> None:
    clock = WallClock()

    def listener(arrival: Arrival) -> None:
        if isinstance(arrival, kind):
            raise OSError("a defect that looks like a lost link")

    async with ScriptedBroker() as broker, running(feed_for(broker.port, listener, clock)) as task:
        if kind is SamplesArrived:
            await broker.until(PUBLISH)
            broker.deliver(VITALS, encode(vitals(1, clock.wall_ms(), hr=70)))
        with pytest.raises(ListenerFailedError) as caught:
            async with asyncio.timeout(10):
                await task
    assert isinstance(caught.value.__cause__, OSError)


async def test_certificates_that_cannot_be_read_are_down_and_tried_again() -> None:
    """Row 43."""
    ear = Ear()
    async with running(feed_for(1, ear, tls=TlsFiles("/nowhere/ca.pem"))) as task:
        change = await ear.until_link(False)
        assert not task.done()
    assert "No such file" in change.reason


async def test_publishing_never_waits_and_tells_what_it_dropped() -> None:
    feed = feed_for(1, Ear())
    for n in range(100):
        feed.publish("pumpd/v1/request/bed-1", b"%d" % n)
    assert feed.figures() == {"publish_waiting": 64, "publish_dropped": 36}


async def test_cancelling_says_offline_before_it_leaves() -> None:
    async with ScriptedBroker() as broker:
        ear = Ear()
        async with running(feed_for(broker.port, ear)):
            await broker.until(PUBLISH)
        published = await broker.until(PUBLISH, times=2)
        assert b"online" in published[0]
        assert published[1].endswith(b"offline")
        await broker.until(DISCONNECT)


async def test_cancelling_in_the_middle_of_a_connect_leaves_nothing_behind() -> None:
    """F8: a cancelled connect must not come alive later."""
    before = open_sockets()
    async with ScriptedBroker(connack=None) as broker:
        async with running(feed_for(broker.port, Ear(), timeout_s=0.3)):
            await broker.until(CONNECT)
        await broker.until(DISCONNECT)
    assert open_sockets() <= before


async def test_the_pause_between_attempts_grows_to_two_seconds_and_is_spread() -> None:
    spread = iter([0.0, 1.0, 1.0, 1.0, 1.0, 1.0, 0.5])
    feed = MqttFeed(BrokerSettings("h", 1), (BED,), WallClock(), Ear(), "site-1", jitter=lambda: next(spread))
    pauses_s = [feed._pause_s(failures) for failures in (1, 1, 2, 3, 4, 1_000, 1_000)]
    assert pauses_s == pytest.approx([0.2, 0.4, 0.8, 1.6, 2.0, 2.0, 1.1])
