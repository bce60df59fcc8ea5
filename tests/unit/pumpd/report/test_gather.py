"""One session out of a journal."""

import json
from pathlib import Path

import pytest
from channel_bench import POLICY, Bench, infusing, verified
from session_journal import WALL_MS, Row, rows_of, write

from interlocks.vocabulary import Stamp
from pumpd.core import events as ev
from pumpd.core.state import Policy
from pumpd.report.gather import NoSession, gather, read_truth
from pumpd.report.session_record import SessionRecord
from pumpd.shell.record import DECISION


def policy_from(_: str) -> Policy:
    return POLICY


def record_of(bench: Bench, tmp_path: Path, number: int | None = None) -> SessionRecord:
    path = write(tmp_path / "j.db", {"bed-1": rows_of(bench.events, POLICY)})
    return gather(path, policy_from, None, number)


def tripped() -> Bench:
    """A minute of flow, one reading over 160: half rate; a repeat: pause; then good readings and a resume at half rate."""
    bench = infusing()
    coarse(bench, 60)
    bench.cuff(162, 92)
    coarse(bench, 40)
    bench.cuff(163, 92)
    coarse(bench, 10)
    bench.acknowledge()
    for _ in range(3):
        coarse(bench, 121)
        bench.cuff(126, 78)
    bench.advance(1)
    bench.resume()
    bench.advance(5)
    return bench


def coarse(bench: Bench, seconds: int) -> None:
    """Time passes in steps of half a second: no signal is stale by then."""
    for _ in range(2 * seconds):
        bench.tick(500)


def test_the_order_the_people_and_the_baseline_are_found(tmp_path: Path) -> None:
    record = record_of(infusing(), tmp_path)
    session = record.session
    assert (session.entered_by, session.verified_by, session.started_by) == ("dora", "nina", "nina")
    assert session.programme is not None
    assert session.programme.rate_nl_h == 26_200_000
    assert session.baseline is not None
    assert (session.baseline.sys, session.baseline.dia) == (125, 78)
    assert (record.number, record.sessions, record.is_started, record.pump) == (
        1,
        1,
        True,
        "NE1000 3.928 address 0",
    )
    assert record.proof.is_whole
    assert len(record.proof.head_hash) == 64


def test_time_counts_from_the_start_and_readings_from_before_belong_to_it(tmp_path: Path) -> None:
    bench = verified()
    start_ms = bench.now.ms
    bench.start()
    bench.advance(30)
    record = record_of(bench, tmp_path)
    assert record.started_wall_ms == WALL_MS + start_ms
    assert [ms for ms, _ in record.story.readings["sys"]] == [1_000 - start_ms, 62_000 - start_ms]
    assert record.story.acts[-1].verb == "start"
    assert record.story.acts[-1].at_ms == 0
    assert record.story.until_ms == 30_000
    assert record.story.begin_ms == -122_000  # a minute before the earlier reading of the baseline


@pytest.fixture(scope="module")
def story_of_trips(tmp_path_factory: pytest.TempPathFactory) -> SessionRecord:
    return record_of(tripped(), tmp_path_factory.mktemp("tripped"))


def test_rates_hold_only_changes_and_the_volume_follows_the_pumps_counter(
    story_of_trips: SessionRecord,
) -> None:
    record = story_of_trips
    rates = [rate for ms, rate in record.story.reported if ms >= 0]
    assert rates == [26_200_000, 13_100_000, 0, 13_100_000]
    assert [rate for _, rate in record.story.permitted] == [26_200_000, 13_100_000, 0, 13_100_000]
    assert record.given is not None
    assert record.story.volume[-1][1] == record.given.counter_nl == record.given.best_nl
    assert record.given.low_nl <= record.given.best_nl < record.given.high_nl  # it is still running


