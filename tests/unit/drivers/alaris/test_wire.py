"""Whose a piece of the stream is, and what goes out."""

import pytest

from drivers.alaris.codec import Counter
from drivers.alaris.framing import wrap
from drivers.alaris.limit import HostLimit
from drivers.alaris.turns import (
    READ_RATE,
    READ_SERIAL,
    READ_STATE,
    READ_VOLUME,
    START,
    STOP,
    enable,
    set_rate,
)
from drivers.alaris.wire import AlarisWire
from drivers.gate import Effect, EffectKind
from drivers.line.turns import Ask, Risk
from drivers.line.wire import Verdict

CONTROL = enable(b"REMOTE_CTRL", b"0701")


def verdicts(wire: AlarisWire, *texts: bytes) -> list[Verdict]:
    return [heard.verdict for text in texts for heard in wire.feed(wrap(text), 0)]


def send(wire: AlarisWire, ask: Ask) -> bytes:
    frame = wire.frame(ask)
    wire.sent(ask, frame, wire.effect(frame))
    return frame


def test_the_first_frame_and_the_first_after_a_silence_abort_what_may_be_stuck() -> None:
    wire = AlarisWire(HostLimit())
    assert send(wire, READ_SERIAL) == b"\x1b!INST_SERIALNO|457D\r"
    assert send(wire, STOP) == b"!INF_STOP|CD57\r"
    wire.clear()
    assert send(wire, STOP) == b"\x1b!INF_STOP|CD57\r"


def test_an_answer_is_ours_and_half_a_frame_is_noise() -> None:
    wire = AlarisWire(HostLimit())
    assert verdicts(wire, b"INF^STOPPED") == [Verdict.OURS]
    assert [heard.verdict for heard in wire.feed(b"!INF^STO|0000\r", 0)] == [Verdict.NOISE]
    wire.feed(b"!INF^", 0)
    wire.clear()
    assert [heard.verdict for heard in wire.feed(b"STOPPED|10EA\r", 0)] == [Verdict.NOISE]


def test_our_own_question_is_an_echo_and_from_then_on_the_first_copy_of_an_order_is_too() -> None:
    """Faults row 26."""
    wire = AlarisWire(HostLimit())
    send(wire, READ_SERIAL)
    assert verdicts(wire, b"INST_SERIALNO", b"INST_SERIALNO^8003-00417") == [Verdict.ECHO, Verdict.OURS]
    send(wire, CONTROL)
    assert verdicts(wire, CONTROL.text, CONTROL.text) == [Verdict.ECHO, Verdict.OURS]


def test_an_order_answered_with_its_bare_name_is_an_answer_though_it_reads_like_a_question() -> None:
    wire = AlarisWire(HostLimit())
    send(wire, READ_RATE)
    assert verdicts(wire, b"INF_RATE^10.0^ml/h") == [Verdict.OURS]
    send(wire, set_rate(10_000_000, Risk.DELIVERY))
    assert verdicts(wire, b"INF_RATE") == [Verdict.OURS]


def test_without_an_echo_an_answer_that_repeats_the_order_is_an_answer() -> None:
    wire = AlarisWire(HostLimit())
    send(wire, CONTROL)
    assert verdicts(wire, CONTROL.text) == [Verdict.OURS]


@pytest.mark.parametrize(
    ("ask", "text", "fits"),
    [
        (READ_STATE, b"INF^STOPPED", True),
        (READ_STATE, b"INF^WHATEVER", True),
        (READ_STATE, b"INF_VI^1.0^ml", False),
        (READ_RATE, b"INF_RATE^10.0^ml/h", True),
        (READ_VOLUME, b"INF_VI^", False),
        (READ_VOLUME, b"INF_VI^REFUSED", True),
        (READ_VOLUME, b"INF_RATE^REFUSED", False),
        (READ_VOLUME, b"NAK", True),
        (STOP, b"INF_STOP", True),
        (STOP, b"INF_STOP^OK", True),
        (STOP, b"INF_STOPPED", False),
        (CONTROL, b"REMOTE_CFG^ENABLED", False),
    ],
)
def test_an_answer_fits_its_question_by_name_and_shape(ask: Ask, text: bytes, fits: bool) -> None:
    wire = AlarisWire(HostLimit())
    [heard] = wire.feed(wrap(text), 0)
    assert heard.reply is not None
    assert wire.fits(ask, heard.reply) is fits


def test_the_gate_is_shown_the_limit_in_force_with_the_start_and_nowhere_else() -> None:
    limit = HostLimit()
    wire = AlarisWire(limit)
    assert wire.effect(wire.frame(START)).host_limit_nl is None
    limit.begin(Counter(1_000_000, 1_000), 5)
    assert wire.effect(wire.frame(START)) == Effect(EffectKind.STARTS, "INF_START", host_limit_nl=5)
    assert wire.effect(wire.frame(READ_VOLUME)) == Effect(EffectKind.HARMLESS, "INF_VI")
    limit.lift()
    assert wire.effect(wire.frame(START)).host_limit_nl is None


def test_the_serial_numbers_answer_is_the_identity() -> None:
    wire = AlarisWire(HostLimit())
    [heard] = wire.feed(wrap(b"INST_SERIALNO^8003-00417"), 0)
    assert heard.reply is not None
    wire.learn(READ_SERIAL, heard.reply)
    assert wire.identity(heard.reply) == b"INST_SERIALNO^8003-00417"
