"""The simulated device's ear and mouth, held to the same golden frames as the driver."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_vectors import REPLIES, REQUESTS, VECTORS, Golden

from hil_sim.pumps.modbus_frames import LONGEST, Request, RequestReader, answer, crc16


def test_the_check_is_the_one_of_the_facts() -> None:
    check = VECTORS["check"]
    assert crc16(check["text"].encode()).hex().upper() == check["crc_hex"][2:] + check["crc_hex"][:2]


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda g: g.name)
def test_golden_requests_are_heard_whole_and_in_pieces(golden: Golden) -> None:
    body = golden.pdu[1:]
    number = golden.number if golden.is_tcp else 0
    wanted = [Request(golden.unit, golden.function, body, number)]
    assert RequestReader(is_tcp=golden.is_tcp).feed(golden.whole, 0.0) == wanted
    reader = RequestReader(is_tcp=golden.is_tcp)
    assert [r for byte in golden.whole for r in reader.feed(bytes((byte,)), 0.0)] == wanted


@pytest.mark.parametrize("golden", REPLIES, ids=lambda g: g.name)
def test_answers_are_the_golden_bytes(golden: Golden) -> None:
    request = Request(golden.unit, golden.function, b"", golden.number)
    assert answer(request, golden.unit, golden.pdu, is_tcp=golden.is_tcp) == golden.whole


def test_a_bad_check_is_met_with_silence_and_a_pause_ends_a_partial_request() -> None:
    reader = RequestReader(is_tcp=False)
    stop = REQUESTS[3].whole
    assert reader.feed(stop[:-1] + b"\0", 0.0) == []
    assert reader.bad
    reader = RequestReader(is_tcp=False)
    assert reader.feed(stop[:4], 0.0) == []
    assert len(reader.feed(stop, 100.0)) == 1
    reader.feed(stop[:4], 101.0)
    reader.clear()
    assert len(reader.feed(stop, 102.0)) == 1


@pytest.mark.parametrize(
    ("function", "rest"), [(7, ""), (8, "0000A537"), (17, ""), (22, "000400F20025"), (43, "0E0100")]
)
def test_a_question_that_the_device_does_not_know_is_heard_so_that_it_can_be_refused(
    function: int, rest: str
) -> None:
    """A client that asks who is there (17, 43) hears exception 1, not silence: mbpoll -u waits for either."""
    body = bytes.fromhex(rest)
    said = bytes((1, function)) + body
    assert RequestReader(is_tcp=False).feed(said + crc16(said), 0.0) == [Request(1, function, body)]


@given(st.lists(st.binary(max_size=600), max_size=6))
def test_no_bytes_make_it_raise(chunks: list[bytes]) -> None:
    for is_tcp in (False, True):
        reader = RequestReader(is_tcp=is_tcp)
        for chunk in chunks:
            reader.feed(chunk, 0.0)
            assert len(reader._held) <= 2 * LONGEST