def test_each_trip_has_its_evidence_its_reaction_and_who_resumed_it(story_of_trips: SessionRecord) -> None:
    slow, pause, other = story_of_trips.story.trips
    assert (slow.rule, slow.demand, slow.effect) == ("BP2", "SLOW", "slowed")
    assert (pause.rule, pause.demand, pause.effect) == ("BP2", "PAUSE", "halted")
    assert slow.reason.startswith("systolic 162 mmHg > 160 mmHg")
    assert {(one.signal, one.value) for one in slow.evidence} >= {("sys", 162.0)}
    assert (slow.reaction_ms, pause.reaction_ms) == (0, 0)  # the bench's pump answers within the instant
    assert not slow.is_timed
    assert (other.rule, other.demand, other.effect) == ("BP1", "SLOW", "already")
    resume = next(one for one in story_of_trips.story.acts if one.verb == "resume")
    assert resume.has_raised
    assert (pause.resumed_by, pause.resumed_at_ms) == ("nina", resume.at_ms)


def test_a_reaction_is_the_link_time_from_the_crossing_sample_to_the_readback(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(60)
    bench.pump.is_deaf = True
    bench.cuff(186, 92)
    at = bench.now
    bench.now = Stamp(at.ms + 3_000, at.link_ms + 130)
    bench.pump.is_deaf = False
    bench.pump.motion = bench.pump.motion.HALTED
    bench.report()
    (trip,) = (one for one in record_of(bench, tmp_path).story.trips if one.rule == "BP3")
    assert (trip.demand, trip.effect, trip.reaction_ms) == ("PAUSE", "halted", 130)


def test_an_effect_that_no_report_shows_is_not_invented(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(60)
    bench.pump.is_deaf = True
    bench.cuff(186, 92)
    (trip,) = (one for one in record_of(bench, tmp_path).story.trips if one.rule == "BP3")
    assert (trip.effect, trip.reaction_ms, trip.resumed_by) == ("not seen", None, "")


def test_a_trip_while_the_pump_stands_still_already_is_said_to_be_in_effect(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(60)
    bench.pause()
    bench.cuff(186, 92)
    (trip,) = (one for one in record_of(bench, tmp_path).story.trips if one.rule == "BP3")
    assert (trip.effect, trip.reaction_ms) == ("already", None)


def test_silence_trips_by_timer_and_its_reaction_counts_from_the_decision(tmp_path: Path) -> None:
    bench = infusing()
    bench.has_line = False
    bench.advance(5)
    trip = next(one for one in record_of(bench, tmp_path).story.trips if one.rule == "LP1")
    assert trip.is_timed
    assert trip.reaction_ms == 0


def test_acts_keep_refusals_and_confirmations(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(200)
    bench.pause()
    bench.resume(by="dora", roles=("prescriber",))
    acts = record_of(bench, tmp_path).story.acts
    pause, refused = acts[-2:]
    assert (pause.verb, pause.by, pause.outcome, pause.confirmed_ms) == ("pause", "nina", "accepted", 0)
    assert (refused.verb, refused.outcome, refused.has_raised) == ("resume", "refused", False)
    assert refused.reasons == ("dora may not resume: role nurse needed",)


def test_holds_and_alarms_come_from_the_snapshots(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(10)
    bench.link_down()
    record = record_of(bench, tmp_path)
    (hold,) = record.story.holds
    assert (hold.kind, hold.reason, hold.until_ms) == ("pump", "pump link lost: unplugged", None)
    assert "PUMP-HOLD" in {one.key for one in record.story.alarms}
    assert record.story.reported[-1][1] is None  # nobody knows


def test_a_stop_ends_the_session_and_what_the_motor_still_moved_counts(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(60)
    bench.pump.is_deaf = True
    bench.stop()
    bench.advance(2)
    bench.pump.is_deaf = False
    bench.advance(1)
    coarse(bench, 400)
    record = record_of(bench, tmp_path)
    assert record.session.phase.value == "stopped"
    assert record.story.ended_ms == 61_000
    assert (
        record.story.until_ms == 61_000 + 300_000
    )  # five minutes more are shown, not the whole idle evening
    assert record.given is not None
    assert record.given.best_nl == record.given.counter_nl
    assert record.given.best_nl <= bench.pump.true_nl <= record.given.high_nl
    assert bench.pump.true_nl > 26_200_000 * 62 // 3600


def test_a_counter_that_fell_is_counted_on_and_said(tmp_path: Path) -> None:
    bench = infusing()
    bench.advance(60)
    before_nl = bench.pump.true_nl
    bench.pump.counter_offset_nl = before_nl
    bench.advance(1)
    record = record_of(bench, tmp_path)
    assert record.given is not None
    assert record.given.falls == 1
    assert record.given.counter_nl >= before_nl - 10_000


def test_boots_share_one_axis_that_never_runs_backwards(tmp_path: Path) -> None:
    """Faults: the wall clock was set back by an hour between two boots."""
    bench = infusing()
    bench.advance(60)
    bench.events.append(ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=WALL_MS - 3_600_000))
    bench.events.append(ev.Ticked(at=Stamp(5_000, 5_000)))
    record = record_of(bench, tmp_path)
    assert record.boots == ("boot-1", "boot-2")
    assert record.story.until_ms == 61_000 + 5_000
    assert [one.text for one in record.story.notes if one.by == "pumpd"] == ["the daemon was started anew"]
    assert [one.kind for one in record.story.holds] == ["restart"]


def two_sessions() -> Bench:
    bench = infusing()
    bench.advance(10)
    bench.stop()
    bench.advance(2)
    bench.order(patient="tok-4712")
    bench.verify()
    return bench


def test_the_newest_session_is_shown_and_an_older_one_on_request(tmp_path: Path) -> None:
    newest = record_of(two_sessions(), tmp_path)
    assert (newest.number, newest.sessions, newest.is_started, newest.given) == (2, 2, False, None)
    assert newest.session.order is not None
    assert newest.session.order.patient == "tok-4712"
    older = gather(tmp_path / "j.db", policy_from, "bed-1", 1)
    assert (older.number, older.sessions, older.session.phase.value) == (1, 2, "stopped")


def test_what_is_not_there_is_refused_by_name(tmp_path: Path) -> None:
    rows = rows_of(two_sessions().events, POLICY)
    idle: list[Row] = rows[:3]
    path = write(tmp_path / "j.db", {"bed-1": rows, "bed-2": rows, "bed-3": idle})
    with pytest.raises(NoSession, match="several channels, name one: bed-1, bed-2"):
        gather(path, policy_from)
    with pytest.raises(NoSession, match="nobody has entered an order on channel bed-3"):
        gather(path, policy_from, "bed-3")
    with pytest.raises(NoSession, match="no session 3 on channel bed-1: it has 2"):
        gather(path, policy_from, "bed-1", 3)
    assert gather(path, policy_from, "bed-2").channel == "bed-2"


def test_a_record_of_another_version_is_named(tmp_path: Path) -> None:
    rows = rows_of(infusing().events, POLICY)
    rows.append((DECISION, Stamp(999_999, 999_999), '{"event":{"kind":"moon_rose"},"actions":[]}'))
    path = write(tmp_path / "j.db", {"bed-1": rows})
    with pytest.raises(ValueError, match=f"record {len(rows)} is not one of this version"):
        gather(path, policy_from)


def test_a_cut_journal_is_still_read_and_said_to_be_cut(tmp_path: Path) -> None:
    path = write(tmp_path / "j.db", {"bed-1": rows_of(infusing().events, POLICY)})
    (tmp_path / "j.db.head").unlink()
    proof = gather(path, policy_from).proof
    assert not proof.is_whole
    assert "head file is missing" in proof.reason
    assert proof.head_hash == ""


def test_truth_is_the_whole_run_and_a_bad_line_is_named(tmp_path: Path) -> None:
    truth = tmp_path / "truth.ndjson"
    lines = [{"plunger_nl": 100, "patient_nl": 90}, {"plunger_nl": 5_100, "patient_nl": 4_090}]
    truth.write_text("".join(json.dumps(one) + "\n" for one in lines))
    found = read_truth(truth)
    assert (found.plunger_nl, found.patient_nl) == (5_000, 4_000)
    truth.write_text(json.dumps(lines[0]) + "\n{}\n")
    with pytest.raises(ValueError, match="line 2: not a simulator's truth"):
        read_truth(truth)
    truth.write_text("")
    with pytest.raises(ValueError, match="is empty"):
        read_truth(truth)
