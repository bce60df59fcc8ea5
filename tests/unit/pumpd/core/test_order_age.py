"""A verification grows old: told before, refused after, given anew by a second person (requirement 71)."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, Bench, infusing, verified

from interlocks.vocabulary import Priority
from pumpd.core.actions import NoteAlarm, Stage
from pumpd.core.clinic.course import Step
from pumpd.core.clinic.view import step_of
from pumpd.core.gates import start_blockers
from pumpd.core.order_age import NEAR_LAPSE_MS, can_verify, left_ms
from pumpd.core.session import Phase

HOUR_MS = 3_600_000
KEY = "VERIFICATION"
OLD = "the order was verified 60 min ago (limit 60 min): verify it again"


def age_ms(bench: Bench) -> int:
    stamp = bench.state.session.verified
    assert stamp is not None
    return bench.now.ms - stamp.ms


def aged(ms: int, bench: Bench | None = None) -> Bench:
    """The verification is exactly so old, and everything else that a start needs is fresh."""
    bench = bench or verified()
    bench.tick(ms - 63_000 - age_ms(bench))
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.tick(ms - age_ms(bench))
    return bench


def standing(bench: Bench) -> str:
    return next((one.text for one in bench.state.alarms if one.key == KEY), "")


def test_R71_an_order_verified_an_hour_ago_does_not_start() -> None:
    bench = aged(HOUR_MS - 100)
    assert start_blockers(bench.state, bench.policy) == ()
    bench.tick(100)
    assert start_blockers(bench.state, bench.policy) == (OLD,)
    assert bench.shown["start_blocked_by"] == [OLD]
    answers = bench.start()
    assert (answers[-1].stage, answers[-1].reasons) == (Stage.REFUSED, (OLD,))
    assert bench.state.session.phase is Phase.VERIFIED, "nothing is cleared"


def test_R71_just_before_the_hour_it_starts_and_the_age_is_no_matter_any_more() -> None:
    bench = aged(HOUR_MS - 100)
    assert bench.start()[0].stage is Stage.ACCEPTED
    bench.advance(2)
    assert left_ms(bench.state, bench.policy) is None
    assert standing(bench) == ""


def test_R71_a_pause_of_hours_is_not_an_old_order() -> None:
    bench = infusing()
    bench.pause()
    bench.tick(2 * HOUR_MS)
    assert not can_verify(bench.state, bench.policy)
    assert not any("verified" in one for one in bench.shown["resume_blocked_by"])


def test_R71_a_second_person_verifies_again_and_the_hour_begins_anew() -> None:
    bench = aged(HOUR_MS)
    assert "entered this order" in bench.verify(by="dora")[0].reasons[0]
    assert bench.verify(by="nora")[0].stage is Stage.ACCEPTED
    assert (bench.state.session.verified_by, age_ms(bench)) == ("nora", 0)
    assert bench.start()[0].stage is Stage.ACCEPTED


def test_whoever_looks_again_must_have_read_the_order_of_now() -> None:
    bench = aged(HOUR_MS)
    epoch = bench.state.epoch
    bench.verify(by="nora")
    assert bench.state.epoch > epoch, "a screen from before the second look is stale"


@pytest.mark.parametrize(("left", "may"), [(NEAR_LAPSE_MS + 100, False), (NEAR_LAPSE_MS, True)])
def test_a_fresh_verification_is_not_repeated(left: int, may: bool) -> None:
    bench = aged(HOUR_MS - left)
    assert bench.shown["can_verify"] is may
    assert (bench.verify(by="nora")[0].stage is Stage.ACCEPTED) is may


def test_R71_it_is_told_ten_minutes_before_and_again_when_it_is_too_late() -> None:
    bench = aged(HOUR_MS - NEAR_LAPSE_MS - 100)
    assert (standing(bench), bench.shown["verified_left_s"]) == ("", 600)
    bench.tick(100)
    assert standing(bench) == "the order must be started within 10 min, or be verified again"
    assert bench.shown["verified_left_s"] == 600
    bench.tick(NEAR_LAPSE_MS)
    assert "must be verified again before a start" in standing(bench)
    assert bench.shown["verified_left_s"] == 0
    told = {one.priority for one in bench.of(NoteAlarm) if one.key == KEY}
    assert told == {Priority.LOW}
    bench.stop()
    bench.advance(1)
    assert standing(bench) == ""


def test_R71_I14_after_a_restart_nobody_knows_how_long_it_waited() -> None:
    bench = verified()
    bench.restart()
    bench.link_up()
    bench.advance(1)
    bench.cuff(125, 78)
    bench.advance(61)
    bench.cuff(125, 78)
    bench.advance(1)
    told = "the daemon was restarted since the order was verified: verify it again"
    assert start_blockers(bench.state, bench.policy) == (told,)
    assert bench.verify(by="nora")[0].stage is Stage.ACCEPTED
    assert start_blockers(bench.state, bench.policy) == ()


def test_a_site_may_ask_for_less() -> None:
    bench = aged(20 * 60_000, verified_under(20))
    told = "the order was verified 20 min ago (limit 20 min): verify it again"
    assert start_blockers(bench.state, bench.policy) == (told,)


def verified_under(minutes: int) -> Bench:
    bench = verified()
    bench.policy = replace(POLICY, verified_within_ms=minutes * 60_000)
    return bench


def test_where_nothing_is_verified_there_is_no_age() -> None:
    bench = Bench()
    assert (left_ms(bench.state, POLICY), bench.shown["can_verify"]) == (None, False)
    bench.order()
    assert (left_ms(bench.state, POLICY), bench.shown["can_verify"]) == (None, True)


def test_the_course_stands_at_its_second_person_again() -> None:
    bench = aged(HOUR_MS)
    assert step_of(bench.state, bench.policy) is Step.VERIFY
    bench.verify(by="nora")
    assert step_of(bench.state, bench.policy) is Step.START
