"""What is gone for good: no dead end, and nothing released by silence (laws 3 and 8; clinical.md 3.2; rows 61, 62)."""

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from interlocks.rules import Rule
from interlocks.silences import OlderThan
from interlocks.vocabulary import Demand, Signal
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.absence import MISSED_BY
from pumpd.core.actions import Stage
from pumpd.core.gates import resume_blockers, start_blockers

OTHER = "monitor-2"


def strange() -> Bench:
    """A second monitor spoke for another patient and was unplugged; everybody has seen the alarms."""
    bench = infusing()
    wrong(bench)
    bench.post(ev.MonitorSpoke(at=bench.now, device=OTHER, is_online=False))
    bench.advance(120)
    bench.acknowledge()
    return bench


def wrong(bench: Bench, device: str = OTHER) -> None:
    bench.post(ev.SampleRefused(at=bench.now, device=device, reason="wrong_patient", detail="tok-9"))


def breathing(bench: Bench, rate: float = 14, seconds: int = 20) -> Bench:
    for _ in range(seconds):
        bench.sample((Signal.RR, rate))
        bench.advance(1)
    return bench


def demands(bench: Bench) -> dict[str, Demand]:
    return {one.rule_id: one.demand for one in bench.state.findings}


def gone(bench: Bench, name: str, note: str = "taken off at the chair") -> do.Answer:
    return bench.acknowledge(name, note=note)[0]


def settle(bench: Bench) -> None:
    """Half a minute of proof, and the reading that a resume wants."""
    bench.advance(40)
    bench.cuff(125, 78)
    bench.advance(1)


# -- a monitor ---------------------------------------------------------------------------------------------------


def test_row_61_a_monitor_unplugged_for_good_is_not_forgiven_by_its_silence_or_by_a_plain_acknowledgement() -> (
    None
):
    bench = strange()
    gone(bench, "ID1")
    bench.advance(600)
    bench.cuff(125, 78)
    assert demands(bench)["ID1"] is Demand.PAUSE
    told = next(one for one in resume_blockers(bench.state, POLICY) if one.startswith(f"{OTHER} speaks"))
    assert told.endswith(f"or acknowledge {OTHER} with a note that it is gone for good")


def test_row_61_a_person_who_says_that_it_is_gone_may_resume_once_everything_else_is_proven() -> None:
    bench = strange()
    assert gone(bench, OTHER, "was bed 3's").stage is Stage.ACCEPTED
    assert bench.of(do.NoteAct)[-1] == do.NoteAct(text=f"{OTHER} is gone for good: was bed 3's", by="nina")
    bench.advance(1)
    assert bench.word == "PAUSED", "law 8: nothing flows for it"
    settle(bench)
    assert resume_blockers(bench.state, POLICY) == ()
    bench.resume()
    bench.advance(1)
    assert bench.word == "SLOWED"


def test_a_monitor_that_was_said_to_be_gone_and_speaks_for_another_patient_trips_anew_unseen() -> None:
    bench = strange()
    gone(bench, OTHER)
    bench.advance(5)
    bench.forget()
    wrong(bench)
    assert ("ID1", "PAUSE") in bench.trips
    (row,) = (one for one in bench.state.findings if one.rule_id == "ID1")
    assert (row.is_present, row.is_acknowledged) == (True, False)


def test_a_lost_monitor_that_never_comes_back_can_be_said_to_be_gone() -> None:
    bench = infusing()
    bench.post(ev.MonitorSpoke(at=bench.now, device=OTHER, is_online=False))
    bench.advance(120)
    assert demands(bench)["ST3"] is Demand.PAUSE
    assert gone(bench, OTHER).stage is Stage.ACCEPTED
    settle(bench)
    assert resume_blockers(bench.state, POLICY) == ()


def test_row_62_two_monitors_that_are_both_taken_away_can_be_said_to_be_gone() -> None:
    bench = infusing()
    bench.post(ev.SampleRefused(at=bench.now, device=OTHER, reason="two_monitors", detail="boot b2"))
    assert ("ID2", "PAUSE") in bench.trips
    bench.advance(120)
    bench.acknowledge("ID2", note="both go")
    assert demands(bench)["ID2"] is Demand.PAUSE
    assert gone(bench, OTHER).stage is Stage.ACCEPTED
    bench.acknowledge("ID2", note="both are gone")
    settle(bench)
    assert resume_blockers(bench.state, POLICY) == ()


def test_without_a_note_nothing_is_gone() -> None:
    bench = strange()
    assert gone(bench, OTHER, " ").reasons == (f"say in a note that {OTHER} is gone, and why",)
    assert bench.state.feed.wrong_patient == bench.state.feed.offline == (OTHER,)


# -- a signal ----------------------------------------------------------------------------------------------------


