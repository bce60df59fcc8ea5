"""What is wrong now, one condition a cause (R44 to R46, R52, R56; facts/clinical.md 5.1; I10, I18)."""

from dataclasses import replace
from typing import Any

import pytest
from channel_bench import POLICY, Bench, infusing, verified
from clinic_bench import CLINIC, observed

from interlocks.vocabulary import Demand, Finding, Priority, Sample, Signal, Stamp, Truth
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.alarm_conditions import (
    LINK,
    VITALS_LOST,
    cause_key,
    conditions,
    raise_alarms,
    unseen_members,
)
from pumpd.core.alarms import Alarm, Condition
from pumpd.core.clinic.course import Closing
from pumpd.core.session import HoldKind, Phase, held
from pumpd.core.state import ChannelState, Policy

RATE_NL_H = 26_200_000
TICK = ev.Ticked(at=Stamp(0, 0))


def with_delivery(state: ChannelState, **changed: object) -> ChannelState:
    return replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


def found(state: ChannelState, policy: Policy = POLICY, *, has_ended: bool = False) -> dict[str, Condition]:
    return {one.key: one for one in conditions(state, policy, has_ended=has_ended)}


def finding(rule_id: str, cause: str = "blood pressure", **changed: object) -> Finding:
    given: dict[str, object] = {
        "demand": Demand.SLOW,
        "priority": Priority.MEDIUM,
        "reason": f"{rule_id} speaks",
        "since_ms": 0,
        "crossed": Stamp(0, 0),
        "evidence": (),
        "is_present": True,
        "is_acknowledged": False,
        "is_releasable": False,
        "blocks_because": "",
    }
    return Finding(rule_id=rule_id, cause=cause, **{**given, **changed})  # type: ignore[arg-type]


def silent(rule_id: str, reason: str, **changed: object) -> Finding:
    cause = "line pressure" if rule_id.startswith("LP") else "vital signs lost"
    return finding(rule_id, cause, reason=reason, is_silence=True, is_latching=False, **changed)


def finding_state(*findings: Finding) -> ChannelState:
    return replace(infusing().state, findings=findings)


# -- rows of one cause -------------------------------------------------------------------------------------------


def test_pain_8_rows_of_one_cause_are_one_condition_with_the_words_of_the_worst() -> None:
    state = finding_state(
        finding("BP1", reason="systolic 20 % up"),
        finding("BP3", priority=Priority.HIGH, demand=Demand.PAUSE, reason="systolic 185"),
        finding("BP4", priority=Priority.HIGH, reason="MAP 55"),
    )
    assert found(state) == {
        "blood-pressure": Condition(
            "blood-pressure",
            Priority.HIGH,
            "systolic 185",
            lead="BP3",
            members=("BP1", "BP3", "BP4"),
            demand=Demand.PAUSE,
            callers=("BP1", "BP3", "BP4"),
        )
    }


@pytest.mark.parametrize(
    ("changed", "calls"),
    [
        ({}, True),
        ({"priority": Priority.HIGH}, True),
        ({"priority": Priority.LOW}, False),
        ({"is_acknowledged": True}, False),
        ({"is_present": False}, False),
    ],
)
def test_a_row_calls_while_it_is_present_of_medium_or_above_and_not_seen(
    changed: dict[str, Any], calls: bool
) -> None:
    state = finding_state(finding("BP3", is_acknowledged=True), finding("BP2", **changed))
    assert found(state)["blood-pressure"].callers == (("BP2",) if calls else ())


def test_of_two_rows_as_bad_as_each_other_the_first_out_gives_the_words() -> None:
    state = finding_state(finding("BP2", reason="first"), finding("BP1", reason="second"))
    assert found(state)["blood-pressure"].lead == "BP2"


def test_causes_are_named_by_slugs_and_each_is_its_own_condition() -> None:
    assert cause_key(finding("SP1", "oxygen saturation")) == "oxygen-saturation"
    state = finding_state(finding("BP2"), finding("LP1", "line pressure"))
    assert set(found(state)) == {"blood-pressure", "line-pressure"}


def test_what_is_proven_clear_is_a_condition_only_while_it_waits_to_be_seen() -> None:
    waiting = finding("BP2", is_present=False)
    one = found(finding_state(waiting))["blood-pressure"]
    assert (one.is_present, one.is_latching) == (False, True)
    assert found(finding_state(replace(waiting, is_acknowledged=True))) == {}
    assert found(finding_state(finding("HR1", "heart rate", is_present=False, is_latching=False))) == {}


