"""Frames cut out of a stream: noise, pieces, neighbours, echoes; and what pymodbus's own framers make of the same."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_vectors import VECTORS
from pymodbus.framer import FramerRTU
from pymodbus.pdu import DecodePDU

from drivers.modbus import codec
from drivers.modbus.framing import RTU_MAX, MbapCutter, RtuCutter


def rtu(text: str) -> bytes:
    raw = bytes.fromhex(text)
    return raw + FramerRTU.compute_CRC(raw).to_bytes(2, "big")


STATUS = rtu("01 04 04 00 01 00 02")
STOPPED = rtu("01 05 00 00 00 00")
NEIGHBOUR = rtu("02 03 02 00 07")


def wholes(cutter: RtuCutter | MbapCutter, *chunks: bytes) -> list[bytes]:
    return [p.whole for n, chunk in enumerate(chunks) for p in cutter.feed(chunk, n)]


def test_the_check_is_the_one_of_the_facts() -> None:
    check = VECTORS["check"]
    low_first = bytes.fromhex(check["crc_hex"])[::-1]
    assert codec.check(check["text"].encode()) == low_first


def test_frames_come_whole_in_pieces_and_glued() -> None:
    """Faults row 23."""
    assert wholes(RtuCutter(), STATUS) == [STATUS]
    assert wholes(RtuCutter(), *(bytes((b,)) for b in STATUS)) == [STATUS]
    assert wholes(RtuCutter(), NEIGHBOUR + STATUS + STOPPED) == [NEIGHBOUR, STATUS, STOPPED]


@pytest.mark.parametrize("noise", [b"\0", b"\xff\xff", b"\x01", b"\x01\x03", b"\x01\x04\x04", b"\x7f\x83"])
def test_noise_costs_no_more_than_itself(noise: bytes) -> None:
    cutter = RtuCutter()
    assert wholes(cutter, noise + STATUS) == [STATUS]


def test_pymodbus_loses_the_good_frame_behind_such_noise_which_is_why_it_does_not_cut() -> None:
    framer = FramerRTU(DecodePDU(is_server=False))
    used, _unit, _number, pdu = framer.decode(b"\x01\x85" + STATUS)
    assert (used, pdu) == (2 + len(STATUS), b"")
    used, _unit, _number, pdu = framer.decode(NEIGHBOUR + STATUS)
    assert used == len(NEIGHBOUR + STATUS)  # the neighbour's frame, and ours is gone with it


def test_a_flipped_bit_loses_one_frame_and_not_the_next() -> None:
    """Faults row 25."""
    for at in range(len(STATUS) * 8):
        bad = bytearray(STATUS)
        bad[at // 8] ^= 1 << at % 8
        cutter = RtuCutter()
        found = wholes(cutter, bytes(bad))
        cutter.clear()
        assert found == []
        assert wholes(cutter, STATUS) == [STATUS]


def test_an_answer_that_begins_as_expected_is_waited_for() -> None:
    cutter = RtuCutter()
    long = rtu("01 04 10" + NEIGHBOUR.hex() + "00 00 00 00 00 00 00 00 00")
    cutter.expect(rtu("01 04 00 00 00 08"), long[:3])
    assert wholes(cutter, long[:12], long[12:]) == [long]


def test_our_own_question_come_back_is_an_echo() -> None:
    """Faults row 26."""
    question = rtu("01 04 00 00 00 02")
    cutter = RtuCutter()
    cutter.expect(question, b"\1\4\4")
    pieces = cutter.feed(question[:5], 0) + cutter.feed(question[5:] + STATUS, 1)
    assert [(p.whole, p.is_echo) for p in pieces] == [(question, True), (STATUS, False)]


def test_a_stop_and_its_answer_are_the_same_bytes_so_neither_is_an_echo() -> None:
    cutter = RtuCutter()
    cutter.expect(STOPPED, STOPPED[:2])
    assert [p.is_echo for p in cutter.feed(STOPPED + STOPPED, 0)] == [False, False]


def test_a_partial_frame_does_not_outlive_the_exchange() -> None:
    cutter = RtuCutter()
    cutter.feed(STATUS[:5], 0)
    assert [p.whole for p in cutter.feed(STATUS, 200)] == [STATUS]
    cutter.feed(STATUS[:5], 201)
    cutter.clear()
    assert cutter.held_bytes == 0


@given(st.lists(st.binary(max_size=300), max_size=8))
def test_whatever_comes_nothing_raises_and_little_is_held(chunks: list[bytes]) -> None:
    for cutter in (RtuCutter(), MbapCutter()):
        for chunk in chunks:
            cutter.feed(chunk, 0)
            assert cutter.held_bytes <= RTU_MAX + 4


TCP = bytes.fromhex("0009 0000 0003 01 85 06")


def test_tcp_frames_are_cut_by_their_length() -> None:
    assert wholes(MbapCutter(), TCP + TCP[:4], TCP[4:]) == [TCP, TCP]
    assert wholes(MbapCutter(), *(bytes((b,)) for b in TCP)) == [TCP]


@pytest.mark.parametrize("bad", ["0009 0001 0003 01 85 06", "0009 0000 0000 01", "0009 0000 FFFF 01"])
def test_a_header_that_cannot_be_drops_what_is_held(bad: str) -> None:
    """Faults row 33: and the next good frame is read again."""
    cutter = MbapCutter()
    assert wholes(cutter, bytes.fromhex(bad)) == []
    assert cutter.held_bytes == 0
    assert wholes(cutter, TCP) == [TCP]
