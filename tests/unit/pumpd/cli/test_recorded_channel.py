"""A channel out of a journal: as it was, and what was done before."""

import json
from dataclasses import replace
from pathlib import Path

import pytest
from channel_bench import Bench, make_verified
from session_journal import WALL_MS, Row, rows_of, write
from site_bench import CHANNEL

from interlocks.vocabulary import Stamp
from pumpd.cli.recorded_channel import BEFORE_MS, reaches, recorded
from pumpd.core import events as ev
from pumpd.core.state import ChannelState
from pumpd.policy import policy_for, recorded_configuration
from pumpd.shell.record import CONFIGURATION, DECISION, SNAPSHOT

LIMITS = {"systolic_slow_mmhg": 150}
POLICY = policy_for(CHANNEL, 1, LIMITS, {"systolic_slow_mmhg": 140})


def with_configuration(rows: list[Row]) -> list[Row]:
    body = recorded_configuration(CHANNEL, 1.0, LIMITS, {"systolic_slow_mmhg": 140})
    return [(CONFIGURATION, Stamp(0, 0), body), *rows[1:]]


@pytest.fixture(scope="module")
def bench() -> Bench:
    bench = make_verified(Bench(POLICY))
    bench.start()
    bench.advance(30)
    bench.cuff(155, 92)
    bench.advance(10)
    bench.acknowledge("BP2", by="otto")
    bench.advance(10)
    return bench


@pytest.fixture(scope="module")
def rows(bench: Bench) -> list[Row]:
    return with_configuration(rows_of(bench.events, POLICY))


@pytest.fixture
def journal(tmp_path: Path, rows: list[Row]) -> Path:
    return write(tmp_path / "j.db", {"bed-1": rows})


def test_at_its_end_the_channel_is_the_one_the_daemon_had(journal: Path, bench: Bench) -> None:
    """Law 12: the same state, under the very policy of the record."""
    found, policy = recorded(journal, "bed-1", WALL_MS + bench.now.ms)
    assert found.state == bench.state
    assert policy == POLICY
    assert found.wall_ms == WALL_MS + bench.now.ms


def test_in_between_it_is_what_every_event_up_to_then_makes_of_it(journal: Path, bench: Bench) -> None:
    """Whatever snapshot lies before: a fold from the very first event gives the same."""
    from pumpd.core.replay import fold

    for at_ms in (500, 2_000, 62_000, 63_100, 80_050, bench.now.ms - 150):
        events = [one for one in bench.events if one.at.ms <= at_ms]
        first = replace(events[0], wall_ms=WALL_MS) if isinstance(events[0], ev.DaemonStarted) else events[0]
        found, _ = recorded(journal, "bed-1", WALL_MS + at_ms)
        assert found.state == fold(ChannelState(), [first, *events[1:]], POLICY), at_ms


def test_what_people_and_rows_did_is_told_in_order_with_its_outcome(journal: Path, bench: Bench) -> None:
    found, _ = recorded(journal, "bed-1", WALL_MS + bench.now.ms)
    told = [(one.by, one.what) for one in found.deeds]
    assert [one for one in told if one[0] in ("dora", "nina", "otto")] == [
        ("dora", "order"),
        ("nina", "verify"),
        ("nina", "start"),
        ("otto", "acknowledge BP2"),
    ]
    assert ("pumpd", "BP2 SLOW") in told
    assert ("pumpd", "BP2~ SLOW (shadow: did not act)") in told
    (acknowledged,) = [one for one in found.deeds if one.by == "otto"]
    assert acknowledged.outcome.startswith("accepted")
    assert found.seen_by == {"BP2": "otto"}


def test_only_the_last_minutes_are_told_but_every_acknowledgement_is_known(
    journal: Path, rows: list[Row]
) -> None:
    late = (DECISION, Stamp(rows[-1][1].ms + BEFORE_MS + 1, 0), rows[-1][2])
    path = write(journal.with_name("late.db"), {"bed-1": [*rows, late]})
    at_ms = WALL_MS + late[1].ms
    found, _ = recorded(path, "bed-1", at_ms)
    assert found.deeds == []
    assert found.seen_by == {"BP2": "otto"}


def test_a_boot_that_could_not_use_the_record_begins_empty(journal: Path, rows: list[Row]) -> None:
    """faults row 101."""
    after = Bench(POLICY, with_pump=False)
    after.events[0] = ev.DaemonStarted(
        at=Stamp(0, 0), boot="boot-3", wall_ms=WALL_MS, restore_problem="stranger"
    )
    begin_ms = rows[-1][1].ms + 1_000
    later = [
        (kind, Stamp(begin_ms + at.ms, at.link_ms), body)
        for kind, at, body in rows_of(after.events, POLICY)[1:]
    ]
    later = [one for one in later if one[0] != SNAPSHOT]
    path = write(journal.with_name("two.db"), {"bed-1": [*rows, *later]})
    found, _ = recorded(path, "bed-1", WALL_MS + later[-1][1].ms)
    assert found.state.session.order is None
    assert found.state.restore_problem == "stranger"


def test_how_far_each_channel_reaches_and_when_it_was_last_started(journal: Path, bench: Bench) -> None:
    reach = reaches(journal)["bed-1"]
    started = next(one.at.ms for one in bench.events if isinstance(one, ev.StartPressed))
    assert (reach.first_ms, reach.last_ms) == (WALL_MS, WALL_MS + bench.now.ms)
    assert reach.started_ms == WALL_MS + started


def test_a_start_that_was_refused_is_no_start(tmp_path: Path) -> None:
    bench = Bench(POLICY)
    bench.start()
    path = write(tmp_path / "j.db", {"bed-1": with_configuration(rows_of(bench.events, POLICY))})
    assert reaches(path)["bed-1"].started_ms is None


def test_channels_are_kept_apart(tmp_path: Path, rows: list[Row], bench: Bench) -> None:
    other = rows_of([ev.DaemonStarted(at=Stamp(0, 0), boot="b", wall_ms=0)], POLICY)
    path = write(tmp_path / "j.db", {"bed-2": with_configuration(other), "bed-1": rows})
    assert set(reaches(path)) == {"bed-1", "bed-2"}
    found, _ = recorded(path, "bed-1", WALL_MS + bench.now.ms)
    assert found.state == bench.state


@pytest.mark.parametrize(
    ("row", "says"),
    [
        ((CONFIGURATION, Stamp(0, 0), "{}"), "record 1 is not one of this version"),
        ((DECISION, Stamp(0, 0), "{}"), "not one of this version|nothing was decided|Field required"),
    ],
)
def test_a_record_of_another_version_is_named(tmp_path: Path, row: Row, says: str) -> None:
    path = write(tmp_path / "j.db", {"bed-1": [row]})
    with pytest.raises(ValueError, match=says):
        recorded(path, "bed-1", WALL_MS)


def test_a_decision_without_a_configuration_cannot_be_explained(tmp_path: Path, rows: list[Row]) -> None:
    path = write(tmp_path / "j.db", {"bed-1": rows[1:3]})
    with pytest.raises(ValueError, match="a decision with no configuration before it"):
        recorded(path, "bed-1", WALL_MS + 1_000)


def test_before_the_first_decision_there_is_nothing_to_explain(tmp_path: Path, rows: list[Row]) -> None:
    path = write(tmp_path / "j.db", {"bed-1": rows[:1]})
    with pytest.raises(ValueError, match="nothing was decided by then"):
        recorded(path, "bed-1", WALL_MS + 1_000)
    assert json.loads(rows[0][2])["limits"] == LIMITS
