"""Boxes bridged to a centre with the shipped files: what pumpd says arrives, nothing comes back down."""

import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from fleet_bench import BOX_ACL, FalseCentre, Fleet, shipped
from real_mosquitto import Certificates, Mosquitto
from topic_ear import TopicEar

pytestmark = [pytest.mark.hil, pytest.mark.mosquitto]

STATE = "pumpd/v1/state/bed-1"
VITALS = "pumpd/v1/vitals/bed-1/monitor-1"
SAID = {
    STATE: b'{"v":1}',
    "pumpd/v1/alarm/bed-1/pump": b'{"phase":"start"}',
    "pumpd/v1/alive/bench": b"online",
}
DEADLINE_S = 15.0


@pytest.fixture
def fleet(
    make_mosquitto: Callable[..., Mosquitto], certificates: Certificates, tmp_path: Path
) -> Iterator[Fleet]:
    one = Fleet(make_mosquitto, certificates, tmp_path)
    one.inner.start()
    one.central.start()
    yield one
    one.close()


def until(ear: TopicEar, topic: str, payload: bytes, *, after: int = 0) -> None:
    ear.until(lambda one: one[:2] == (topic, payload), DEADLINE_S, f"{payload!r} on {topic}", after=after)


def test_what_pumpd_says_arrives_under_the_box_s_name_and_vital_signs_stay(fleet: Fleet) -> None:
    """Issue 7, fleets: retained words said before the link stood arrive too."""
    pumpd = fleet.ear(fleet.inner, "pumpd", VITALS)
    for topic, payload in SAID.items():
        pumpd.publish(topic, payload, retain=True)
    fleet.relay().start()
    station = fleet.ear(fleet.central, "station", "fleet/#")
    for topic, payload in SAID.items():
        until(station, f"fleet/box-1/{topic}", payload)
    until(station, "fleet/box-1/link", b"1")
    until(station, "fleet/box-1/inner", b"1")
    monitor = fleet.ear(fleet.inner, "monitor-1", VITALS)
    monitor.publish(VITALS, b'{"sys":120}')
    until(pumpd, VITALS, b'{"sys":120}')
    pumpd.publish("pumpd/v1/heartbeat/bench", json.dumps({"seq": 1}).encode())
    until(station, "fleet/box-1/pumpd/v1/heartbeat/bench", b'{"seq": 1}')
    assert not [one for one in station.heard if "vitals" in one.topic], (
        "measured values do not leave the box this way"
    )
    late = fleet.ear(fleet.central, "station", "fleet/#")
    heard = late.until(lambda one: one.topic == f"fleet/box-1/{STATE}", DEADLINE_S, "the retained state")
    assert heard.is_retained


def test_a_box_that_is_gone_is_told_and_one_that_comes_back_says_its_newest_word(fleet: Fleet) -> None:
    pumpd = fleet.ear(fleet.inner, "pumpd", VITALS)
    pumpd.publish(STATE, b'{"seq":1}', retain=True)
    relay = fleet.relay()
    relay.start()
    station = fleet.ear(fleet.central, "station", "fleet/#")
    until(station, f"fleet/box-1/{STATE}", b'{"seq":1}')
    told = len(station.heard)
    relay.kill()
    until(station, "fleet/box-1/link", b"0", after=told)
    for seq in (2, 3, 4):
        pumpd.publish(STATE, b'{"seq":%d}' % seq, retain=True)
    told = len(station.heard)
    relay.start()
    until(station, f"fleet/box-1/{STATE}", b'{"seq":4}', after=told)
    assert [one.payload for one in station.on(f"fleet/box-1/{STATE}") if not one.is_retained][-1:] == [
        b'{"seq":4}'
    ]
    assert b'{"seq":2}' not in [one.payload for one in station.heard], "what is old is not told late"


def test_nothing_said_at_the_centre_comes_down_to_a_box(fleet: Fleet) -> None:
    """facts/faults.md 6: neither on the box's own topics, nor on made-up ones, by whoever may write at the centre."""
    everything = fleet.folder / "open.acl"
    everything.write_text("topic readwrite #\n")
    # A centre whose own list is wide open: the box must not rely on it.
    fleet.central = fleet._make(
        "allow_anonymous true", f"acl_file {everything}", certificates=fleet.certificates
    )
    fleet.central.start()
    pumpd = fleet.ear(fleet.inner, "pumpd", "pumpd/v1/vitals/#", "pumpd/v1/status/#")
    relay_eye = fleet.ear(fleet.inner, "relay", "pumpd/v1/#")
    fleet.relay().start()
    station = fleet.ear(fleet.central, "station", "fleet/#")
    until(station, "fleet/box-1/link", b"1")
    until(station, "fleet/box-1/inner", b"1")
    for base in ("", "fleet/box-1/"):
        for topic in (VITALS, STATE, "pumpd/v1/status/bed-1/monitor-1", "pumpd/v1/resume/bed-1"):
            station.publish(base + topic, b'{"down":1}', retain=True)
    # What goes up is heard at the centre only after all that was sent before it.
    pumpd.publish(STATE, b'{"seq":9}', retain=True)
    until(station, f"fleet/box-1/{STATE}", b'{"seq":9}')
    assert [one for one in [*pumpd.heard, *relay_eye.heard] if b"down" in one.payload] == []


