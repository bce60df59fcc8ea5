"""Where an answer ends and whose it is (facts/protocols.md 2; faults rows 6, 23, 24, 26, 31)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.harvard.binding import Addressing, Binding, LeaseForm
from drivers.harvard.lease import Lease
from drivers.harvard.signs import Signs
from drivers.harvard.turns import POLL_ON, READ_RATE, READ_VERSION, STOP
from drivers.harvard.wire import HELD_MAX, HarvardWire
from drivers.line.turns import Ask
from drivers.line.wire import Heard, Verdict

ROWS: list[dict[str, Any]] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "harvard.toml").read_text("utf-8")
)["reply"]
RATE = b"\n199.49 ul/min\r\n:\x11"


def a_wire(address: int = 0, addressing: Addressing = Addressing.NONE) -> HarvardWire:
    binding = Binding("x", address=address, addressing=addressing)
    return HarvardWire(binding, Signs(Lease(2000, LeaseForm.PROVE)))


def ask(wire: HarvardWire, question: Ask) -> bytes:
    frame = wire.frame(question)
    wire.sent(question, frame, wire.effect(frame))
    return frame


def golden(row: dict[str, Any]) -> bytes:
    return bytes.fromhex(row["bytes"]) if "bytes" in row else row["text"].encode()


def texts(heard: list[Heard]) -> list[tuple[Verdict, bytes | None]]:
    return [(one.verdict, one.reply.text if one.reply else None) for one in heard]


@pytest.mark.parametrize("row", ROWS, ids=lambda row: row["name"])
def test_a_golden_answer_is_read_byte_by_byte(row: dict[str, Any]) -> None:
    addressing = Addressing.DIGITS if "address" in row else Addressing.NONE
    wire = a_wire(row.get("address", 0), addressing)
    heard = [one for byte in golden(row) for one in wire.feed(bytes((byte,)), 0)]
    assert texts(heard) == [(Verdict.OURS, "\n".join(row["lines"]).encode())]
    assert wire.held_bytes == 0


@pytest.mark.parametrize(
    ("addressing", "frame"),
    [(Addressing.NONE, b"@irate\r"), (Addressing.DIGITS, b"12irate\r"), (Addressing.COLON, b"12:irate\r")],
)
def test_every_form_of_address_is_written(addressing: Addressing, frame: bytes) -> None:
    address = 0 if addressing is Addressing.NONE else 12
    assert a_wire(address, addressing).frame(READ_RATE) == frame


def test_prompts_that_nobody_asked_for_are_passed_over() -> None:
    """With poll mode off the pump sends LF and prompt on its own; they stand in front of the answer that follows."""
    assert texts(a_wire().feed(b"\nT*\n>" + RATE, 0)) == [(Verdict.OURS, b"199.49 ul/min")]


def test_another_pumps_answer_is_foreign_and_a_bare_one_is_from_address_0() -> None:
    chained = a_wire(12, Addressing.DIGITS)
    assert [h.verdict for h in chained.feed(b"\n07:\x11" + RATE + b"\n12:1 ml/min\r\n12>\x11", 0)] == [
        *(Verdict.FOREIGN, Verdict.FOREIGN),
        Verdict.OURS,
    ]
    assert a_wire(0, Addressing.DIGITS).feed(RATE, 0)[0].verdict is Verdict.OURS


def test_our_own_echo_is_known_and_the_answer_behind_it_read() -> None:
    wire = a_wire()
    frame = ask(wire, READ_RATE)
    assert texts(wire.feed(frame + RATE, 0)) == [(Verdict.ECHO, None), (Verdict.OURS, b"199.49 ul/min")]


def test_a_command_error_to_a_question_is_asked_again_and_to_an_order_it_is_the_answer() -> None:
    error = b"\nCommand error:\r\n   Unknown command\r\n:\x11"
    wire = a_wire()
    ask(wire, READ_RATE)
    assert wire.feed(error, 0)[0].verdict is Verdict.UNREAD
    ask(wire, STOP)
    assert wire.feed(error, 0)[0].verdict is Verdict.OURS


def test_a_refusal_never_proves_who_answers() -> None:
    wire = a_wire()
    reply = wire.feed(b"\nArgument error: 2\r\n   no\r\n:\x11", 0)[0].reply
    assert reply is not None
    assert wire.fits(STOP, reply)
    assert not wire.fits(READ_VERSION, reply)


def test_two_answers_without_xon_are_a_pump_that_is_not_polled_and_then_it_is_understood() -> None:
    """Faults row 6: the only mark of a restart."""
    wire = a_wire()
    for _ in range(2):
        ask(wire, READ_RATE)
        assert wire.feed(RATE[:-1], 0) == []
        wire.clear()
    ask(wire, READ_RATE)
    assert texts(wire.feed(RATE[:-1], 0)) == [(Verdict.OURS, b"199.49 ul/min")]


def test_one_xon_lost_to_noise_is_not_a_restart() -> None:
    wire = a_wire()
    ask(wire, READ_RATE)
    wire.feed(RATE[:-1], 0)
    wire.clear()
    assert len(wire.feed(RATE, 0)) == 1
    wire.feed(RATE[:-1], 0)
    wire.clear()
    assert wire.feed(RATE[:-1], 0) == []


def test_the_start_of_an_addressed_line_is_not_taken_for_a_prompt_without_xon() -> None:
    wire = a_wire(0, Addressing.DIGITS)
    for _ in range(2):
        ask(wire, POLL_ON)
        wire.feed(b"\n00:", 0)
        wire.clear()
    ask(wire, READ_RATE)
    assert wire.feed(b"\n00:", 0) == []
    assert texts(wire.feed(b"1 ml/min\r\n00:", 0)) == [(Verdict.OURS, b"1 ml/min")]


@settings(max_examples=300)
@given(st.lists(st.binary(max_size=80), max_size=20))
def test_whatever_comes_nothing_is_raised_and_little_is_held(chunks: list[bytes]) -> None:
    wire = a_wire()
    ask(wire, READ_RATE)
    for chunk in chunks:
        wire.feed(chunk, 0)
        assert wire.held_bytes <= HELD_MAX
    wire.clear()
    assert wire.held_bytes == 0
