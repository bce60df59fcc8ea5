"""The strip shows each span where it was, with its name beside it or in it, and no two on top of each other."""

from itertools import pairwise

from recording_bench import Tape, two_hours

from hil_sim.bench.ribbon import Bar, Group, alarms, done, draw_group, groups, people, rules, words
from hil_sim.bench.svg import Scale

X = Scale(0.0, 7200.0, 100.0, 1000.0)


def test_the_word_runs_from_change_to_change_and_a_crash_ends_it() -> None:
    tape = Tape(until_s=100.0).word(1.0, "READY").word(10.0, "INFUSING").add(50.0, "crash", "crash")
    assert words(tape.word(60.0, "PAUSED").recording()) == [
        Bar(1.0, 10.0, "READY", "w-ready"),
        Bar(10.0, 50.0, "INFUSING", "w-infusing"),
        Bar(60.0, 100.0, "PAUSED", "w-paused"),
    ]


def test_what_was_done_lasts_until_it_is_over_and_a_blow_is_an_instant() -> None:
    tape = Tape(until_s=100.0).add(5.0, "fault", "noise").add(6.0, "fault", "power_blip", "", dark_ms=300.0)
    tape.add(20.0, "fault_over", "noise").add(30.0, "fault", "noise").add(40.0, "fault_over", "noise")
    tape.add(90.0, "event", "occlude", "", for_s=60.0).add(95.0, "crash", "crash").add(0.0, "start", "daemon")
    assert done(tape.recording()) == [
        Bar(5.0, 20.0, "noise", "d-fault"),
        Bar(6.0, None, "power_blip dark_ms 300", "d-fault"),
        Bar(30.0, 40.0, "noise", "d-fault"),
        Bar(90.0, 100.0, "occlude", "d-event"),
        Bar(95.0, None, "daemon crash", "d-crash"),
    ]


def test_a_rule_is_a_span_for_each_demand_and_runs_on_while_in_force() -> None:
    tape = Tape(until_s=100.0).rule(10.0, "BP2", "SLOW").rule(12.0, "BP2", "SLOW").rule(20.0, "BP2", "PAUSE")
    assert rules(tape.rule(30.0, "BP2", "").rule(80.0, "LP1", "PAUSE").recording()) == [
        Bar(10.0, 20.0, "BP2 SLOW", "r-slow"),
        Bar(20.0, 30.0, "BP2 PAUSE", "r-pause"),
        Bar(80.0, 100.0, "LP1 PAUSE", "r-pause"),
    ]


def test_an_alarm_is_a_span_for_each_priority() -> None:
    tape = Tape(until_s=100.0).add(10.0, "alarm", "bp", phase="start", priority="medium")
    tape.add(20.0, "alarm", "bp", phase="update", priority="high")
    tape.add(30.0, "alarm", "bp", phase="end", priority="high")
    assert alarms(tape.recording()) == [
        Bar(10.0, 20.0, "bp", "a-medium"),
        Bar(20.0, 30.0, "bp", "a-high"),
    ]


def test_people_are_instants_and_so_are_their_refusals() -> None:
    tape = Tape().add(10.0, "operator", "resume").add(10.1, "answer", "resume", stage="refused")
    tape.add(10.2, "answer", "resume", stage="accepted")
    assert [bar.name for bar in people(tape.recording())] == ["resume", "resume refused"]


def test_no_two_bars_of_a_row_begin_before_the_one_before_has_ended() -> None:
    for group in groups(two_hours(), X):
        for row in group.rows:
            for before, after in pairwise(row):
                assert (before.end_s or before.begin_s) <= after.begin_s


def test_all_kinds_stand_in_their_order_and_what_is_empty_is_left_out() -> None:
    kinds = [group.heading for group in groups(two_hours(), X)]
    assert kinds == ["daemon shows", "done to it", "rules", "alarms", "people"]
    assert groups(Tape().recording(), X) == []


def test_what_finds_no_row_is_counted() -> None:
    tape = Tape(until_s=7200.0)
    for second in range(12):
        tape.rule(100.0 + second, f"R{second}", "PAUSE")
    (group,) = groups(tape.recording(), X)
    assert (len(group.rows), group.left_out) == (8, 4)
    assert any("and 4 more, below" in part for part in draw_group(group, X, 0.0))


def test_a_name_stands_in_its_bar_beside_it_or_before_it_at_the_right_edge() -> None:
    wide, narrow, late = (
        Bar(0.0, 3600.0, "noise", "d-fault"),
        Bar(0.0, 10.0, "noise", "d-fault"),
        Bar(7190.0, 7195.0, "noise", "d-fault"),
    )
    for bar, low, high in ((wide, 100.0, 550.0), (narrow, 102.0, 120.0), (late, 900.0, 998.0)):
        _, box, name = draw_group(Group("done to it", ((bar,),), 0), X, 0.0)
        assert "noise, " in box
        assert low <= float(name.split('"')[1]) <= high


def test_a_word_too_long_for_its_span_is_left_to_its_colour() -> None:
    bar = Bar(0.0, 10.0, "INFUSING", "w-infusing")
    assert len(draw_group(Group("daemon shows", ((bar,),), 0), X, 0.0)) == 2