def test_a_condition_is_present_and_latching_as_soon_as_one_of_its_rows_is() -> None:
    state = finding_state(finding("BP1", is_latching=False), finding("BP2", is_present=False))
    one = found(state)["blood-pressure"]
    assert (one.is_present, one.is_latching, one.members) == (True, True, ("BP1", "BP2"))
    assert not found(finding_state(finding("BP1", is_latching=False)))["blood-pressure"].is_latching


def test_what_ended_a_session_waits_for_a_person_whatever_its_row_says() -> None:
    state = finding_state(finding("SP3", "oxygen saturation", demand=Demand.STOP, is_latching=False))
    assert found(state)["oxygen-saturation"].is_latching


def test_what_a_person_must_still_see_of_an_alarm_is_named() -> None:
    rows = (finding("BP2", is_acknowledged=True), finding("BP3"), finding("BP1", is_latching=False))
    alarm = Alarm("blood-pressure", Priority.HIGH, "", Stamp(0, 0), members=("BP2", "BP3", "BP1"))
    assert unseen_members(finding_state(*rows), alarm) == ("BP3",)
    assert unseen_members(finding_state(finding("LP1", "line pressure")), alarm) == ()


# -- silence -----------------------------------------------------------------------------------------------------


def test_every_silence_of_whatever_row_is_one_condition_that_lists_what_is_silent() -> None:
    state = finding_state(
        silent("ST1", "no new systolic for 391 s > 390 s", priority=Priority.LOW),
        silent("ST2", "no new SpO2 for 11 s > 10 s"),
        silent("LP1", "no new line pressure for 3 s > 2 s", priority=Priority.HIGH),
    )
    (one,) = found(state).values()
    assert (one.key, one.lead, one.members) == (VITALS_LOST, "LP1", ("ST1", "ST2", "LP1"))
    assert one.text == (
        "no new line pressure for 3 s > 2 s; no new systolic for 391 s > 390 s; no new SpO2 for 11 s > 10 s"
    )


def test_while_the_link_is_down_the_words_lead_with_it_and_do_not_say_it_twice() -> None:
    state = finding_state(
        silent("ST2", "no new SpO2 for 11 s > 10 s"), silent("ST3", "the link to the monitors is down")
    )
    down = replace(state, feed=replace(state.feed, is_up=False, reason="timed out"))
    assert found(down)[VITALS_LOST].text == ("the link to the monitors is down; no new SpO2 for 11 s > 10 s")
    other = replace(down, feed=replace(down.feed, reason="refused"))
    assert found(other) == found(down), "each try to connect fails in its own way, and none of them is news"
    will = replace(state, feed=replace(state.feed, offline=("monitor-1", "pulse-2")))
    assert found(will)[VITALS_LOST].text.startswith("offline: monitor-1, pulse-2; no new SpO2")


def lost_state(
    *findings: Finding, alarm: Alarm, is_up: bool = True, offline: tuple[str, ...] = ()
) -> ChannelState:
    state = finding_state(*findings)
    feed = replace(state.feed, is_up=is_up, offline=offline)
    rules = tuple(replace(one, truth=Truth.TRUE) for one in state.rules)
    return replace(state, alarms=(alarm,), feed=feed, rules=rules)


KNOWN = Alarm(VITALS_LOST, Priority.MEDIUM, "", Stamp(0, 0), acknowledged_by="nina")
PULSE = Sample(Signal.HR, 72.0, 0, Stamp(0, 0), "monitor-1", 1)
LINE = Sample(Signal.LINE_PRESSURE, 20.0, 0, Stamp(0, 0), "transducer-1", 1)


def test_a_broker_that_people_know_is_lost_excuses_every_silence_and_nothing_that_was_heard() -> None:
    known = replace(KNOWN, losses=(LINK,), known_losses=(LINK,))
    rows = (silent("ST3", "link"), silent("LP1", "line", evidence=(LINE,)), finding("BP2"))
    called = {key: one.callers for key, one in found(lost_state(*rows, alarm=known, is_up=False)).items()}
    assert called == {VITALS_LOST: (), "blood-pressure": ("BP2",)}
    unknown = replace(known, known_losses=())
    assert found(lost_state(*rows, alarm=unknown, is_up=False))[VITALS_LOST].callers == ("ST3", "LP1")


