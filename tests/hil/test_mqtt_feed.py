"""The feed on Debian's mosquitto: sessions, wills, freezing, access, TLS (facts/faults.md rows 41-52)."""

import asyncio
import json
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any

import aiomqtt
import pytest
from feed_ear import Ear, WallClock, running
from real_mosquitto import Certificates, Mosquitto, dynamic_security_plugin
from vitals_payloads import encode, vitals

from pumpd.shell.feeds import topics
from pumpd.shell.feeds.arrivals import (
    LinkChanged,
    MonitorStatus,
    RejectReason,
    SampleRefused,
    SamplesArrived,
)
from pumpd.shell.feeds.mqtt import BrokerSettings, MqttFeed, TlsFiles
from pumpd.shell.feeds.routing import BedBinding

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

VITALS = topics.vitals("bed-1", "monitor-1")
STATUS = topics.status("bed-1", "monitor-1")
BED = BedBinding("bed-1", lambda _bed: "tok-1", frozenset({"monitor-1"}))


class Ward:
    """A feed, its ear and its clock, on one broker; and monitors that publish on it."""

    def __init__(self, port: int, **settings: Any) -> None:
        self.port = port
        self.clock = WallClock()
        self.ear = Ear()
        broker = BrokerSettings("127.0.0.1", port, **{"timeout_s": 1.0, "keepalive_s": 1, **settings})
        self.feed = MqttFeed(broker, (BED,), self.clock, self.ear, "site-1", jitter=lambda: 0.0)
        self.seq = 0

    @asynccontextmanager
    async def monitor(self, **options: Any) -> AsyncIterator[aiomqtt.Client]:
        async with aiomqtt.Client("127.0.0.1", self.port, timeout=5, **options) as client:
            # Some tests cut this client off; asyncio would report the end nobody asked about.
            client._disconnected.add_done_callback(lambda ended: ended.cancelled() or ended.exception())
            yield client

    def reading(self, **values: float) -> bytes:
        self.seq += 1
        return encode(vitals(self.seq, self.clock.wall_ms(), **(values or {"hr": 70})))

    def admitted(self) -> list[int]:
        """Sequence numbers of the samples that were admitted."""
        return [sample.seq for arrived in self.ear.of(SamplesArrived) for sample in arrived.samples]

    def refused(self) -> list[RejectReason]:
        return [refusal.reason for refusal in self.ear.of(SampleRefused)]

    async def until_admitted(self, seq: int) -> None:
        await self.ear.until(lambda: seq in self.admitted())


async def test_a_reading_published_is_a_reading_heard(mosquitto: Mosquitto) -> None:
    ward = Ward(mosquitto.port)
    async with running(ward.feed), ward.monitor() as monitor:
        await ward.ear.until_link(True)
        await monitor.publish(VITALS, ward.reading(sys=128, dia=82), qos=1)
        await ward.until_admitted(1)
    (arrived,) = ward.ear.of(SamplesArrived)
    assert [sample.value for sample in arrived.samples] == [128.0, 82.0]
    assert arrived.received.ms - arrived.samples[0].measured_ms < 1_000


async def test_nothing_published_while_we_were_away_is_used(mosquitto: Mosquitto) -> None:
    """Row 47: the session is clean, the broker keeps no backlog for us."""
    ward = Ward(mosquitto.port)
    async with ward.monitor() as monitor:
        async with running(ward.feed):
            await ward.ear.until_link(True)
            await monitor.publish(VITALS, ward.reading(), qos=1)
            await ward.until_admitted(1)
        for _ in range(20):
            await monitor.publish(VITALS, ward.reading(), qos=1)
        async with running(ward.feed):
            await ward.ear.until_link(True, times=2)
            await monitor.publish(VITALS, ward.reading(), qos=1)
            await ward.until_admitted(22)
    assert ward.admitted() == [1, 22]


async def test_a_retained_reading_is_refused_and_the_live_one_used(mosquitto: Mosquitto) -> None:
    """Row 46, R113."""
    ward = Ward(mosquitto.port)
    async with ward.monitor() as monitor:
        await monitor.publish(VITALS, ward.reading(), qos=1, retain=True)
        async with running(ward.feed):
            await ward.ear.until(lambda: ward.refused() == [RejectReason.RETAINED])
            # Published with the flag but delivered live: the broker clears it, and it is news.
            await monitor.publish(VITALS, ward.reading(), qos=1, retain=True)
            await ward.until_admitted(2)
    assert ward.admitted() == [2]


async def test_a_redelivered_reading_changes_nothing(mosquitto: Mosquitto) -> None:
    """Row 48: the same message again, as quality of service 1 allows."""
    ward = Ward(mosquitto.port)
    async with running(ward.feed), ward.monitor() as monitor:
        await ward.ear.until_link(True)
        payload = ward.reading()
        for _ in range(3):
            await monitor.publish(VITALS, payload, qos=1)
        await monitor.publish(VITALS, ward.reading(), qos=1)
        await ward.until_admitted(2)
    assert ward.admitted() == [1, 2]
    assert ward.refused() == [RejectReason.DUPLICATE] * 2


