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
