"""Alaris framing against the golden frames (facts/protocols.md 5)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hil_sim.pumps.alaris_frames import FRAME_BYTES_MAX, FrameReader, code_of, crc16, frame

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "alaris.toml").read_text(encoding="utf-8")
)
FRAMES = {row["name"]: row for row in VECTORS["frame"]}


@pytest.mark.parametrize("row", VECTORS["crc"], ids=lambda row: row["text"])
def test_the_crc_is_ccitt_false(row: dict[str, str]) -> None:
    assert crc16(row["text"].encode()) == int(row["crc"], 16)
    assert code_of(row["text"]) == row["crc"]


@pytest.mark.parametrize("name", FRAMES)
def test_every_golden_frame_is_spoken_and_heard_byte_by_byte(name: str) -> None:
    raw = bytes.fromhex(FRAMES[name]["bytes"])
    assert frame(FRAMES[name]["body"]) == raw
    reader = FrameReader()
    assert [text for byte in raw for text in reader.feed(bytes([byte]))] == [FRAMES[name]["body"]]


def test_escape_aborts_a_frame_and_the_next_one_is_whole() -> None:
    reader = FrameReader()
    assert list(reader.feed(b"!INF_ST\x1b!INF|4961\r")) == ["INF"]
    assert reader.bad_frames == 0


def test_half_a_frame_without_escape_swallows_the_next() -> None:
    reader = FrameReader()
    assert list(reader.feed(b"!INF_ST!INF_STOP|CD57\r")) == []
    assert reader.bad_frames == 1
    assert list(reader.feed(b"!INF_STOP|CD57\r")) == ["INF_STOP"]


@pytest.mark.parametrize(
    "raw", [b"!INF|4962\r", b"!INF\r", b"!INF|4961x\r", b"!IN\xff|0000\r", b"!INF_STOP|cd57\r"]
)
def test_a_wrong_check_is_met_with_silence(raw: bytes) -> None:
    reader = FrameReader()
    assert list(reader.feed(raw)) == []
    assert reader.bad_frames == 1


def test_rubbish_between_frames_is_nothing_and_a_frame_without_end_is_bounded() -> None:
    reader = FrameReader()
    assert list(reader.feed(b"\n\r??!INF|4961\r")) == ["INF"]
    assert list(reader.feed(b"!" + b"A" * 10_000)) == []
    assert len(reader._held) == FRAME_BYTES_MAX
    reader.clear()
    assert list(reader.feed(b"!INF|4961\r")) == ["INF"]