async def test_a_monitors_last_will_is_heard_live_and_from_memory(mosquitto: Mosquitto) -> None:
    """BROKER_DOWN of the vocabulary: "or a monitor's last will has spoken"."""
    ward = Ward(mosquitto.port)

    def said() -> list[bool]:
        return [arrival.is_online for arrival in ward.ear.heard if isinstance(arrival, MonitorStatus)]

    will = aiomqtt.Will(STATUS, b"offline", qos=1, retain=True)
    async with running(ward.feed):
        await ward.ear.until_link(True)
        async with ward.monitor(will=will) as monitor:
            await monitor.publish(STATUS, b"online", qos=1, retain=True)
            await ward.ear.until(lambda: said() == [True])
            # Gone without a goodbye: the socket is shut under the library.
            monitor._client.socket().shutdown(2)  # type: ignore[union-attr]
            await ward.ear.until(lambda: said() == [True, False])
    async with running(ward.feed):
        await ward.ear.until(lambda: said() == [True, False, False])


async def test_our_own_presence_is_retained_and_our_will_speaks_when_we_are_cut_off(
    mosquitto: Mosquitto,
) -> None:
    ward = Ward(mosquitto.port)
    alive = topics.alive("site-1")
    async with ward.monitor() as display:
        await display.subscribe(alive, qos=1)
        words = aiter(display.messages)
        async with asyncio.timeout(15):
            async with running(ward.feed):
                assert (await anext(words)).payload == b"online"
                # A second client of the same name makes the broker cut us off: our will is spoken...
                async with ward.monitor(identifier=ward.feed.client_name):
                    assert (await anext(words)).payload == b"offline"
                # ... and we come back by ourselves.
                while (await anext(words)).payload != b"online":
                    pass
            assert (await anext(words)).payload == b"offline"


async def test_a_killed_broker_is_noticed_and_its_successor_subscribed_again(mosquitto: Mosquitto) -> None:
    """Rows 41, 45; states are said again, because a broker without a disk has forgotten them."""
    ward = Ward(mosquitto.port)
    ward.feed.publish(topics.state("bed-1"), b"paused", retain=True)
    async with running(ward.feed):
        await ward.ear.until_link(True)
        mosquitto.kill()
        await ward.ear.until_link(False)
        mosquitto.start()
        await ward.ear.until_link(True, times=2)
        async with ward.monitor() as monitor:
            await monitor.publish(VITALS, ward.reading(), qos=1)
            await ward.until_admitted(1)
            await monitor.subscribe(topics.state("bed-1"), qos=1)
            async with asyncio.timeout(10):
                assert (await anext(aiter(monitor.messages))).payload == b"paused"


async def test_a_broker_stopped_in_order_comes_back_too(mosquitto: Mosquitto) -> None:
    ward = Ward(mosquitto.port)
    async with running(ward.feed):
        await ward.ear.until_link(True)
        mosquitto.stop()
        await ward.ear.until_link(False)
        mosquitto.start()
        await ward.ear.until_link(True, times=2)


async def test_a_frozen_broker_is_left_and_found_again_when_it_thaws(mosquitto: Mosquitto) -> None:
    """Row 42. After the thaw exactly one session is ours, and no will of an abandoned one speaks last."""
    ward = Ward(mosquitto.port)
    alive = topics.alive("site-1")
    async with running(ward.feed):
        await ward.ear.until_link(True)
        mosquitto.freeze()
        # Twice the keepalive of 1 s (F7); then several attempts that nobody answers.
        await ward.ear.until_link(False)
        await ward.ear.until(lambda: len(ward.ear.of(LinkChanged)) >= 3)
        mosquitto.thaw()
        await ward.ear.until_link(True, times=2)
        async with ward.monitor() as monitor:
            await monitor.publish(VITALS, ward.reading(), qos=1)
            await ward.until_admitted(1)
            await monitor.subscribe(alive, qos=1)
            words = aiter(monitor.messages)
            async with asyncio.timeout(10):
                word = (await anext(words)).payload
                while word != b"online":
                    word = (await anext(words)).payload
            await monitor.publish(VITALS, ward.reading(), qos=1)
            await ward.until_admitted(2)
    assert [change.is_up for change in ward.ear.of(LinkChanged)][-1]


async def test_a_request_is_published_while_up_and_dropped_when_its_moment_passed(
    mosquitto: Mosquitto,
) -> None:
    ward = Ward(mosquitto.port)
    wanted = json.dumps({"v": 1, "want": "nibp", "reason": "BP1", "seq": 3}).encode()
    async with ward.monitor() as monitor:
        await monitor.subscribe(topics.request("bed-1"), qos=1)
        async with running(ward.feed):
            await ward.ear.until_link(True)
            ward.feed.publish(topics.request("bed-1"), wanted)
            async with asyncio.timeout(10):
                message = await anext(aiter(monitor.messages))
    assert (message.payload, message.retain) == (wanted, False)


