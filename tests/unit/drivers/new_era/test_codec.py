"""Numbers and replies of facts/protocols.md 1, by integers both ways (R: no float between prescription and
wire)."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import Motion, PumpAlarm
from drivers.new_era import codec

ML = 1_000_000


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (0, b"0.000"),
        (1_000, b"0.001"),
        (5_000_000, b"5.000"),
        (9_999_000, b"9.999"),
        (10_000_000, b"10.00"),
        (26_250_000, b"26.25"),
        (999_900_000, b"999.9"),
        (1_699_000_000, b"1699"),
        (9_999_000_000, b"9999"),
    ],
)
def test_a_settable_value_is_written_in_four_digits(value: int, text: bytes) -> None:
    assert codec.render(value, ML) == text


@pytest.mark.parametrize("value", [1, 999, 10_001_000, 26_255_000, 10_000_000_000, -1_000])
def test_what_four_digits_cannot_hold_is_not_written(value: int) -> None:
    assert codec.render(value, ML) is None


@given(st.integers(0, 9_999 * ML), st.sampled_from(sorted(codec.RATE_UNITS.values())))
def test_what_is_floored_can_be_written_and_reads_back_equal(value: int, unit: int) -> None:
    floored = codec.floor(value, unit)
    text = codec.render(floored, unit)
    assert floored <= value
    assert text is not None
    assert codec.parse_number(text, unit) == floored
    assert Fraction(text.decode()) * unit == floored


def test_the_pumps_way_of_writing_is_read() -> None:
    texts = [b"14.43", b"5.000", b"1000.", b"0.125", b"7"]
    assert [codec.parse_number(t, 1000) for t in texts] == [14_430, 5_000, 1_000_000, 125, 7_000]


@pytest.mark.parametrize(
    "text", [b"", b".5", b"1.2345", b"12345", b"-1.0", b"1,5", b"1e3", b" 1", b"1.2.3", b"nan"]
)
def test_other_writing_is_no_number(text: bytes) -> None:
    assert codec.parse_number(text, 1000) is None


@pytest.mark.parametrize(
    ("rate_nl_h", "text"),
    [
        (26_250_000, b"26.25MH"),
        (500, b"0.500UH"),
        (9_999_000, b"9.999MH"),
        (123_400, b"123.4UH"),
        (26_251_000, None),
    ],
)
def test_a_rate_takes_the_unit_that_holds_it_exactly(rate_nl_h: int, text: bytes | None) -> None:
    assert codec.rate_text(rate_nl_h) == text


@pytest.mark.parametrize(
    ("text", "rate_nl_h"),
    [
        (b"5.000MH", 5_000_000),
        (b"5.000UH", 5_000),
        (b"1.000MM", 60_000_000),
        (b"0.001UM", 60),
        (b"5.000", None),
    ],
)
def test_a_rate_is_read_in_its_unit(text: bytes, rate_nl_h: int | None) -> None:
    """Faults row 14: unit confusion."""
    assert codec.parse_rate(text) == rate_nl_h


def test_volumes_and_counters_are_read_in_their_unit() -> None:
    assert codec.parse_volume(b"1.000ML") == 1_000_000
    assert codec.parse_volume(b"1.000UL") == 1_000
    assert codec.parse_volume(b"1.000MH") is None
    assert codec.parse_dispensed(b"I0.125W0.000ML") == (125_000, 0)
    assert codec.parse_dispensed(b"I125.0W3.000UL") == (125_000, 3_000)
    assert codec.parse_dispensed(b"I0.125W0.000") is None


@pytest.mark.parametrize(
    ("diameter_um", "unit"), [(14_000, b"UL"), (14_001, b"ML"), (4_699, b"UL"), (26_590, b"ML")]
)
def test_the_volume_unit_changes_above_fourteen_millimetres(diameter_um: int, unit: bytes) -> None:
    assert codec.volume_unit(diameter_um) == unit


def test_a_version_names_model_and_firmware() -> None:
    assert codec.parse_version(b"NE1000V3.928") == ("NE1000", "3.928")
    assert codec.parse_version(b"NE500X2V2.19") == ("NE500X2", "2.19")
    assert codec.parse_version(b"5.000MH") is None
    assert codec.parse_diameter(b"26.59") == 26_590


@pytest.mark.parametrize(("letter", "motion"), codec.MOTIONS.items())
def test_every_status_letter_has_its_motion(letter: str, motion: Motion) -> None:
    reply = codec.parse_reply(f"07{letter}5.000MH".encode())
    assert reply is not None
    assert (reply.address, reply.motion, reply.text, reply.error, reply.alarm) == (
        7,
        motion,
        b"5.000MH",
        None,
        None,
    )


@pytest.mark.parametrize(
    ("letter", "alarm"),
    [
        ("R", PumpAlarm.RESET),
        ("S", PumpAlarm.STALL),
        ("T", PumpAlarm.HOST_SILENT),
        ("E", PumpAlarm.PROGRAM),
        ("O", PumpAlarm.PROGRAM),
        ("Z", PumpAlarm.PROGRAM),
    ],
)
def test_an_alarm_stands_in_the_place_of_the_letter(letter: str, alarm: PumpAlarm) -> None:
    reply = codec.parse_reply(f"00A?{letter}".encode())
    assert reply is not None
    assert reply.alarm is alarm


def test_a_refusal_is_an_error() -> None:
    reply = codec.parse_reply(b"00I?NA")
    assert reply is not None
    assert (reply.letter, reply.error) == ("I", "?NA")


@pytest.mark.parametrize(
    "text", [b"", b"0S", b"0DIS", b"00", b"00Q", b"00A", b"00A?", b"00A?TT", b"0\xb2S", b"00A?\xff"]
)
def test_what_is_no_reply_is_not_read_as_one(text: bytes) -> None:
    assert codec.parse_reply(text) is None


@given(st.binary(max_size=50))
def test_no_text_raises(text: bytes) -> None:
    codec.parse_reply(text)
    codec.parse_dispensed(text)
    codec.parse_rate(text)
    codec.parse_version(text)


@pytest.mark.parametrize(
    ("text", "step_nl"),
    [(b"I0.125W0.000ML", 1_000), (b"I17.50W0.000ML", 10_000), (b"I1000.W0.000UL", 1_000), (b"I1ML", None)],
)
def test_the_last_digit_of_a_counter_is_its_step(text: bytes, step_nl: int | None) -> None:
    assert codec.dispensed_step(text) == step_nl
