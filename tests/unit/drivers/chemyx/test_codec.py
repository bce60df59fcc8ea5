import tomllib
from pathlib import Path

import pytest

from drivers.chemyx import codec
from drivers.contract import PumpAlarm

VECTORS = tomllib.loads((Path(__file__).parents[3] / "vectors" / "chemyx.toml").read_text())["exchange"]


@pytest.mark.parametrize("row", VECTORS, ids=lambda row: row["request"])
def test_the_golden_answers_name_their_question(row: dict[str, str]) -> None:
    request, piece = row["request"].encode(), row["reply"].encode().removesuffix(b">")
    reply = codec.parse_piece(piece, (b"other", request))
    assert reply is not None
    assert reply.asked == request
    assert (reply.error is not None) is (request == b"sing")
    assert codec.parse_piece(piece, (b"other",)) is None


def test_the_numbers_of_the_fact_sheet() -> None:
    assert codec.parse_dispensed(b"dispensed volume = 0.1250", 1) == 125_000
    assert codec.parse_dispensed(b"dispensed volume = 0.1250", 3) == 125
    assert codec.render(650_000, 1_000_000) == b"0.650000"
    assert codec.render(26_250_001, 1_000_000) == b"26.250001"
    assert codec.render_diameter(26_590) == b"26.590"


@pytest.mark.parametrize(
    "text",
    [
        b"unit = 1\ndia = 20.000\nrate = 0.65\ntime = 0.0\nvolume = 10.0\ndelay = 0.0",
        b"units: 1\ndiameter 20.000 mm\nrate 0.65 mL/hr\nvolume = 10",
    ],
)
def test_settings_are_read_however_they_are_worded(text: bytes) -> None:
    assert codec.parse_settings(text) == codec.Settings(1, 20_000, 650_000, 10_000_000, False)


@pytest.mark.parametrize(
    "text",
    [
        b"",
        b"unit = 7\ndia = 20\nrate = 1\nvolume = 1",
        b"unit = 1\ndia = 20\nrate = 1,2\nvolume = 1",
        b"unit = 1\ndia = 20\nrate = 1",
    ],
)
def test_what_is_missing_or_a_program_is_no_setting(text: bytes) -> None:
    assert codec.parse_settings(text) is None


def test_a_stall_is_an_alarm_of_the_status_alone() -> None:
    assert codec.Reply(b"pump status", b"4").alarm is PumpAlarm.STALL
    assert codec.Reply(b"pump status", b"1").alarm is None
    assert codec.Reply(b"view parameter", b"4").alarm is None
