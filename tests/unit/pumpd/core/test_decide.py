"""The whole pipeline: what a nurse sees, event by event, with an obedient and a disobedient pump."""

from dataclasses import replace
from typing import ClassVar

import pytest
from channel_bench import ML, POLICY, Bench, infusing, verified

from drivers.contract import Halt, Motion, Outcome, Poll, PumpAlarm, Run, WatchdogKind
from interlocks.rules import NEVER, Itself
from interlocks.silences import FlagUp
from interlocks.situation import MaxAge, Situation
from interlocks.vocabulary import Signal, Stamp, Truth
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.decide import decide
from pumpd.core.session import Phase

RATE = 26_200_000


def stages(answers: list[do.Answer]) -> list[str]:
    return [one.stage.value for one in answers]


def test_an_ordered_verified_started_dose_runs_at_the_derived_rate() -> None:
    bench = verified()
    assert stages(bench.start()) == ["accepted", "confirmed"]
    assert bench.pump.motion is Motion.INFUSING
    assert bench.pump.rate_nl_h == RATE
    assert bench.word == "INFUSING"


def test_the_worked_dose_completes_with_all_but_two_counter_steps_and_then_stands_still() -> None:
    bench = infusing()
    for _ in range(9):  # cuff readings as a monitor gives them
        bench.advance(290)
        bench.cuff(126, 79)
    assert bench.state.session.phase is Phase.COMPLETED
    assert bench.pump.motion is Motion.HALTED
    assert 17_500_000 - 20_000 <= bench.pump.true_nl <= 17_500_000
    assert bench.word == "COMPLETED"


def test_R120_a_cleared_interlock_never_starts_flow_by_itself() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    bench.advance(5)
    assert bench.word == "PAUSED"
    for _ in range(6):
        bench.advance(130)
        bench.cuff(125, 78)
    bench.acknowledge()
    bench.advance(600)
    assert bench.pump.motion is Motion.HALTED
    assert bench.word == "PAUSED"


def test_a_slowed_rate_stays_slowed_after_the_rule_has_cleared_until_a_person_raises_it() -> None:
    bench = infusing()
    bench.cuff(152, 80)
    bench.advance(61)
    bench.cuff(153, 80)
    bench.advance(1)
    assert bench.pump.rate_nl_h == RATE // 2
    for _ in range(3):
        bench.advance(125)
        bench.cuff(126, 78)
    bench.advance(1)
    assert bench.pump.rate_nl_h == RATE // 2
    assert stages(bench.resume()) == ["refused"]
    assert stages(bench.restore()) == ["accepted", "confirmed"]
    assert bench.pump.rate_nl_h == RATE
    assert bench.word == "INFUSING"


def test_pair_118_76_does_not_trigger_and_pair_150_104_does() -> None:
    bench = infusing()
    bench.cuff(118, 76)
    bench.advance(2)
    assert bench.trips == []
    bench.cuff(150, 104)
    bench.advance(1)
    assert ("BP2", "SLOW") in bench.trips
    assert bench.pump.rate_nl_h == RATE // 2


def test_blood_pressure_that_climbs_on_pauses_and_a_person_resumes_after_it_fell() -> None:
    bench = infusing()
    bench.cuff(165, 90)
    bench.advance(61)
    assert bench.word == "SLOWED"
    bench.cuff(168, 92)
    bench.advance(1)
    assert bench.word == "PAUSED"
    assert bench.pump.motion is Motion.HALTED
    refused = bench.resume()
    assert stages(refused) == ["refused"]
    assert any("BP2" in reason for reason in refused[0].reasons)
    for _ in range(2):
        bench.advance(125)
        bench.cuff(128, 80)
    assert stages(bench.resume()) == ["refused"]  # latched: not acknowledged yet
    bench.acknowledge()
    assert stages(bench.resume()) == ["accepted", "confirmed"]
    assert bench.pump.rate_nl_h == RATE // 2
    bench.advance(299)
    bench.cuff(128, 80)
    assert stages(bench.restore()) == ["refused"]
    bench.advance(1)
    assert stages(bench.restore()) == ["accepted", "confirmed"]
    assert bench.pump.rate_nl_h == RATE


def test_LP1_three_samples_over_the_limit_halt_and_the_same_decision_carries_the_halt() -> None:
    bench = infusing()
    bench.has_line = False
    bench.line(310)
    bench.line(320)
    assert bench.commands(Halt) == []
    bench.line(330)
    assert len(bench.commands(Halt)) == 1
    assert bench.pump.motion is Motion.HALTED


