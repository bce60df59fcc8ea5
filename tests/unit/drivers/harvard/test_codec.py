"""Words against the golden bytes of facts/protocols.md 2; numbers exact or not said at all (law 10)."""

import tomllib
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.contract import Motion
from drivers.harvard import codec
from drivers.harvard.capabilities import capabilities

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "harvard.toml").read_text("utf-8")
)


@pytest.mark.parametrize(
    ("text", "nl_h"),
    [
        (b"199.49 ul/min", Fraction(11_969_400)),
        (b"1 ml/min", Fraction(60_000_000)),
        (b"6 ml/min", Fraction(360_000_000)),
        (b"25.0404 nl/min", Fraction("1502.424")),
        (b"500 pl/min", Fraction(30)),
        (b"20 ul/hr", Fraction(20_000)),
        (b"3.2 u/m", Fraction(192_000)),
        (b"1 nl/sec", Fraction(3600)),
    ],
)
def test_a_rate_in_any_unit_is_read_exactly(text: bytes, nl_h: Fraction) -> None:
    assert codec.parse_rate(text) == nl_h


@pytest.mark.parametrize(
    ("text", "nl"),
    [(b"1.69023 ul", Fraction("1690.23")), (b"8.6284 ml", Fraction(8_628_400)), (b"0 ul", Fraction(0))],
)
def test_a_volume_in_any_unit_is_read_exactly(text: bytes, nl: Fraction) -> None:
    assert codec.parse_volume(text) == nl


@pytest.mark.parametrize(
    "text", [b"", b"ul", b"1 ul/min", b"-1 ul", b"1e3 ul", b"1 xl", b"1.2.3 ul", b"nan ul"]
)
def test_what_is_no_volume_is_none(text: bytes) -> None:
    assert codec.parse_volume(text) is None


def test_a_target_that_is_not_set_is_no_limit_with_and_without_its_full_stop() -> None:
    assert codec.parse_target(b"Target volume not set") == codec.parse_target(b"Target volume not set.") == 0


@pytest.mark.parametrize(
    ("rate_nl_h", "text"),
    [
        (26_250_000, b"437.5 ul/min"),
        (60_000_000, b"1 ml/min"),
        (26_200_000, b"26.2 ml/hr"),
        (13_120_000, b"13.12 ml/hr"),
        (61_000_000, b"61 ml/hr"),
        (600_100, b"600.1 ul/hr"),
        (13_119_600, None),
        (26_200_500, None),
        (30, None),
    ],
)
def test_a_rate_is_said_in_the_pumps_own_unit_or_by_the_hour_or_not_at_all(
    rate_nl_h: int, text: bytes | None
) -> None:
    assert codec.say_rate(rate_nl_h) == text


@given(st.integers(360_000, 5_000_000_000))
def test_every_rate_on_the_grid_reads_back_as_it_was_said(wish_nl_h: int) -> None:
    rate = capabilities(26_590, 2).floor_rate(wish_nl_h)
    said = codec.say_rate(rate)
    assert said is not None
    assert codec.parse_rate(said) == rate
    assert len(said.split()[0].replace(b".", b"").lstrip(b"0")) <= codec.RATE_DIGITS


def shown_by_the_minute(rate_nl_h: int, digits: int) -> bytes:
    """As a pump may write it: rounded to so many digits, in the unit that suits the size."""
    per_min = Decimal(rate_nl_h) / 60
    sizes = ((Decimal(10**6), "ml"), (Decimal(1000), "ul"), (Decimal(1), "nl"))
    size, unit = next((row for row in sizes if per_min >= row[0]), sizes[-1])
    value = per_min / size
    decimals = digits - len(str(int(value)))
    return f"{value.quantize(Decimal(1).scaleb(-decimals))} {unit}/min".encode()


@given(st.integers(60, 5_000_000_000), st.sampled_from([5, 6]))
def test_however_the_pump_rounds_a_step_by_the_minute_it_reads_as_that_step(wish: int, digits: int) -> None:
    """facts/protocols.md 2: `199.49 ul/min`, `25.0404 nl/min`; five or six digits."""
    rate = wish - wish % codec.rate_step(Fraction(wish))
    assert codec.read_rate(shown_by_the_minute(rate, digits)) == rate


def test_what_is_no_rounded_step_is_read_as_it_stands() -> None:
    """Somebody at the keypad may set what we cannot; it must not look like what we commanded."""
    assert codec.read_rate(b"436.67 ul/min") == 26_200_000
    assert codec.read_rate(b"436.66 ul/min") == 26_199_600
    assert codec.read_rate(b"436.68 ul/min") == 26_200_800 + 200  # the step next to ours
    assert codec.read_rate(b"ul/min") is None


@given(st.integers(1, 99_999_999))
def test_every_volume_on_the_grid_reads_back_as_it_was_said(wish_nl: int) -> None:
    volume = codec.floor_volume(wish_nl)
    said = codec.say_volume(volume)
    assert said is not None
    assert codec.parse_volume(said) == volume <= wish_nl
    assert len(said.split()[0].replace(b".", b"")) <= codec.VOLUME_DIGITS


@pytest.mark.parametrize(
    ("prompt", "address", "sign", "motion"),
    [
        (b":", None, ":", Motion.HALTED),
        (b">", None, ">", Motion.INFUSING),
        (b"12<", 12, "<", Motion.WITHDRAWING),
        (b"T*", None, "T*", Motion.HALTED),
        (b"00T*", 0, "T*", Motion.HALTED),
        (b"00:T*", 0, "T*", Motion.HALTED),
        (b"*", None, "*", Motion.HALTED),
        (b">*", None, ">*", Motion.HALTED),
    ],
)
def test_every_form_of_prompt_is_known(prompt: bytes, address: int | None, sign: str, motion: Motion) -> None:
    reply = codec.parse_reply([], prompt)
    assert reply is not None
    assert (reply.address, reply.prompt, reply.motion) == (address, sign, motion)


@pytest.mark.parametrize("prompt", [b"", b"T", b"123:", b"::", b">>", b"x"])
def test_what_is_no_prompt_is_no_answer(prompt: bytes) -> None:
    assert codec.parse_reply([], prompt) is None


def test_both_forms_of_version_are_read_and_no_number_is_taken_for_one() -> None:
    long = b"Firmware:      v3.0.6\nPump address:  0\nSerial number: D101754"
    assert codec.parse_version(long) == codec.Version("", "3.0.6", 0, "D101754")
    assert codec.parse_version(b"11 ELITE I/W Single 3.0.4").model == "11 ELITE I/W Single"
    for row in GOLDEN["reply"]:
        text = "\n".join(row["lines"]).encode()
        assert (codec.VERSION.fullmatch(text) is not None) is (row["name"] == "version"), row["name"]
