"""What people do about alarms: seeing releases nothing, quiet is short (law 8; row 74; R53 to R55)."""

from channel_bench import Bench, infusing, verified

from drivers.contract import Motion
from interlocks.vocabulary import Demand
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.actions import Stage


def acknowledge(bench: Bench, name: str = "", note: str = "", by: str = "nina") -> do.Answer:
    event = ev.AlarmAcknowledged(at=bench.now, request_id="a", by=by, rule=name, note=note)
    bench.post(event)
    return bench.of(do.Answer)[-1]


def quiet(bench: Bench, by: str = "nina") -> do.Answer:
    bench.post(ev.AudioPausePressed(at=bench.now, request_id="q", by=by))
    return bench.of(do.Answer)[-1]


def alarmed() -> Bench:
    """A patient at 185/112 and a slow disk: two alarms."""
    bench = infusing()
    bench.cuff(185, 112)
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    return bench


def seen_by(bench: Bench) -> dict[str, str]:
    return {one.key: one.acknowledged_by for one in bench.state.alarms}


def unseen_rows(bench: Bench) -> list[str]:
    return [one.rule_id for one in bench.state.findings if not one.is_acknowledged]


# -- seen --------------------------------------------------------------------------------------------------------


def test_an_alarm_is_seen_by_the_name_of_its_cause_with_all_its_rows() -> None:
    bench = alarmed()
    assert len(unseen_rows(bench)) > 1
    assert acknowledge(bench, "blood-pressure").stage is Stage.ACCEPTED
    assert seen_by(bench) == {"blood-pressure": "nina", "JOURNAL": ""}
    assert unseen_rows(bench) == []
    assert bench.of(do.NoteAct)[-1] == do.NoteAct(text="acknowledged blood-pressure", by="nina")


def test_the_name_of_any_row_means_the_whole_alarm() -> None:
    bench = alarmed()
    assert acknowledge(bench, "BP3").stage is Stage.ACCEPTED
    assert seen_by(bench) == {"blood-pressure": "nina", "JOURNAL": ""}
    assert unseen_rows(bench) == []


def test_without_a_name_every_alarm_is_seen() -> None:
    bench = alarmed()
    assert acknowledge(bench).stage is Stage.ACCEPTED
    assert set(seen_by(bench).values()) == {"nina"}
    assert unseen_rows(bench) == []
    assert bench.of(do.NoteAct)[-1].text == "acknowledged all alarms"


def test_a_technical_alarm_is_seen_alone() -> None:
    bench = alarmed()
    acknowledge(bench, "JOURNAL")
    assert seen_by(bench) == {"blood-pressure": "", "JOURNAL": "nina"}
    assert "BP3" in unseen_rows(bench)


def test_an_alarm_that_is_not_there_cannot_be_seen_and_those_that_are_get_named() -> None:
    bench = alarmed()
    answer = acknowledge(bench, "line-pressure")
    assert answer.stage is Stage.REFUSED
    assert answer.reasons[0].startswith("no alarm line-pressure (active: ")
    assert "JOURNAL" in answer.reasons[0]
    assert "blood-pressure" in answer.reasons[0]
    assert acknowledge(infusing(), "BP3").reasons == ("no alarm BP3 (active: none)",)


def test_what_the_person_wrote_is_in_the_record_and_known_to_the_rows() -> None:
    bench = alarmed()
    acknowledge(bench, "blood-pressure", note="  labetalol given ")
    assert bench.of(do.NoteAct)[-1].text == "acknowledged blood-pressure: labetalol given"
    assert all(one.is_noted for one in bench.state.rules if one.demand > Demand.NONE)
    blank = alarmed()
    acknowledge(blank, "blood-pressure", note="   ")
    assert blank.of(do.NoteAct)[-1].text == "acknowledged blood-pressure"
    assert not any(one.is_noted for one in blank.state.rules)


def test_row_74_law_8_seeing_moves_nothing() -> None:
    bench = alarmed()
    bench.advance(1)
    demands = {one.rule_id: one.demand for one in bench.state.findings}
    permit, ratchet = bench.state.permit, bench.state.session.ratchet_nl_h
    bench.forget()
    acknowledge(bench)
    assert bench.of(do.CommandPump) == []
    assert {one.rule_id: one.demand for one in bench.state.findings} == demands
    assert (bench.state.permit, bench.state.session.ratchet_nl_h) == (permit, ratchet)
    assert bench.word == "PAUSED"


def test_only_the_alarm_about_what_the_pump_did_lets_that_be_forgotten() -> None:
    bench = verified()
    bench.pump.key(Motion.INFUSING, 5_000_000)
    bench.advance(1)
    bench.link_down()
    acknowledge(bench, "PUMP")
    assert bench.state.delivery.surprise
    acknowledge(bench, "PUMP-ACT")
    assert not bench.state.delivery.surprise


def test_only_its_own_alarm_lets_an_earlier_session_be_forgotten() -> None:
    bench = Bench()
    bench.post(ev.DaemonStarted(at=bench.now, boot="b", wall_ms=0, restore_problem="version 9"))
    bench.post(ev.JournalPaceChanged(at=bench.now, is_behind=True))
    acknowledge(bench, "JOURNAL")
    assert bench.state.restore_problem
    acknowledge(bench, "RESTORE")
    assert not bench.state.restore_problem
    assert seen_by(bench) == {"JOURNAL": "nina"}


# -- quiet -------------------------------------------------------------------------------------------------------


def test_R53_quiet_is_two_minutes_of_link_time_and_is_in_the_record() -> None:
    bench = alarmed()
    assert quiet(bench).stage is Stage.ACCEPTED
    assert bench.state.audio_paused_until_link_ms == bench.now.link_ms + 120_000
    assert bench.state.signal.is_audio_paused
    assert bench.of(do.NoteAct)[-1] == do.NoteAct(text="audio paused for 120 s", by="nina")


def test_R54_another_press_renews_the_quiet_from_itself_and_never_adds_to_it() -> None:
    bench = alarmed()
    quiet(bench)
    bench.advance(20)
    assert quiet(bench).stage is Stage.ACCEPTED
    assert quiet(bench).stage is Stage.ACCEPTED
    assert bench.state.audio_paused_until_link_ms == bench.now.link_ms + 120_000


def test_quiet_is_refused_where_nothing_sounds() -> None:
    bench = infusing()
    assert (quiet(bench).stage, quiet(bench).reasons) == (Stage.REFUSED, ("no alarm sounds",))
    bench = alarmed()
    acknowledge(bench)
    assert quiet(bench).stage is Stage.REFUSED
    assert bench.state.audio_paused_until_link_ms == 0


# -- listeners ---------------------------------------------------------------------------------------------------


def test_a_listener_is_known_by_its_newest_word_and_makes_no_noise() -> None:
    bench = infusing()
    for name in ("panel", "bell"):
        bench.post(ev.ListenerSpoke(at=bench.now, listener=name))
    bench.advance(1)
    assert bench.post(ev.ListenerSpoke(at=bench.now, listener="panel")) == ()
    assert [name for name, _ in bench.state.listeners] == ["bell", "panel"]
    assert dict(bench.state.listeners)["panel"] == bench.now


def test_however_many_names_speak_only_the_newest_are_kept() -> None:
    bench = infusing()
    for number in range(20):
        bench.post(ev.ListenerSpoke(at=bench.now, listener=f"panel-{number}"))
    assert [name for name, _ in bench.state.listeners] == [f"panel-{number}" for number in range(12, 20)]
