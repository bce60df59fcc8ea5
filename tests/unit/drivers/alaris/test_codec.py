"""What answers say, in every form that is taken, and what is taken in none (facts/protocols.md 5)."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.alaris import codec
from drivers.alaris.codec import Counter, Reply
from drivers.contract import Motion, PumpAlarm


@pytest.mark.parametrize(
    ("text", "motion"),
    [
        (b"INF^INFUSING", Motion.INFUSING),
        (b"INF^running", Motion.INFUSING),
        (b"INF^10.0^ml/h^STARTED", Motion.INFUSING),
        (b"INF^STOPPED", Motion.HALTED),
        (b"INF^ON_HOLD", Motion.HALTED),
        (b"INF^Not Infusing^OCCLUSION", Motion.HALTED),
        (b"INF^PURGE", Motion.PURGING),
        (b"INF^1", None),
        (b"INF^SOMETHING", None),
        (b"INF^STOPPED^INFUSING", None),
        (b"INF^REFUSED^STOPPED", None),
        (b"INF_VI^STOPPED", None),
    ],
)
def test_the_state_is_one_known_word_or_not_known(text: bytes, motion: Motion | None) -> None:
    assert Reply(text).motion is motion


@pytest.mark.parametrize(
    ("text", "alarm"),
    [
        (b"INF^STOPPED^COMMUNICATIONS FAILURE", PumpAlarm.HOST_SILENT),
        (b"INF^STOPPED^comms_fail", PumpAlarm.HOST_SILENT),
        (b"INF^STOPPED^OCCLUSION", PumpAlarm.STALL),
        (b"INF^STOPPED^SYRINGE EMPTY", PumpAlarm.STALL),
        (b"INF^STOPPED^DRIVE DISENGAGED", PumpAlarm.PROGRAM),
        (b"INF^STOPPED^POWER FAIL", PumpAlarm.RESET),
        (b"INF^INFUSING^BATTERY LOW", PumpAlarm.BATTERY),
        (b"INF^STOPPED^Battery empty", PumpAlarm.BATTERY),
        (b"INF^INFUSING^NO ALARM", None),
        (b"INF^INFUSING^KETAMINE", None),
        (b"INF_RATE^ALARM", None),
    ],
)
def test_a_field_that_speaks_of_an_alarm_is_one(text: bytes, alarm: PumpAlarm | None) -> None:
    assert Reply(text).alarm is alarm


@pytest.mark.parametrize(
    ("text", "is_refusal"),
    [
        (b"INF_START^REFUSED^REMOTE NOT ENABLED", True),
        (b"REMOTE_CTRL^DISABLED", True),
        (b"INF_STOP^ERROR: 5", True),
        (b"INF_STOP^NOT_ENABLED", True),
        (b"NAK", True),
        (b"ERROR^12", True),
        (b"INF_STOP", False),
        (b"INF_STOP^OK", False),
        (b"REMOTE_CTRL^ENABLED^0701", False),
        (b"INF^ERRATIC", False),
    ],
)
def test_a_refusal_is_known_by_its_first_word_or_its_name(text: bytes, is_refusal: bool) -> None:
    assert Reply(text).error == (text.decode() if is_refusal else None)


@pytest.mark.parametrize(
    ("text", "rate_nl_h"),
    [
        (b"INF_RATE^10.0^ml/h", 10_000_000),
        (b"INF_RATE^ml/h^26.2", 26_200_000),
        (b"INF_RATE^26.25 mL/H", 26_250_000),
        (b"INF_RATE^0.000001^ml/h", 1),
        (b"INF_RATE^7^ml/h", 7_000_000),
        (b"INF_RATE^10.0", None),
        (b"INF_RATE^10,0^ml/h", None),
        (b"INF_RATE^-1.0^ml/h", None),
        (b"INF_RATE^1e3^ml/h", None),
        (b"INF_RATE^10.^ml/h", None),
        (b"INF_RATE^10.0^ml/min", None),
        (b"INF_RATE^10.0^ml", None),
        (b"INF_RATE^10.0^ml/h^20.0", None),
        (b"INF_RATE^1234567.0^ml/h", None),
        (b"INF_RATE", None),
    ],
)
def test_a_rate_has_its_unit_or_is_none(text: bytes, rate_nl_h: int | None) -> None:
    assert codec.parse_rate(text) == rate_nl_h


def test_a_volume_tells_how_finely_it_is_told() -> None:
    assert codec.parse_volume(b"INF_VI^1.234^ml") == Counter(1_234_000, 1_000)
    assert codec.parse_volume(b"INF_VI^ml^12.5") == Counter(12_500_000, 100_000)
    assert codec.parse_volume(b"INF_VI^12^ML") == Counter(12_000_000, 1_000_000)
    assert codec.parse_volume(b"INF_VI^12.5") is None
    assert codec.parse_volume(b"INF_VI^12.5^ml/h") is None


@given(st.integers(-10, 20_000_000_000))
def test_a_rate_is_written_exactly_with_one_decimal_or_not_at_all(rate_nl_h: int) -> None:
    text = codec.rate_text(rate_nl_h)
    assert (text is not None) == (0 < rate_nl_h <= 9_999_900_000 and rate_nl_h % 100_000 == 0)
    if text is not None:
        assert codec.parse_rate(text) == rate_nl_h


def test_the_golden_order_is_written_as_it_stands() -> None:
    assert codec.rate_text(10_000_000) == b"INF_RATE^10.0^ml/h"


def test_the_security_code_is_the_check_of_the_serial_number_alone() -> None:
    assert codec.security_code(b"INST_SERIALNO^8003-00417") == b"0701"
    assert codec.security_code(b"INST_SERIALNO^8003-00418") != b"0701"


@given(st.binary(max_size=60))
def test_nothing_said_makes_a_reply_raise(text: bytes) -> None:
    reply = Reply(text)
    assert reply.name is not None
    assert reply.motion is None or reply.error is None
    assert reply.alarm is None or reply.error is None
    codec.parse_rate(text)
    codec.parse_volume(text)
