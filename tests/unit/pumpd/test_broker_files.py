"""What the broker is told of a site, and what a real broker then lets through."""

import asyncio
import json
import re
import ssl
from pathlib import Path

import aiomqtt
import pytest
from real_mosquitto import Certificates, Mosquitto
from site_bench import site

from pumpd.broker_files import FOLDER, access_list, broker_conf
from pumpd.config import Config, parse

GATEWAY = """\
[[channels.gateways]]
device = "monitor-1"
topic = "vscapture/bed-1"
format = "vscapture"
zone = "UTC"
accepted_risk = "bench only"
"""


def config(folder: Path, more: str = "") -> Config:
    return parse(site(folder, more=more), "pumpd.toml")


def of_user(text: str, user: str) -> list[str]:
    """The lines of one user."""
    found = re.search(rf"^user {re.escape(user)}\n((?:topic .*\n)*)", text, re.MULTILINE)
    return [] if found is None else found[1].splitlines()


def test_a_device_may_say_its_own_numbers_at_its_own_bed_and_nothing_else(tmp_path: Path) -> None:
    """Row 52, 62: bound to another bed, it needs another list."""
    text = access_list(config(tmp_path))
    assert of_user(text, "monitor-1") == [
        "topic write pumpd/v1/vitals/bed-1/monitor-1",
        "topic write pumpd/v1/status/bed-1/monitor-1",
        "topic read pumpd/v1/request/bed-1",
    ]
    assert len(of_user(text, "transducer-1")) == 3


def test_behind_a_gateway_only_the_gateway_speaks(tmp_path: Path) -> None:
    text = access_list(config(tmp_path, GATEWAY))
    assert of_user(text, "gateway-monitor-1") == ["topic write vscapture/bed-1"]
    assert of_user(text, "monitor-1") == []
    assert "topic read vscapture/bed-1" in of_user(text, "pumpd")


def test_nobody_may_write_where_the_daemon_reads_but_devices_and_nobody_commands(tmp_path: Path) -> None:
    """Facts/faults.md 6: no resume from any topic at all."""
    text = access_list(config(tmp_path))
    assert not [line for line in of_user(text, "pumpd-viewer") if "write" in line]
    assert not [line for line in of_user(text, "pumpd") if "write pumpd/v1/vitals" in line]
    assert "#\n" not in "".join(
        line for line in text.splitlines(True) if "write" in line and "alarm" not in line
    )
    assert "pattern" not in text


async def _said_to_pumpd(broker: Mosquitto, made: Certificates, who: str, topic: str) -> bool:
    """Whether what `who` publishes there reaches the daemon's own subscription."""
    async with _session(broker, made, "pumpd") as ear:
        await ear.subscribe([("pumpd/v1/vitals/bed-1/+", 1), ("vscapture/bed-1", 1)])
        async with _session(broker, made, who) as mouth:
            await mouth.publish(topic, b"{}", qos=1)
        async with _session(broker, made, "transducer-1") as last:
            await last.publish("pumpd/v1/vitals/bed-1/transducer-1", b"end", qos=1)
        async with asyncio.timeout(5):
            async for message in ear.messages:
                if message.payload == b"end":
                    return False
                assert message.topic.value == topic
                return True
    raise AssertionError("nothing arrived at all")


def _session(broker: Mosquitto, made: Certificates, who: str) -> aiomqtt.Client:
    certificate, key = made._signed(f"as-{who}", who)
    context = ssl.create_default_context(cafile=made.ca)
    context.load_cert_chain(certificate, key)
    return aiomqtt.Client("127.0.0.1", broker.port, tls_context=context, timeout=5)


@pytest.mark.mosquitto
async def test_a_real_broker_with_these_files_lets_each_say_its_own(tmp_path: Path) -> None:
    """Rows 43, 52: TLS with client certificates; the list is asked, not the payload."""
    made = Certificates(tmp_path / "pki")
    (tmp_path / "acl").write_text(access_list(config(tmp_path)))
    settings = broker_conf(config(tmp_path))
    for name, path in (("ca.pem", made.ca), ("broker.pem", made.server), ("broker.key", made.server_key)):
        settings = settings.replace(f"{FOLDER}/{name}", path)
    settings = settings.replace(f"{FOLDER}/acl", str(tmp_path / "acl"))
    broker = Mosquitto(tmp_path / "broker")
    conf = tmp_path / "pumpd.conf"
    # As root it would become another user, who may not read this folder.
    conf.write_text("user root\n" + settings.replace("listener 1\n", f"listener {broker.port} 127.0.0.1\n"))
    broker.start_with(conf)
    try:
        own = "pumpd/v1/vitals/bed-1/monitor-1"
        assert await _said_to_pumpd(broker, made, "monitor-1", own)
        assert not await _said_to_pumpd(broker, made, "monitor-2", own)
        assert not await _said_to_pumpd(broker, made, "transducer-1", own)
        assert not await _said_to_pumpd(broker, made, "pumpd-viewer", own)
        assert not await _said_to_pumpd(broker, made, "pumpd", own)
        assert not await _said_to_pumpd(broker, made, "monitor-1", "vscapture/bed-1")
        with pytest.raises((aiomqtt.MqttError, OSError)):
            async with aiomqtt.Client(
                "127.0.0.1", broker.port, tls_context=ssl.create_default_context(cafile=made.ca), timeout=3
            ):
                pass
    finally:
        broker.stop()


def test_the_list_names_the_configuration_it_was_made_from(tmp_path: Path) -> None:
    one, other = access_list(config(tmp_path)), access_list(config(tmp_path, GATEWAY))
    assert one.splitlines()[0] != other.splitlines()[0]
    assert json.dumps(one).isascii()