def test_a_manual_pause_outranks_everything_and_survives_a_restart() -> None:
    bench = infusing()
    assert stages(bench.pause()) == ["accepted", "confirmed"]
    bench.post(ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0))
    bench.link_up()
    kinds = [one["source"] for one in bench.shown["holds"]]
    assert kinds == ["nurse", "restart"]
    assert bench.word == "PAUSED"


def test_I7_after_a_restart_the_pump_is_halted_first_and_stands_still_until_a_person_resumes() -> None:
    bench = infusing()
    bench.advance(60)
    given = bench.state.account.best_nl
    bench.forget()
    bench.post(ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0))
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=True, reason="subscribed"))
    bench.link_up()
    assert isinstance(bench.pump.heard[0], Halt)
    bench.advance(30)
    assert bench.pump.motion is Motion.HALTED
    assert bench.commands(Run) == []
    assert abs(bench.state.account.best_nl - given) <= RATE * 2 // 3600  # two seconds of lease at most
    bench.cuff(126, 79)
    assert bench.shown["resume_blocked_by"] == []
    assert stages(bench.resume()) == ["accepted", "confirmed"]
    assert (bench.word, bench.pump.rate_nl_h) == ("SLOWED", RATE // 2)


def test_law_4_an_unknown_run_is_halted_and_nothing_that_adds_is_sent_meanwhile() -> None:
    bench = verified()
    bench.pump.loses_run_reply = True
    bench.start()
    runs = len(bench.commands(Run))
    assert runs == 1
    assert bench.commands(Halt)
    bench.advance(30)
    assert len(bench.commands(Run)) == 1
    assert bench.word == "PAUSED"
    assert "unknown" in bench.shown["headline"]


def test_law_6_nothing_that_raises_is_sent_before_its_record_is_durable() -> None:
    bench = verified()
    bench.durable = False
    bench.start()
    bench.advance(5)
    assert bench.commands(Run) == []
    (intent,) = bench.of(do.WriteIntent)
    bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))
    assert len(bench.commands(Run)) == 1


def test_I11_a_pause_between_intent_and_record_wins() -> None:
    bench = verified()
    bench.durable = False
    bench.start()
    (intent,) = bench.of(do.WriteIntent)
    bench.pause()
    bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))
    bench.advance(5)
    assert bench.commands(Run) == []


def test_I10_an_unconfirmed_halt_is_repeated_within_250_ms_and_alarms_after_one_second() -> None:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.pause()
    bench.advance(1)
    assert 5 <= len(bench.commands(Halt)) <= 6
    assert bench.word == "PAUSING"
    bench.advance(0.2)
    assert bench.word == "NOT CONFIRMED"
    assert any(one["rule"] == "HALT" and one["priority"] == "high" for one in bench.shown["alarms"])
    bench.advance(20)
    assert len(bench.commands(Halt)) >= 20  # in rounds, without end


def test_rows_3_and_4_a_pump_that_answers_but_does_not_stop_is_starved_of_its_lease() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pause()
    bench.advance(1.5)
    bench.forget()
    bench.advance(3)
    assert bench.pump.heard == []  # neither halt nor poll: more than a whole lease of silence
    bench.advance(0.5)
    assert any(isinstance(one, Halt) for one in bench.pump.heard)


def test_row_15_a_rate_raised_at_the_keypad_is_a_pause_with_both_rates_named() -> None:
    bench = infusing()
    bench.pump.rate_nl_h = 50 * ML
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert "50 mL/h" in bench.shown["headline"]
    assert "26.2 mL/h" in bench.shown["headline"]


def test_row_15_a_stop_at_the_keypad_is_accepted_and_latched() -> None:
    bench = infusing()
    bench.pump.motion = Motion.HALTED
    bench.advance(5)
    assert bench.word == "PAUSED"
    assert bench.pump.motion is Motion.HALTED
    assert "stopped at the pump" in bench.shown["headline"]


def test_row_6_a_pump_that_restarts_itself_running_is_halted() -> None:
    bench = infusing()
    bench.pause()
    bench.pump.motion, bench.pump.alarms = Motion.INFUSING, (PumpAlarm.RESET,)
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert bench.word == "PAUSED"


def test_row_13_a_changed_diameter_pauses_and_is_named() -> None:
    bench = infusing()
    bench.pump.diameter_um = 29_700
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert "29.70 mm" in bench.shown["headline"]


