"""The daemon's own start: what survives it, what must not, and that no latch is lost without a word (law 9, I5, I7)."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from drivers.contract import Adjust, Approval, Run
from interlocks.rules import Rule
from interlocks.vocabulary import Alert, Demand, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.boot import refitted, started
from pumpd.core.guard import situation_of
from pumpd.core.session import HoldKind, Phase
from pumpd.core.state import ChannelState, Intent, Outstanding, Policy


def restarted(bench: Bench, problem: str = "") -> tuple[ChannelState, tuple[do.Action, ...]]:
    event = ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1, restore_problem=problem)
    return started(replace(bench.state, now=event.at), event, POLICY)


def test_I7_a_start_during_an_infusion_holds_it_and_takes_the_rate_away() -> None:
    state, actions = restarted(infusing())
    assert (state.session.phase, state.boot) == (Phase.INFUSING, "boot-2")
    assert [one.kind for one in state.session.holds] == [HoldKind.RESTART]
    assert state.session.ratchet_nl_h == 0
    assert actions == (do.ApproveMaximum(approval=Approval(26_200_000, 17_500_000)),)


def test_holds_survive_and_their_stamps_begin_anew_with_the_clocks() -> None:
    bench = infusing()
    bench.pause()
    state, _ = restarted(bench)
    assert [(one.kind, one.since) for one in state.session.holds] == [
        (HoldKind.NURSE, Stamp(0, 0)),
        (HoldKind.RESTART, Stamp(0, 0)),
    ]
    assert state.session.guarding_since == Stamp(0, 0)
    assert all(one.since == Stamp(0, 0) for one in state.alarms)


def test_nothing_measured_before_the_start_is_known_after_it() -> None:
    bench = infusing()
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    bench.pause()
    state, _ = restarted(bench)
    assert (state.picture.samples, state.cuff, state.waiting, state.journal_failure) == ((), (), (), "")
    assert not state.delivery.is_link_up
    assert state.delivery.report is None
    assert not state.delivery.is_halt_confirmed
    assert state.account.best_nl == bench.state.account.best_nl
    assert state.delivery.last_id == bench.state.delivery.last_id


@pytest.mark.parametrize("command", [Run(30, 1), Adjust(30)])
def test_law_4_a_command_in_flight_at_the_end_is_in_doubt_after_it(command: Run | Adjust) -> None:
    bench = infusing()
    delivery = replace(bench.state.delivery, run=Outstanding(9, command, bench.now))
    bench.state = replace(bench.state, delivery=delivery)
    assert restarted(bench)[0].delivery.doubted_nl_h == 30


def test_law_4_an_intent_on_its_way_to_the_disk_and_a_keypad_rate_are_in_doubt_too() -> None:
    bench = infusing()
    bench.state = replace(
        bench.state, delivery=replace(bench.state.delivery, intent=Intent(9, 40, 1, bench.now))
    )
    assert restarted(bench)[0].delivery.doubted_nl_h == 40
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pump.key(bench.pump.motion, 50_000_000)
    bench.report()
    assert restarted(bench)[0].delivery.doubted_nl_h == 50_000_000


def test_I5_a_latched_rule_stays_latched_and_a_table_that_changed_is_matched_by_name() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    state, _ = restarted(bench)
    assert {one.rule_id: one.demand for one in state.rules}["BP3"] is Demand.PAUSE
    fewer: tuple[Rule, ...] = tuple(rule for rule in POLICY.rules if rule.id not in ("BP1", "BP4"))
    event = ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1)
    state, _ = started(bench.state, event, replace(POLICY, rules=fewer))
    assert [one.rule_id for one in state.rules] == [rule.id for rule in fewer]
    assert {one.rule_id: one.demand for one in state.rules}["BP3"] is Demand.PAUSE


def test_the_gate_is_opened_again_only_for_a_verified_or_running_programme() -> None:
    assert restarted(verified())[1] == (do.ApproveMaximum(approval=Approval(26_200_000, 17_500_000)),)
    assert restarted(Bench())[1] == ()
    bench = infusing()
    bench.stop()
    assert restarted(bench)[1] == ()


def test_row_101_what_could_not_be_restored_is_kept_to_be_told() -> None:
    assert restarted(Bench(), "state of version 9")[0].restore_problem == "state of version 9"


def test_instants_of_the_clocks_before_are_as_young_as_they_can_be() -> None:
    """Five minutes after a resume and ten after an alert are counted from the restart at the earliest."""
    bench = infusing()
    session = replace(bench.state.session, resumed=Stamp(9_000, 9_000), alerts=(Alert(9_000, ("LP1",)),))
    bench.state = replace(bench.state, session=session)
    state, _ = restarted(bench)
    assert (state.session.resumed, state.session.alerts) == (Stamp(0, 0), (Alert(0, ("LP1",)),))
    never, _ = restarted(infusing())
    assert (never.session.resumed, never.session.alerts) == (None, ())


def test_what_belongs_to_the_clocks_of_one_boot_is_gone() -> None:
    bench = infusing()
    bench.squeeze(True)
    bench.post(ev.ListenerSpoke(at=bench.now, listener="panel-1"))
    bench.state = replace(bench.state, audio_paused_until_link_ms=bench.now.link_ms + 120_000)
    state, _ = restarted(bench)
    assert (state.tick, state.trace.points, state.permit) == (None, (), None)
    assert (state.feed.cuff_since, state.listeners, state.audio_paused_until_link_ms) == (None, (), 0)


def test_WD1_the_time_without_a_daemon_is_no_late_cycle() -> None:
    bench = infusing()
    bench.now = Stamp(bench.now.ms + 60_000, bench.now.link_ms + 60_000)
    bench.restart()
    bench.tick()
    assert situation_of(bench.state, POLICY, frozenset()).tick_gap_ms == 0


# -- another table -------------------------------------------------------------------------------------------------


def table(*, without: str = "", shadow: str = "", longer: str = "") -> Policy:
    """The table in force now: a row gone, a row on trial, a row with a rung more."""
    rules = []
    for one in POLICY.rules:
        if one.id == without:
            continue
        steps = (*one.steps, one.steps[-1]) if one.id == longer else one.steps
        rules.append(replace(one, steps=steps, is_shadow=one.id == shadow))
    return replace(POLICY, rules=tuple(rules))


def tripped() -> Bench:
    bench = infusing()
    bench.cuff(185, 95)
    assert {"BP2", "BP3"} <= {one.rule_id for one in bench.state.findings}
    return bench


LOST = "row BP3 demanded PAUSE (systolic 185 mmHg >= 180 mmHg) and no longer acts"


def started_with(bench: Bench, policy: Policy) -> ChannelState:
    event = ev.DaemonStarted(at=Stamp(0, 0), boot="boot-2", wall_ms=1)
    return started(replace(bench.state, now=event.at), event, policy)[0]


@pytest.mark.parametrize("policy", [table(without="BP3"), table(shadow="BP3")], ids=["gone", "on trial"])
def test_I5_a_latch_whose_row_no_longer_acts_becomes_a_hold_that_names_it(policy: Policy) -> None:
    state = started_with(tripped(), policy)
    (hold,) = [one for one in state.session.holds if one.kind is HoldKind.RESTART]
    assert hold.reason == f"{LOST}; the daemon was restarted during this infusion"
    assert [one.rule_id for one in state.rules] == [rule.id for rule in policy.rules]


def test_I5_a_latch_lost_at_a_second_restart_is_added_to_the_hold_of_the_first() -> None:
    bench = tripped()
    bench.restart()
    state = started_with(bench, table(without="BP3"))
    (hold,) = [one for one in state.session.holds if one.kind is HoldKind.RESTART]
    assert hold.reason == f"the daemon was restarted during this infusion; {LOST}"


def test_I5_a_row_with_another_ladder_keeps_its_latch_and_counts_anew() -> None:
    state = started_with(tripped(), table(longer="BP3"))
    row = next(one for one in state.rules if one.rule_id == "BP3")
    assert (row.demand, row.reason) == (Demand.PAUSE, "systolic 185 mmHg >= 180 mmHg")
    assert len(row.tallies) == len(next(one for one in POLICY.rules if one.id == "BP3").ladder) + 1
    assert not any(one.is_counting for one in row.tallies)
    assert [one.reason for one in state.session.holds] == ["the daemon was restarted during this infusion"]


def test_a_row_that_was_on_trial_before_has_no_latch_to_lose() -> None:
    bench = infusing()
    bench.policy = table(shadow="BP3")
    bench.cuff(185, 80)
    assert next(one for one in bench.state.rules if one.rule_id == "BP3").demand is Demand.PAUSE
    state = started_with(bench, bench.policy)
    assert [one.reason for one in state.session.holds] == ["the daemon was restarted during this infusion"]


def test_a_row_that_only_advised_or_slept_is_let_go_in_silence() -> None:
    bench = infusing()
    state = started_with(bench, table(without="BP3"))
    assert [one.reason for one in state.session.holds] == ["the daemon was restarted during this infusion"]


def test_under_the_same_table_nothing_changes() -> None:
    state = tripped().state
    assert refitted(state, POLICY) is state
    assert refitted(ChannelState(), POLICY) == ChannelState()


def test_BP3_readings_counted_before_a_restart_count_on_after_it() -> None:
    """Clinical.md 3.2, BP3: two repeats over 180 end the session; a restart between them gives nothing away."""
    bench = infusing()
    bench.cuff(185, 90)
    bench.advance(60)
    bench.cuff(186, 90)
    bench.restart()
    bench.link_up()
    bench.advance(60)
    assert bench.state.session.phase is Phase.INFUSING
    bench.cuff(184, 90)
    assert bench.state.session.phase is Phase.STOPPED
    assert ("BP3", "STOP") in bench.trips


def test_BP1_a_first_reading_before_a_restart_acts_after_it_if_nobody_repeats_it() -> None:
    bench = infusing()
    bench.cuff(152, 80)
    bench.advance(5)
    bench.restart()
    bench.link_up()
    bench.advance(119.5)
    assert ("BP1", "SLOW") not in bench.trips
    bench.advance(1)
    assert ("BP1", "SLOW") in bench.trips


@pytest.mark.parametrize(
    ("command", "intent", "is_open"),
    [
        (Run(30, 1), None, True),
        (Adjust(30), None, False),
        (None, Intent(9, 40, 1, Stamp(0, 0)), True),
        (None, None, False),
    ],
)
def test_law_4_a_start_on_its_way_at_the_end_may_have_begun_the_pumps_counter_anew(
    command: Run | Adjust | None, intent: Intent | None, is_open: bool
) -> None:
    """It is sent as soon as its record is on the disk, so one that still waits for that may have been, too."""
    bench = infusing()
    run = None if command is None else Outstanding(9, command, bench.now)
    bench.state = replace(bench.state, delivery=replace(bench.state.delivery, run=run, intent=intent))
    assert restarted(bench)[0].account.is_start_open is is_open
