"""Whole stories through `decide`, as a nurse would tell them (R44 to R57; facts/clinical.md 5.1; pains 8, 9, 10).

Every story ends the same way as it would at the chair: what rings, what is told, what a person has to do.
"""

from dataclasses import replace

from channel_bench import POLICY, Bench, infusing, make_verified

from interlocks.vocabulary import Priority
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.actions import AlarmPhase, Stage

HIGH, MEDIUM, LOW = Priority.HIGH, Priority.MEDIUM, Priority.LOW


def quiet(bench: Bench) -> Stage:
    bench.post(ev.AudioPausePressed(at=bench.now, request_id="q", by="nina"))
    return bench.of(do.Answer)[-1].stage


def told(bench: Bench, *phases: AlarmPhase) -> list[tuple[str, str]]:
    wanted = phases or tuple(AlarmPhase)
    return [(one.phase.value, one.key) for one in bench.of(do.NoteAlarm) if one.phase in wanted]


def sounds(bench: Bench) -> Priority | None:
    """What is heard now; what was last told to the sounders is the same."""
    last = bench.of(do.SignalAlarm)
    assert not last or last[-1].signal == bench.state.signal
    return bench.state.signal.sound


def lose_broker(bench: Bench) -> None:
    bench.is_monitored = bench.has_line = False
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="connection reset"))


def find_broker(bench: Bench) -> None:
    bench.is_monitored = bench.has_line = True
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=True, reason="subscribed"))


# -- one cause, one alarm ----------------------------------------------------------------------------------------


def test_pain_8_the_broker_dies_and_one_alarm_says_so_and_what_is_silent() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(200)
    (alarm,) = bench.state.alarms
    assert alarm.key == "vital-signs-lost"
    assert {"ST2", "ST3"} <= set(alarm.members)
    assert alarm.text.startswith("the link to the monitors is down; ")
    assert "no new" in alarm.text
    assert told(bench, AlarmPhase.START) == [("start", "vital-signs-lost")]
    assert bench.word == "PAUSED", "R46: what rings also stops"


def test_the_broker_comes_back_and_what_does_not_latch_ends_by_itself() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(7)
    assert sounds(bench) is not None
    bench.acknowledge()
    find_broker(bench)
    bench.advance(70)
    assert told(bench, AlarmPhase.START, AlarmPhase.END) == [
        ("start", "vital-signs-lost"),
        ("end", "vital-signs-lost"),
    ]
    assert bench.state.signal == do.AlarmSignal()


def test_pain_9_a_link_that_flaps_within_its_proof_of_health_starts_one_alarm_only() -> None:
    bench = infusing()
    for _ in range(6):
        lose_broker(bench)
        bench.advance(8)
        find_broker(bench)
        bench.advance(4)
    assert told(bench, AlarmPhase.START, AlarmPhase.END) == [("start", "vital-signs-lost")]


def test_an_alarm_that_holds_is_told_when_something_changes_and_not_with_every_tick() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    bench.forget()
    bench.advance(30)
    assert bench.of(do.NoteAlarm) == []
    assert bench.of(do.SignalAlarm) == []


def test_a_pressure_that_climbs_is_one_alarm_whose_priority_rises_and_sounds_again() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    assert sounds(bench) is MEDIUM
    bench.acknowledge("blood-pressure")
    assert sounds(bench) is None
    assert bench.state.signal.has_reminder
    bench.advance(10)
    bench.cuff(185, 112)
    (alarm,) = bench.state.alarms
    assert (alarm.key, alarm.priority, alarm.acknowledged_by) == ("blood-pressure", HIGH, "")
    assert (alarm.since, alarm.lead) == (bench.now, "BP3")
    assert sounds(bench) is HIGH
    assert told(bench, AlarmPhase.START) == [("start", "blood-pressure")]


def test_what_happened_while_nobody_looked_still_rings_when_it_is_over() -> None:
    bench = infusing()
    bench.spo2 = 88.0
    bench.advance(12)
    assert sounds(bench) is HIGH
    bench.spo2 = 98.0
    bench.advance(150)
    (alarm,) = [one for one in bench.state.alarms if one.key == "oxygen-saturation"]
    assert not alarm.is_present
    assert sounds(bench) is HIGH
    bench.forget()
    bench.acknowledge("SP2")
    assert ("end", "oxygen-saturation") in told(bench)
    assert bench.word == "PAUSED", "law 8: seeing it does not resume"


