"""From knowledge to permit: what the rules see, what restricts, what ends a session."""

from dataclasses import replace

import pytest
from channel_bench import ML, POLICY, Bench, infusing, verified

from drivers.contract import Approval, Motion, PumpReport, WatchdogKind
from interlocks.vocabulary import Demand, Flag, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core.account import after_restart
from pumpd.core.guard import (
    NO_FLOW,
    fastest_nl_h,
    flow_of,
    given_high_nl,
    guard,
    permit_of,
    restrictions_of,
    situation_of,
)
from pumpd.core.restriction import Hold, Source
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState, Policy

RATE = 26_200_000
QUIET: frozenset[Signal] = frozenset()


def with_delivery(state: ChannelState, **changed: object) -> ChannelState:
    return replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


# -- how fast it may be running ----------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("doubted", "commanded", "reported", "is_confirmed", "fastest"),
    [
        (0, 0, 0, False, 0),
        (0, 20, 0, False, 20),
        (30, 20, 0, False, 30),
        (0, 20, 50, False, 50),  # set at the pump's own keys
        (0, 0, 50, False, 50),  # started there
        (0, 20, 10, False, 20),
        (0, 20, 50, True, 0),  # it stands still
        (30, 0, 0, True, 30),
    ],
)
def test_the_fastest_it_may_run_is_the_worst_of_told_seen_and_doubted(
    doubted: int, commanded: int, reported: int, is_confirmed: bool, fastest: int
) -> None:
    state = with_delivery(
        infusing().state,
        doubted_nl_h=doubted,
        commanded_nl_h=commanded,
        report=PumpReport(Motion.INFUSING, 0, reported),
        is_halt_confirmed=is_confirmed,
    )
    assert fastest_nl_h(state) == fastest


def test_the_high_end_of_the_dose_grows_with_a_rate_set_at_the_keypad() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    before = given_high_nl(bench.state, POLICY) - bench.state.account.best_nl
    bench.pump.key(Motion.INFUSING, 100 * ML)
    bench.report()
    assert given_high_nl(bench.state, POLICY) - bench.state.account.best_nl > before


def restarted(kind: WatchdogKind, reported_nl_h: int = 0) -> tuple[ChannelState, Policy]:
    """A daemon that has just come back and has not heard its pump; nothing but its volume may end that one's run."""
    bench = infusing()
    programme = bench.state.session.programme
    assert programme is not None
    policy = replace(POLICY, watchdog=kind, lease_ms=3_600_000)
    said = PumpReport(Motion.INFUSING, 0, reported_nl_h) if reported_nl_h else None
    state = with_delivery(
        bench.state, commanded_nl_h=programme.rate_nl_h, report=said, is_halt_confirmed=False
    )
    return replace(
        state, account=replace(after_restart(state.account, is_start_open=False), best_nl=1 * ML)
    ), policy


def test_a_pump_that_its_volume_ends_cannot_have_given_more_than_the_order() -> None:
    """Law 7, docs/decisions/0020: a silence without a bound in time is no overdose by itself (VT1)."""
    state, policy = restarted(WatchdogKind.NONE)
    programme = state.session.programme
    assert programme is not None
    assert given_high_nl(state, policy) <= programme.vtbi_nl + 10_000, "and what a step of the counter hides"
    assert given_high_nl(state, policy) >= programme.vtbi_nl
    assert flow_of(state, policy).given_high_nl == given_high_nl(state, policy)


@pytest.mark.parametrize(
    ("kind", "reported_nl_h"), [(WatchdogKind.COMMUNICATION, 0), (WatchdogKind.NONE, 100 * ML)]
)
def test_a_lease_or_a_rate_that_nobody_here_asked_for_is_not_bounded_by_the_order(
    kind: WatchdogKind, reported_nl_h: int
) -> None:
    state, policy = restarted(kind, reported_nl_h)
    programme = state.session.programme
    assert programme is not None
    assert given_high_nl(state, policy) > programme.vtbi_nl + 10_000


# -- what the rules see ------------------------------------------------------------------------------------------