def test_row_19_a_lost_link_holds_and_its_return_halts_before_anything_else() -> None:
    bench = infusing()
    bench.link_down()
    bench.advance(0.5)
    assert "pump link lost" in str(bench.shown["holds"])
    bench.forget()
    bench.link_up()
    assert isinstance(bench.pump.heard[0], Halt)
    bench.advance(3)
    assert bench.commands(Run) == []


def test_row_82_a_failed_journal_pauses_delivery_without_waiting_for_a_record() -> None:
    bench = infusing()
    bench.durable = False
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    assert bench.pump.motion is Motion.HALTED
    assert "disk full" in bench.shown["headline"]
    assert any("disk full" in one for one in bench.shown["resume_blocked_by"])


def test_row_41_a_lost_broker_slows_then_pauses_by_the_tick_alone() -> None:
    bench = infusing()
    bench.is_monitored = bench.has_line = False
    bench.policy = bench.policy.__class__(
        channel="bed-1",
        bed="bed-1",
        rules=bench.policy.rules,
        capabilities=bench.policy.capabilities,
        fitted=frozenset(),
    )
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="refused"))
    bench.advance(16)
    assert bench.word == "SLOWED"
    assert bench.pump.rate_nl_h == RATE // 2
    bench.advance(15)
    assert bench.word == "PAUSED"
    assert bench.pump.motion is Motion.HALTED


def test_FL1_a_motor_that_runs_faster_than_commanded_ends_the_session() -> None:
    bench = infusing()
    bench.pump.flow_percent = 140
    bench.advance(70)
    assert ("FL1", "STOP") in bench.trips
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.pump.motion is Motion.HALTED


def test_FL2_a_motor_that_lags_is_a_pause() -> None:
    bench = infusing()
    bench.pump.flow_percent = 60
    bench.advance(130)
    assert ("FL2", "PAUSE") in bench.trips
    assert bench.pump.motion is Motion.HALTED


def test_rows_67_and_69_a_resume_drawn_on_an_older_screen_is_refused() -> None:
    bench = infusing()
    bench.pause()
    seen = bench.state.epoch
    bench.cuff(190, 90)
    refused = bench.resume(epoch=seen)
    assert stages(refused) == ["refused"]
    assert "changed" in refused[0].reasons[0]


def test_a_stop_ends_the_session_for_good() -> None:
    bench = infusing()
    assert stages(bench.stop()) == ["accepted", "confirmed"]
    bench.advance(5)
    assert stages(bench.resume()) == ["refused"]
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.pump.motion is Motion.HALTED


def test_law_7_polls_come_from_ticks_only() -> None:
    bench = infusing()
    for _ in range(50):
        bench.line(25)
    assert bench.commands(Poll) == []
    bench.advance(1)
    assert 3 <= len(bench.commands(Poll)) <= 4


def test_I19_a_pump_whose_count_disagrees_with_the_command_is_not_called_complete() -> None:
    bench = infusing()
    bench.pump.given_nl_h_ms += 17 * ML * 3_600_000  # the counter jumps to the end at once
    bench.advance(0.5)
    assert bench.state.session.phase is not Phase.COMPLETED
    assert bench.pump.motion is Motion.HALTED


def test_I19_what_may_have_been_given_unseen_ends_delivery_and_is_not_called_complete() -> None:
    """A pump that no silence stops, its counter begun anew with the daemon: an hour of flow may have been given."""
    bench = infusing()
    bench.advance(60)
    bench.policy = replace(POLICY, watchdog=WatchdogKind.NONE, lease_ms=3_600_000)
    bench.post(ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0))
    bench.pump.counter_offset_nl = bench.pump.true_nl
    bench.link_up()
    bench.advance(3)
    account = bench.state.account
    assert account.best_nl < ML
    assert account.best_nl + account.over_nl == 17_500_000, "its run ends with the order, whoever listens"
    assert bench.state.session.phase is Phase.INFUSING
    assert bench.pump.motion is Motion.HALTED
    (told,) = [one for one in bench.shown["holds"] if one["source"] == "pump"]
    assert "may have been given unseen" in told["reason"]
    assert any("may have been given unseen" in one for one in bench.shown["resume_blocked_by"])


class Watch(FlagUp):
    """A row's question that never holds and remembers what it was asked about."""

    seen: ClassVar[list[Situation]] = []

    def truth(self, at: Situation, max_age: MaxAge) -> Truth:
        self.seen.append(at)
        return Truth.FALSE


