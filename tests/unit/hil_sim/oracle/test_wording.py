"""The oracle reads the few words of the wire that it judges by, in bare and in framed form."""

import pytest

from hil_sim.oracle.families import wording_of
from hil_sim.oracle.scene import Sent

FRAMES = [
    (b"\x02\x080STP\xb3\xf9\x03", Sent(1.0, is_stop=True)),
    (b"\x02\x080RUND\x07\x03", Sent(1.0, is_run=True)),
    (b"\x02\x080VERH\t\x03", Sent(1.0, is_identity=True)),
    (b"\x02\x0f0RAT26.20MH]\xd5\x03", Sent(1.0, rate_nl_h=26_200_000.0)),
    (b"RAT1.5UM\r", Sent(1.0, rate_nl_h=90_000.0)),
    (b"\x02\x080RAT8\xcb\x03", None),
    (b"\x02\x080DIS0F\x03", None),
]


def read(family: str, frame: bytes) -> list[Sent]:
    return list(wording_of(family, "pumpd-default")(1.0, frame))


@pytest.mark.parametrize(("frame", "sent"), FRAMES)
def test_a_frame_of_the_new_era_is_read(frame: bytes, sent: Sent | None) -> None:
    assert read("new_era", frame) == ([sent] if sent else [])


OTHERS = [
    ("harvard", b"stp\r", Sent(1.0, is_stop=True)),
    ("harvard", b"@stp\r", Sent(1.0, is_stop=True)),
    ("harvard", b"@irun\r", Sent(1.0, is_run=True)),
    ("harvard", b"00irun\r", Sent(1.0, is_run=True)),
    ("harvard", b"4:ver\r", Sent(1.0, is_identity=True)),
    ("harvard", b"@version\r", Sent(1.0, is_identity=True)),
    ("harvard", b"@irate 437.5 ul/min\r", Sent(1.0, rate_nl_h=26_250_000.0)),
    ("harvard", b"irate 26.2 ml/hr\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("harvard", b"irate 5 ul/sec\r", Sent(1.0, rate_nl_h=18_000_000.0)),
    ("harvard", b"irate\r", None),
    ("harvard", b"@irate lim\r", None),
    ("harvard", b"tvolume 14.583 ul\r", None),
    ("alaris", b"!INF_STOP|7C2D\r", Sent(1.0, is_stop=True)),
    ("alaris", b"!INF_START|0F0F\r", Sent(1.0, is_run=True)),
    ("alaris", b"!INST_SERIALNO|0F0F\r", Sent(1.0, is_identity=True)),
    ("alaris", b"!INF_RATE^26.2^ml/h|0F0F\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("alaris", b"!INF_RATE|1234\r", None),
    ("alaris", b"!INF|0F0F\r", None),
    ("chemyx", b"stop\r", Sent(1.0, is_stop=True)),
    ("chemyx", b"pause\r", Sent(1.0, is_stop=True)),
    ("chemyx", b"start\r", Sent(1.0, is_run=True)),
    ("chemyx", b"view parameter\r", Sent(1.0, is_identity=True)),
    ("chemyx", b"pump status\r", None),
    ("modbus-rtu", bytes.fromhex("0105 0000 0000 cdca"), Sent(1.0, is_stop=True)),
    ("modbus-rtu", bytes.fromhex("0105 0000 ff00 8c3a"), Sent(1.0, is_run=True)),
    ("modbus-rtu", bytes.fromhex("0110 0000 0002 04 0000 6658 d9f5"), Sent(1.0, rate_nl_h=26_200_000.0)),
    ("modbus-rtu", bytes.fromhex("0110 0002 0002 04 0000 4268 4338"), Sent(1.0, limit_nl=17_000_000.0)),
    ("modbus-rtu", bytes.fromhex("0103 0006 0005 65c8"), Sent(1.0, is_identity=True)),
    ("modbus-rtu", bytes.fromhex("0104 0000 0008 f1cc"), None),
    ("modbus-rtu", bytes.fromhex("0105 0000 0000 0000"), None),
    ("modbus-tcp", bytes.fromhex("0001 0000 0006 01 05 0000 0000"), Sent(1.0, is_stop=True)),
    ("modbus-tcp", bytes.fromhex("0001 0000 0006 01 05 0000 FF00"), Sent(1.0, is_run=True)),
    ("modbus-tcp", bytes.fromhex("0001 0000 0006 01 03 0007 0004"), Sent(1.0, is_identity=True)),
    (
        "modbus-tcp",
        bytes.fromhex("0001 0000 000F 01 10 0000 0004 08 0000 6658 0000 445C"),
        Sent(1.0, rate_nl_h=26_200_000.0, limit_nl=17_500_000.0),
    ),
    ("modbus-tcp", bytes.fromhex("0001 0000 0006 01 04 0000 0008"), None),
]


@pytest.mark.parametrize(("family", "frame", "sent"), OTHERS)
def test_a_frame_of_each_other_family_is_read(family: str, frame: bytes, sent: Sent | None) -> None:
    assert read(family, frame) == ([sent] if sent else [])


def test_two_requests_in_one_segment_are_both_read() -> None:
    stop = bytes.fromhex("0007 0000 0006 01 05 0000 0000")
    assert read("modbus-tcp", stop + stop) == [Sent(1.0, is_stop=True)] * 2


def test_a_chemyx_number_counts_in_the_unit_set_last() -> None:
    reader = wording_of("chemyx")
    assert list(reader(1.0, b"set rate 26.2\r")) == [Sent(1.0, rate_nl_h=26.2 * 60e6)]
    assert list(reader(1.0, b"set units 1\r")) == []
    assert list(reader(1.0, b"set rate 26.2\r")) == [Sent(1.0, rate_nl_h=26_200_000.0)]
    assert list(reader(1.0, b"set volume 17.5\r")) == [Sent(1.0, limit_nl=17_500_000.0)]
