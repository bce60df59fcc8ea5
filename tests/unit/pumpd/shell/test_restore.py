"""A channel as the journal remembers it; and when it does not, an empty one, because a pump has to be halted."""

from dataclasses import replace
from pathlib import Path

import pytest
from channel_bench import Bench
from site_bench import CHANNEL, configuration, decisions, write_records

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.session import Phase
from pumpd.core.state import ChannelState
from pumpd.policy import policy_for
from pumpd.shell.record import CONFIGURATION_FILE, DECISION, SNAPSHOT, dump_state
from pumpd.shell.restore import files_in_record, restored

POLICY = policy_for(CHANNEL)


def paused_session() -> Bench:
    """Ordered, verified, started, paused by the nurse."""
    bench = Bench(POLICY)
    bench.advance(1)
    bench.order()
    bench.verify()
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    bench.start()
    bench.advance(1)
    bench.pause()
    bench.advance(1)
    return bench


@pytest.fixture(scope="module")
def bench() -> Bench:
    return paused_session()


@pytest.mark.parametrize("behind", [0, 1, 7, 60])
def test_the_newest_snapshot_and_the_events_behind_it_are_the_channel(
    tmp_path: Path, bench: Bench, behind: int
) -> None:
    """Design 10: the journal is how state comes back after a crash."""
    path = tmp_path / "journal.sqlite"
    records = decisions(bench.events, POLICY, len(bench.events) - 1 - behind)
    write_records(path, [configuration(), *records])
    assert restored(path, POLICY) == (bench.state, "")


def test_a_manual_pause_outlives_the_process(tmp_path: Path, bench: Bench) -> None:
    """Law 8."""
    path = tmp_path / "journal.sqlite"
    write_records(path, decisions(bench.events, POLICY, 200))
    state, _ = restored(path, POLICY)
    assert state.session.phase is Phase.INFUSING
    assert [one.kind.value for one in state.session.holds] == ["nurse"]


def test_no_journal_is_an_empty_channel(tmp_path: Path) -> None:
    assert restored(tmp_path / "none.sqlite", POLICY) == (ChannelState(), "")


def test_a_journal_without_a_snapshot_is_an_empty_channel(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    write_records(path, [configuration()])
    assert restored(path, POLICY) == (ChannelState(), "")


def test_another_channel_s_records_are_not_ours(tmp_path: Path, bench: Bench) -> None:
    path = tmp_path / "journal.sqlite"
    write_records(path, decisions(bench.events, POLICY, 200), channel="bed-2")
    assert restored(path, POLICY) == (ChannelState(), "")


def test_another_channel_s_events_behind_our_snapshot_are_not_folded_in(tmp_path: Path, bench: Bench) -> None:
    path = tmp_path / "journal.sqlite"
    write_records(path, decisions(bench.events, POLICY, len(bench.events) - 1))
    write_records(path, decisions(bench.events[:50], POLICY), channel="bed-2")
    assert restored(path, POLICY) == (bench.state, "")


@pytest.mark.parametrize("body", ['{"now": 3}', "[]", '{"epoch": "many"}'])
def test_a_snapshot_of_another_version_is_not_guessed_at(tmp_path: Path, body: str) -> None:
    """faults row 101."""
    path = tmp_path / "journal.sqlite"
    write_records(path, [(SNAPSHOT, Stamp(0, 0), body)])
    state, problem = restored(path, POLICY)
    assert state == ChannelState()
    assert problem, "a person must be told (faults row 101)"


def test_an_event_of_another_version_behind_a_good_snapshot_is_not_guessed_at_either(
    tmp_path: Path, bench: Bench
) -> None:
    path = tmp_path / "journal.sqlite"
    strange = '{"event":{"at":{"ms":1,"link_ms":1},"kind":"levitated"},"actions":[]}'
    write_records(path, [(SNAPSHOT, Stamp(0, 0), dump_state(bench.state)), (DECISION, Stamp(1, 1), strange)])
    state, problem = restored(path, POLICY)
    assert state == ChannelState()
    assert problem, "a person must be told (faults row 101)"


def test_a_file_that_is_no_journal_leaves_the_daemon_able_to_halt_its_pump(tmp_path: Path) -> None:
    """A sick disk must not keep the daemon from coming up: the journal says "failed", the pump is halted."""
    path = tmp_path / "journal.sqlite"
    path.write_bytes(b"SQLite format 3\0" + b"\xff" * 4096)
    state, problem = restored(path, POLICY)
    assert state == ChannelState()
    assert problem, "a person must be told (faults row 101)"


def test_a_path_that_cannot_be_opened_leaves_the_daemon_able_to_halt_its_pump(tmp_path: Path) -> None:
    state, problem = restored(tmp_path, POLICY)
    assert state == ChannelState()
    assert problem, "a person must be told (faults row 101)"


def test_a_record_on_which_the_decision_itself_fails_leaves_the_daemon_able_to_halt_its_pump(
    tmp_path: Path, bench: Bench
) -> None:
    """A defect that ended the last boot must not end every boot."""
    path = tmp_path / "journal.sqlite"
    events = [ev.Ticked(at=Stamp(1, 1))]
    write_records(path, [(SNAPSHOT, Stamp(0, 0), dump_state(bench.state)), *decisions(events, POLICY)])
    broken = replace(POLICY, rules=(None,))  # type: ignore[arg-type]
    state, problem = restored(path, broken)
    assert state == ChannelState()
    assert problem, "a person must be told (faults row 101)"


def test_every_configuration_that_was_in_force_is_known_by_its_hash(tmp_path: Path) -> None:
    """I25: what changed is told against the one a session was begun under, however many starts ago."""
    path = tmp_path / "journal.sqlite"
    assert files_in_record(path) == {}
    bodies = [f'{{"hash": "{one}", "keys": {{"site.name": "{one}"}}}}' for one in ("a", "b")]
    write_records(path, [(CONFIGURATION_FILE, Stamp(0, 0), one) for one in bodies])
    assert files_in_record(path) == {"a": {"site.name": "a"}, "b": {"site.name": "b"}}


def test_a_record_that_cannot_be_read_costs_only_the_words(tmp_path: Path) -> None:
    path = tmp_path / "journal.sqlite"
    write_records(path, [(CONFIGURATION_FILE, Stamp(0, 0), "[]")])
    assert files_in_record(path) == {}
    (tmp_path / "none").write_text("no journal at all")
    assert files_in_record(tmp_path / "none") == {}