def watched() -> tuple[Bench, list[Situation]]:
    """A running bench whose only row writes down what rows get to see."""
    bench = infusing()
    row = replace(POLICY.rules[-1], id="X1", when=Watch((), "never"), clear=NEVER, on_stale=Itself())
    bench.policy = replace(POLICY, rules=(row,))
    bench.state = replace(bench.state, rules=())
    Watch.seen.clear()
    return bench, Watch.seen


def test_WD1_a_late_cycle_is_measured_from_the_one_before_and_other_events_from_the_last() -> None:
    """A loop that stood for 0.7 s says so at its first cycle, or at whatever comes before that."""
    bench, seen = watched()
    start = bench.now
    for ms, is_tick in ((100, True), (800, True), (1_400, False), (1_450, True), (1_550, True)):
        now = Stamp(start.ms + 7 * ms, start.link_ms + ms)
        event: ev.Event = ev.MonitorSpoke(at=now, device="monitor-1", is_online=True)
        bench.state, _ = decide(bench.state, ev.Ticked(at=now) if is_tick else event, bench.policy)
    assert [one.tick_gap_ms for one in seen] == [100, 700, 600, 650, 100]


def test_the_rows_see_the_course_up_to_this_very_event() -> None:
    bench, seen = watched()
    before_ms = bench.state.session.elapsed_ms
    bench.tick(300)
    assert {one.course.elapsed_ms for one in seen} == {before_ms + 300}


def test_what_a_person_enters_is_fresh_to_the_rows_in_that_very_decision() -> None:
    bench, seen = watched()
    bench.score(Signal.MOAAS, 4)
    bench.present()
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-1", is_online=True))
    assert [one.fresh for one in seen] == [
        {Signal.MOAAS, Signal.PRESENCE},
        {Signal.PRESENCE},
        frozenset(),
    ]


@pytest.mark.parametrize("seconds", [10, 300, 1200])
def test_I2_automation_never_commands_above_the_last_confirmed_rate(seconds: int) -> None:
    bench = infusing()
    bench.cuff(165, 90)
    bench.advance(seconds)
    assert max((one.rate_nl_h for one in bench.commands(Run)), default=0) <= RATE


def test_a_late_end_of_an_older_command_changes_nothing() -> None:
    bench = infusing()
    before = bench.state
    bench.end(1, Outcome.UNKNOWN)
    assert bench.state.delivery == before.delivery


def test_law_8_a_stop_pressed_at_the_pump_is_not_undone_by_a_slow_down() -> None:
    """The nurse stops the pump because of the reading that slows it: both within one poll."""
    bench = infusing()
    bench.pump.motion = Motion.HALTED
    bench.cuff(170, 98)
    assert bench.commands(Run) == []
    bench.advance(60)
    assert bench.pump.motion is Motion.HALTED
    assert bench.word == "PAUSED"


def test_rows_3_and_4_pressing_pause_again_and_again_does_not_keep_the_pump_alive() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pause()
    bench.advance(1.5)
    bench.forget()
    for _ in range(5):
        bench.pause()
        bench.advance(0.5)
    assert bench.pump.heard == []


def test_I5_a_resume_is_refused_while_the_pump_has_not_confirmed_that_it_stands_still() -> None:
    bench = infusing()
    bench.cuff(126, 79)
    bench.pump.ignores_halt = True
    bench.pause()
    bench.advance(0.5)
    refused = bench.resume()
    assert stages(refused) == ["refused"]
    assert any("not confirmed" in one for one in refused[0].reasons)


def test_I1_what_runs_on_after_the_end_is_counted_too() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.stop()
    bench.advance(20)
    bench.pump.ignores_halt = False
    bench.advance(5)
    assert bench.state.account.best_nl >= bench.pump.true_nl - 10_000


def test_I18_a_pump_started_at_its_keypad_outside_a_session_is_halted_and_an_alarm() -> None:
    bench = Bench()
    bench.advance(1)
    bench.pump.motion, bench.pump.rate_nl_h = Motion.INFUSING, 10 * ML
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert any(one["rule"] == "PUMP-ACT" for one in bench.shown["alarms"])
    bench.advance(5)
    assert any(one["rule"] == "PUMP-ACT" for one in bench.shown["alarms"])
    bench.acknowledge("PUMP-ACT")
    assert not any(one["rule"] == "PUMP-ACT" for one in bench.shown["alarms"])


