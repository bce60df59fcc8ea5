"""Whose a frame is, what it would do, and which units are relied on (faults rows 14, 25, 26, 31)."""

import pytest

from drivers.contract import PumpAlarm
from drivers.gate import EffectKind
from drivers.line.turns import Ask, Risk
from drivers.line.wire import Verdict, Wire
from drivers.new_era import codec
from drivers.new_era.codec import Reply
from drivers.new_era.framing import safe_frame
from drivers.new_era.turns import (
    IN_SAFE_MODE,
    READ_RATE,
    READ_VERSION,
    READ_VOLUME,
    START,
    STOP,
    set_lease,
)
from drivers.new_era.wire import ECHOES_MAX, BasicWire, NewEraWire


def set_to(text: bytes) -> Ask:
    return Ask(text, codec.DONE, Risk.DELIVERY, is_write=True)


def leave(wire: NewEraWire, ask: Ask) -> None:
    frame = wire.frame(ask)
    wire.sent(ask, frame, wire.effect(frame))


def value(wire: NewEraWire, text: bytes) -> int:
    return wire.effect(wire.frame(set_to(text))).value


def test_it_is_a_wire_that_ends_a_doubt_with_ver() -> None:
    wire: Wire = NewEraWire(0)
    assert wire.identity_ask is READ_VERSION
    assert wire.identity_ask.proves_identity
    assert (wire.alarm_eats, wire.sends_unasked, wire.gap_ms) == (True, True, 0)


def test_a_question_carries_the_address_and_is_read_back_for_what_it_is() -> None:
    wire = NewEraWire(12)
    assert wire.frame(STOP) == safe_frame(b"12STP")
    assert wire.effect(wire.frame(STOP)).kind is EffectKind.HALTS
    assert wire.effect(wire.frame(START)).kind is EffectKind.STARTS


@pytest.mark.parametrize(
    ("text", "verdict"),
    [
        (b"03S5.000MH", Verdict.OURS),
        (b"03A?T", Verdict.OURS),
        (b"03S?NA", Verdict.OURS),
        (b"03S?COM", Verdict.UNREAD),
        (b"03S?IGN", Verdict.UNREAD),
        (b"04S5.000MH", Verdict.FOREIGN),
        (b"gibberish", Verdict.NOISE),
        (b"3RAT", Verdict.ECHO),
    ],
)
def test_whose_a_text_is(text: bytes, verdict: Verdict) -> None:
    wire = NewEraWire(3)
    leave(wire, READ_RATE)
    [heard] = wire.feed(safe_frame(text), 0)
    assert heard.verdict is verdict
    assert (heard.reply is not None) == (verdict in (Verdict.OURS, Verdict.UNREAD))


def test_an_alarm_is_in_the_reply() -> None:
    [heard] = NewEraWire(3).feed(safe_frame(b"03A?S"), 0)
    assert heard.reply is not None
    assert heard.reply.alarm is PumpAlarm.STALL


def test_an_answer_without_a_check_says_so() -> None:
    [heard] = NewEraWire(0).feed(b"\x0200S\x03", 0)
    assert not heard.is_checked


def test_an_echo_is_known_for_the_last_few_questions_only() -> None:
    """Address 10 makes `10STP` read like a stopped pump that says TP."""
    wire = NewEraWire(10)
    leave(wire, STOP)
    for _ in range(ECHOES_MAX - 1):
        leave(wire, READ_RATE)
    assert [heard.verdict for heard in wire.feed(safe_frame(b"10STP"), 0)] == [Verdict.ECHO]
    leave(wire, READ_RATE)
    assert [heard.verdict for heard in wire.feed(safe_frame(b"10STP"), 0)] == [Verdict.OURS]


def test_a_partial_frame_is_dropped_when_its_exchange_is_over() -> None:
    wire = NewEraWire(0)
    frame = safe_frame(b"00S")
    assert wire.feed(frame[:4], 0) == []
    wire.clear()
    assert wire.feed(frame[4:], 1) == []


def test_an_answer_fits_by_its_shape() -> None:
    wire = NewEraWire(0)
    assert wire.fits(READ_RATE, Reply(0, "S", b"5.000MH"))
    assert not wire.fits(READ_RATE, Reply(0, "S", b"5.000ML"))


def test_a_bare_rate_counts_in_the_unit_last_read_and_in_the_largest_before() -> None:
    """Faults row 14."""
    wire = NewEraWire(0)
    assert value(wire, b"RAT1.000") == 60_000_000
    wire.learn(READ_RATE, Reply(0, "S", b"5.000UH"))
    assert value(wire, b"RAT1.000") == 1_000


