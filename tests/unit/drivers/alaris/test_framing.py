"""Alaris frames against the golden bytes of facts/protocols.md 5; noise, splits and ESC (faults rows 23-26)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from drivers.alaris.framing import HELD_MAX, Unframer, checksum, unwrap, wrap

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "alaris.toml").read_text("utf-8")
)
FRAMES = GOLDEN["frame"]
VOLUME = wrap(b"INF_VI^1.234^ml")


@pytest.mark.parametrize("row", GOLDEN["crc"], ids=lambda row: row["text"])
def test_the_crc_starts_at_ffff(row: dict[str, str]) -> None:
    assert checksum(row["text"].encode()) == int(row["crc"], 16)


@pytest.mark.parametrize("row", FRAMES, ids=lambda row: row["name"])
def test_a_golden_frame_is_written_and_read_byte_by_byte(row: dict[str, str]) -> None:
    assert wrap(row["body"].encode()) == bytes.fromhex(row["bytes"])
    unframer = Unframer()
    found = [text for byte in bytes.fromhex(row["bytes"]) for text in unframer.feed(bytes((byte,)))]
    assert found == [row["body"].encode()]


def test_escape_aborts_what_stood_before_it() -> None:
    assert Unframer().feed(VOLUME[:7] + b"\x1b" + VOLUME) == [b"INF_VI^1.234^ml"]
    unframer = Unframer()
    assert unframer.feed(VOLUME[:7] + b"\x1b") == []
    assert unframer.feed(VOLUME[7:]) == [None]


def test_a_second_beginning_begins_anew_and_line_feeds_are_passed_over() -> None:
    assert Unframer().feed(b"rubbish!INF" + VOLUME + b"\n" + VOLUME) == [b"INF_VI^1.234^ml"] * 2


@pytest.mark.parametrize(
    "piece",
    [
        b"!INF|4962",
        b"!INF|496",
        b"!INF4961",
        b"INF|4961",
        b"!INF_VI^1.234^ml|aada",
        b"!\xff|FF00",
        b"!IN|F|4961",
    ],
)
def test_what_is_no_good_frame_is_none(piece: bytes) -> None:
    assert unwrap(piece) is None


@given(st.integers(0, len(VOLUME) - 2), st.integers(0, 7))
def test_no_flipped_bit_is_read_as_a_text(at: int, bit: int) -> None:
    """Faults row 25. The CR itself is left out: without it there is no piece yet."""
    flipped = VOLUME[:at] + bytes((VOLUME[at] ^ 1 << bit,)) + VOLUME[at + 1 :]
    assert not any(Unframer().feed(flipped))


@given(st.binary(max_size=2000), st.integers(1, 50))
def test_no_stream_is_held_beyond_its_bound_and_nothing_raises(stream: bytes, size: int) -> None:
    unframer = Unframer()
    for start in range(0, len(stream), size):
        unframer.feed(stream[start : start + size])
        assert len(unframer._held) <= HELD_MAX
    unframer.clear()
    assert unframer.feed(VOLUME) == [b"INF_VI^1.234^ml"]