def test_the_first_of_an_episode_is_marked_in_what_is_told() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    bench.spo2 = 88.0
    bench.advance(12)
    first = {one.key: one.is_first_out for one in bench.of(do.NoteAlarm) if one.phase is AlarmPhase.START}
    assert first["blood-pressure"] is True
    assert first["oxygen-saturation"] is False


# -- seen, and then something new --------------------------------------------------------------------------------


def calls_of(bench: Bench, key: str) -> int:
    """How often an alarm has called: each time it is told as not seen, with an instant it did not have before."""
    told_at = [one.since for one in bench.of(do.NoteAlarm) if one.key == key and not one.acknowledged_by]
    return len(dict.fromkeys(told_at))


def assert_rings_anew(bench: Bench, key: str, row: str, priority: Priority) -> None:
    (alarm,) = [one for one in bench.state.alarms if one.key == key]
    assert row in alarm.members
    assert alarm.acknowledged_by == ""
    assert sounds(bench) is priority
    assert calls_of(bench, key) == 1


def seen(bench: Bench) -> Bench:
    bench.acknowledge()
    assert sounds(bench) is None
    bench.forget()
    return bench


def test_a_crisis_after_a_pause_that_was_seen_rings_although_it_asks_for_no_more() -> None:
    bench = infusing()
    bench.cuff(165, 90)
    bench.advance(61)
    bench.cuff(166, 90)
    assert ("BP2", "PAUSE") in bench.trips
    seen(bench)
    bench.advance(60)
    bench.cuff(190, 115)
    bench.advance(2)
    assert_rings_anew(bench, "blood-pressure", "BP3", HIGH)
    bench.advance(62)
    assert bench.state.signal.escalation == 1, "and nobody who saw the first has seen this one"


def test_a_pressure_too_high_after_one_too_low_that_was_seen_rings() -> None:
    bench = infusing()
    bench.cuff(85, 50)
    bench.advance(60)
    bench.cuff(85, 50)
    assert ("BP4", "PAUSE") in bench.trips
    seen(bench)
    bench.advance(30)
    bench.cuff(190, 115)
    assert_rings_anew(bench, "blood-pressure", "BP3", HIGH)


def test_pulse_and_oximeter_that_fall_silent_after_a_cuff_that_was_seen_ring_once() -> None:
    bench = infusing()
    bench.advance(625)
    assert ("ST1b", "PAUSE") in bench.trips
    seen(bench)
    bench.is_monitored = False
    bench.advance(120)
    assert [one for one in bench.trips if one[0] == "ST2"][-1] == ("ST2", "PAUSE")
    assert_rings_anew(bench, "vital-signs-lost", "ST2", MEDIUM)


def test_a_member_that_demands_more_after_it_was_seen_rings_although_another_demands_as_much() -> None:
    bench = infusing()
    bench.advance(625)
    bench.is_monitored = False
    bench.advance(15)
    seen(bench)
    bench.advance(50)
    assert ("ST2", "SLOW") in bench.trips
    assert bench.state.alarms[0].acknowledged_by == ""
    assert calls_of(bench, "vital-signs-lost") == 1, "and once, however high it climbs before somebody comes"


def test_pulse_and_oximeter_that_fall_silent_after_a_transducer_that_was_seen_ring() -> None:
    bench = infusing()
    bench.has_line = False
    bench.advance(4)
    assert bench.trips == [("LP1", "PAUSE")]
    seen(bench)
    bench.is_monitored = False
    bench.advance(15)
    assert_rings_anew(bench, "vital-signs-lost", "ST2", HIGH)


def test_a_line_that_comes_apart_after_an_occlusion_that_was_seen_rings() -> None:
    bench = infusing()
    bench.line(350)
    bench.advance(2)
    assert ("LP1", "PAUSE") in bench.trips
    seen(bench)
    bench.line_mmhg = -150
    bench.advance(3)
    assert_rings_anew(bench, "line-pressure", "LP3", HIGH)


