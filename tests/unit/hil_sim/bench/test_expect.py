"""Claims are judged by what was seen, say what was seen instead, and never pass unjudged."""

import pytest
from recording_bench import FULL_ML_H, Tape, two_hours

from hil_sim.bench.expect import judge, later
from hil_sim.bench.recording import Recording, Verdict
from hil_sim.bench.story import read_story

TIMELINE = """
[[timeline]]
at_s = 600
kind = "event"
name = "bp_shift"
[[timeline]]
at_s = 930
kind = "event"
name = "bp_shift"
[[timeline]]
at_s = 1340
kind = "event"
name = "bp_shift"
[[timeline]]
at_s = 2400
kind = "fault"
name = "line_down"
for_s = 120
[[timeline]]
at_s = 3000
kind = "daemon"
name = "crash"
[[timeline]]
at_s = 7190
kind = "fault"
name = "stop_ignored"
"""
SEEN = two_hours()
NOTHING_SEEN = Tape(until_s=0.0).recording()
NOTHING_SEEN.moments.clear()


def verdict(claim: str, seen: Recording = SEEN) -> Verdict:
    """Judge one `[[expect]]`, written as `key = value; key = value`."""
    lines = "\n".join(claim.split("; "))
    story = read_story(f'title = "t"\n{TIMELINE}\n[[expect]]\n{lines}\n', "case.toml")
    (one,) = judge(story.expect, seen)
    return one


PASSES = [
    # a rule in force within its time
    (
        'rule = "BP2"; action = "SLOW"; after = "bp_shift#2"; within = "2 min"',
        "BP2 SLOW within 2 min after bp_shift#2 (at 930.0 s)",
        "seen at 1011.0 s, 81 s later",
    ),
    ('rule = "BP1"', "BP1", "seen at 801.0 s"),
    ('rule = "BP1"; action = "SLOW"; at_s = 900; within = "1 s"', "after 900 s", "already so, since 801.0 s"),
    ('rule = "DL2"; after = "line_down"; within = "3 s"', "DL2 within 3 s", "at 2403.0 s, 3 s later"),
    # which rules at all
    ('no_rule = ["AI1", "SP2"]', "never AI1, SP2", "seen: BP1, BP2, DL2, LP1"),
    ('only_rules = ["LP1", "BP1", "BP2", "DL2"]', "no rule but LP1, BP1, BP2, DL2", "seen: BP1, BP2, DL2"),
    # the word
    ('word = "PAUSED"; after = "crash"; within = "12 s"', "the word PAUSED within 12 s", "12 s later"),
    ('word = "INFUSING"; at_s = 200; within = "1 s"', "the word INFUSING", "already so, since 151.0 s"),
    # the true plunger
    (
        'still = true; after = "line_down"; within = "2.5 s"',
        "the plunger stands within 2.5 s after line_down (at 2400.0 s)",
        "it stands since 2402.5 s, 2.5 s later",
    ),
    ('still = true; after = "crash"; within = "4 s"', "stands", "it stands since 3004.0 s, 4 s later"),
    ('still = true; at_s = 1200; within = "1 s"', "stands", "since 1101.3 s, before the time began"),
    ('still = true; at_s = 10; within = "1 s"', "stands", "it stands since 0.0 s, before the time began"),
    (
        'still = false; after = "line_down over"; within = "2 min"',
        "moves",
        "moves at 26.20 mL/h since 2600.4",
    ),
    ("still = true", "the plunger stands", "it stands since 4640.0 s"),
    # alarms
    (
        'alarm = "blood-pressure"; priority = "high"; after = "bp_shift#2"; within = "3 min"',
        "of high",
        "171 s later",
    ),
    ('alarm = "blood-pressure"', "alarm blood-pressure", "seen at 801.0 s"),
    # what an operator was told
    (
        'answer = "resume"; stage = "refused"; says = "Acknowledge"',
        'resume is answered refused, saying "Acknowledge"',
        "answered at 1950.1 s (acknowledge BLOOD-PRESSURE first)",
    ),
    ('answer = "start"; stage = "confirmed"; after = "start"; within = "1 s"', "after start", "200 ms later"),
    # dose, end, speed
    ("delivered_mg = { min = 30.0, max = 45.0 }", "30 to 45 mg delivered", "of 35 mg prescribed"),
    ("delivered_mg = { max = 45 }", "at most 45 mg delivered", "mg"),
    ("completed = true", "the treatment is completed", "COMPLETED at 4640.4 s"),
    ('ended = "completed"', "the treatment ended completed", "COMPLETED at 4640.4 s"),
    ("never_faster_than_ml_h = 26.2", "never faster than 26.2 mL/h", "fastest 26.20 mL/h, at 150.0 s"),
]

