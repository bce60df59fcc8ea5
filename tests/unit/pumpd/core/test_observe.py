"""What feeds, journal and the daemon's own start tell; knowledge only, no command (law 9, I4, I7)."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from drivers.contract import Adjust, Approval, Run
from interlocks.rules import Rule
from interlocks.vocabulary import Demand, Sample, Signal, Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.observe import (
    feed_link_changed,
    intent_recorded,
    journal_failed,
    monitor_spoke,
    sample_refused,
    samples_arrived,
    started,
)
from pumpd.core.session import BASELINE_KEPT, HoldKind, Phase
from pumpd.core.state import ChannelState, Intent, Outstanding

AT = Stamp(100, 100)


def sample(
    signal: Signal, value: float, ms: int, *, source: str = "monitor-1", suspect: bool = False
) -> Sample:
    return Sample(signal, value, ms, Stamp(ms, ms), source, ms, suspect)


def reading(ms: int, sys: float = 120, *, suspect: Signal | None = None) -> tuple[Sample, ...]:
    values = {Signal.SYS: sys, Signal.DIA: 80.0, Signal.MAP: 93.0}
    return tuple(sample(s, v, ms, suspect=s is suspect) for s, v in values.items())


# -- vitals ------------------------------------------------------------------------------------------------------


def test_a_new_sample_is_fresh_and_the_same_one_again_is_not() -> None:
    one = sample(Signal.HR, 70, 10)
    state, fresh = samples_arrived(ChannelState(), (one,))
    assert fresh == {Signal.HR}
    again, fresh = samples_arrived(state, (replace(one),))
    assert fresh == frozenset()
    assert again.picture == state.picture


def test_row_55_a_late_sample_is_not_fresh_and_changes_nothing() -> None:
    state, _ = samples_arrived(ChannelState(), (sample(Signal.HR, 70, 10),))
    after, fresh = samples_arrived(state, (sample(Signal.HR, 99, 9),))
    assert (after.picture, fresh) == (state.picture, frozenset())


def test_a_cuff_cycle_is_kept_for_the_baseline_once() -> None:
    state, _ = samples_arrived(ChannelState(), reading(10))
    state, _ = samples_arrived(state, reading(10))
    (kept,) = state.cuff
    assert (kept.ms, kept.sys, kept.dia, kept.map) == (10, 120, 80, 93)


def test_half_a_reading_is_none() -> None:
    state, _ = samples_arrived(ChannelState(), (sample(Signal.SYS, 120, 10),))
    state, _ = samples_arrived(state, (sample(Signal.DIA, 80, 11),))
    assert state.cuff == ()


def test_a_mean_of_another_cycle_is_not_taken_along() -> None:
    samples = (*reading(10)[:2], sample(Signal.MAP, 93, 9))
    state, _ = samples_arrived(ChannelState(), samples)
    assert state.cuff[0].map is None


@pytest.mark.parametrize("signal", [Signal.SYS, Signal.DIA])
def test_a_suspect_value_makes_no_baseline(signal: Signal) -> None:
    state, fresh = samples_arrived(ChannelState(), reading(10, suspect=signal))
    assert state.cuff == ()
    assert signal in fresh  # towards a trip it counts


def test_the_memory_of_cuff_readings_is_bounded_and_keeps_the_newest() -> None:
    state = ChannelState()
    for ms in range(1, 20):
        state, _ = samples_arrived(state, reading(ms))
    assert [one.ms for one in state.cuff] == list(range(20 - BASELINE_KEPT, 20))


def test_refusals_are_counted_by_reason_and_the_last_one_is_shown() -> None:
    state = ChannelState()
    for reason in ("late", "unit", "late"):
        event = ev.SampleRefused(at=AT, device="monitor-1", reason=reason, detail="x")
        state, actions = sample_refused(state, event)
        assert actions == ()
    assert state.feed.rejected == (("late", 2), ("unit", 1))
    assert state.feed.last_rejection == "monitor-1: late: x"
    assert not state.feed.wrong_patient


def test_row_61_another_patient_is_flagged_until_that_device_speaks_rightly_again() -> None:
    event = ev.SampleRefused(at=AT, device="monitor-1", reason="wrong_patient", detail="tok-1")
    state, _ = sample_refused(ChannelState(), event)
    other, _ = samples_arrived(state, (sample(Signal.HR, 70, 10, source="monitor-2"),))
    assert other.feed.wrong_patient == "monitor-1"
    right, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert right.feed.wrong_patient == ""
    late, _ = sample_refused(state, ev.SampleRefused(at=AT, device="monitor-2", reason="late", detail=""))
    assert late.feed.wrong_patient == "monitor-1"


def test_broker_and_monitors_come_and_go() -> None:
    state, _ = feed_link_changed(ChannelState(), ev.FeedLinkChanged(at=AT, is_up=True, reason="subscribed"))
    assert (state.feed.is_up, state.feed.reason) == (True, "subscribed")
    for device in ("a", "b", "a"):
        state, _ = monitor_spoke(state, ev.MonitorSpoke(at=AT, device=device, is_online=False))
    assert state.feed.offline == ("b", "a")
    state, _ = monitor_spoke(state, ev.MonitorSpoke(at=AT, device="b", is_online=True))
    assert state.feed.offline == ("a",)


# -- journal -----------------------------------------------------------------------------------------------------


def test_only_the_record_of_this_intent_makes_it_durable() -> None:
    state = ChannelState()
    state = replace(state, delivery=replace(state.delivery, intent=Intent(7, 5, 5, AT)))
    other, _ = intent_recorded(state, ev.IntentRecorded(at=AT, intent_id=6))
    assert other == state
    after, _ = intent_recorded(state, ev.IntentRecorded(at=AT, intent_id=7))
    assert after.delivery.intent == Intent(7, 5, 5, AT, is_durable=True)
    none, _ = intent_recorded(ChannelState(), ev.IntentRecorded(at=AT, intent_id=7))
    assert none == ChannelState()


def test_row_82_a_broken_record_is_latched_and_holds_an_infusion() -> None:
    event = ev.JournalFailed(at=AT, reason="disk full")
    held, _ = journal_failed(infusing().state, event)
    assert [one.kind for one in held.session.holds] == [HoldKind.RECORD]
    ready, _ = journal_failed(verified().state, event)
    assert (ready.journal_failure, ready.session.holds) == ("disk full", ())


# -- the daemon's own start ----------------------------------------------------------------------------------------


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