def test_a_row_that_was_seen_and_proven_clear_rings_when_it_returns_beside_one_that_never_left() -> None:
    bench = infusing()
    bench.cuff(165, 80)
    seen(bench)
    for _ in range(2):
        bench.advance(125)
        bench.cuff(147, 80)
    assert [(one.rule_id, one.is_present) for one in bench.state.findings] == [("BP2", False), ("BP1", True)]
    seen(bench)
    bench.advance(30)
    bench.cuff(165, 80)
    assert_rings_anew(bench, "blood-pressure", "BP2", MEDIUM)


def test_a_row_that_joins_breaks_the_quiet_and_stays_one_call_until_somebody_comes() -> None:
    bench = infusing()
    bench.cuff(85, 50)
    bench.advance(60)
    bench.cuff(85, 50)
    quiet(bench)
    assert sounds(bench) is None
    bench.cuff(190, 115)
    assert sounds(bench) is HIGH
    quiet(bench)
    bench.cuff(191, 116)
    bench.advance(5)
    assert sounds(bench) is None, "the same excursion in other numbers is no news"


def test_a_lost_broker_that_was_seen_rings_for_none_of_the_silences_it_explains() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(4)
    seen(bench)
    bench.advance(900)
    (alarm,) = bench.state.alarms
    assert {"LP1", "ST3", "ST2", "ST1b"} <= set(alarm.members)
    assert (alarm.acknowledged_by, sounds(bench)) == ("nina", None)
    assert calls_of(bench, alarm.key) == 0


def test_a_lost_broker_nobody_has_seen_yet_does_not_break_the_quiet_with_each_silence_it_explains() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(4)
    quiet(bench)
    bench.advance(100)
    assert {"ST3", "ST2"} <= set(bench.state.alarms[0].members)
    assert sounds(bench) is None