FAILS = [
    (
        'rule = "BP2"; action = "PAUSE"; after = "bp_shift#2"; within = "1 s"',
        "BP2 PAUSE within 1 s after bp_shift#2 (at 930.0 s)",
        "first seen at 1101.0 s, 171 s later",
    ),
    (
        'rule = "BP2"; action = "STOP"',
        "BP2 STOP",
        "not seen until 7200.0 s, the end of watching; demanded nothing",
    ),
    (
        'rule = "BP2"; action = "STOP"; at_s = 1200; within = "2 s"',
        "BP2 STOP",
        "; demanded PAUSE from 1101.0 s on",
    ),
    (
        'rule = "AI1"; after = "bp_shift"; within = "1 s"',
        "AI1",
        "not seen until 7200.0 s, the end of watching",
    ),
    ('rule = "BP1"; after = "line_down"; within = "9 s"', "BP1", "not seen"),  # over long before
    ('no_rule = ["BP2", "LP1"]', "never BP2, LP1", "BP2 SLOW at 1011.0 s, LP1 PAUSE at 3572.0 s were seen"),
    ('only_rules = ["BP1", "BP2", "DL2"]', "no rule but", "LP1 PAUSE at 3572.0 s was seen"),
    ("only_rules = []", "no rule", "BP1 SLOW at 801.0 s, BP2 SLOW"),
    ('word = "PAUSED"; after = "crash"; within = "5 s"', "PAUSED", "first seen at 3012.0 s, 12 s later"),
    (
        'word = "STOPPED"; after = "crash"; within = "5 s"',
        "STOPPED",
        "the word was INFUSING from 2600.6 s on",
    ),
    (
        'still = true; after = "line_down"; within = "1 s"',
        "stands within 1 s",
        "it moved at 26.20 mL/h at 2401.0 s; it stood at 2402.5 s, 2.5 s later",
    ),
    (
        'still = false; at_s = 5000; within = "1 s"',
        "moves",
        "it stood at 5001.0 s; it never moved after that",
    ),
    ('alarm = "blood-pressure"; priority = "low"', "low", "not seen until"),
    (
        'alarm = "blood-pressure"; after = "line_down"; within = "1 s"',
        "alarm",
        "it did not stand from 1911.0 s on",
    ),
    ('alarm = "air"; after = "line_down"; within = "1 s"', "alarm air", "not seen until 7200.0 s"),
    (
        'answer = "resume"; stage = "refused"; says = "PIN"',
        "PIN",
        "answered instead: refused at 1950.1 s (ackn",
    ),
    ('answer = "start"; stage = "confirmed"; after = "start"; within = "100 ms"', "100 ms", "200 ms later"),
    ('answer = "stop"; stage = "confirmed"', "stop is answered confirmed", "never answered"),
    ("delivered_mg = { min = 60 }", "at least 60 mg delivered", "mg, of 35 mg prescribed"),
    ("delivered_mg = { max = 30 }", "at most 30 mg delivered", "mg, of 35 mg prescribed"),
    ("completed = false", "the treatment is not completed", "COMPLETED at 4640.4 s"),
    ('ended = "stopped"', "the treatment ended stopped", "COMPLETED at 4640.4 s"),
    ("never_faster_than_ml_h = 26.1", "never faster than 26.1 mL/h", "fastest 26.20 mL/h"),
    # never judged, never passed
    (
        'rule = "DL9"; after = "bp_shift#3"; within = "24 h"',
        "DL9",
        "watching ended at 7200.0 s, before the time",
    ),
    ('still = true; after = "stop_ignored"; within = "1 s"', "stands", "stop_ignored never happened"),
    ('word = "PAUSED"; after = "pause#2"; within = "1 s"', "PAUSED", "pause#2 never happened"),
    (
        'word = "INFUSING"; after = "start#2"; within = "1 s"',
        "INFUSING",
        "start#2 never happened (it happened 1",
    ),
    (
        'still = true; at_s = 7199; within = "2 s"',
        "stands",
        "watching ended at 7200.0 s, before the time was up",
    ),
    ('still = true; at_s = 8000; within = "2 s"', "stands", "watching ended at 7200.0 s"),
]


