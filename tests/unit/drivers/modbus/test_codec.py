"""Requests and answers by pymodbus, held to the golden frames; and what its decoders would let through."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from modbus_vectors import REPLIES, REQUESTS, Golden

from drivers.modbus import codec
from drivers.modbus.codec import Reply, Request


@pytest.mark.parametrize("golden", REQUESTS, ids=lambda g: g.name)
def test_requests_are_the_golden_bytes(golden: Golden) -> None:
    request = Request(golden.function, golden.address, golden.count, golden.values, golden.write_address)
    framer = codec.mbap() if golden.is_tcp else codec.rtu()
    assert codec.frame(framer, request, golden.unit, golden.number) == golden.whole


@pytest.mark.parametrize("golden", REPLIES, ids=lambda g: g.name)
def test_answers_are_read_from_the_golden_bytes(golden: Golden) -> None:
    framer = codec.mbap() if golden.is_tcp else codec.rtu()
    reply = codec.parse(framer, golden.whole, golden.pdu)
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
    assert codec.parse(codec.mbap(), whole, raw) is None, what


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
    codec.parse(codec.rtu(), b"\1" + raw + b"\0\0", raw)
    codec.parse(codec.mbap(), b"\0\1\0\0\0\5\1" + raw, raw)
