"""The box: its clock, and the disk under the record.

Theory of operation. Decisions know only the monotonic clock, but a monitor's words are refused when its clock and ours part
by two seconds, so a clock that nobody sets is told, with the kernel's own estimate of its error (adjtimex(2), read only).
The disk is measured by what the journal does: small writes, each made durable, in the journal's own folder.
"""

import ctypes
import os
import statistics
import tempfile
import time
from dataclasses import dataclass
from pathlib import Path

from pumpd.core.journal_room import BYTES_PER_CHANNEL_HOUR, LOW_PERCENT
from pumpd.doctor.verdict import Finding, fail, ok, warn

CLOCK, DISK = "clock", "disk"
#: The feed refuses a word from further in the future; facts/clinical.md 4.
MOST_OFF_S = 2.0
_UNSYNCED = 0x0040  # STA_UNSYNC, timex.h
#: docs/engineer.md: with a 10 Hz transducer, a channel.
MB_PER_CHANNEL_HOUR = BYTES_PER_CHANNEL_HOUR // 1_000_000
LEAST_HOURS, WANTED_HOURS = 4, 72
SYNC_WRITES, SYNC_BYTES = 20, 4096
SYNC_WARN_MS, SYNC_FAIL_MS = 100.0, 1000.0


@dataclass(frozen=True, slots=True)
class ClockReading:
    """`error_s`: the kernel's bound on it; `last_record_s`: of the journal's newest record, unix s, None: none yet."""

    is_synced: bool
    error_s: float
    now_s: float
    last_record_s: float | None = None


@dataclass(frozen=True, slots=True)
class DiskReading:
    """The journal's folder. `sync_ms`: of each write made durable; `reason`: why none could be made.
    `total_mb`: of the file system, 0: not known.
    """

    folder: str
    free_mb: float
    sync_ms: tuple[float, ...] = ()
    reason: str = ""
    total_mb: float = 0.0


class _Timex(ctypes.Structure):
    """The first fields of struct timex; the rest is room for what the kernel writes."""

    _fields_ = (
        ("modes", ctypes.c_uint),
        ("offset", ctypes.c_long),
        ("freq", ctypes.c_long),
        ("maxerror", ctypes.c_long),
        ("esterror", ctypes.c_long),
        ("status", ctypes.c_int),
        ("room", ctypes.c_char * 256),
    )


def read_clock(last_record_s: float | None) -> ClockReading:
    """Ask the kernel; nothing is set."""
    timex = _Timex()
    answer = ctypes.CDLL(None, use_errno=True).adjtimex(ctypes.byref(timex))
    is_synced = answer >= 0 and not timex.status & _UNSYNCED
    return ClockReading(is_synced, timex.maxerror / 1e6, time.time(), last_record_s)


def judge_clock(reading: ClockReading) -> tuple[Finding, ...]:
    """Whether the clock is set, and whether it has gone back since the last record."""
    found = []
    if reading.is_synced and reading.error_s <= MOST_OFF_S:
        found.append(ok(CLOCK, "", f"set by NTP, off by {reading.error_s * 1000:.0f} ms at most"))
    else:
        told = f"off by up to {reading.error_s:.1f} s" if reading.is_synced else "nobody sets it"
        remedy = "set up NTP (systemd-timesyncd or chrony) on this machine and on the monitors"
        found.append(warn(CLOCK, "", f"{told}; monitors' clocks must agree within {MOST_OFF_S:g} s", remedy))
    if reading.last_record_s is not None:
        ahead_s = reading.last_record_s - reading.now_s
        if ahead_s > MOST_OFF_S:
            told = f"the newest record is {ahead_s:.0f} s in the future"
            found.append(
                fail(CLOCK, "journal", told, "the clock has gone back: set it before the daemon starts")
            )
        else:
            found.append(ok(CLOCK, "journal", f"the newest record is {max(0.0, -ahead_s):.0f} s old"))
    return tuple(found)


def read_disk(journal: Path) -> DiskReading:
    """Write, make durable, remove: in the folder where the journal lives."""
    folder = journal.parent
    try:
        room = os.statvfs(folder)
    except OSError as error:
        return DiskReading(str(folder), 0.0, reason=error.strerror or str(error))
    free_mb, total_mb = room.f_bavail * room.f_frsize / 1e6, room.f_blocks * room.f_frsize / 1e6
    took: list[float] = []
    try:
        with tempfile.NamedTemporaryFile(dir=folder, prefix=".pumpd-doctor-") as file:
            for _ in range(SYNC_WRITES):
                began_s = time.monotonic()
                file.write(b"\0" * SYNC_BYTES)
                file.flush()
                os.fsync(file.fileno())
                took.append((time.monotonic() - began_s) * 1000)
    except OSError as error:
        return DiskReading(str(folder), free_mb, (), error.strerror or str(error), total_mb)
    return DiskReading(str(folder), free_mb, tuple(took), total_mb=total_mb)


def judge_disk(reading: DiskReading, channels: int) -> tuple[Finding, ...]:
    """Room and speed."""
    place = reading.folder
    if not reading.free_mb and reading.reason:
        return (
            fail(DISK, place, reading.reason, "make the folder, owned by the daemon's account, mode 0750"),
        )
    hours = reading.free_mb / (MB_PER_CHANNEL_HOUR * max(1, channels))
    told = f"{reading.free_mb / 1000:.1f} GB free, {hours:.0f} h for {channels} channel(s)"
    if hours < LEAST_HOURS:
        found = [fail(DISK, place, told, "make room: without a record nothing is started")]
    elif reading.free_mb * 100 < reading.total_mb * LOW_PERCENT:
        told += f", less than {LOW_PERCENT} % of the disk: alarm DISK"
        found = [warn(DISK, place, told, "make room, or move old journals away")]
    elif hours < WANTED_HOURS:
        found = [warn(DISK, place, told, "make room, or move old journals away")]
    else:
        found = [ok(DISK, place, told)]
    if reading.reason:
        told = f"cannot be written: {reading.reason}"
        return (
            *found,
            fail(DISK, f"{place} write", told, "give the folder to the daemon's account; is it read-only?"),
        )
    worst_ms, usual_ms = max(reading.sync_ms), statistics.median(reading.sync_ms)
    told = f"a durable write takes {usual_ms:.1f} ms, at worst {worst_ms:.1f} ms of {len(reading.sync_ms)}"
    if worst_ms > SYNC_FAIL_MS:
        found.append(
            fail(DISK, f"{place} write", told, "another disk: above 1 s the journal is behind, an alarm")
        )
    elif worst_ms > SYNC_WARN_MS:
        found.append(
            warn(DISK, f"{place} write", told, "what else writes here? each raise waits for its record")
        )
    else:
        found.append(ok(DISK, f"{place} write", told))
    return tuple(found)