@pytest.mark.parametrize(("claim", "words", "said"), PASSES)
def test_a_claim_that_holds_passes_and_says_by_what(claim: str, words: str, said: str) -> None:
    one = verdict(claim)
    assert one.passed, one
    assert words in one.expectation
    assert said in one.said


@pytest.mark.parametrize(("claim", "words", "said"), FAILS)
def test_a_claim_that_does_not_hold_fails_and_says_what_was_seen_instead(
    claim: str, words: str, said: str
) -> None:
    one = verdict(claim)
    assert not one.passed, one
    assert words in one.expectation
    assert said in one.said


@pytest.mark.parametrize("claim", [claim for claim, _, _ in [*PASSES, *FAILS]])
def test_no_claim_passes_on_a_run_in_which_nothing_was_seen(claim: str) -> None:
    one = verdict(claim, NOTHING_SEEN)
    assert not one.passed
    assert one.said


def test_a_silent_daemon_proves_no_absence() -> None:
    """No rule was seen because nothing was shown: that is not the absence of a rule."""
    silent = Tape().motion(10.0, FULL_ML_H).recording()
    for claim in ('no_rule = ["BP1"]', 'only_rules = ["BP1"]', "completed = false", "trips = []"):
        assert "never showed a word" in verdict(claim, silent).said
        assert not verdict(claim, silent).passed


def test_a_stop_that_does_not_last_is_none() -> None:
    brief = (
        Tape()
        .motion(1.0, 20.0)
        .add(100.0, "fault", "line_down")
        .motion(101.0, 0.0)
        .motion(101.5, 20.0)
        .recording()
    )
    one = verdict('still = true; after = "line_down"; within = "2.5 s"', brief)
    assert not one.passed
    assert one.said == "it moved at 20.00 mL/h at 102.5 s; it never stood after that"


def test_motion_that_nobody_entered_is_seen_in_the_moments() -> None:
    tape = Tape(until_s=200.0).motion(50.0, 20.0)
    seen = tape.recording()
    seen.happenings.clear()
    assert not verdict('still = true; at_s = 100; within = "1 s"', seen).passed
    assert not verdict("never_faster_than_ml_h = 19", seen).passed


def test_a_limit_is_kept_when_it_is_met_exactly() -> None:
    seen = Tape().rule(101.0, "BP3", "PAUSE").add(100.0, "event", "bp_shift").recording()
    assert verdict('rule = "BP3"; after = "bp_shift"; within = "1 s"', seen).passed
    late = Tape().rule(101.001, "BP3", "PAUSE").add(100.0, "event", "bp_shift").recording()
    assert not verdict('rule = "BP3"; after = "bp_shift"; within = "1 s"', late).passed


def test_the_older_table_of_expectations_is_judged_too() -> None:
    story = read_story(
        'title = "t"\n[expect]\ncompleted = true\ndelivered_mg = [30.0, 45.0]\n'
        'trips = [{ rule = "BP1", action = "SLOW" }, { rule = "BP2", action = "SLOW" },'
        ' { rule = "BP2", action = "PAUSE" }, { rule = "DL2", action = "PAUSE" },'
        ' { rule = "LP1", action = "PAUSE" }]\n',
        "case.toml",
    )
    assert [one.passed for one in judge(story.expect, SEEN)] == [True, True, True]
    wrong = verdict('trips = [{ rule = "BP1", action = "SLOW" }]')
    assert not wrong.passed
    assert wrong.said == "seen: BP1 SLOW, BP2 SLOW, BP2 PAUSE, DL2 PAUSE, LP1 PAUSE"


def test_spans_are_said_to_the_millisecond_where_that_matters() -> None:
    assert [later(each) for each in (0.0, 0.25, 1.0, 82.26, 600.0)] == [
        "at once",
        "250 ms later",
        "1 s later",
        "82.3 s later",
        "600 s later",
    ]
