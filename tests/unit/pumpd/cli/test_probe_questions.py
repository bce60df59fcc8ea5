"""Questions that only read, and answers by the fact sheets (facts/protocols.md 1-6)."""

import binascii

import pytest

from drivers.chemyx import effect as chemyx_effect
from drivers.gate import EffectKind
from drivers.modbus.framing import check as modbus_crc
from drivers.new_era import effect as new_era_effect
from hil_sim.pumps.chemyx import ChemyxPump
from hil_sim.pumps.new_era import NewEraPump
from pumpd.cli.probe_questions import Question, plan


def questions(*, is_tcp: bool = False) -> list[Question]:
    return [one for _, group in plan(0, 1, is_tcp=is_tcp) for one in group]


def read(family: str, answer: bytes) -> dict[str, int | str] | None:
    found = [one.read(answer) for one in questions(is_tcp=True) if one.family == family]
    return next((one.options for one in found if one is not None), None)


def test_words_come_before_anything_binary_at_each_speed_and_modbus_last() -> None:
    for is_tcp in (False, True):
        for _, group in plan(0, 1, is_tcp=is_tcp):
            binary = [one.title.startswith(("VER, safe", "device", "read one")) for one in group]
            assert binary == sorted(binary)
        families = [group[0].family == "modbus" for _, group in plan(0, 1, is_tcp=is_tcp)]
        assert families == sorted(families)


def test_no_question_can_move_a_pump_that_hears_it() -> None:
    """Every question, put to every face we have, leaves it at rest with its settings as they were."""
    for question in [*questions(), *questions(is_tcp=True)]:
        for pump in (NewEraPump(), ChemyxPump()):
            before = repr(pump.memory)
            pump.receive(b"\r" + question.request + b"\r", 0.0)
            pump.advance(1.0, 1_000.0)
            assert not pump.is_moving
            assert repr(pump.memory) == before, question.title
    safe = next(one for one in questions() if one.title == "VER, safe mode")
    assert new_era_effect.effect_of(safe.request, new_era_effect.Scales()).kind is EffectKind.HARMLESS
    status = next(one for one in questions() if one.family == "chemyx")
    assert chemyx_effect.effect_of(status.request, None).kind is EffectKind.HARMLESS


def test_new_era_in_basic_and_in_safe_mode() -> None:
    assert read("new_era", b"\x0200SNE1000V3.928\x03") == {"address": 0, "model": "NE1000"}
    body = b"07SNE1000X2V3.61"
    frame = bytes((2, len(body) + 4)) + body + binascii.crc_hqx(body, 0).to_bytes(2, "big") + b"\x03"
    assert read("new_era", frame) == {"address": 7, "model": "NE1000X2"}
    assert read("new_era", b"\x0200A?R\x03") is None


def test_a_flipped_bit_in_a_checked_answer_is_nobody() -> None:
    body = b"07SNE1000X2V3.61"
    frame = bytes((2, len(body) + 4)) + body + binascii.crc_hqx(body, 1).to_bytes(2, "big") + b"\x03"
    assert read("new_era", frame) is None


@pytest.mark.parametrize(
    ("answer", "wants"),
    [
        (b"\x0200A?R\x03", True),
        (b"\x02\x0900A?T\x05\x40\x03", True),
        (b"\x0200S\x03", False),
        (b"0VER\r", False),
    ],
)
def test_a_pending_alarm_wants_the_question_again(answer: bytes, wants: bool) -> None:
    """facts/protocols.md 1: the alarm stands in the answer's place, and the question was not carried out."""
    ask = next(one for one in questions() if one.title == "VER, basic mode")
    assert ask.again is not None
    assert ask.again(answer) is wants


def test_harvard_in_poll_mode_and_after_prompts_that_nobody_asked_for() -> None:
    elite = {"address": 0, "model": "11 ELITE I/W Single"}
    assert read("harvard", b"\nT*\n11 ELITE I/W Single 3.0.4\r\n:\x11") == elite
    assert read("harvard", b"\n:\x11\n11 ELITE I/W Single 3.0.4\r\n:\x11") == elite
    assert read("harvard", b"\nSome Meter 3.0.4\r\n:") is None


def test_harvard_bare_and_addressed() -> None:
    assert read("harvard", b"\n11 ELITE I/W Single 3.0.4\r\n:") == {
        "address": 0,
        "model": "11 ELITE I/W Single",
    }
    assert read("harvard", b"\n05:Legato 110 2.0.1\r\n05:") == {"address": 5, "model": "Legato 110"}
    assert read("harvard", b"ver\r\nInvalid Command!\r\n>") is None


def test_chemyx_and_alaris() -> None:
    assert read("chemyx", b"pump status\r\n0\r\n>") == {}
    body = b"INST_SERIALNO^8003-1234"
    good = b"!%b|%04X\r" % (body, binascii.crc_hqx(body, 0xFFFF))
    assert read("alaris", good) == {"serial": "8003-1234"}
    assert read("alaris", good.replace(b"8003", b"8004")) is None


def test_of_an_alaris_pump_is_told_what_it_cannot_do() -> None:
    body = b"INST_SERIALNO^8003-1234"
    found = next(one for one in questions() if one.family == "alaris").read(
        b"!%b|%04X\r" % (body, binascii.crc_hqx(body, 0xFFFF))
    )
    assert found is not None
    assert "it keeps no volume limit of its own" in found.note


def test_the_questions_bytes_are_the_fact_sheets() -> None:
    by_title = {one.title: one.request for one in [*questions(), *questions(is_tcp=True)]}
    assert by_title["VER, basic mode"] == b"0VER\r"
    assert by_title["INST_SERIALNO"] == b"!INST_SERIALNO|457D\r"
    assert modbus_crc(b"123456789") == b"\x37\x4b"  # 4B37, low byte first
    assert by_title["device identification, RTU"][:5] == b"\x01\x2b\x0e\x01\x00"


@pytest.mark.parametrize(
    ("pdu", "words"),
    [
        (b"\x2b\x0e\x01\x01\x00\x00\x02\x00\x05pumpd\x01\x04sim1", "unit 1: pumpd sim1"),
        (b"\xab\x01", "it does not tell its identity (exception 1)"),
        (b"\x03\x02\x00\x07", "a Modbus device, unit 1"),
        (b"\x83\x02", "a Modbus device, unit 1"),
    ],
)
def test_modbus_on_both_wires(pdu: bytes, words: str) -> None:
    rtu, _, tcp, _ = (one for one in questions(is_tcp=True) if one.family == "modbus")
    body = b"\x01" + pdu
    found = rtu.read(body + modbus_crc(body))
    assert found is not None
    assert words in found.words
    assert rtu.read(body + b"\0\0") is None
    found = tcp.read(tcp.request[:4] + len(body).to_bytes(2, "big") + body)
    assert found is not None
    assert words in found.words
    assert tcp.read(b"\0\0\0\0" + len(body).to_bytes(2, "big") + body) is None