def test_law_3_a_breathing_rate_that_was_sent_and_falls_silent_pauses_and_says_what_a_person_can_do() -> None:
    bench = breathing(infusing())
    bench.advance(100)
    bench.cuff(125, 78)
    assert demands(bench) == {"ST2": Demand.PAUSE}
    (told,) = resume_blockers(bench.state, POLICY)
    assert told.startswith("ST2: needs the end of: no new respiration rate for 101 s > 10 s")
    way_out = (
        "if respiration rate is not measured any more, acknowledge rr with a note that it is gone for good"
    )
    assert told.endswith(way_out)


def test_a_breathing_sensor_that_was_taken_off_is_no_dead_end_and_counts_again_with_its_first_word() -> None:
    bench = breathing(infusing())
    bench.advance(100)
    assert gone(bench, "rr").stage is Stage.ACCEPTED
    assert bench.state.picture.newest(Signal.RR) is None
    bench.advance(1)
    assert bench.word == "PAUSED"
    settle(bench)
    bench.resume()
    bench.advance(1)
    assert bench.word == "SLOWED"
    breathing(bench, seconds=3)
    bench.advance(20)
    assert demands(bench) == {"ST2": Demand.ADVISE}, "fitted again, so missed again"


def test_what_tripped_on_a_value_is_not_cleared_by_taking_its_sensor_off() -> None:
    bench = breathing(infusing(), rate=7)
    bench.advance(40)
    assert demands(bench)["RR2"] is Demand.PAUSE
    gone(bench, "rr")
    bench.acknowledge()
    bench.advance(150)
    bench.cuff(125, 78)
    (told,) = resume_blockers(bench.state, POLICY)
    assert told.startswith("RR2: needs respiration rate >= 10 /min (now not measured)")
    breathing(bench, rate=14, seconds=125)
    assert not [one for one in resume_blockers(bench.state, POLICY) if one.startswith("RR2")]


def test_law_3_a_mean_pressure_that_was_sent_and_is_missing_from_the_cuff_pauses_after_ten_minutes() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    for _ in range(4):
        bench.advance(160)
        bench.sample((Signal.SYS, 125), (Signal.DIA, 78))
    assert demands(bench) == {"ST1": Demand.ADVISE, "ST1b": Demand.PAUSE}
    assert bench.state.findings[0].reason == "no new mean pressure for 390.5 s > 390 s"
    bench.acknowledge()
    gone(bench, "map")
    for _ in range(2):
        bench.advance(60)
        bench.sample((Signal.SYS, 125), (Signal.DIA, 78))
    assert resume_blockers(bench.state, POLICY) == ()


def test_BP4_clears_by_systolic_once_a_person_has_said_that_no_mean_pressure_comes_any_more() -> None:
    """Clinical.md 3.2 clears BP4 by the systolic alone."""
    bench = infusing()
    bench.cuff(85, 50)
    bench.advance(125)
    assert demands(bench)["BP4"] is Demand.PAUSE
    bench.acknowledge()
    for step in range(4):
        if step == 2:
            assert any("acknowledge map" in one for one in resume_blockers(bench.state, POLICY))
            gone(bench, "map")
        bench.advance(60)
        bench.sample((Signal.SYS, 125), (Signal.DIA, 78))
    assert resume_blockers(bench.state, POLICY) == ()


def test_what_is_heard_was_never_heard_or_is_needed_by_every_treatment_cannot_be_gone() -> None:
    bench = breathing(infusing(), seconds=5)
    bench.pause()
    assert gone(bench, "rr").reasons == ("respiration rate was heard 1.0 s ago",)
    assert gone(bench, "breath_gap").reasons == (
        "time since the last breath has not been measured: nothing is missed",
    )
    assert gone(bench, "spo2").reasons == ("no treatment goes on without SpO2",)
    assert gone(bench, "map").reasons == ("mean pressure came with the newest cuff reading",)
    told = "line pressure is fitted by the configuration: only the engineer can take it out"
    assert gone(bench, "line_pressure").reasons == (told,)


def test_law_1_at_the_prescribed_rate_nothing_can_be_taken_out_of_watch() -> None:
    bench = breathing(infusing(), seconds=5)
    bench.advance(15)
    assert demands(bench) == {"ST2": Demand.ADVISE}
    assert gone(bench, "rr").reasons == ("delivery goes on at the prescribed rate: pause first",)
    assert bench.state.picture.newest(Signal.RR) is not None


def test_before_the_start_a_sensor_that_was_taken_off_is_no_dead_end_either() -> None:
    bench = breathing(verified(), seconds=3)
    bench.advance(40)
    assert any("acknowledge rr" in one for one in start_blockers(bench.state, POLICY))
    gone(bench, "rr")
    assert start_blockers(bench.state, POLICY) == ()


@pytest.mark.parametrize("row", [one for one in POLICY.rules if one.timed], ids=lambda row: row.id)
def test_every_signal_that_some_row_misses_once_it_was_heard_can_be_said_to_be_gone(row: Rule) -> None:
    missed = {
        signal
        for question in row.timed
        for part in (question, *question.members())
        if isinstance(part, OlderThan)
        for signal in part.if_heard
    }
    assert missed <= set(MISSED_BY)