def test_a_lost_broker_without_a_transducer_calls_with_the_steps_of_its_own_row_and_no_others() -> None:
    bench = infusing()
    bench.is_monitored = False
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="connection reset"))
    called_at = []
    began = bench.now.link_ms
    for _ in range(1_200):
        bench.tick()
        if sounds(bench) is not None:
            called_at.append((bench.now.link_ms - began) // 1_000)
            bench.acknowledge()
    assert called_at == [5, 15, 30]


def test_a_broker_that_was_lost_after_a_silence_that_was_seen_rings_once() -> None:
    bench = infusing()
    bench.advance(625)
    seen(bench)
    bench.is_monitored = False
    bench.post(ev.FeedLinkChanged(at=bench.now, is_up=False, reason="connection reset"))
    bench.advance(6)
    assert_rings_anew(bench, "vital-signs-lost", "ST3", MEDIUM)
    seen(bench)
    bench.advance(100)
    assert sounds(bench) is None


def test_a_broker_that_comes_back_with_everything_rings_for_nothing() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(4)
    seen(bench)
    bench.advance(100)
    find_broker(bench)
    bench.advance(100)
    assert calls_of(bench, "vital-signs-lost") == 0
    assert sounds(bench) is None


def test_what_stays_silent_when_the_broker_is_proven_back_rings_once() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(4)
    seen(bench)
    bench.advance(100)
    find_broker(bench)
    bench.is_monitored = False
    bench.advance(29)
    assert sounds(bench) is None
    bench.advance(3)
    assert sounds(bench) is not None
    assert "link" not in bench.state.alarms[0].text
    bench.advance(200)
    assert calls_of(bench, "vital-signs-lost") == 1


def test_a_silence_that_called_does_not_call_again_because_the_link_went_and_came() -> None:
    bench = infusing()
    bench.has_line = False
    bench.advance(4)
    bench.acknowledge()
    bench.is_monitored = False
    bench.advance(15)
    began = bench.now.link_ms
    for is_up in (False, True):
        bench.post(ev.FeedLinkChanged(at=bench.now, is_up=is_up, reason="bench"))
        bench.advance(10)
        bench.advance(90)
    since = {one.since.link_ms - began for one in bench.of(do.NoteAlarm)}
    assert [one for one in since if one > 0] == [5_000], "the link's own row calls, the silence does not"


def test_a_link_that_flaps_after_it_was_seen_is_the_same_loss() -> None:
    bench = infusing()
    lose_broker(bench)
    bench.advance(8)
    seen(bench)
    for seconds in (12, 25, 12):
        bench.post(ev.FeedLinkChanged(at=bench.now, is_up=True, reason="subscribed"))
        bench.advance(4)
        lose_broker(bench)
        bench.advance(seconds)
    assert {"LP1", "ST2", "ST3"} <= set(bench.state.alarms[0].members)
    assert calls_of(bench, "vital-signs-lost") == 0


def test_a_transducer_that_falls_silent_beside_a_monitor_that_is_known_to_be_off_rings() -> None:
    bench = infusing()
    bench.is_monitored = False
    bench.post(ev.MonitorSpoke(at=bench.now, device="monitor-1", is_online=False))
    bench.advance(40)
    seen(bench)
    bench.advance(50)
    assert sounds(bench) is None, "the monitor's will explains its pulse"
    bench.has_line = False
    bench.advance(4)
    assert_rings_anew(bench, "vital-signs-lost", "LP1", HIGH)


# -- quiet -------------------------------------------------------------------------------------------------------


def test_R53_two_minutes_of_quiet_end_at_their_millisecond() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    assert quiet(bench) is Stage.ACCEPTED
    assert sounds(bench) is None
    assert bench.state.signal.light is MEDIUM
    pressed = bench.now.link_ms
    for _ in range(4):
        bench.advance(29.9)
    bench.advance(0.3)
    bench.tick(99)
    assert (bench.now.link_ms - pressed, sounds(bench)) == (119_999, None)
    bench.tick(1)
    assert sounds(bench) is HIGH, "and nobody has come for it since: it has escalated"


def test_R54_a_new_alarm_breaks_the_quiet() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    quiet(bench)
    assert sounds(bench) is None
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    assert sounds(bench) is HIGH
    assert not bench.state.signal.is_audio_paused


def test_a_worse_alarm_breaks_the_quiet() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    quiet(bench)
    bench.cuff(185, 112)
    assert sounds(bench) is HIGH


def test_an_alarm_that_comes_back_breaks_the_quiet() -> None:
    bench = infusing()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=False))
    quiet(bench)
    assert sounds(bench) is None
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    assert sounds(bench) is MEDIUM


def test_R57_whoever_asked_for_quiet_and_is_gone_no_longer_keeps_it_quiet() -> None:
    bench = make_verified(Bench(replace(POLICY, listener_within_ms=15_000)))
    bench.post(ev.ListenerSpoke(at=bench.now, listener="panel"))
    bench.start()
    bench.cuff(165, 92)
    quiet(bench)
    bench.advance(10)
    assert sounds(bench) is None
    bench.advance(6)
    assert "LISTENER" in [one.key for one in bench.state.alarms]
    assert sounds(bench) is not None
    bench.post(ev.ListenerSpoke(at=bench.now, listener="panel"))
    assert "LISTENER" not in [one.key for one in bench.state.alarms]


def test_the_quiet_that_was_asked_for_and_who_asked_is_in_the_record() -> None:
    bench = infusing()
    bench.cuff(165, 92)
    quiet(bench)
    bench.acknowledge("blood-pressure")
    asked, acknowledged = bench.of(do.NoteAct)
    assert (asked.text, asked.by) == ("audio paused for 120 s", "nina")
    assert acknowledged.text.startswith("acknowledged blood-pressure")


# -- nobody comes ------------------------------------------------------------------------------------------------