async def test_poison_then_a_good_reading(mosquitto: Mosquitto) -> None:
    """Row 59."""
    ward = Ward(mosquitto.port)
    async with running(ward.feed), ward.monitor() as monitor:
        await ward.ear.until_link(True)
        for poison in (b"", b"\xff", b"[" * 4096, b"9" * 5000, b" " * 9000, b'{"a":1,"a":2}'):
            await monitor.publish(VITALS, poison, qos=1)
        await monitor.publish(VITALS, ward.reading(), qos=1)
        await ward.until_admitted(1)
    assert len(ward.refused()) == 6
    assert len(ward.ear.of(LinkChanged)) == 1


async def test_a_stranger_on_our_bed_is_refused(mosquitto: Mosquitto) -> None:
    """Rows 52, 62."""
    ward = Ward(mosquitto.port)
    async with running(ward.feed), ward.monitor() as stranger:
        await ward.ear.until_link(True)
        await stranger.publish(topics.vitals("bed-1", "monitor-9"), ward.reading(), qos=1)
        await stranger.publish(VITALS, ward.reading().replace(b"monitor-1", b"monitor-9"), qos=1)
        await ward.ear.until(lambda: len(ward.refused()) == 2)
    assert ward.refused() == [RejectReason.UNBOUND_DEVICE, RejectReason.DEVICE_MISMATCH]


DYNSEC = {
    "clients": [],
    "defaultACLAccess": {
        "publishClientSend": True,
        "publishClientReceive": True,
        "subscribe": True,
        "unsubscribe": True,
    },
    "anonymousGroup": "everybody",
    "groups": [{"groupname": "everybody", "roles": [{"rolename": "no-vitals"}]}],
    "roles": [
        {
            "rolename": "no-vitals",
            "acls": [{"acltype": "subscribePattern", "topic": "pumpd/v1/vitals/#", "allow": False}],
        }
    ],
}


async def test_a_subscription_the_access_list_refuses_is_down(
    make_mosquitto: Callable[..., Mosquitto],
) -> None:
    """Row 44. mosquitto's acl_file never refuses a subscription; its dynamic security plugin does."""
    broker = make_mosquitto(
        f"plugin {dynamic_security_plugin()}",
        "plugin_opt_config_file {dir}/dynsec.json",
    )
    (broker.directory / "dynsec.json").write_text(json.dumps(DYNSEC))
    broker.start()
    ward = Ward(broker.port)
    async with running(ward.feed):
        change = await ward.ear.until_link(False)
    assert change.reason == "subscription refused: pumpd/v1/vitals/bed-1/+"
    assert not any(change.is_up for change in ward.ear.of(LinkChanged))


async def test_wrong_credentials_are_down(make_mosquitto: Callable[..., Mosquitto]) -> None:
    """Row 43."""
    broker = make_mosquitto("allow_anonymous false")
    broker.start()
    ward = Ward(broker.port)
    async with running(ward.feed):
        change = await ward.ear.until_link(False)
    assert "Not authorized" in change.reason


async def test_tls_with_our_certificate_is_heard(
    make_mosquitto: Callable[..., Mosquitto], certificates: Certificates
) -> None:
    broker = make_mosquitto(certificates=certificates)
    broker.start()
    files = TlsFiles(certificates.ca, certificates.client, certificates.client_key)
    ward = Ward(broker.port, tls=files)
    tls = aiomqtt.TLSParameters(files.ca, files.cert, files.key)
    async with running(ward.feed), ward.monitor(tls_params=tls) as monitor:
        await ward.ear.until_link(True)
        await monitor.publish(VITALS, ward.reading(), qos=1)
        await ward.until_admitted(1)
        # And over TLS, too, a broker that dies is noticed.
        broker.kill()
        await ward.ear.until_link(False)


# The library never closes the socket of a failed handshake; it is freed with the error (see feeds/mqtt.py).
@pytest.mark.filterwarnings("ignore:unclosed <ssl.SSLSocket:ResourceWarning")
@pytest.mark.parametrize(
    ("files", "reason"),
    [
        (lambda c: TlsFiles(c.other_ca, c.client, c.client_key), "certificate verify failed"),
        (lambda c: TlsFiles(c.ca), ""),
    ],
    ids=["an authority that did not sign the broker", "no certificate of ours"],
)
async def test_tls_without_trust_on_both_sides_is_down(
    make_mosquitto: Callable[..., Mosquitto],
    certificates: Certificates,
    files: Callable[[Certificates], TlsFiles],
    reason: str,
) -> None:
    broker = make_mosquitto(certificates=certificates)
    broker.start()
    ward = Ward(broker.port, tls=files(certificates))
    async with running(ward.feed):
        change = await ward.ear.until_link(False)
    assert reason in change.reason
    assert not any(change.is_up for change in ward.ear.of(LinkChanged))


async def test_plain_text_to_a_tls_broker_is_down(
    make_mosquitto: Callable[..., Mosquitto], certificates: Certificates
) -> None:
    broker = make_mosquitto(certificates=certificates)
    broker.start()
    ward = Ward(broker.port)
    async with running(ward.feed):
        await ward.ear.until_link(False)
    assert not any(change.is_up for change in ward.ear.of(LinkChanged))
