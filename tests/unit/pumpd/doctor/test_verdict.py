"""A line, an object, an exit status."""

from pumpd.doctor.verdict import Level, fail, ok, tally, warn, worst


def test_a_line_says_verdict_what_which_measured_and_what_helps() -> None:
    assert (
        fail("port", "bed-1", "is not there", "plug it in").line()
        == "FAIL  port bed-1: is not there -> plug it in"
    )
    assert ok("clock", "", "set").line() == "ok    clock: set"


def test_the_same_for_programs() -> None:
    assert warn("a", "b", "c", "d").as_json() == {
        "check": "a",
        "subject": "b",
        "level": "warn",
        "measured": "c",
        "remedy": "d",
    }


def test_the_worst_is_the_answer_and_nothing_is_well() -> None:
    good, fair, bad = ok("a", "", ""), warn("b", "", "", ""), fail("c", "", "", "")
    assert (worst([]), worst([good]), worst([good, fair]), worst([fair, bad, good])) == (
        Level.OK,
        Level.OK,
        Level.WARN,
        Level.FAIL,
    )
    assert tally([good, fair, bad, bad]) == "4 checks: 1 ok, 1 warn, 2 FAIL"
