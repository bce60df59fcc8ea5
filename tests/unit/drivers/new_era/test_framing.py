"""Frames against the golden bytes of facts/protocols.md 1; noise, splits and merges (faults rows 23-26)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest
from contract.fake_new_era import FakeNewEra
from hypothesis import given, settings
from hypothesis import strategies as st

from drivers.new_era.framing import (
    INTER_BYTE_GAP_MS,
    MAX_LENGTH,
    Received,
    Unframer,
    basic_frame,
    checksum,
    safe_frame,
)

GOLDEN: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "new_era.toml").read_text("utf-8")
)
SAFE = [row for row in GOLDEN["frame"] if row["framing"] == "safe"]
BASIC = [row for row in GOLDEN["frame"] if row["framing"] == "basic" and row["direction"] == "reply"]
TRICKY = safe_frame(b"00II0.125W0.000ML")


def name(row: dict[str, str]) -> str:
    return row["name"]


@pytest.mark.parametrize("row", SAFE, ids=name)
def test_a_golden_frame_is_written_byte_for_byte(row: dict[str, str]) -> None:
    assert safe_frame(row["body"].encode()) == bytes.fromhex(row["bytes"])


@pytest.mark.parametrize("row", SAFE, ids=name)
def test_a_golden_frame_is_read_byte_by_byte(row: dict[str, str]) -> None:
    unframer = Unframer()
    found = [text for byte in bytes.fromhex(row["bytes"]) for text in unframer.feed(bytes((byte,)), 0)]
    assert found == [Received(row["body"].encode(), is_checked=True)]
    assert unframer.held_bytes == 0


@pytest.mark.parametrize("row", BASIC, ids=name)
def test_a_basic_answer_is_read_but_not_as_checked(row: dict[str, str]) -> None:
    assert Unframer().feed(bytes.fromhex(row["bytes"]), 0) == [
        Received(row["body"].encode(), is_checked=False)
    ]


@pytest.mark.parametrize("row", GOLDEN["crc"], ids=lambda row: row["text"])
def test_the_crc_starts_at_zero(row: dict[str, str]) -> None:
    assert checksum(row["text"].encode()) == int(row["crc"], 16)


def test_the_fake_pump_answers_the_golden_bytes() -> None:
    """The fake that the other tests lean on is itself held to the golden frames."""
    pump = FakeNewEra()
    frames = {row["name"]: bytes.fromhex(row["bytes"]) for row in SAFE}
    assert pump.feed(frames["saf30"], 0) == frames["status_stopped"]
    assert pump.feed(frames["run"], 1) == frames["infusing"]
    pump.alarm = "T"
    assert pump.feed(frames["stop"], 2) == frames["alarm_timeout"]
    assert pump.letter == "I"


def test_etx_inside_crc_does_not_end_a_frame() -> None:
    assert TRICKY.endswith(b"\x03\x03")
    assert [r.text for r in Unframer().feed(TRICKY, 0)] == [b"00II0.125W0.000ML"]


def test_merged_frames_come_apart() -> None:
    chunk = b"\xff\x03" + safe_frame(b"00S") + safe_frame(b"00A?T") + TRICKY[:4]
    unframer = Unframer()
    assert [r.text for r in unframer.feed(chunk, 0)] == [b"00S", b"00A?T"]
    assert [r.text for r in unframer.feed(TRICKY[4:], 1)] == [b"00II0.125W0.000ML"]


@pytest.mark.parametrize("at", range(len(TRICKY)))
def test_one_wrong_bit_anywhere_is_never_believed(at: int) -> None:
    """Faults row 25."""
    for bit in range(8):
        broken = TRICKY[:at] + bytes((TRICKY[at] ^ 1 << bit,)) + TRICKY[at + 1 :]
        assert not [r for r in Unframer().feed(broken, 0) if r.is_checked]


def test_noise_with_an_stx_does_not_swallow_the_frame_behind_it() -> None:
    assert [r.text for r in Unframer().feed(b"\x02\x20\x02" + TRICKY * 2, 0)] == [b"00II0.125W0.000ML"] * 2


@pytest.mark.parametrize(("gap_ms", "count"), [(INTER_BYTE_GAP_MS - 1, 1), (INTER_BYTE_GAP_MS, 0)])
def test_a_gap_inside_a_frame_drops_it(gap_ms: int, count: int) -> None:
    unframer = Unframer()
    unframer.feed(TRICKY[:5], 1000)
    assert len(unframer.feed(TRICKY[5:], 1000 + gap_ms)) == count


def test_a_basic_answer_without_end_is_not_waited_for() -> None:
    unframer = Unframer()
    assert unframer.feed(b"\x02" + b"0" * 60 + safe_frame(b"00P"), 0) == [Received(b"00P", is_checked=True)]
    assert unframer.feed(b"\x020\x01\x03" + safe_frame(b"00S"), 1) == [Received(b"00S", is_checked=True)]


def test_after_a_gap_the_next_frame_is_whole() -> None:
    unframer = Unframer()
    unframer.feed(TRICKY[:5], 0)
    assert [r.text for r in unframer.feed(safe_frame(b"00P"), INTER_BYTE_GAP_MS)] == [b"00P"]


@settings(max_examples=150)
@given(st.lists(st.binary(max_size=80), max_size=20))
def test_whatever_comes_nothing_is_raised_and_little_is_held(chunks: list[bytes]) -> None:
    unframer = Unframer()
    for now, chunk in enumerate(chunks):
        for received in unframer.feed(chunk, now):
            assert len(received.text) <= MAX_LENGTH
        assert unframer.held_bytes <= MAX_LENGTH + 1


@settings(max_examples=100)
@given(st.lists(st.sampled_from([b"00S", b"00A?T", b"00II0.125W0.000ML"]), max_size=6), st.data())
def test_however_it_is_cut_the_same_comes_out(texts: list[bytes], draw: st.DataObject) -> None:
    stream = b"".join(safe_frame(text) for text in texts)
    unframer = Unframer()
    found = []
    while stream:
        size = draw.draw(st.integers(1, len(stream)))
        found += unframer.feed(stream[:size], 0)
        stream = stream[size:]
    assert [r.text for r in found] == texts


def test_a_request_of_basic_mode_is_a_line() -> None:
    assert basic_frame(b"0DIS") == b"0DIS\r"
