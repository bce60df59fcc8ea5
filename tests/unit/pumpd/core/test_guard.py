"""From knowledge to permit: what the rules see, what restricts, what ends a session, what is an alarm."""

from dataclasses import replace

import pytest
from channel_bench import ML, POLICY, Bench, infusing, verified

from drivers.contract import Approval, Motion, PumpReport
from interlocks.vocabulary import Demand, Flag, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.guard import (
    NO_FLOW,
    fastest_nl_h,
    flow_of,
    given_high_nl,
    guard,
    permit_of,
    raise_alarms,
    situation_of,
)
from pumpd.core.restriction import Hold, Source
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState

RATE = 26_200_000
QUIET: frozenset[Signal] = frozenset()


def with_delivery(state: ChannelState, **changed: object) -> ChannelState:
    return replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


def alarm_keys(state: ChannelState) -> set[str]:
    return {one.key for one in raise_alarms(replace(state, alarms=())).alarms}


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


# -- what the rules see ------------------------------------------------------------------------------------------


def test_the_situation_flags_a_lost_broker_an_offline_monitor_and_another_patient() -> None:
    bench = infusing()
    assert situation_of(bench.state, POLICY, QUIET).flags == frozenset()
    offline = replace(bench.state, feed=replace(bench.state.feed, offline=("monitor-1",)))
    down = replace(bench.state, feed=replace(bench.state.feed, is_up=False))
    other = replace(bench.state, feed=replace(bench.state.feed, wrong_patient="monitor-1"))
    assert situation_of(offline, POLICY, QUIET).flags == {Flag.BROKER_DOWN}
    assert situation_of(down, POLICY, QUIET).flags == {Flag.BROKER_DOWN}
    assert situation_of(other, POLICY, QUIET).flags == {Flag.WRONG_PATIENT}


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


# -- alarms ------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age_ms", "is_alarm"), [(1_000, False), (1_001, True)])
def test_I10_an_unconfirmed_halt_is_an_alarm_after_one_second_of_link_time(
    age_ms: int, is_alarm: bool
) -> None:
    state = infusing().state
    since = Stamp(state.now.ms - 10 * age_ms, state.now.link_ms - age_ms)
    assert ("HALT" in alarm_keys(with_delivery(state, halt_since=since))) is is_alarm


def test_every_technical_trouble_is_an_alarm_of_its_own() -> None:
    state = infusing().state
    assert alarm_keys(state) == set()
    assert alarm_keys(replace(state, journal_failure="disk full")) == {"JOURNAL"}
    assert alarm_keys(replace(state, is_journal_behind=True)) == {"JOURNAL"}
    assert alarm_keys(replace(state, restore_problem="version 9")) == {"RESTORE"}
    assert alarm_keys(with_delivery(state, surprise="started at the pump")) == {"PUMP-ACT"}
    assert alarm_keys(with_delivery(state, is_link_up=False)) == {"PUMP"}
    assert alarm_keys(with_delivery(state, is_link_up=False, is_wrong_pump=True)) == {"PUMP"}
    assert alarm_keys(with_delivery(state, config_refusal="refused")) == {"SETUP"}
    for kind, key in ((HoldKind.PUMP, "PUMP-HOLD"), (HoldKind.RESTART, "RESTART")):
        session = held(state.session, kind, "because", "pumpd", state.now)
        assert alarm_keys(replace(state, session=session)) == {key}


def test_a_pump_that_is_not_there_is_an_alarm_only_once_it_is_needed() -> None:
    bench = Bench(with_pump=False)
    assert alarm_keys(bench.state) == set()
    bench.order()
    assert alarm_keys(bench.state) == set()
    bench.verify()
    assert alarm_keys(bench.state) == set(), "nobody has tried to open it yet"
    bench.link_down("no such device")
    assert alarm_keys(bench.state) == {"PUMP"}


def test_a_journal_that_failed_is_one_alarm_even_if_it_also_lags() -> None:
    state = replace(infusing().state, journal_failure="disk full", is_journal_behind=True)
    alarms = [one for one in raise_alarms(replace(state, alarms=())).alarms if one.key == "JOURNAL"]
    assert [(one.priority.value, one.text) for one in alarms] == [
        ("high", "the journal cannot be written: disk full")
    ]


def test_a_finding_is_an_alarm_under_its_rules_name() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    assert "BP3" in alarm_keys(bench.state)


def test_nothing_new_to_alarm_about_leaves_the_state_alone() -> None:
    state = infusing().state
    assert raise_alarms(state) is state


def test_a_restart_alone_does_not_forget_who_is_waiting_to_be_seen() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    bench.post(ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=0))
    assert {"BP3", "RESTART"} <= {one.key for one in bench.state.alarms}
