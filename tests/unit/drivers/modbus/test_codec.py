"""Requests and answers held to the golden frames and to pymodbus; and what its decoders would let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_vectors import REPLIES, REQUESTS, Golden
from pymodbus.framer import FramerRTU, FramerSocket
from pymodbus.pdu import DecodePDU, ModbusPDU
from pymodbus.pdu.bit_message import (
    ReadCoilsRequest,
    ReadDiscreteInputsRequest,
    WriteMultipleCoilsRequest,
    WriteSingleCoilRequest,
)
from pymodbus.pdu.register_message import (
    ReadHoldingRegistersRequest,
    ReadInputRegistersRequest,
    ReadWriteMultipleRegistersRequest,
    WriteMultipleRegistersRequest,
    WriteSingleRegisterRequest,
)

from drivers.modbus import codec
from drivers.modbus.codec import Reply, Request


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda g: g.name)
def test_requests_are_the_golden_bytes(golden: Golden) -> None:
    request = Request(golden.function, golden.address, golden.count, golden.values, golden.write_address)
    assert codec.frame(request, golden.unit, golden.number, is_tcp=golden.is_tcp) == golden.whole


@pytest.mark.parametrize("golden", REPLIES, ids=lambda g: g.name)
def test_answers_are_read_from_the_golden_bytes(golden: Golden) -> None:
    reply = codec.parse(golden.whole, is_tcp=golden.is_tcp)
    assert reply is not None
    assert (reply.unit, reply.function, reply.number) == (golden.unit, golden.function, golden.number)
    assert reply.exception == golden.exception
    assert golden.exception or reply.text == golden.text


@pytest.mark.parametrize("code", [1, 2, 3, 4, 6])
def test_an_exception_that_says_nothing_was_done_is_a_refusal_in_words(code: int) -> None:
    """Faults row 34."""
    reply = Reply(1, 0, 5, b"\x06", exception=code)
    assert reply.error is not None
    assert f"exception {code}" in reply.error
    assert codec.fits(Request(5, 0, 1, (0,)), reply)


@pytest.mark.parametrize("code", [5, 8, 10, 11])
def test_an_exception_that_leaves_it_open_is_no_answer(code: int) -> None:
    reply = Reply(1, 0, 5, bytes((code,)), exception=code)
    assert reply.error is None
    assert not codec.fits(Request(5, 0, 1, (0,)), reply)


@pytest.mark.parametrize(
    ("pdu", "what"),
    [
        ("05 00 00 00 01", "a coil that is neither on nor off"),
        ("03 03 00 01 00", "half a register"),
        ("03 04 00 01 00 02 00", "a byte too many"),
        ("03 00", "no registers"),
        ("05 00 00", "cut off"),
        ("85 06 00", "a long exception"),
        ("2B 0E 01", "a function nobody asked for"),
        ("03", "nothing"),
    ],
)
def test_what_pymodbus_would_let_pass_is_not_an_answer(pdu: str, what: str) -> None:
    raw = bytes.fromhex(pdu)
    whole = bytes((0, 1, 0, 0, 0, len(raw) + 1, 1)) + raw
    assert codec.parse(whole, is_tcp=True) is None, what
    rtu = b"\1" + raw
    assert codec.parse(rtu + codec.check(rtu), is_tcp=False) is None, what


def test_an_answer_to_a_write_repeats_what_was_written() -> None:
    """facts/ecosystem.md 2: echoes are compared."""
    stop = Request(5, 0, 1, (0,))
    assert codec.fits(stop, Reply(1, 0, 5, bytes.fromhex("0000 0000")))
    assert not codec.fits(stop, Reply(1, 0, 5, bytes.fromhex("0000 FF00")))
    rate = Request(16, 0, 2, (0, 26250))
    assert codec.fits(rate, Reply(1, 0, 16, bytes.fromhex("0000 0002")))
    assert not codec.fits(rate, Reply(1, 0, 16, bytes.fromhex("0002 0002")))
    assert codec.fits(Request(6, 5, 1, (2,)), Reply(1, 0, 6, bytes.fromhex("0005 0002")))
    assert codec.fits(Request(1, 0, 2), Reply(1, 0, 1, bytes.fromhex("01 03"), (1, 1, 0, 0, 0, 0, 0, 0)))
    assert not codec.fits(Request(3, 0, 2), Reply(1, 0, 3, b"\2\0\1", (1,)))


@given(st.binary(max_size=40))
def test_no_bytes_make_it_raise(raw: bytes) -> None:
    for is_tcp in (False, True):
        codec.parse(raw, is_tcp=is_tcp)
    codec.parse(b"\0\1\0\0" + (len(raw) + 1).to_bytes(2, "big") + b"\1" + raw, is_tcp=True)
    codec.parse(b"\1" + raw + codec.check(b"\1" + raw), is_tcp=False)


def _said_by_pymodbus(request: Request, unit: int, number: int, *, is_tcp: bool) -> bytes:
    match request.function:
        case 1 | 2 | 3 | 4 as function:
            readers = (
                ReadCoilsRequest,
                ReadDiscreteInputsRequest,
                ReadHoldingRegistersRequest,
                ReadInputRegistersRequest,
            )
            message: ModbusPDU = readers[function - 1](address=request.address, count=request.count)
        case 5:
            message = WriteSingleCoilRequest(address=request.address, bits=[bool(request.values[0])])
        case 6:
            message = WriteSingleRegisterRequest(address=request.address, registers=list(request.values))
        case 15:
            message = WriteMultipleCoilsRequest(
                address=request.address, bits=[bool(v) for v in request.values]
            )
        case 16:
            message = WriteMultipleRegistersRequest(address=request.address, registers=list(request.values))
        case _:
            message = ReadWriteMultipleRegistersRequest(
                read_address=request.address,
                read_count=request.count,
                write_address=request.write_address,
                write_registers=list(request.values),
            )
    message.dev_id, message.transaction_id = unit, number
    decoder = DecodePDU(is_server=False)
    return (FramerSocket if is_tcp else FramerRTU)(decoder).buildFrame(message)


WORD = st.integers(0, 0xFFFF)
BIT = st.integers(0, 1)
REQUESTS_OF_ALL_KINDS = st.one_of(
    st.builds(Request, st.sampled_from((1, 2, 3, 4)), WORD, st.integers(1, 100)),
    st.builds(Request, st.just(5), WORD, st.just(1), st.tuples(BIT)),
    st.builds(Request, st.just(6), WORD, st.just(1), st.tuples(WORD)),
    st.builds(Request, st.just(15), WORD, st.just(1), st.lists(BIT, min_size=1, max_size=40).map(tuple)),
    st.builds(Request, st.just(16), WORD, st.just(1), st.lists(WORD, min_size=1, max_size=40).map(tuple)),
    st.builds(
        Request,
        st.just(23),
        WORD,
        st.integers(1, 100),
        st.lists(WORD, min_size=1, max_size=40).map(tuple),
        WORD,
    ),
)


@given(REQUESTS_OF_ALL_KINDS, st.integers(1, 247), WORD, st.booleans())
def test_every_request_is_byte_for_byte_what_pymodbus_would_say(
    request: Request, unit: int, number: int, is_tcp: bool
) -> None:
    """A library that does not import what we wrote, and the specification, agree with it (facts/ecosystem.md 2)."""
    said = codec.frame(request, unit, number, is_tcp=is_tcp)
    assert said == _said_by_pymodbus(request, unit, number, is_tcp=is_tcp)


@given(st.sampled_from((1, 2, 3, 4, 23)), st.lists(WORD, min_size=1, max_size=60), st.integers(1, 247))
def test_every_answer_is_read_as_pymodbus_reads_it(function: int, words: list[int], unit: int) -> None:
    packed = b"".join(word.to_bytes(2, "big") for word in words)
    body = bytes((unit, function, len(packed))) + packed
    whole = body + codec.check(body)
    used, theirs = FramerRTU(DecodePDU(is_server=False)).handleFrame(whole, 0, 0)
    ours = codec.parse(whole, is_tcp=False)
    assert ours is not None
    assert theirs is not None
    assert used == len(whole)
    assert (ours.unit, ours.function) == (theirs.dev_id, theirs.function_code)
    assert ours.words == (*map(int, theirs.bits), *theirs.registers)


def test_an_answer_whose_check_or_length_is_wrong_is_none() -> None:
    """Faults row 25: nothing is read out of a damaged frame."""
    body = bytes.fromhex("010402 0001")
    good = body + codec.check(body)
    assert codec.parse(good, is_tcp=False) is not None
    for bit in range(len(good) * 8):
        bad = bytearray(good)
        bad[bit // 8] ^= 1 << bit % 8
        assert codec.parse(bytes(bad), is_tcp=False) is None
    tcp = bytes.fromhex("0007 0000 0005") + body
    assert codec.parse(tcp, is_tcp=True) is not None
    assert codec.parse(tcp + b"\0", is_tcp=True) is None
    assert codec.parse(b"\0\7\0\1" + tcp[4:], is_tcp=True) is None