def test_the_situation_flags_a_lost_broker_an_offline_monitor_and_another_patient() -> None:
    bench = infusing()
    assert situation_of(bench.state, POLICY, QUIET).flags == frozenset()
    offline = replace(bench.state, feed=replace(bench.state.feed, offline=("monitor-1",)))
    down = replace(bench.state, feed=replace(bench.state.feed, is_up=False))
    other = replace(bench.state, feed=replace(bench.state.feed, wrong_patient=("monitor-1",)))
    assert situation_of(offline, POLICY, QUIET).flags == {Flag.BROKER_DOWN}
    assert situation_of(down, POLICY, QUIET).flags == {Flag.BROKER_DOWN}
    assert situation_of(other, POLICY, QUIET).flags == {Flag.WRONG_PATIENT}


def test_the_situation_flags_two_monitors_under_one_name_and_values_that_stand_still() -> None:
    """Rows 54 and 62."""
    bench = infusing()
    two = replace(bench.state, feed=replace(bench.state.feed, two_monitors=("monitor-1",)))
    still = replace(bench.state, feed=replace(bench.state.feed, frozen=(Signal.HR,)))
    assert situation_of(two, POLICY, QUIET).flags == {Flag.TWO_MONITORS}
    assert situation_of(still, POLICY, QUIET).flags == {Flag.FROZEN}


def flags(state: ChannelState) -> frozenset[Flag]:
    return situation_of(state, POLICY, QUIET).flags


def cuffed(bench: Bench, *, since_ms: int | None = None, ended_ms: int | None = None) -> ChannelState:
    """A cuff cycle that began, or ended, so long ago in treatment time; link time stands."""
    now = bench.state.now
    since = None if since_ms is None else Stamp(now.ms - since_ms, now.link_ms)
    ended = None if ended_ms is None else Stamp(now.ms - ended_ms, now.link_ms)
    return replace(bench.state, feed=replace(bench.state.feed, cuff_since=since, cuff_ended=ended))


def test_a_cuff_is_active_for_180_seconds_at_most_and_for_10_after_its_end() -> None:
    """facts/clinical.md 4: a cuff squeezes for 180 s at most; what it held back comes a moment later."""
    bench = infusing()
    assert flags(cuffed(bench)) == frozenset()
    assert flags(cuffed(bench, since_ms=0)) == {Flag.CUFF_ACTIVE}
    assert flags(cuffed(bench, since_ms=180_000)) == {Flag.CUFF_ACTIVE}
    assert flags(cuffed(bench, since_ms=180_001)) == frozenset()
    assert flags(cuffed(bench, ended_ms=10_000)) == {Flag.CUFF_ACTIVE}
    assert flags(cuffed(bench, ended_ms=10_001)) == frozenset()
    assert flags(cuffed(bench, since_ms=180_001, ended_ms=0)) == frozenset()


def test_what_a_monitor_says_of_its_cuff_reaches_the_rules() -> None:
    bench = infusing()
    bench.squeeze(True)
    assert Flag.CUFF_ACTIVE in flags(bench.state)
    bench.advance(2)
    bench.squeeze(False)
    bench.advance(10)
    assert Flag.CUFF_ACTIVE in flags(bench.state)
    bench.tick()
    assert Flag.CUFF_ACTIVE not in flags(bench.state)
    assert bench.shown["cuff_active"] is False


def test_LP3_an_occlusion_in_force_explains_a_fall_and_an_advisory_does_not() -> None:
    bench = infusing()
    assert Flag.OCCLUSION_KNOWN not in flags(bench.state)
    for _ in range(3):
        bench.line(310)
        bench.tick()
    assert Flag.OCCLUSION_KNOWN in flags(bench.state)
    rows = [one for one in bench.state.findings if one.rule_id == "LP1"]
    told = replace(bench.state, findings=tuple(replace(one, demand=Demand.ADVISE) for one in rows))
    assert Flag.OCCLUSION_KNOWN not in flags(told)
    other = replace(bench.state, findings=tuple(replace(one, rule_id="LP0") for one in rows))
    assert Flag.OCCLUSION_KNOWN not in flags(other)


def test_the_situation_carries_trace_refusals_course_and_alerts() -> None:
    bench = infusing()
    bench.refuse(Signal.HR, in_a_row=3)
    bench.cuff(185, 95)
    bench.tick()
    seen = situation_of(bench.state, POLICY, QUIET)
    assert seen.trace == bench.state.trace
    assert len(seen.trace.points) > 5
    assert seen.rejects == ((Signal.HR, 3),)
    assert seen.course.elapsed_ms == bench.state.session.elapsed_ms > 0
    assert [one.rule_ids for one in seen.alerts] == [("BP3",)]
    assert seen.fitted == POLICY.fitted