def test_a_monitor_that_people_know_is_lost_excuses_what_it_measured_and_the_link_row() -> None:
    known = replace(KNOWN, losses=("monitor-1",), known_losses=("monitor-1",))
    rows = (
        silent("ST3", "link"),
        silent("ST2", "pulse", evidence=(PULSE,)),
        silent("LP1", "line", evidence=(LINE,)),
    )
    state = lost_state(*rows, alarm=known, offline=("monitor-1",))
    assert found(state)[VITALS_LOST].callers == ("LP1",)


def test_a_silence_that_has_called_waits_for_a_person_whatever_becomes_of_the_link() -> None:
    known = replace(KNOWN, acknowledged_by="", callers=("ST2",), losses=(LINK,), known_losses=(LINK,))
    state = lost_state(silent("ST2", "pulse"), silent("LP1", "line"), alarm=known, is_up=False)
    assert found(state)[VITALS_LOST].callers == ("ST2",)


def test_a_silence_that_is_over_but_for_its_proof_does_not_begin_to_call() -> None:
    state = lost_state(silent("ST2", "pulse"), alarm=KNOWN)
    assert found(state)[VITALS_LOST].callers == ("ST2",)
    heard = tuple(
        replace(one, truth=Truth.FALSE if one.rule_id == "ST2" else one.truth) for one in state.rules
    )
    assert found(replace(state, rules=heard))[VITALS_LOST].callers == ()


def test_a_loss_lasts_until_the_link_is_proven_sound() -> None:
    known = replace(KNOWN, losses=(LINK, "monitor-1"), known_losses=(LINK,))
    unproven = lost_state(silent("ST3", "link"), silent("ST2", "pulse"), alarm=known, offline=("pulse-2",))
    assert found(unproven)[VITALS_LOST].losses == ("pulse-2", LINK, "monitor-1")
    proven = lost_state(silent("ST2", "pulse"), alarm=known)
    assert found(proven)[VITALS_LOST].losses == ()
    first = replace(proven, alarms=(), feed=replace(proven.feed, is_up=False, offline=("monitor-1",)))
    assert found(first)[VITALS_LOST].losses == (LINK, "monitor-1")
    assert found(replace(first, findings=(finding("BP2"),)))["blood-pressure"].losses == ()


# -- pump, record, daemon ----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("age_ms", "is_alarm"), [(1_000, False), (1_001, True)])
def test_I10_an_unconfirmed_halt_is_an_alarm_after_one_second_of_link_time(
    age_ms: int, is_alarm: bool
) -> None:
    state = infusing().state
    since = Stamp(state.now.ms - 10 * age_ms, state.now.link_ms - age_ms)
    assert ("HALT" in found(with_delivery(state, halt_since=since))) is is_alarm


def test_R44_every_technical_trouble_is_a_latching_condition_of_its_own() -> None:
    state = infusing().state
    assert found(state) == {}
    troubles = {
        "RESTORE": replace(state, restore_problem="version 9"),
        "PUMP-ACT": with_delivery(state, surprise="started at the pump"),
        "SETUP": with_delivery(state, config_refusal="refused"),
    }
    for kind, key in ((HoldKind.PUMP, "PUMP-HOLD"), (HoldKind.RESTART, "RESTART")):
        troubles[key] = replace(state, session=held(state.session, kind, "because", "pumpd", state.now))
    for key, trouble in troubles.items():
        assert {name: one.is_latching for name, one in found(trouble).items()} == {key: True}


def test_a_lost_and_a_wrong_pump_are_the_same_alarm_in_other_words() -> None:
    state = with_delivery(infusing().state, is_link_up=False, link_reason="unplugged")
    assert found(state)["PUMP"].text == "no answer from the pump: unplugged"
    wrong = with_delivery(state, is_wrong_pump=True, link_reason="serial 7")
    assert found(wrong)["PUMP"].text == "wrong pump on the line: serial 7"


def test_a_pump_that_is_not_there_is_an_alarm_only_once_it_is_needed() -> None:
    bench = Bench(with_pump=False)
    assert found(bench.state) == {}
    bench.order()
    assert found(bench.state) == {}
    bench.verify()
    assert found(bench.state) == {}, "nobody has tried to open it yet"
    bench.link_down("no such device")
    assert set(found(bench.state)) == {"PUMP"}


def test_a_journal_that_failed_is_one_alarm_even_if_it_also_lags() -> None:
    lags = replace(infusing().state, is_journal_behind=True)
    assert [(one.key, one.priority) for one in found(lags).values()] == [("JOURNAL", Priority.MEDIUM)]
    failed = replace(lags, journal_failure="disk full")
    assert [(one.key, one.priority, one.text) for one in found(failed).values()] == [
        ("JOURNAL", Priority.HIGH, "the journal cannot be written: disk full")
    ]