def test_I6_a_record_that_comes_after_five_seconds_starts_nothing() -> None:
    bench = verified()
    bench.durable = False
    bench.start()
    bench.advance(6)
    (intent,) = bench.of(do.WriteIntent)
    bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))
    bench.advance(5)
    assert bench.commands(Run) == []
    assert "journal did not record" in bench.shown["headline"]


def test_row_8_a_watchdog_that_reads_back_otherwise_while_infusing_is_a_pause() -> None:
    bench = infusing()
    bench.pump.watchdog_ms = 60_000
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert "watchdog is 60000 ms" in bench.shown["headline"]


def test_I8_a_record_that_lags_is_an_alarm_and_ends_with_it() -> None:
    bench = infusing()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    assert any(one["rule"] == "JOURNAL" for one in bench.shown["alarms"])
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=False))
    bench.acknowledge()
    assert not any(one["rule"] == "JOURNAL" for one in bench.shown["alarms"])


def test_row_86_a_disk_that_takes_nothing_any_more_pauses_and_a_person_resumes_once_it_is_well() -> None:
    """As row 82: a delivery that cannot be recorded does not go on; the disk's recovery starts nothing (law 8)."""
    bench = infusing()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True, is_stalled=True))
    bench.advance(0.5)
    assert bench.pump.motion is Motion.HALTED
    assert bench.word == "PAUSED"
    [alarm] = [one for one in bench.shown["alarms"] if one["rule"] == "JOURNAL"]
    assert alarm["text"] == (
        "nothing is given: the disk has taken no record for 10 s; have the disk looked at, then resume"
    )
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=False))
    bench.advance(5)
    assert bench.pump.motion is Motion.HALTED
    bench.cuff(125, 78)
    bench.resume()
    bench.advance(1)
    assert bench.word == "SLOWED"


def test_row_61_only_the_same_device_takes_back_that_it_spoke_of_another_patient() -> None:
    bench = infusing()
    refused = ev.SampleRefused(at=bench.now, device="monitor-1", reason="wrong_patient", detail="tok-9")
    bench.post(refused)
    assert ("ID1", "PAUSE") in bench.trips
    bench.line(25)
    assert bench.state.feed.wrong_patient == ("monitor-1",)


def test_the_record_of_a_raise_names_who_raised() -> None:
    bench = infusing()
    bench.pause()
    bench.cuff(126, 79)
    bench.resume(by="omar")
    assert [one.by for one in bench.of(do.WriteIntent)] == ["omar"]


def test_row_101_a_channel_that_could_not_be_restored_says_so_until_acknowledged() -> None:
    bench = Bench()
    bench.post(ev.DaemonStarted(at=bench.now, boot="b2", wall_ms=0, restore_problem="another version"))
    assert any(one["rule"] == "RESTORE" for one in bench.shown["alarms"])
    bench.acknowledge("RESTORE")
    assert bench.shown["alarms"] == []


def test_row_4_a_pump_that_only_says_it_stands_still_is_found_out_and_starved() -> None:
    bench = infusing()
    bench.pump.lies_about_halt = True
    bench.pause()
    bench.advance(2)
    assert bench.word == "NOT CONFIRMED"
    bench.advance(6)
    assert bench.pump.motion is Motion.HALTED  # by its own watchdog


def test_row_16_an_answer_that_never_changes_is_not_believed_for_long() -> None:
    bench = infusing()
    bench.pump.is_frozen = True
    bench.advance(3)
    assert "same volume" in bench.shown["headline"]
    bench.pump.is_frozen = False
    bench.advance(6)
    assert bench.pump.motion is Motion.HALTED


def test_row_69_a_second_pause_makes_the_screen_before_it_stale() -> None:
    bench = infusing()
    bench.pause()
    bench.cuff(126, 79)
    seen = bench.state.epoch
    bench.pause(by="omar")
    assert stages(bench.resume(epoch=seen)) == ["refused"]


def test_row_3_a_pump_that_had_to_be_starved_is_not_offered_for_resume_without_a_word() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pause()
    bench.advance(6)
    bench.pump.ignores_halt = False
    bench.cuff(126, 79)
    bench.advance(1)
    assert "did not obey the halt" in str(bench.shown["holds"])
    refused = bench.resume()
    assert stages(refused) == ["refused"]
    assert any("PUMP-ACT" in one for one in refused[0].reasons)