def test_WD1_the_gap_is_counted_from_the_last_cycle_in_link_time() -> None:
    bench = infusing()
    assert situation_of(bench.state, POLICY, QUIET).tick_gap_ms == 0
    later = replace(bench.state, now=Stamp(bench.now.ms + 9_000, bench.now.link_ms + 501))
    assert situation_of(later, POLICY, QUIET).tick_gap_ms == 501
    assert situation_of(replace(later, tick=None), POLICY, QUIET).tick_gap_ms == 0


def test_flow_is_the_sessions_own_and_there_is_none_without_a_programme() -> None:
    assert flow_of(Bench().state, POLICY) == NO_FLOW
    flow = flow_of(infusing().state, POLICY)
    assert (flow.vtbi_nl, flow.is_running) == (17_500_000, True)
    assert flow.report_age_link_ms is not None


def test_a_pump_that_has_not_spoken_since_the_restart_is_no_silence() -> None:
    state = with_delivery(infusing().state, reported_at=None)
    assert not flow_of(state, POLICY).is_running


# -- the permit --------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("phase", "hold", "reason"),
    [
        (Phase.IDLE, Hold.PAUSE, "no order"),
        (Phase.ORDERED, Hold.PAUSE, "the order is not verified"),
        (Phase.VERIFIED, Hold.PAUSE, "not started"),
        (Phase.COMPLETED, Hold.STOP, "the dose is complete"),
        (Phase.STOPPED, Hold.STOP, "the session was stopped"),
    ],
)
def test_outside_an_infusion_nothing_is_permitted(phase: Phase, hold: Hold, reason: str) -> None:
    state = infusing().state
    granted = permit_of(replace(state, session=replace(state.session, phase=phase)), POLICY)
    assert (granted.rate_nl_h, granted.hold) == (0, hold)
    assert [one.reason for one in granted.binding] == [reason]


def test_an_undisturbed_infusion_is_permitted_its_programme_and_nothing_else_binds() -> None:
    granted = permit_of(infusing().state, POLICY)
    assert (granted.rate_nl_h, [one.source for one in granted.binding]) == (RATE, [Source.PROGRAMME])


@pytest.mark.parametrize(
    ("kind", "source"),
    [
        (HoldKind.NURSE, Source.OPERATOR),
        (HoldKind.RESTART, Source.DAEMON),
        (HoldKind.PUMP, Source.PUMP),
        (HoldKind.RECORD, Source.DAEMON),
    ],
)
def test_every_kind_of_hold_permits_nothing_and_is_named(kind: HoldKind, source: Source) -> None:
    state = infusing().state
    state = replace(state, session=held(state.session, kind, "because", "nina", state.now))
    granted = permit_of(state, POLICY)
    assert (granted.rate_nl_h, granted.hold) == (0, Hold.PAUSE)
    assert [(one.source, one.reason) for one in granted.binding] == [(source, "because")]


@pytest.mark.parametrize(
    ("ratchet", "rate", "hold"),
    [(RATE, RATE, Hold.NONE), (RATE - 1, RATE - 1, Hold.NONE), (1, 1, Hold.NONE), (0, 0, Hold.PAUSE)],
)
def test_law_1_the_ratchet_is_a_ceiling_and_at_zero_a_hold(ratchet: int, rate: int, hold: Hold) -> None:
    state = infusing().state
    granted = permit_of(replace(state, session=replace(state.session, ratchet_nl_h=ratchet)), POLICY)
    assert (granted.rate_nl_h, granted.hold) == (rate, hold)
    if ratchet < RATE:
        assert [one.source for one in granted.binding] == [Source.OPERATOR]


def test_law_1_the_ratchet_follows_the_permit_down_and_not_up_again() -> None:
    state = infusing().state
    on_hold, _ = guard(
        replace(state, session=held(state.session, HoldKind.NURSE, "paused", "nina", state.now)),
        POLICY,
        QUIET,
    )
    assert on_hold.session.ratchet_nl_h == 0
    lifted, _ = guard(replace(on_hold, session=replace(on_hold.session, holds=())), POLICY, QUIET)
    assert lifted.permit is not None
    assert (lifted.permit.rate_nl_h, lifted.session.ratchet_nl_h) == (0, 0)


