"""A kernel that hangs is started again, or somebody is told that it is not (faults row 108)."""

from pathlib import Path

import pytest

from pumpd.doctor.kernel_watchdog import TimerReading, judge_timers, read_timers
from pumpd.doctor.verdict import Level

TCO = "iTCO_wdt"
SOFT = "Software Watchdog"


@pytest.mark.parametrize(
    ("timers", "level", "told", "remedy"),
    [
        ((), Level.WARN, "stops by its lease", "driver"),
        ((TimerReading("watchdog0", TCO, "active", 30),), Level.OK, "iTCO_wdt, armed, 30 s", ""),
        ((TimerReading("watchdog0", TCO, "active", 60),), Level.OK, "60 s", ""),
        ((TimerReading("watchdog0", TCO, "active", 61),), Level.WARN, "at most 60 s", "RuntimeWatchdogSec="),
        ((TimerReading("watchdog0", TCO, "active", 0),), Level.WARN, "at most 60 s", "RuntimeWatchdogSec="),
        ((TimerReading("watchdog0", TCO, "inactive", 30),), Level.WARN, "inactive", "RuntimeWatchdogSec="),
        ((TimerReading("watchdog0"),), Level.WARN, "unnamed: not told", "RuntimeWatchdogSec="),
        ((TimerReading("watchdog0", SOFT, "active", 30),), Level.WARN, "hangs with the kernel", "softdog"),
        ((TimerReading("watchdog0", SOFT, "inactive", 30),), Level.WARN, "not armed", "RuntimeWatchdogSec="),
        (
            (TimerReading("watchdog0", SOFT, "active", 30), TimerReading("watchdog1", TCO, "active", 20)),
            Level.OK,
            "watchdog1",
            "",
        ),
        (
            (TimerReading("watchdog0", SOFT, "active", 30), TimerReading("watchdog1", TCO, "inactive", 20)),
            Level.WARN,
            "hangs with the kernel",
            "own timer",
        ),
    ],
)
def test_row_108_a_hardware_watchdog_is_judged_by_what_it_would_do(
    timers: tuple[TimerReading, ...], level: Level, told: str, remedy: str
) -> None:
    found = judge_timers(timers)
    assert (found.level, told in found.measured) == (level, True), found.line()
    assert remedy in found.remedy
    assert bool(found.remedy) is (level is not Level.OK)


def test_it_is_read_as_the_kernel_writes_it(tmp_path: Path) -> None:
    for name, files in {
        "watchdog1": {"identity": "iTCO_wdt\n", "state": "active\n", "timeout": "30\n"},
        "watchdog0": {"identity": "\xff\n", "timeout": "-1\n"},
    }.items():
        (tmp_path / name).mkdir()
        for file, text in files.items():
            (tmp_path / name / file).write_bytes(text.encode("latin-1"))
    bare, whole = read_timers(tmp_path)
    assert whole == TimerReading("watchdog1", "iTCO_wdt", "active", 30)
    assert (bare.name, bare.state, bare.timeout_s) == ("watchdog0", "", 0)


def test_where_there_is_no_such_folder_there_is_no_timer(tmp_path: Path) -> None:
    assert read_timers(tmp_path / "none") == ()
