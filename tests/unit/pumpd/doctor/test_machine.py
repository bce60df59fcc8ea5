"""Clock and disk."""

import time
from pathlib import Path

import pytest

from pumpd.doctor.machine import (
    SYNC_WRITES,
    ClockReading,
    DiskReading,
    judge_clock,
    judge_disk,
    read_clock,
    read_disk,
)
from pumpd.doctor.verdict import Level


@pytest.mark.parametrize(
    ("reading", "levels", "says"),
    [
        (ClockReading(True, 0.02, 100.0), [Level.OK], "set by NTP, off by 20 ms at most"),
        (ClockReading(False, 0.02, 100.0), [Level.WARN], "nobody sets it"),
        (ClockReading(True, 3.0, 100.0), [Level.WARN], "off by up to 3.0 s"),
        (ClockReading(True, 0.0, 100.0, 90.0), [Level.OK, Level.OK], "the newest record is 10 s old"),
        (ClockReading(True, 0.0, 100.0, 101.0), [Level.OK, Level.OK], "0 s old"),
        (ClockReading(True, 0.0, 100.0, 4000.0), [Level.OK, Level.FAIL], "3900 s in the future"),
    ],
)
def test_a_clock_nobody_sets_or_that_has_gone_back_is_told(
    reading: ClockReading, levels: list[Level], says: str
) -> None:
    found = judge_clock(reading)
    assert [one.level for one in found] == levels
    assert says in found[-1].measured


def test_the_kernel_tells_its_clock_and_nothing_is_set() -> None:
    reading = read_clock(None)
    assert abs(reading.now_s - time.time()) < 5
    assert reading.error_s >= 0


@pytest.mark.parametrize(
    ("reading", "levels", "says"),
    [
        (
            DiskReading("/j", 50_000, (1.0, 3.0, 2.0)),
            [Level.OK, Level.OK],
            "takes 2.0 ms, at worst 3.0 ms of 3",
        ),
        (DiskReading("/j", 2_000, (1.0,)), [Level.WARN, Level.OK], "1.0 ms"),
        (DiskReading("/j", 100, (1.0,)), [Level.FAIL, Level.OK], "1.0 ms"),
        (DiskReading("/j", 50_000, (1.0, 150.0)), [Level.OK, Level.WARN], "at worst 150.0 ms"),
        (DiskReading("/j", 50_000, (1500.0,)), [Level.OK, Level.FAIL], "at worst 1500.0 ms"),
        (DiskReading("/j", 50_000, (), "Read-only file system"), [Level.OK, Level.FAIL], "Read-only"),
        (DiskReading("/j", 0.0, (), "No such file or directory"), [Level.FAIL], "No such file"),
    ],
)
def test_a_disk_is_judged_by_room_and_by_durable_writes(
    reading: DiskReading, levels: list[Level], says: str
) -> None:
    found = judge_disk(reading, 1)
    assert [one.level for one in found] == levels
    assert says in found[-1].measured


def test_row_82_a_disk_below_a_tenth_is_told_however_large_it_is() -> None:
    assert judge_disk(DiskReading("/j", 50_000, (1.0,), "", 500_000), 1)[0].level is Level.OK
    room, _ = judge_disk(DiskReading("/j", 49_999, (1.0,), "", 500_000), 1)
    assert (room.level, "less than 10 % of the disk" in room.measured) == (Level.WARN, True)
    assert "make room" in room.remedy


def test_more_channels_need_more_room() -> None:
    reading = DiskReading("/j", 5_000, (1.0,))
    assert [judge_disk(reading, channels)[0].level for channels in (1, 4, 64)] == [
        Level.OK,
        Level.WARN,
        Level.FAIL,
    ]


def test_a_folder_is_measured_and_left_as_it_was(tmp_path: Path) -> None:
    reading = read_disk(tmp_path / "journal.sqlite")
    assert len(reading.sync_ms) == SYNC_WRITES
    assert reading.free_mb > 0
    assert list(tmp_path.iterdir()) == []
    assert read_disk(tmp_path / "none" / "journal.sqlite").reason.startswith("No such file")
