"""What feeds, journal and the daemon's own start tell; knowledge only, no command (law 9, I4, I7)."""

from dataclasses import replace

import pytest
from channel_bench import infusing, verified

from interlocks.vocabulary import CUFF, Sample, Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.observe import (
    feed_link_changed,
    intent_recorded,
    journal_failed,
    monitor_spoke,
    sample_refused,
    samples_arrived,
)
from pumpd.core.session import BASELINE_KEPT, HoldKind
from pumpd.core.state import ChannelState, Intent

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


def test_two_halves_of_two_cycles_are_no_reading() -> None:
    halves = (sample(Signal.SYS, 120, 10), sample(Signal.DIA, 80, 11))
    assert samples_arrived(ChannelState(), halves)[0].cuff == ()


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
    assert state.feed.wrong_patient == ()


def test_row_61_another_patient_is_flagged_until_that_device_speaks_rightly_again() -> None:
    event = ev.SampleRefused(at=AT, device="monitor-1", reason="wrong_patient", detail="tok-1")
    state, _ = sample_refused(ChannelState(), event)
    other, _ = samples_arrived(state, (sample(Signal.HR, 70, 10, source="monitor-2"),))
    assert other.feed.wrong_patient == ("monitor-1",)
    right, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert right.feed.wrong_patient == ()
    late, _ = sample_refused(state, ev.SampleRefused(at=AT, device="monitor-2", reason="late", detail=""))
    assert late.feed.wrong_patient == ("monitor-1",)


def test_row_61_of_two_devices_that_speak_of_another_patient_each_must_take_it_back_itself() -> None:
    state = ChannelState()
    for device in ("monitor-1", "monitor-2", "monitor-1"):
        event = ev.SampleRefused(at=AT, device=device, reason="wrong_patient", detail="tok-1")
        state, _ = sample_refused(state, event)
    assert state.feed.wrong_patient == ("monitor-2", "monitor-1")
    state, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert state.feed.wrong_patient == ("monitor-2",)
    state, _ = samples_arrived(state, (sample(Signal.RR, 14, 10, source="monitor-2"),))
    assert state.feed.wrong_patient == ()


def test_row_62_two_monitors_under_one_name_are_flagged_until_one_of_them_is_believed_again() -> None:
    event = ev.SampleRefused(at=AT, device="monitor-1", reason="two_monitors", detail="boot b2")
    state, _ = sample_refused(ChannelState(), event)
    assert (state.feed.two_monitors, state.feed.wrong_patient) == (("monitor-1",), ())
    other, _ = samples_arrived(state, (sample(Signal.HR, 70, 10, source="monitor-2"),))
    assert other.feed.two_monitors == ("monitor-1",)
    alone, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert alone.feed.two_monitors == ()


def test_row_54_each_signal_that_stands_still_is_flagged_until_it_moves() -> None:
    event = ev.SampleRefused(
        at=AT, device="monitor-1", reason="frozen", detail="x", signals=(Signal.HR, Signal.SPO2)
    )
    state, _ = sample_refused(ChannelState(), event)
    state, _ = sample_refused(state, event)
    assert state.feed.frozen == (Signal.HR, Signal.SPO2)
    state, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert state.feed.frozen == (Signal.SPO2,)
    state, _ = samples_arrived(state, (sample(Signal.SPO2, 97, 10),))
    assert state.feed.frozen == ()


def test_row_54_another_cuff_reading_ends_a_frozen_one_also_when_it_has_no_mean() -> None:
    event = ev.SampleRefused(at=AT, device="m", reason="frozen", detail="x", signals=(*CUFF, Signal.HR))
    state, _ = sample_refused(ChannelState(), event)
    state, _ = samples_arrived(state, (sample(Signal.SYS, 121, 10), sample(Signal.DIA, 79, 10)))
    assert state.feed.frozen == (Signal.HR,)


# -- the line, the cuff, what was refused --------------------------------------------------------------------------


def pressures(*pairs: tuple[int, float]) -> ChannelState:
    state = ChannelState()
    for ms, mmhg in pairs:
        state, _ = samples_arrived(state, (sample(Signal.LINE_PRESSURE, mmhg, ms, source="transducer-1"),))
    return state


def test_LP0_LP3_the_line_leaves_a_trace_by_the_devices_own_time() -> None:
    assert pressures((1_000, 20.0), (2_000, 26.0)).trace.points == ((1_000, 20.0), (2_000, 26.0))


def test_a_late_value_and_a_number_that_is_none_leave_no_trace() -> None:
    state = pressures((1_000, 20.0), (2_000, 26.0), (1_500, 400.0), (3_000, float("nan")))
    assert state.trace.points == ((1_000, 20.0), (2_000, 26.0))
    newest = state.picture.newest(Signal.LINE_PRESSURE)
    assert newest is not None
    assert newest.value != newest.value, "the rows on the value must see it and trip"