def test_row_82_a_stand_for_want_of_a_record_calls_a_person_with_what_is_wrong_and_what_to_do() -> None:
    bench = verified()
    bench.durable = False
    bench.start()
    bench.advance(1)
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    bench.acknowledge("JOURNAL")
    bench.advance(5)
    assert [one.kind for one in bench.state.session.holds] == [HoldKind.RECORD]
    alarm = next(one for one in bench.state.alarms if one.key == "JOURNAL")
    assert (alarm.priority, alarm.acknowledged_by) == (Priority.HIGH, ""), "that it stands is news"
    assert alarm.text == (
        "nothing is given: the journal did not record the start within 5 s; have the disk looked at, then resume"
    )
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=False))
    assert "JOURNAL" in found(bench.state), "the disk is well again, and still nothing flows"
    bench.durable = True
    bench.cuff(125, 78)
    bench.resume()
    bench.advance(1)
    assert "JOURNAL" not in found(bench.state)
    assert bench.word == "SLOWED"


# -- how the work stands -----------------------------------------------------------------------------------------


@pytest.mark.parametrize(("left_nl", "is_told"), [(1_310_001, False), (1_310_000, True), (0, True)])
def test_three_minutes_before_the_end_the_end_is_announced(left_nl: int, is_told: bool) -> None:
    state = infusing().state
    programme = state.session.programme
    assert programme is not None
    assert programme.rate_nl_h == RATE_NL_H
    state = replace(state, account=replace(state.account, best_nl=programme.vtbi_nl - left_nl))
    assert ("NEAR-END" in found(state)) is is_told
    if is_told:
        one = found(state)["NEAR-END"]
        assert (one.priority, one.is_latching) == (Priority.LOW, False)
        assert one.text == "less than 3 min of the dose are left at the prescribed rate"


def test_the_end_is_told_when_it_comes_and_until_somebody_has_seen_it() -> None:
    state = infusing().state
    state = replace(state, session=replace(state.session, phase=Phase.COMPLETED, holds=()))
    assert "END" not in found(state), "it was seen"
    assert found(state, has_ended=True)["END"].priority is Priority.LOW
    unseen = replace(state, alarms=(Alarm("END", Priority.LOW, "", Stamp(0, 0)),))
    assert set(found(unseen)) == {"END"}
    assert found(replace(unseen, session=replace(state.session, phase=Phase.ORDERED))) == {}


@pytest.mark.parametrize(("age_ms", "is_told"), [(120_000, False), (120_001, True)])
def test_a_pause_that_a_nurse_forgot_is_told_after_two_minutes_of_link_time(
    age_ms: int, is_told: bool
) -> None:
    state = infusing().state
    since = Stamp(state.now.ms - 10 * age_ms, state.now.link_ms - age_ms)
    paused = replace(state, session=held(state.session, HoldKind.NURSE, "paused by nina", "nina", since))
    assert ("ON-HOLD" in found(paused)) is is_told
    if is_told:
        assert found(paused)["ON-HOLD"].text == "paused by nina more than 2 min ago: is it forgotten?"
        assert not found(paused)["ON-HOLD"].is_latching


@pytest.mark.parametrize(("now_link_ms", "is_told"), [(15_000, False), (15_001, True)])
def test_I18_from_the_daemons_start_somebody_must_listen_while_there_is_something_to_hear(
    now_link_ms: int, is_told: bool
) -> None:
    policy = replace(POLICY, listener_within_ms=15_000)
    state = replace(infusing().state, now=Stamp(9_000_000, now_link_ms), listeners=())
    assert ("LISTENER" in found(state, policy)) is is_told
    assert "LISTENER" not in found(state), "no listener is required"
    for phase, counts in ((Phase.VERIFIED, is_told), (Phase.ORDERED, False), (Phase.COMPLETED, False)):
        there = replace(state, session=replace(state.session, phase=phase))
        assert ("LISTENER" in found(there, policy)) is counts


def test_I18_somebody_must_listen_until_a_clinics_session_is_closed() -> None:
    """A missed observation is an alarm, and there has to be somebody to hear it."""
    policy = replace(CLINIC, listener_within_ms=15_000)
    bench = observed()
    state = replace(bench.state, now=Stamp(bench.state.now.ms, 15_001), listeners=())
    assert "LISTENER" in found(state, policy)
    closed = replace(state, care=replace(state.care, closing=Closing("nina", "her brother", 0)))
    assert "LISTENER" not in found(closed, policy)