def test_a_centre_that_was_broken_into_fills_the_relay_and_not_the_box(fleet: Fleet) -> None:
    """A bridge takes what the far side sends unasked: so it must not be the box's broker that has it."""
    below = (f"fleet/box-1/{VITALS}", f"fleet/box-1/{STATE}")
    false = FalseCentre(fleet.certificates, b'{"down":1}', VITALS, *below, STATE)
    pumpd = fleet.ear(fleet.inner, "pumpd", "pumpd/v1/vitals/#")
    relay_eye = fleet.ear(fleet.inner, "relay", "pumpd/v1/#")
    relay = fleet.relay(central_port=false.port)
    relay.start()
    try:
        assert false.has_sent.wait(DEADLINE_S)
        relay.wait_for_log(f"Received PUBLISH from local.box-1 (d0, q0, r1, m0, '{STATE}'", DEADLINE_S)
        monitor = fleet.ear(fleet.inner, "monitor-1", VITALS)
        monitor.publish(VITALS, b'{"sys":120}')
        until(pumpd, VITALS, b'{"sys":120}')
        assert [one for one in [*pumpd.heard, *relay_eye.heard] if b"down" in one.payload] == []
    finally:
        false.close()


def test_why_there_is_a_relay_a_bridge_on_the_box_s_own_broker_would_let_it_in(
    make_mosquitto: Callable[..., Mosquitto], certificates: Certificates, tmp_path: Path
) -> None:
    """The day this fails mosquitto has become stricter, and the relay may go."""
    false = FalseCentre(certificates, b'{"down":1}', VITALS)
    box_acl = tmp_path / "box.acl"
    box_acl.write_text(BOX_ACL)
    cert, key = certificates.signed_for("box-1")
    box = make_mosquitto(
        *("use_identity_as_username true", "allow_anonymous false", f"acl_file {box_acl}"),
        *("connection naive", f"address 127.0.0.1:{false.port}", "bridge_protocol_version mqttv311"),
        *("try_private false", "cleansession true", "notifications false", "remote_clientid box-1"),
        *(f"bridge_cafile {certificates.ca}", f"bridge_certfile {cert}", f"bridge_keyfile {key}"),
        'topic pumpd/v1/state/+ out 1 "" fleet/box-1/',
        certificates=certificates,
    )
    box.start()
    try:
        box.wait_for_log(f"Received PUBLISH from local.box-1 (d0, q0, r1, m0, '{VITALS}'", DEADLINE_S)
        assert box.logged("Denied PUBLISH") == 0
    finally:
        false.close()


def test_a_box_cannot_speak_for_another_nor_listen(fleet: Fleet) -> None:
    station = fleet.ear(fleet.central, "station", "fleet/#")
    second = fleet.ear(fleet.central, "box-2", "fleet/#")
    second.publish(f"fleet/box-1/{STATE}", b'{"forged":1}', retain=True)
    second.publish(f"fleet/box-2/{VITALS}", b'{"forged":1}', retain=True)
    second.publish(f"fleet/box-2/{STATE}", b'{"own":1}', retain=True)
    until(station, f"fleet/box-2/{STATE}", b'{"own":1}')
    assert [one for one in station.heard if b"forged" in one.payload] == []
    assert second.heard == []


def test_both_barriers_towards_the_box_stand_each_by_itself() -> None:
    """Either of them alone keeps a box closed; so a slip in one of the files opens nothing."""
    inner, central = [], []
    lines = inner
    for line in shipped("relay.conf"):
        lines = central if line == "connection box-1-central" else lines
        if line.startswith("topic "):
            lines.append(line.split()[2])
    assert (set(inner), set(central), len(inner)) == ({"in"}, {"out"}, 4)
    rights = [one.split()[1] for one in shipped("relay-inner.acl") if one.startswith("topic")]
    assert set(rights) == {"read"}
