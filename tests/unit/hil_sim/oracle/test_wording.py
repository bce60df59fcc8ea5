"""The oracle reads the few words of the wire that it judges by, in bare and in framed form."""

import pytest

from hil_sim.bench.settings import FAMILIES
from hil_sim.oracle.scene import Sent
from hil_sim.oracle.wording import NATURES

FRAMES = [
    (b"\x02\x080STP\xb3\xf9\x03", Sent(1.0, is_stop=True)),
    (b"\x02\x080RUND\x07\x03", Sent(1.0, is_run=True)),
    (b"\x02\x080VERH\t\x03", Sent(1.0, is_identity=True)),
    (b"\x02\x0f0RAT26.20MH]\xd5\x03", Sent(1.0, rate_nl_h=26_200_000.0)),
    (b"RAT1.5UM\r", Sent(1.0, rate_nl_h=90_000.0)),
    (b"\x02\x080RAT8\xcb\x03", None),
    (b"\x02\x080DIS0F\x03", None),
]


@pytest.mark.parametrize(("frame", "sent"), FRAMES)
def test_a_frame_of_the_new_era_is_read(frame: bytes, sent: Sent | None) -> None:
    assert list(NATURES["new_era"].read(1.0, frame)) == ([sent] if sent else [])


OTHERS = [
    ("harvard", b"@stp\r", Sent(1.0, is_stop=True)),
    ("harvard", b"@irun\r", Sent(1.0, is_run=True)),
    ("harvard", b"@version\r", Sent(1.0, is_identity=True)),
    ("harvard", b"@irate 437.5 ul/min\r", Sent(1.0, rate_nl_h=26_250_000.0)),
    ("harvard", b"@irate lim\r", None),
    ("chemyx", b"stop\r", Sent(1.0, is_stop=True)),
    ("chemyx", b"start\r", Sent(1.0, is_run=True)),
    ("chemyx", b"pump status\r", Sent(1.0, is_identity=True)),
    ("chemyx", b"set rate 26.200000\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("alaris", b"!INF_STOP|7C2D\r", Sent(1.0, is_stop=True)),
    ("alaris", b"!INF_START|0F0F\r", Sent(1.0, is_run=True)),
    ("alaris", b"!INST_SERIALNO|0F0F\r", Sent(1.0, is_identity=True)),
    ("alaris", b"!INF_RATE^26.2^ml/h|0F0F\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("alaris", b"!INF|0F0F\r", None),
    ("modbus-rtu", bytes.fromhex("0105 0000 0000 cdca"), Sent(1.0, is_stop=True)),
    ("modbus-rtu", bytes.fromhex("0105 0000 ff00 8c3a"), Sent(1.0, is_run=True)),
    ("modbus-rtu", bytes.fromhex("0110 0000 0002 04 0000 6658 0000"), Sent(1.0, rate_nl_h=26_200_000.0)),
    ("modbus-rtu", bytes.fromhex("0110 0002 0002 04 0000 4268 0000"), Sent(1.0, limit_nl=17_000_000.0)),
    ("modbus-rtu", bytes.fromhex("0103 0006 0005 0000"), Sent(1.0, is_identity=True)),
    ("modbus-rtu", bytes.fromhex("0104 0000 0008 0000"), None),
    ("modbus-tcp", bytes.fromhex("0007 0000 0006 01 05 0000 0000"), Sent(1.0, is_stop=True)),
]


@pytest.mark.parametrize(("family", "frame", "sent"), OTHERS)
def test_a_frame_of_another_family_is_read(family: str, frame: bytes, sent: Sent | None) -> None:
    assert list(NATURES[family].read(1.0, frame)) == ([sent] if sent else [])


def test_two_requests_in_one_segment_are_both_read() -> None:
    stop = bytes.fromhex("0007 0000 0006 01 05 0000 0000")
    assert list(NATURES["modbus-tcp"].read(1.0, stop + stop)) == [Sent(1.0, is_stop=True)] * 2


def test_every_family_that_a_story_can_have_is_known() -> None:
    assert set(NATURES) == set(FAMILIES)