@pytest.mark.parametrize(("now_link_ms", "is_told"), [(22_000, False), (22_001, True)])
def test_the_newest_word_of_any_listener_counts(now_link_ms: int, is_told: bool) -> None:
    policy = replace(POLICY, listener_within_ms=15_000)
    heard = (("panel", Stamp(0, 7_000)), ("bell", Stamp(0, 3_000)))
    state = replace(infusing().state, now=Stamp(0, now_link_ms), listeners=heard)
    assert ("LISTENER" in found(state, policy)) is is_told
    if is_told:
        one = found(state, policy)["LISTENER"]
        assert (one.priority, one.is_latching) == (Priority.MEDIUM, False)


# -- alarms and their signal -------------------------------------------------------------------------------------


def test_nothing_new_to_alarm_about_leaves_the_state_alone_and_says_nothing() -> None:
    state = infusing().state
    assert raise_alarms(state, state, TICK, POLICY) == (state, ())
    assert raise_alarms(state, state, TICK, POLICY)[0] is state
    bench = infusing()
    bench.cuff(185, 95)
    after, told = raise_alarms(bench.state, bench.state, TICK, POLICY)
    assert after is bench.state
    assert told == ()


def test_R44_a_new_alarm_is_told_and_signalled_in_the_same_decision() -> None:
    state = infusing().state
    after, told = raise_alarms(state, replace(state, journal_failure="disk full"), TICK, POLICY)
    note, signal = told
    assert isinstance(note, do.NoteAlarm)
    assert (note.phase, note.key) == (do.AlarmPhase.START, "JOURNAL")
    assert signal == do.SignalAlarm(signal=do.AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH))
    assert after.signal == do.AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)


def test_a_pause_of_the_audio_ends_with_the_last_alarm() -> None:
    state = replace(infusing().state, audio_paused_until_link_ms=10_000_000)
    after, _ = raise_alarms(state, state, TICK, POLICY)
    assert after.audio_paused_until_link_ms == 0


def test_what_stood_when_the_session_was_stopped_by_a_row_stands_until_somebody_has_seen_it() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    bench.acknowledge()
    state = bench.state
    fatal = finding("SP3", "oxygen saturation", demand=Demand.STOP, priority=Priority.HIGH)
    stopped = replace(
        state,
        session=replace(state.session, phase=Phase.STOPPED),
        findings=(*state.findings, fatal),
    )
    after, _ = raise_alarms(state, stopped, TICK, POLICY)
    keys = [(one.key, one.is_present, one.acknowledged_by) for one in after.alarms]
    assert keys == [("blood-pressure", True, "nina"), ("oxygen-saturation", True, "")]
    later, told = raise_alarms(after, after, TICK, POLICY)
    assert [(one.key, one.is_present) for one in later.alarms] == [("oxygen-saturation", True)]
    assert [one.key for one in told if isinstance(one, do.NoteAlarm)] == ["blood-pressure"]
    acked = replace(later, alarms=tuple(replace(one, acknowledged_by="nina") for one in later.alarms))
    assert raise_alarms(later, acked, TICK, POLICY)[0].alarms == ()


def test_R56_a_person_who_ends_the_session_silences_what_its_rows_said_and_ends_any_silencing() -> None:
    bench = verified()
    bench.start()
    bench.cuff(185, 95)
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    bench.post(ev.AudioPausePressed(at=bench.now, request_id="q", by="nina"))
    assert bench.state.signal.is_audio_paused
    actions = bench.post(ev.StopPressed(at=bench.now, request_id="s", by="dora"))
    notes = [one for one in actions if isinstance(one, do.NoteAlarm)]
    ends = [one for one in notes if one.phase is do.AlarmPhase.END]
    assert [(one.key, one.acknowledged_by) for one in ends] == [("blood-pressure", "dora")]
    assert [one.key for one in bench.state.alarms] == ["JOURNAL"], "the disk is still full"
    assert bench.state.signal == do.AlarmSignal(light=Priority.HIGH, sound=Priority.HIGH)


def test_at_the_start_of_the_daemon_what_stands_is_told_again_though_nothing_changed() -> None:
    bench = infusing()
    bench.cuff(185, 95)
    started = ev.DaemonStarted(at=bench.now, boot="boot-2", wall_ms=0)
    after, told = raise_alarms(bench.state, bench.state, started, POLICY)
    assert after is bench.state
    assert [(one.phase, one.key) for one in told if isinstance(one, do.NoteAlarm)] == [
        (do.AlarmPhase.UPDATE, "blood-pressure")
    ]