def test_all_restrictions_are_told_whether_they_bind_or_not() -> None:
    """The programme stands first and is the only one of its kind."""
    bench = infusing()
    bench.cuff(150, 104)
    bench.pause(by="omar")
    found = restrictions_of(bench.state, POLICY)
    assert [(one.source, one.rule, one.hold, one.ceiling_nl_h) for one in found] == [
        (Source.PROGRAMME, "", Hold.NONE, RATE),
        (Source.INTERLOCK, "BP2", Hold.NONE, RATE // 2),
        (Source.OPERATOR, "", Hold.PAUSE, 0),
        (Source.OPERATOR, "", Hold.PAUSE, 0),
    ]
    assert [one.reason for one in found[2:]] == ["paused by omar", "nobody has resumed yet"]
    assert permit_of(bench.state, POLICY).binding == (found[2],)


def test_the_ratchet_is_named_as_binding_only_where_nothing_else_holds_the_rate_there() -> None:
    bench = infusing()
    bench.cuff(150, 104)
    assert [one.rule for one in permit_of(bench.state, POLICY).binding] == ["BP2"]
    assert len(restrictions_of(bench.state, POLICY)) == 3
    cleared = replace(bench.state, findings=())
    (binding,) = permit_of(cleared, POLICY).binding
    assert (binding.source, binding.reason) == (
        Source.OPERATOR,
        "nobody has restored the prescribed rate yet",
    )


def test_outside_an_infusion_there_is_one_restriction() -> None:
    assert [one.reason for one in restrictions_of(verified().state, POLICY)] == ["not started"]


# -- trips and the end -------------------------------------------------------------------------------------------


def test_a_trip_is_noted_when_its_demand_rises_and_not_again_while_it_stands() -> None:
    bench = infusing()
    bench.cuff(165, 90)
    bench.advance(3)
    assert [one for one in bench.trips if one[0] == "BP2"] == [("BP2", "SLOW")]
    bench.advance(30)
    bench.cuff(168, 90)
    bench.advance(1)
    assert [one for one in bench.trips if one[0] == "BP2"] == [("BP2", "SLOW"), ("BP2", "PAUSE")]


def test_each_return_of_a_row_that_was_proven_clear_is_noted_though_its_demand_does_not_rise() -> None:
    """R57: whoever reads the record afterwards must find every excursion, not only the first."""
    bench = infusing()
    bench.cuff(165, 90)
    for _ in range(2):
        bench.advance(150)
        bench.cuff(140, 85)
    assert not next(one for one in bench.state.findings if one.rule_id == "BP2").is_present
    bench.advance(60)
    bench.forget()
    bench.cuff(167, 90)
    bench.advance(20)
    (trip,) = (one for one in bench.of(do.NoteTrip) if one.rule_id == "BP2")
    assert (trip.demand, trip.reason) == (Demand.SLOW, "systolic 167 mmHg > 160 mmHg")


def test_a_silence_that_turns_into_a_value_over_the_limit_is_noted() -> None:
    bench = infusing()
    bench.has_line = False
    bench.advance(3)
    bench.forget()
    bench.has_line = True
    bench.line(400)
    bench.advance(1)
    reasons = [one.reason for one in bench.of(do.NoteTrip) if one.rule_id == "LP1"]
    assert reasons == ["line pressure 400 mmHg > 300 mmHg"]


def test_a_rule_that_wants_a_reading_gets_a_request_for_one() -> None:
    bench = infusing()
    bench.cuff(152, 80)
    bench.advance(61)
    assert do.RequestReading(reason="BP1") in bench.actions


def test_a_stop_ends_the_session_closes_the_gate_and_says_who_stopped_it() -> None:
    bench = infusing()
    bench.line(460)
    bench.line(460)
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.state.session.ratchet_nl_h == 0
    assert bench.of(do.ApproveMaximum)[-1].approval == Approval(0, 0)
    assert any("stopped by LP2" in one.text for one in bench.of(do.NoteAct))
    assert [one.rule_id for one in bench.state.findings if one.demand is Demand.STOP] == ["LP2"]


def test_BP3_symptoms_end_the_session_while_its_crisis_is_not_proven_over_though_the_newest_reading_is_175() -> (
    None
):
    """Clinical.md 3.2, BP3: pause at 180, stop on symptoms; what clears the row is 160, not 179."""
    bench = infusing()
    bench.cuff(185, 90)
    bench.advance(60)
    bench.cuff(175, 90)
    bench.score(Signal.SYMPTOMS, 0)
    assert bench.state.session.phase is Phase.INFUSING
    bench.score(Signal.SYMPTOMS, 1)
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.trips[-1] == ("BP3", "STOP")


def test_BP3_symptoms_under_175_that_was_never_more_are_told_and_written_and_end_nothing() -> None:
    """Clinical.md 3.2 knows symptoms in row BP3 only: below it the nurse decides, and is told so."""
    bench = infusing()
    bench.cuff(175, 90)
    (answer,) = bench.score(Signal.SYMPTOMS, 1)
    assert answer.reasons == (
        "symptoms end the session only with a crisis pressure (BP3): pause or stop if the patient needs it",
    )
    assert (bench.word, bench.of(do.NoteAct)[-1].text) == ("SLOWED", "symptoms 1 entered")
    bench.advance(60)
    bench.cuff(185, 90)
    assert bench.state.session.phase is Phase.STOPPED, "and they are remembered when it comes to that"


def test_BP3_symptoms_after_its_crisis_is_proven_over_end_nothing() -> None:
    bench = infusing()
    bench.cuff(185, 90)
    for _ in range(2):
        bench.advance(60)
        bench.cuff(150, 85)
    bench.score(Signal.SYMPTOMS, 1)
    bench.advance(1)
    assert bench.state.session.phase is Phase.INFUSING


def test_a_stop_by_a_row_leaves_no_hold_behind() -> None:
    """Nobody can resume any more, so no alarm of a hold may stand; a person's stop clears them likewise."""
    bench = infusing()
    bench.pump.key(Motion.HALTED, 0)
    bench.advance(2)
    assert [one.kind for one in bench.state.session.holds] == [HoldKind.PUMP]
    bench.score(Signal.MOAAS, 0)
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.state.session.holds == ()
    bench.acknowledge()
    bench.advance(2)
    assert "PUMP-HOLD" not in [one.key for one in bench.state.alarms]


def test_rules_are_asked_only_while_infusing() -> None:
    bench = verified()
    bench.cuff(210, 130)
    bench.line(500)
    bench.line(500)
    assert bench.state.findings == ()
    assert bench.trips == []


def test_the_findings_of_a_stopped_session_stay_to_be_read_until_the_next_order() -> None:
    bench = infusing()
    bench.line(460)
    bench.line(460)
    bench.advance(5)
    assert bench.state.findings
    bench.order()
    assert bench.state.findings == ()


def shadowed(*names: str) -> Policy:
    rules = tuple(replace(one, is_shadow=one.id in names) for one in POLICY.rules)
    return replace(POLICY, rules=rules)


def test_a_row_on_trial_is_noted_once_for_each_rise_and_moves_nothing() -> None:
    bench = infusing()
    bench.policy = shadowed("BP1", "BP2")
    bench.cuff(165, 90)
    bench.advance(61)
    (trip,) = bench.of(do.NoteTrip)
    assert (trip.rule_id, trip.demand, trip.is_shadow) == ("BP2", Demand.SLOW, True)
    assert bench.pump.rate_nl_h == RATE
    bench.cuff(168, 90)
    bench.advance(5)
    risen = [(one.rule_id, one.demand.name) for one in bench.of(do.NoteTrip) if one.rule_id == "BP2"]
    assert risen == [("BP2", "SLOW"), ("BP2", "PAUSE")]
    assert all(one.is_shadow for one in bench.of(do.NoteTrip))
    assert (bench.pump.rate_nl_h, bench.state.findings) == (RATE, ())


def test_a_trip_names_what_its_row_guards_against() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    trips = {one.rule_id: one for one in bench.of(do.NoteTrip)}
    assert trips["BP3"].hazard == next(one.hazard for one in POLICY.rules if one.id == "BP3")
    assert not trips["BP3"].is_shadow


def test_nothing_new_to_permit_leaves_the_state_alone() -> None:
    """The tick comes ten times a second to each of many channels."""
    state = verified().state
    assert guard(state, POLICY, QUIET)[0] is state