def test_pain_10_an_alarm_that_nobody_comes_for_escalates_at_its_millisecond_and_ends_when_seen() -> None:
    bench = infusing()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    began = bench.now.link_ms
    for _ in range(4):
        bench.advance(29.9)
    bench.advance(0.3)
    bench.tick(99)
    assert (bench.now.link_ms - began, sounds(bench)) == (119_999, MEDIUM)
    bench.forget()
    bench.tick(1)
    (note,) = bench.of(do.NoteAlarm)
    assert (note.phase, note.key, note.priority, note.escalation) == (AlarmPhase.UPDATE, "JOURNAL", MEDIUM, 1)
    assert (sounds(bench), bench.state.signal.light) == (HIGH, MEDIUM)
    bench.advance(121)
    assert bench.of(do.NoteAlarm)[-1].escalation == 2
    bench.acknowledge()
    assert bench.of(do.NoteAlarm)[-1].escalation == 0
    assert bench.state.signal == do.AlarmSignal(light=MEDIUM, has_reminder=True)


# -- the end -----------------------------------------------------------------------------------------------------


def test_the_end_is_announced_told_and_gone_once_it_was_seen() -> None:
    bench = infusing()
    for _ in range(60):
        if bench.state.session.phase.value != "infusing":
            break
        bench.post(ev.PresenceConfirmed(at=bench.now, request_id="p", by="nina"))
        bench.cuff(125, 78)
        bench.advance(60)
    assert bench.word == "COMPLETED"
    assert ("start", "NEAR-END") in told(bench)
    began = [one.key for one in bench.of(do.NoteAlarm) if one.phase is AlarmPhase.START]
    assert began[-2:] == ["NEAR-END", "END"]
    assert began.count("NEAR-END") == 1
    (alarm,) = [one for one in bench.state.alarms if one.key == "END"]
    assert (alarm.is_present, alarm.priority, alarm.text) == (True, LOW, "the dose is complete")
    bench.forget()
    bench.acknowledge("END")
    bench.advance(5)
    assert told(bench) == [("end", "END")]
    assert "END" not in [one.key for one in bench.state.alarms]


def test_a_pause_that_was_forgotten_is_told_and_ends_with_the_pause() -> None:
    bench = infusing()
    bench.pause()
    bench.advance(121)
    assert "ON-HOLD" in [one.key for one in bench.state.alarms]
    bench.cuff(125, 78)
    bench.acknowledge()
    bench.resume()
    assert "ON-HOLD" not in [one.key for one in bench.state.alarms]


# -- a new process -----------------------------------------------------------------------------------------------


def test_after_a_restart_every_standing_alarm_is_told_again_and_is_as_seen_as_before() -> None:
    bench = infusing()
    bench.cuff(185, 112)
    bench.acknowledge("blood-pressure")
    bench.spo2 = 88.0
    bench.advance(12)
    quiet(bench)
    bench.forget()
    bench.post(ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0))
    notes = {one.key: one for one in bench.of(do.NoteAlarm)}
    assert notes["blood-pressure"].phase is AlarmPhase.UPDATE
    assert notes["blood-pressure"].acknowledged_by == "nina"
    assert notes["oxygen-saturation"].phase is AlarmPhase.UPDATE
    assert notes["oxygen-saturation"].acknowledged_by == ""
    assert notes["RESTART"].phase is AlarmPhase.START
    assert not bench.state.signal.is_audio_paused
    assert sounds(bench) is HIGH
    assert bench.of(do.SignalAlarm)[-1].signal == bench.state.signal


def test_a_restart_makes_nobody_late() -> None:
    bench = infusing()
    bench.cuff(185, 112)
    bench.advance(59)
    bench.post(ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0))
    bench.advance(59)
    (alarm,) = [one for one in bench.state.alarms if one.key == "blood-pressure"]
    assert alarm.escalation == 0
    bench.advance(2)
    (alarm,) = [one for one in bench.state.alarms if one.key == "blood-pressure"]
    assert alarm.escalation == 1


def test_a_new_process_tells_its_sounders_anew_and_no_quiet_outlives_the_old_one() -> None:
    bench = Bench()
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    bench.forget()
    bench.restart()
    loud = do.SignalAlarm(signal=do.AlarmSignal(light=MEDIUM, sound=MEDIUM))
    assert loud in bench.actions, "sounders begin silent with every process"
    quiet(bench)
    assert sounds(bench) is None
    bench.restart("boot-3")
    assert sounds(bench) is MEDIUM
