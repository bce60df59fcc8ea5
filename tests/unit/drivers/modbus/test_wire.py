"""Whose a Modbus frame is: transactions, units, shapes, nonces; and that an alarm is told once."""

from itertools import count, pairwise

import pytest
from modbus_bench import DEFAULT, NARROW

from drivers.contract import PumpAlarm
from drivers.line.turns import Ask
from drivers.line.wire import Verdict
from drivers.modbus import asks
from drivers.modbus.asks import ANY, RegisterAsk
from drivers.modbus.codec import Reply
from drivers.modbus.layout import Block, Space
from drivers.modbus.parse_map import parse_map
from drivers.modbus.wire import ModbusWire, gap_ms

LAYOUT = parse_map(DEFAULT)
STATUS = asks.read(Block(Space.INPUT, 0, 8))


def wire(*, is_tcp: bool = True, text: str = DEFAULT) -> ModbusWire:
    return ModbusWire(parse_map(text), 1, count(0x0101), is_tcp=is_tcp, gap_ms=0)


def ask(one: ModbusWire, question: Ask) -> bytes:
    frame = one.frame(question)
    one.sent(question, frame, one.effect(frame))
    return frame


def answer(frame: bytes, pdu: str, *, unit: int = 1, number: int | None = None) -> bytes:
    raw = bytes.fromhex(pdu)
    tid = frame[:2] if number is None else number.to_bytes(2, "big")
    return tid + b"\0\0" + (len(raw) + 1).to_bytes(2, "big") + bytes((unit,)) + raw


def status(alarms: int, heartbeat: int = 1) -> str:
    return f"04 10 0000 {alarms:04X} {heartbeat:04X} 0000 0000 0000 0000 0000"


def test_an_answer_is_ours_by_transaction_and_unit() -> None:
    """Faults rows 31 and 33; the number 0 is not let through (pymodbus #2844)."""
    one = wire()
    frame = ask(one, STATUS)
    verdicts = [
        one.feed(answer(frame, status(0), number=n, unit=u), 0)[0].verdict
        for n, u in ((0, 1), (2, 1), (1, 2), (1, 1))
    ]
    assert verdicts == [Verdict.NOISE, Verdict.NOISE, Verdict.FOREIGN, Verdict.OURS]


def test_every_frame_has_a_number_of_its_own_and_none_is_0() -> None:
    one = wire()
    numbers = [int.from_bytes(one.frame(STATUS)[:2], "big") for _ in range(65_540)]
    assert numbers[:2] == [1, 2]
    assert 0 not in numbers
    assert all(a != b for a, b in pairwise(numbers))


def test_an_answer_of_another_size_or_function_does_not_fit() -> None:
    """Faults row 32."""
    one = wire()
    ask(one, STATUS)
    assert one.fits(STATUS, Reply(1, 1, 4, b"", (0,) * 8))
    assert not one.fits(STATUS, Reply(1, 1, 4, b"", (0,) * 5))
    assert not one.fits(STATUS, Reply(1, 1, 3, b"", (0,) * 8))
    assert not one.fits(Ask(b"?", ANY), Reply(1, 1, 4, b"", (0,) * 8))
    with pytest.raises(TypeError):
        one.frame(Ask(b"?", ANY))


def test_the_identity_question_carries_a_nonce_and_only_its_own_comes_back() -> None:
    """facts/ecosystem.md 2: the FC23 nonce."""
    one = wire(is_tcp=False)
    question = one.identity_ask
    ask(one, question)
    first = one._nonce
    ask(one, question)
    second = one._nonce
    assert first != second
    assert not one.fits(question, Reply(1, 0, 23, b"", (first, 1, 0x0102, 0, 40217)))
    mine = Reply(1, 0, 23, b"", (second, 1, 0x0102, 0, 40217))
    assert one.fits(question, mine)
    plain = Reply(1, 0, 3, b"", (0, 1, 0x0102, 0, 40217))
    assert one.identity(mine) == one.identity(plain) != b""


def test_without_function_23_the_identity_is_asked_in_a_shape_of_its_own() -> None:
    question = wire(text=NARROW).identity_ask
    assert isinstance(question, RegisterAsk)
    assert not question.has_nonce
    assert question.proves_identity


def test_an_alarm_is_told_once_and_two_are_told_one_after_the_other() -> None:
    one = wire()
    told = []
    for alarms in (0b101, 0b101, 0b101, 0b000, 0b100):
        frame = ask(one, STATUS)
        [heard] = one.feed(answer(frame, status(alarms)), 0)
        assert heard.reply is not None
        told.append(heard.reply.alarm)
        one.learn(STATUS, heard.reply)
    assert told == [PumpAlarm.RESET, PumpAlarm.HOST_SILENT, None, None, PumpAlarm.HOST_SILENT]


def test_on_rtu_a_question_come_back_is_an_echo() -> None:
    one = wire(is_tcp=False)
    frame = ask(one, STATUS)
    assert [h.verdict for h in one.feed(frame, 0)] == [Verdict.ECHO]
    one.clear()


def test_the_gap_is_three_and_a_half_characters() -> None:
    assert [gap_ms(baud) for baud in (9600, 19200, 115200)] == [5, 3, 2]
