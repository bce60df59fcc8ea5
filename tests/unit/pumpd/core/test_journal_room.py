"""A disk that fills is told while there is time, and no session begins that would not fit (faults row 82)."""

import pytest
from channel_bench import Bench, infusing, verified

from interlocks.vocabulary import Priority
from pumpd.core.actions import Stage
from pumpd.core.daemon_events import JournalRoomMeasured
from pumpd.core.gates import start_blockers
from pumpd.core.journal_room import LOW_HOURS, needed_s
from pumpd.core.restriction import Hold

MB = 1_000_000
#: 40 min ordered: 2 h 20 min of record at 35 MB/h, rounded up to whole MB.
NEEDED_MB = 82


def measure(bench: Bench, free_bytes: int, total_bytes: int = 100_000 * MB, channels: int = 1) -> Bench:
    bench.post(
        JournalRoomMeasured(at=bench.now, free_bytes=free_bytes, total_bytes=total_bytes, channels=channels)
    )
    return bench


def alarm(bench: Bench) -> list[tuple[Priority, str]]:
    return [(one.priority, one.text) for one in bench.state.alarms if one.key == "DISK"]


def test_row_82_a_session_that_would_not_fit_is_not_started() -> None:
    bench = measure(verified(), 60 * MB)
    told = (
        "the journal's disk has 60 MB free, a session needs 82 MB "
        "(140 min at 35 MB/h for each of 1 channel(s)): make room"
    )
    assert start_blockers(bench.state, bench.policy) == (told,)
    answers = bench.start()
    assert (answers[-1].stage, answers[-1].reasons) == (Stage.REFUSED, (told,))
    measure(bench, NEEDED_MB * MB)
    assert bench.start()[0].stage is Stage.ACCEPTED


@pytest.mark.parametrize(
    ("channels", "free_mb", "fits"), [(2, 163, False), (2, 164, True), (64, 5_226, False)]
)
def test_every_channel_of_the_daemon_writes_there(channels: int, free_mb: int, fits: bool) -> None:
    bench = measure(verified(), free_mb * MB, channels=channels)
    assert (start_blockers(bench.state, bench.policy) == ()) is fits


def test_a_session_may_take_twice_its_time_and_an_hour() -> None:
    assert needed_s(2_400) == 8_400


def test_row_82_below_a_tenth_it_is_told_low_and_what_runs_goes_on() -> None:
    bench = measure(infusing(), 10_000 * MB)
    assert alarm(bench) == []
    measure(bench, 10_000 * MB - 1)
    ((priority, text),) = alarm(bench)
    assert (priority, "make room" in text) == (Priority.LOW, True)
    bench.advance(1)
    assert bench.word == "INFUSING"
    permit = bench.state.permit
    assert permit is not None
    assert permit.hold is Hold.NONE
    measure(bench, 10_000 * MB)
    assert alarm(bench) == [], "it ends with what it tells"


def test_a_number_that_creeps_is_no_news() -> None:
    bench = measure(verified(), 9_000 * MB)
    said = alarm(bench)
    assert alarm(measure(bench, 8_999 * MB)) == said


@pytest.mark.parametrize(("channels", "is_told"), [(1, False), (3, False), (4, True)])
def test_a_small_disk_is_told_a_working_day_before(channels: int, is_told: bool) -> None:
    free = 35 * MB * LOW_HOURS * 3
    bench = measure(verified(), free, total_bytes=free, channels=channels)
    assert bool(alarm(bench)) is is_told


def test_nobody_has_looked_yet_and_nothing_is_said() -> None:
    bench = verified()
    assert bench.shown["journal"]["free_mb"] is None
    assert start_blockers(bench.state, bench.policy) == ()
    assert measure(bench, 60 * MB).shown["journal"]["free_mb"] == 60
    bench.restart()
    assert bench.shown["journal"]["free_mb"] is None, "another disk, perhaps"


def test_without_an_order_there_is_nothing_to_fit() -> None:
    bench = measure(Bench(), 0)
    assert alarm(bench)
