"""The oracle reads the few words of the wire that it judges by, in bare and in framed form."""

import pytest

from hil_sim.oracle.scene import Sent
from hil_sim.oracle.wording import WORDINGS, wording_of

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
    assert WORDINGS["new_era"](1.0, frame) == sent


OTHERS = [
    ("harvard", b"stp\r", Sent(1.0, is_stop=True)),
    ("harvard", b"irun\r", Sent(1.0, is_run=True)),
    ("harvard", b"ver\r", Sent(1.0, is_identity=True)),
    ("harvard", b"irate 437.5 ul/min\r", Sent(1.0, rate_nl_h=26_250_000.0)),
    ("harvard", b"irate 26.2 ml/hr\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("harvard", b"irate\r", None),
    ("harvard", b"tvolume 14.583 ul\r", None),
    ("alaris", b"!INF_STOP|1234\r", Sent(1.0, is_stop=True)),
    ("alaris", b"!INF_START|1234\r", Sent(1.0, is_run=True)),
    ("alaris", b"!INST_SERIALNO|1234\r", Sent(1.0, is_identity=True)),
    ("alaris", b"!INF_RATE^26.2^ml/h|1234\r", Sent(1.0, rate_nl_h=26_200_000.0)),
    ("alaris", b"!INF_RATE|1234\r", None),
    ("chemyx", b"stop\r", Sent(1.0, is_stop=True)),
    ("chemyx", b"start\r", Sent(1.0, is_run=True)),
    ("chemyx", b"view parameter\r", Sent(1.0, is_identity=True)),
    ("chemyx", b"pump status\r", None),
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
    assert wording_of(family, "pumpd-default")(1.0, frame) == sent


def test_a_chemyx_number_counts_in_the_unit_set_last() -> None:
    read = wording_of("chemyx")
    assert read(1.0, b"set rate 26.2\r") == Sent(1.0, rate_nl_h=26.2 * 60e6)
    assert read(1.0, b"set units 1\r") is None
    assert read(1.0, b"set rate 26.2\r") == Sent(1.0, rate_nl_h=26_200_000.0)
    assert read(1.0, b"set volume 17.5\r") == Sent(1.0, limit_nl=17_500_000.0)


def test_a_family_whose_words_nobody_knows_is_refused_by_name() -> None:
    with pytest.raises(ValueError, match=r"'abacus'.*new_era"):
        wording_of("abacus")
