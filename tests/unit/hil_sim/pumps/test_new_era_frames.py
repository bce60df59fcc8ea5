"""New Era framing against the golden frames (facts/protocols.md 1)."""

import tomllib
from pathlib import Path
from typing import Any

import pytest

from hil_sim.pumps.new_era_frames import BadPacket, FrameReader, Request, basic_reply, crc16, safe_packet

VECTORS: dict[str, Any] = tomllib.loads(
    (Path(__file__).parents[3] / "vectors" / "new_era.toml").read_text(encoding="utf-8")
)
FRAMES = {row["name"]: row for row in VECTORS["frame"]}


def raw(name: str) -> bytes:
    return bytes.fromhex(FRAMES[name]["bytes"])


@pytest.mark.parametrize("row", VECTORS["crc"], ids=lambda row: row["text"])
def test_the_crc_is_xmodem(row: dict[str, str]) -> None:
    assert crc16(row["text"].encode()) == int(row["crc"], 16)


@pytest.mark.parametrize("name", [name for name, row in FRAMES.items() if row["direction"] == "reply"])
def test_replies_are_framed_as_the_manual_frames_them(name: str) -> None:
    frame = safe_packet if FRAMES[name]["framing"] == "safe" else basic_reply

    assert frame(FRAMES[name]["body"]) == raw(name)


@pytest.mark.parametrize("name", [name for name, row in FRAMES.items() if row["direction"] == "request"])
def test_requests_are_read_byte_by_byte(name: str) -> None:
    is_safe = FRAMES[name]["framing"] == "safe"
    reader = FrameReader(is_safe=is_safe)
    heard = [item for byte in raw(name) for item in reader.feed(bytes([byte]), 0.0)]

    assert heard == [Request(FRAMES[name]["body"], in_packet=is_safe)]


def test_a_packet_is_counted_not_searched_for_its_end() -> None:
    """The CRC's low byte is 03 here (facts/protocols.md 1, NB)."""
    packet = raw("dispensed_reply_with_etx_in_crc")

    assert list(FrameReader(is_safe=True).feed(packet, 0.0)) == [Request("00II0.125W0.000ML", in_packet=True)]


def test_a_line_loses_spaces_and_control_characters_and_gains_upper_case() -> None:
    assert list(FrameReader().feed(b" 0 rat\t5.0 mh\n\r", 0.0)) == [Request("0RAT5.0MH", in_packet=False)]


def test_half_a_second_of_silence_drops_a_partial_packet() -> None:
    reader = FrameReader(is_safe=True)

    assert list(reader.feed(raw("run")[:4], 0.0)) == []
    assert list(reader.feed(raw("stop"), 500.0)) == [Request("0STP", in_packet=True)]


def test_a_shorter_silence_keeps_it() -> None:
    reader = FrameReader(is_safe=True)

    assert list(reader.feed(raw("run")[:4], 0.0)) == []
    assert list(reader.feed(raw("run")[4:], 499.0)) == [Request("0RUN", in_packet=True)]


@pytest.mark.parametrize("at", [1, 4, 6, 7, 8])
def test_a_flipped_bit_never_gives_a_request(at: int) -> None:
    """faults row 25."""
    spoilt = bytearray(raw("run"))
    spoilt[at] ^= 0x01
    reader = FrameReader(is_safe=True)
    heard = [*reader.feed(bytes(spoilt), 0.0), *reader.feed(raw("status_query"), 1000.0)]

    assert not any(isinstance(item, Request) and item.text == "0RUN" for item in heard)
    assert heard[-1] == Request("0", in_packet=True)


def test_an_impossible_length_is_a_bad_packet() -> None:
    assert list(FrameReader(is_safe=True).feed(b"\x02\x03", 0.0)) == [BadPacket()]


def test_a_basic_line_is_not_heard_in_safe_mode() -> None:
    assert list(FrameReader(is_safe=True).feed(b"STP\r", 0.0)) == []


def test_an_endless_line_is_cut_not_kept() -> None:
    heard = list(FrameReader().feed(b"A" * 10_000 + b"\r", 0.0))

    assert len(heard) == 1
    assert isinstance(heard[0], Request)
    assert len(heard[0].text) == 128


def test_clearing_forgets_what_was_partial() -> None:
    reader = FrameReader()
    assert list(reader.feed(b"RU", 0.0)) == []
    reader.clear()

    assert list(reader.feed(b"STP\r", 0.0)) == [Request("STP", in_packet=False)]


def test_a_pump_of_before_safe_mode_takes_a_packet_for_the_beginning_of_its_line() -> None:
    reader = FrameReader(knows_packets=False)
    assert list(reader.feed(b"\x02\x080SAFUC\x03", 0)) == []
    assert list(reader.feed(b"0VER\r", 10)) == [Request("0SAFUC0VER", in_packet=False)]
