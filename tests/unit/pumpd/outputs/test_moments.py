"""Which records of a journal are moments of a session."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest
from channel_bench import POLICY, infusing, make_verified
from export_bench import journal_of, played_to_a_stop, policy_from, record_of, stopped

from pumpd.outputs.moments import AlarmTold, Completed, Moved, Stood, moments


def test_a_session_ends_where_the_next_order_begins(tmp_path: Path) -> None:
    bench = played_to_a_stop()
    bench.advance(30)
    make_verified(bench)
    bench.start()
    bench.advance(5)
    path = journal_of(bench, tmp_path)
    first = list(moments(path, record_of(path, 1), policy_from))
    second = list(moments(path, record_of(path, 2), policy_from))
    assert max(one.seq for one in first) < min(one.seq for one in second)
    assert [one.is_last for one in first if isinstance(one, Stood)][-1]
    assert not any(one.is_last for one in second if isinstance(one, Stood)), "it still runs"
    (begun,) = [one for one in second if isinstance(one, Moved)]
    assert (begun.rate_before_nl_h, begun.counted_nl) == (0, 0), "volume counts from this session's start"
    assert not any(isinstance(one, Completed) for one in first + second)
    assert {one.note["key"] for one in first if isinstance(one, AlarmTold)} == {"blood-pressure"}


def test_the_last_word_on_the_dose_is_the_report_s(tmp_path: Path) -> None:
    path = journal_of(stopped(), tmp_path)
    record = record_of(path)
    last = [one for one in moments(path, record, policy_from) if isinstance(one, Stood)][-1]
    assert last.is_last
    assert last.given == record.given
    assert (last.summary["pump"]["motion"], last.summary["rate"]["commanded_nl_h"]) == ("halted", 0)
    assert POLICY.channel == last.summary["channel"]


def test_over_a_restart_the_volume_goes_on_from_what_the_pump_shows(tmp_path: Path) -> None:
    """Row 91: neither a driver's sum that died with it nor what the pump had shown before is told as given anew."""
    bench = infusing()
    bench.pump.cleared_nl = 0
    bench.advance(10)
    bench.pump.clear()
    bench.advance(10)
    bench.restart()
    bench.pump.cleared_nl = 0
    bench.link_up()
    bench.advance(2)
    path = journal_of(bench, tmp_path)
    stopped_at = [one for one in moments(path, record_of(path), policy_from) if isinstance(one, Moved)][-1]
    assert stopped_at.rate_nl_h == 0
    assert abs(stopped_at.counted_nl - bench.pump.true_nl) <= 2_000


def test_a_record_without_a_wall_clock_is_refused_by_its_number(tmp_path: Path) -> None:
    """Law 10: a message that cannot say when is not made."""
    path = journal_of(stopped(), tmp_path)
    record = record_of(path)
    with closing(sqlite3.connect(path)) as connection, connection:
        connection.execute("UPDATE record SET wall_ms = 0")
    with pytest.raises(ValueError, match=r"record \d+ has no wall clock"):
        list(moments(path, record, policy_from))
