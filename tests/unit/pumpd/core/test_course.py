"""Length, standstills and stands of a session, in treatment time."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from drivers.contract import Motion
from interlocks.vocabulary import Alert, Course, Stamp
from pumpd.core import events as ev
from pumpd.core.course import ALERTS_KEPT, ALERTS_WITHIN_MS, alerted, course_of, lapsed
from pumpd.core.restriction import Hold, Permit, Restriction, Source
from pumpd.core.session import Phase, Session

RATE = 26_200_000
RUNNING = Permit(RATE, Hold.NONE, (Restriction(Source.PROGRAMME, Hold.NONE, RATE, "prescribed rate"),))
SLOWED = replace(RUNNING, rate_nl_h=1)
INFUSING = Session(phase=Phase.INFUSING)


def stand(*sources: Source, hold: Hold = Hold.PAUSE) -> Permit:
    binding = tuple(Restriction(one, hold, 0, "because", f"ROW{n}") for n, one in enumerate(sources))
    return Permit(0, hold, binding)


def at(ms: int) -> Stamp:
    return Stamp(ms, ms // 4)


# -- time --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("granted", "paused_ms"), [(RUNNING, 0), (SLOWED, 0), (stand(Source.OPERATOR), 700), (None, 700)]
)
def test_the_time_between_two_decisions_is_what_the_first_of_them_permitted(
    granted: Permit | None, paused_ms: int
) -> None:
    session = lapsed(INFUSING, granted, at(1_000), at(1_700))
    assert (session.elapsed_ms, session.paused_ms) == (700, paused_ms)


@pytest.mark.parametrize("phase", [one for one in Phase if one is not Phase.INFUSING])
def test_outside_an_infusion_no_time_passes_for_it(phase: Phase) -> None:
    session = Session(phase=phase)
    assert lapsed(session, RUNNING, at(0), at(1_000)) is session


def test_two_events_of_one_instant_take_no_time() -> None:
    assert lapsed(INFUSING, RUNNING, at(5), at(5)) is INFUSING


def test_the_rows_see_the_sums_and_the_planned_duration() -> None:
    bench = infusing()
    bench.advance(10)
    bench.pause()
    bench.advance(20)
    session = bench.state.session
    assert session.programme is not None
    assert course_of(session) == Course(
        elapsed_ms=31_000, planned_ms=session.programme.duration_s * 1000, paused_ms=20_000
    )
    assert course_of(Session()) == Course()


def test_a_session_begins_with_its_start_and_its_sums_stand_when_it_is_over() -> None:
    bench = verified()
    bench.advance(60)
    assert bench.state.session.elapsed_ms == 0
    bench.start()
    bench.advance(3)
    bench.stop()
    bench.advance(10)
    assert (bench.state.session.elapsed_ms, bench.state.session.paused_ms) == (3_000, 0)


def test_the_sums_outlive_a_restart_and_the_time_without_a_daemon_is_nobodys() -> None:
    bench = infusing()
    bench.advance(10)
    bench.now = Stamp(0, 0)
    bench.restart()
    assert bench.state.session.elapsed_ms == 11_000
    bench.advance(5)
    assert (bench.state.session.elapsed_ms, bench.state.session.paused_ms) == (16_000, 5_000)


def test_treatment_time_counts_also_where_link_time_runs_slower() -> None:
    bench = infusing()
    before_ms = bench.state.session.elapsed_ms
    bench.tick(ms=400, link_ms=100)
    assert bench.state.session.elapsed_ms == before_ms + 400


# -- stands --------------------------------------------------------------------------------------------------------


def test_a_stand_that_rows_demand_is_an_alert_with_their_names() -> None:
    session = alerted(INFUSING, RUNNING, stand(Source.INTERLOCK, Source.INTERLOCK), at(9))
    assert session.alerts == (Alert(9, ("ROW0", "ROW1")),)


def test_of_a_stand_by_a_row_and_a_person_the_row_is_named() -> None:
    session = alerted(INFUSING, RUNNING, stand(Source.OPERATOR, Source.INTERLOCK), at(9))
    assert session.alerts == (Alert(9, ("ROW1",)),)


@pytest.mark.parametrize(
    ("before", "after"),
    [
        (RUNNING, stand(Source.OPERATOR)),  # a nurse's pause
        (RUNNING, stand(Source.PUMP)),
        (RUNNING, stand(Source.DAEMON)),
        (RUNNING, SLOWED),
        (stand(Source.OPERATOR), stand(Source.INTERLOCK)),  # it stood already
        (stand(Source.INTERLOCK), stand(Source.INTERLOCK, Source.INTERLOCK)),
        (None, stand(Source.INTERLOCK)),
    ],
)
def test_what_no_row_stopped_is_no_alert(before: Permit | None, after: Permit) -> None:
    assert alerted(INFUSING, before, after, at(9)) is INFUSING


def test_the_end_of_a_session_is_no_stand() -> None:
    session = Session(phase=Phase.STOPPED)
    assert alerted(session, RUNNING, stand(Source.INTERLOCK), at(9)) is session


def test_of_many_alerts_the_newest_are_kept() -> None:
    session = INFUSING
    for ms in range(ALERTS_KEPT + 3):
        session = alerted(session, RUNNING, stand(Source.INTERLOCK), at(ms))
    assert [one.ms for one in session.alerts] == list(range(3, ALERTS_KEPT + 3))


@pytest.mark.parametrize(("later_ms", "kept"), [(ALERTS_WITHIN_MS, 2), (ALERTS_WITHIN_MS + 1, 1)])
def test_an_alert_is_remembered_for_ten_minutes_of_treatment(later_ms: int, kept: int) -> None:
    session = replace(INFUSING, alerts=(Alert(0, ("BP2",)), Alert(400_000, ("LP1",))))
    assert len(lapsed(session, RUNNING, at(later_ms - 100), at(later_ms)).alerts) == kept


def stopped_by_line(bench: Bench) -> None:
    for _ in range(3):
        bench.line(310)
        bench.advance(0.1)


def test_CY1_every_stand_that_rows_cause_is_counted_and_the_pause_between_is_not() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    stopped_by_line(bench)
    assert bench.pump.motion is Motion.HALTED
    assert [one.rule_ids for one in bench.state.session.alerts] == [("LP1",)]
    bench.line(25)
    bench.advance(16)
    bench.acknowledge()
    bench.resume()
    bench.pause()
    bench.resume()
    assert len(bench.state.session.alerts) == 1
    bench.cuff(185, 95)
    assert [one.rule_ids for one in bench.state.session.alerts] == [("LP1",), ("BP3",)]


def test_alerts_outlive_a_restart_as_if_they_were_of_now() -> None:
    """Nobody knows how long ago they were; so they count for as long as they can."""
    bench = infusing()
    bench.cuff(185, 95)
    bench.now = Stamp(5, 5)
    bench.restart()
    assert bench.state.session.alerts == (Alert(5, ("BP3",)),)
    assert len(bench.state.session.alerts) == 1, "the restart's own stand is none"


def test_a_restart_is_no_stand_by_a_row() -> None:
    bench = infusing()
    bench.post(ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=0))
    assert bench.state.session.alerts == ()
    assert bench.policy is POLICY
