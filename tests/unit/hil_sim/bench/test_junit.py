"""The XML is what build servers read: suites, cases, failures, times, and the same order every time."""

from dataclasses import replace
from xml.etree import ElementTree

from recording_bench import Tape

from hil_sim.bench.junit import junit
from hil_sim.bench.recording import Recording, Unplayed, Verdict

HELD = Verdict("BP3 PAUSE within 1 s after bp_shift (at 930.0 s)", True, "seen at 930.4 s, 400 ms later")
BROKEN = Verdict('a "claim" with <marks> & \x00', False, "first seen at 1012.3 s, 82.3 s later")


def story(source: str, *verdicts: Verdict, seed: int = 7) -> Recording:
    tape = Tape(until_s=1200.0, verdicts=list(verdicts)).motion(10.0, 26.2).rule(20.0, "BP1", "SLOW")
    return replace(tape.recording("A story", source), seed=seed)


def parsed(*stories: Recording | Unplayed) -> ElementTree.Element:
    text = junit(stories)
    assert text.startswith('<?xml version="1.0" encoding="utf-8"?>\n')
    return ElementTree.fromstring(text.encode())


def test_a_story_is_a_suite_and_a_claim_a_case() -> None:
    root = parsed(story("stories/bp/three.toml", HELD, BROKEN))
    assert root.tag == "testsuites"
    assert root.attrib == {
        "name": "hil-sim",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "1.000",
    }
    (suite,) = root
    assert {key: suite.get(key) for key in ("name", "tests", "failures", "errors", "skipped", "time")} == {
        "name": "A story",
        "tests": "3",
        "failures": "1",
        "errors": "0",
        "skipped": "0",
        "time": "1.000",
    }
    played, held, broken = suite.findall("testcase")
    assert played.attrib == {"classname": "stories.bp.three", "name": "the story is played", "time": "1.000"}
    assert held.get("name") == HELD.expectation
    assert held.find("failure") is None
    failure = broken.find("failure")
    assert failure is not None
    assert failure.get("message") == BROKEN.said
    assert failure.text == 'stories/bp/three.toml: a "claim" with <marks> & \ufffd: ' + BROKEN.said


def test_the_times_of_the_cases_add_up_to_the_suites() -> None:
    root = parsed(story("a.toml", HELD, HELD, BROKEN), story("b.toml", HELD))
    for suite in root:
        assert sum(float(case.get("time", "nan")) for case in suite.iter("testcase")) == float(
            suite.get("time", "nan")
        )
    assert float(root.get("time", "nan")) == 2.0


def test_how_the_run_was_made_stands_in_the_properties() -> None:
    (suite,) = parsed(story("a.toml"))
    assert suite[0].tag == "properties"  # before the cases, as the schema wants it
    found = {one.get("name"): one.get("value") for one in suite[0]}
    assert found["seed"] == "7"
    assert found["daemon"] == "pumpd 0.1.0"
    assert found["simulated_s"] == "1200.0"
    assert found["rules_seen"] == "BP1"
    assert found["prescribed_mg"] == "35"


def test_the_order_is_not_that_in_which_runs_ended() -> None:
    runs = [
        story("b.toml", seed=2),
        story("a.toml"),
        story("b.toml", seed=1),
        Unplayed("A story", "b.toml", "x"),
    ]
    assert junit(runs) == junit(runs[::-1])
    seeds = [one.get("value") for one in parsed(*runs).iter("property") if one.get("name") == "seed"]
    assert seeds == ["7", "1", "2"]


def test_the_same_claim_twice_is_two_cases_of_different_names() -> None:
    cases = [case.get("name") for case in parsed(story("a.toml", HELD, HELD)).iter("testcase")]
    assert cases == ["the story is played", HELD.expectation, f"{HELD.expectation} (2)"]


def test_a_story_that_could_not_be_played_is_an_error() -> None:
    root = parsed(Unplayed("Lost", "stories/lost.toml", "the daemon did not start"))
    assert (root.get("tests"), root.get("failures"), root.get("errors")) == ("1", "0", "1")
    (error,) = root.iter("error")
    assert error.get("message") == "the daemon did not start"
    assert error.text == "stories/lost.toml: the daemon did not start"


def test_a_story_of_which_nothing_was_recorded_is_an_error_too() -> None:
    empty = story("a.toml")
    empty.moments.clear()
    assert parsed(empty).get("errors") == "1"


def test_no_stories_are_no_suites_and_still_a_document() -> None:
    root = parsed()
    assert (len(root), root.get("tests"), root.get("time")) == (0, "0", "0.000")