def test_what_else_is_measured_leaves_no_trace_of_the_line() -> None:
    before = pressures((1_000, 20.0))
    after, _ = samples_arrived(before, (sample(Signal.HR, 70, 2_000),))
    assert after.trace is before.trace


def told(*words: tuple[int, bool | None]) -> ChannelState:
    """At each treatment ms, what the monitor says of its cuff."""
    state = ChannelState()
    for ms, is_active in words:
        state, _ = samples_arrived(replace(state, now=Stamp(ms, 0)), (), is_active)
    return state


def test_a_cuff_cycle_begins_with_the_first_word_of_it_and_silence_about_it_changes_nothing() -> None:
    feed = told((1_000, False), (2_000, True), (3_000, True), (4_000, None)).feed
    assert (feed.cuff_since, feed.cuff_ended) == (Stamp(2_000, 0), None)


def test_a_cuff_cycle_ends_with_the_first_word_of_that() -> None:
    feed = told((2_000, True), (30_000, False), (31_000, False)).feed
    assert (feed.cuff_since, feed.cuff_ended) == (None, Stamp(30_000, 0))
    again = told((2_000, True), (30_000, False), (35_000, True)).feed
    assert again.cuff_since == Stamp(35_000, 0)


def test_a_cycle_that_outlasted_every_cuff_has_no_tail() -> None:
    assert told((0, True), (180_000, False)).feed.cuff_ended == Stamp(180_000, 0)
    assert told((0, True), (180_001, False)).feed.cuff_ended is None


def refusal(*signals: Signal, in_a_row: int = 0) -> ev.SampleRefused:
    return ev.SampleRefused(
        at=AT,
        device="monitor-1",
        reason="implausible",
        detail="",
        signals=signals,
        in_a_row=in_a_row,
    )


def refused(*events: ev.SampleRefused) -> ChannelState:
    state = ChannelState()
    for event in events:
        state, _ = sample_refused(state, event)
    return state


def test_QA1_the_count_of_refused_readings_is_the_feeds_and_nobody_counts_again() -> None:
    cuff = (Signal.SYS, Signal.DIA)
    state = refused(refusal(*cuff, in_a_row=1), refusal(Signal.HR, in_a_row=1), refusal(*cuff, in_a_row=2))
    assert state.feed.rejects == ((Signal.SYS, 2), (Signal.DIA, 2), (Signal.HR, 1))


def test_QA1_a_message_that_comes_again_leaves_every_count_as_it_stands() -> None:
    """Faults row 48: a broker may deliver a message twice; that is no failed reading."""
    again = refusal(Signal.SYS, Signal.DIA)
    assert refused(again, again, again).feed.rejects == ()
    state = refused(refusal(Signal.SYS, Signal.DIA, in_a_row=2), again, again)
    assert state.feed.rejects == ((Signal.SYS, 2), (Signal.DIA, 2))


def test_QA1_a_good_reading_ends_the_row_of_its_own_signal_alone_and_a_late_one_does_not() -> None:
    state = refused(refusal(Signal.HR, in_a_row=1), refusal(Signal.SPO2, in_a_row=1))
    good, _ = samples_arrived(state, (sample(Signal.HR, 70, 10),))
    assert good.feed.rejects == ((Signal.SPO2, 1),)
    again, _ = sample_refused(good, refusal(Signal.HR, in_a_row=1))
    late, _ = samples_arrived(again, (sample(Signal.HR, 70, 9),))
    assert dict(late.feed.rejects) == {Signal.SPO2: 1, Signal.HR: 1}


def test_a_refusal_that_names_no_signal_is_counted_by_its_reason_alone() -> None:
    assert refused(refusal()).feed.rejects == ()
    assert refused(refusal()).feed.rejected == (("implausible", 1),)


def test_broker_and_monitors_come_and_go() -> None:
    state, _ = feed_link_changed(ChannelState(), ev.FeedLinkChanged(at=AT, is_up=True, reason="subscribed"))
    assert (state.feed.is_up, state.feed.reason) == (True, "subscribed")
    for device in ("a", "b", "a"):
        state, _ = monitor_spoke(state, ev.MonitorSpoke(at=AT, device=device, is_online=False))
    assert state.feed.offline == ("b", "a")
    state, _ = monitor_spoke(state, ev.MonitorSpoke(at=AT, device="b", is_online=True))
    assert state.feed.offline == ("a",)


def test_a_monitor_that_goes_on_measuring_after_its_last_will_is_not_offline() -> None:
    state = ChannelState()
    for device in ("monitor-1", "monitor-2"):
        state, _ = monitor_spoke(state, ev.MonitorSpoke(at=AT, device=device, is_online=False))
    state, _ = samples_arrived(state, (sample(Signal.HR, 70, 110),))
    assert state.feed.offline == ("monitor-2",)


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
