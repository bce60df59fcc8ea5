"""The judge says each thing once, and all predicates of the table are at work."""

from oracle_traces import JUDGED, PRESCRIBED, RATE_NL_H, started

from hil_sim.oracle.judge import PREDICATES, Oracle
from hil_sim.oracle.scene import Moved, Scene, Tick

IDS = {"I1", "I1-shown", "I2", "I4", "I5", "I6", "I6-wire", "I7", "I8", "I9", "I10", "I12", "I15", "I16"} | {
    *("I17", "I18", "I19", "I22", "I26", "row 80", "row 94", "I9-start", "I6-over", "law 5")
}


def test_every_predicate_has_its_name_and_steps_to_look_at() -> None:
    made = [make() for make in JUDGED]
    assert {one.id for one in made} == IDS
    assert len(made) == len(IDS)
    assert all(one.of for one in made)


def test_those_with_tests_of_their_own_have_names_that_no_other_has() -> None:
    ids = [make().id for make in PREDICATES]
    assert len(ids) == len(set(ids))
    assert len(ids) > len(IDS)


def test_what_lasts_is_said_once_with_what_was_seen_and_the_limit() -> None:
    oracle = Oracle(Scene(PRESCRIBED), JUDGED)
    for step in [*started(), Tick(20.0, 2e7, RATE_NL_H), Tick(20.1, 2e7, RATE_NL_H)]:
        oracle.see(step)
    assert [str(one) for one in oracle.violations] == [
        "I1 at 20.000 s: 20.000 mL displaced; at most 17.690 mL are prescribed"
    ]


def test_several_invariants_may_break_in_one_run() -> None:
    oracle = Oracle(Scene(PRESCRIBED))
    for step in [*started(), Moved(11.0, 1e8), Tick(11.1, 2e7, 1e8)]:
        oracle.see(step)
    assert {one.invariant for one in oracle.violations} == {"I1", "I2", "I6"}