def test_a_bare_volume_counts_in_the_unit_last_read_until_a_frame_leaves_that_may_change_it() -> None:
    wire = NewEraWire(0)
    wire.learn(READ_VOLUME, Reply(0, "S", b"5.000UL"))
    assert value(wire, b"VOL1.000") == 1_000
    leave(wire, set_to(b"DIA26.59"))
    assert value(wire, b"VOL1.000") == 1_000_000


def test_a_rate_that_leaves_with_a_unit_makes_the_unit_unknown_and_one_without_does_not() -> None:
    wire = NewEraWire(0)
    wire.learn(READ_RATE, Reply(0, "S", b"5.000UH"))
    leave(wire, set_to(b"RAT2.000"))
    assert value(wire, b"RAT1.000") == 1_000
    leave(wire, set_to(b"RAT2.000MH"))
    assert value(wire, b"RAT1.000") == 60_000_000


def test_model_and_firmware_are_what_stays_the_same() -> None:
    first, second = (Reply(0, letter, b"NE1000V3.928") for letter in "SI")
    assert NewEraWire(0).identity(first) == NewEraWire(0).identity(second)


# SAF, whatever mode the pump is in


def test_a_saf_that_is_not_answered_goes_out_as_a_packet_and_as_a_line_by_turns() -> None:
    """facts/protocols.md 1: that a packet is taken in basic mode is inferred."""
    wire, frames = NewEraWire(0), []
    for _ in range(3):
        frames.append(wire.frame(set_lease(2)))
        leave(wire, set_lease(2))
    assert frames == [safe_frame(b"0SAF2"), b"0SAF2\r", safe_frame(b"0SAF2")]


def test_the_first_line_that_is_not_understood_says_nothing_and_the_second_does() -> None:
    """What is printable of the packet before stands at its beginning."""
    wire = NewEraWire(0)
    leave(wire, set_lease(2))
    for verdict in (Verdict.UNREAD, Verdict.OURS):
        assert wire.frame(set_lease(2)) == b"0SAF2\r"
        leave(wire, set_lease(2))
        [heard] = wire.feed(b"\x0200S?\x03", 0)
        assert heard.verdict is verdict


def test_a_packet_answered_in_basic_mode_was_understood_and_stays_a_packet() -> None:
    wire = NewEraWire(0)
    leave(wire, set_lease(2))
    wire.feed(b"\x0200A?R\x03", 0)
    assert wire.frame(set_lease(2)) == safe_frame(b"0SAF2")


# basic mode


def test_in_basic_mode_a_question_is_a_line_and_an_answer_needs_no_check() -> None:
    wire: Wire = BasicWire(7)
    assert not wire.sends_unasked
    assert wire.frame(STOP) == b"7STP\r"
    assert wire.effect(wire.frame(STOP)).kind is EffectKind.HALTS
    [heard] = wire.feed(b"\x0207S5.000MH\x03", 0)
    assert (heard.verdict, heard.is_checked) == (Verdict.OURS, True)
    [heard] = wire.feed(b"\x0208S5.000MH\x03", 0)
    assert heard.verdict is Verdict.FOREIGN


def test_in_basic_mode_a_ver_is_taken_when_it_was_heard_twice_running() -> None:
    """Row 21, row 25: a garbled one is no other pump, and a swapped one says it again."""
    wire = BasicWire(0)
    ours, garbled, other = (Reply(0, "S", text) for text in (b"NE1000V2.19", b"NE1000V2.18", b"NE500V2.19"))
    assert [wire.fits(READ_VERSION, one) for one in (garbled, ours, ours)] == [False, False, True]
    wire.learn(READ_VERSION, ours)
    assert [wire.fits(READ_VERSION, one) for one in (ours, garbled, ours)] == [True, False, True]
    assert [wire.fits(READ_VERSION, one) for one in (other, other)] == [False, True]


def test_in_basic_mode_a_silent_pump_is_asked_once_by_a_packet_and_known_by_its_answer() -> None:
    wire, frames = BasicWire(0), []
    for _ in range(4):
        frames.append(wire.frame(READ_VERSION))
        leave(wire, READ_VERSION)
    assert frames == [b"0VER\r", b"0VER\r", safe_frame(b"0VER"), b"0VER\r"]
    [heard] = wire.feed(safe_frame(b"00SNE1000V3.928"), 0)
    assert heard.reply is not None
    assert heard.reply.text == IN_SAFE_MODE
    assert wire.fits(READ_VERSION, heard.reply)
    assert wire.frame(READ_VERSION) == safe_frame(b"0VER")


def test_in_basic_mode_a_pump_that_has_answered_is_never_sent_a_packet() -> None:
    wire = BasicWire(0)
    wire.feed(b"\x0200A?R\x03", 0)
    for _ in range(5):
        leave(wire, READ_VERSION)
        assert wire.frame(READ_VERSION) == b"0VER\r"
