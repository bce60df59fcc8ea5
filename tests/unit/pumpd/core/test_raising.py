"""The two acts that raise a rate: from a stand to half of it, and from there to the whole (decision record 0015)."""

from dataclasses import replace

import pytest
from channel_bench import CAPABILITIES, POLICY, Bench, infusing, verified

from drivers.contract import Adjust, Motion, Run
from interlocks.vocabulary import Demand, Signal
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.session import HoldKind

RATE = 26_200_000
HALF = RATE // 2
ACCEPTED, REFUSED = do.Stage.ACCEPTED, do.Stage.REFUSED
CONFIRMED, NOT_CONFIRMED = do.Stage.CONFIRMED, do.Stage.NOT_CONFIRMED


def stages(answers: list[do.Answer]) -> list[do.Stage]:
    return [one.stage for one in answers]


def said(answers: list[do.Answer]) -> str:
    return " | ".join(answers[0].reasons)


def stood() -> Bench:
    """A nurse has paused; nothing stands against a resume."""
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    return bench


def ready_to_restore() -> Bench:
    """Resumed five minutes ago, with a fresh reading."""
    bench = stood()
    bench.resume()
    bench.advance(300)
    bench.cuff(125, 78)
    return bench


def slowed_and_clear() -> Bench:
    """Slowed by BP2, which has cleared since and was seen; nobody has ever stopped it."""
    bench = infusing()
    bench.cuff(150, 104)
    for _ in range(2):
        bench.advance(125)
        bench.cuff(125, 78)
    bench.acknowledge()
    assert bench.pump.rate_nl_h == HALF
    return bench


# -- resume ------------------------------------------------------------------------------------------------------


def test_a_resume_lifts_every_hold_and_the_ratchet_and_names_who_raised() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause(by="nina")
    assert stages(bench.resume(by="omar")) == [ACCEPTED, CONFIRMED]
    session = bench.state.session
    assert (session.holds, session.ratchet_nl_h, session.raised_by, session.started_by) == (
        (),
        HALF,
        "omar",
        "nina",
    )


def test_a_resume_leads_to_half_the_rate_and_says_so() -> None:
    bench = stood()
    assert stages(bench.resume()) == [ACCEPTED, CONFIRMED]
    assert (bench.pump.rate_nl_h, bench.word) == (HALF, "SLOWED")
    assert bench.of(do.NoteAct)[-1] == do.NoteAct(
        text="resume pressed: half the prescribed rate, 13.1 mL/h", by="nina"
    )
    assert bench.state.session.resumed == bench.now


def test_law_1_half_the_rate_stays_however_long_nobody_restores_it() -> None:
    bench = stood()
    bench.resume()
    for _ in range(3):
        bench.advance(290)
        bench.cuff(125, 78)
    assert bench.pump.rate_nl_h == HALF


def test_with_nothing_to_resume_a_resume_is_refused_with_what_to_do_instead() -> None:
    assert said(infusing().resume()) == "nothing to resume: the session is infusing"
    assert said(verified().resume()) == "nothing to resume: the session is verified"
    bench = stood()
    bench.resume()
    assert said(bench.resume()) == (
        "nothing to resume: delivery goes on, slowed; use restore for the prescribed rate"
    )


@pytest.mark.parametrize("roles", [(), ("prescriber",), ("engineer",)])
@pytest.mark.parametrize("verb", ["resume", "restore"])
def test_only_a_nurse_raises_a_rate(verb: str, roles: tuple[str, ...]) -> None:
    bench = stood() if verb == "resume" else ready_to_restore()
    before = bench.pump.rate_nl_h, bench.pump.motion
    answers = getattr(bench, verb)(roles=roles)
    assert stages(answers) == [REFUSED]
    assert said(answers) == f"nina may not {verb}: role nurse needed"
    assert (bench.pump.rate_nl_h, bench.pump.motion) == before


def test_a_resume_that_the_pump_could_not_do_at_half_the_rate_is_refused() -> None:
    """Decision record 0015: what cannot be resumed gently is not resumed."""
    bench = stood()
    slow = replace(CAPABILITIES, rate_min_nl_h=20_000_000)
    bench.policy = replace(POLICY, capabilities={"bd-60": slow})
    answers = bench.resume()
    assert said(answers) == "half the rate of 26.2 mL/h is below what the pump can do, 20 mL/h"
    assert bench.pump.motion is Motion.HALTED


def test_whoever_resumes_is_at_the_chair_and_a_refused_press_proves_nothing() -> None:
    bench = stood()
    bench.is_attended = False
    bench.advance(5)
    before = bench.state.picture.newest(Signal.PRESENCE)
    bench.resume(roles=("prescriber",))
    assert bench.state.picture.newest(Signal.PRESENCE) == before
    bench.resume(by="omar")
    present = bench.state.picture.newest(Signal.PRESENCE)
    assert present is not None
    assert (present.source, present.measured_ms) == ("omar", bench.now.ms)


@pytest.mark.parametrize("off", [-1, 1])
def test_I6_a_resume_for_another_situation_is_refused(off: int) -> None:
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    answers = bench.resume(epoch=bench.state.epoch + off)
    assert "the situation has changed" in said(answers)
    assert [one.kind for one in bench.state.session.holds] == [HoldKind.NURSE]


def test_row_67_a_resume_pressed_twice_is_one_resume() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    seen = bench.state.epoch
    assert stages(bench.resume(epoch=seen))[0] is ACCEPTED
    assert stages(bench.resume(epoch=seen)) == [REFUSED]


def test_a_resume_refused_for_an_old_reading_asks_for_a_new_one_and_others_do_not() -> None:
    bench = infusing()
    bench.pause()
    bench.advance(121)
    bench.forget()
    assert stages(bench.resume()) == [REFUSED]
    assert do.RequestReading(reason="resume") in bench.actions
    bench.cuff(125, 78)
    bench.post(ev.JournalFailed(at=bench.now, reason="disk full"))
    bench.forget()
    assert stages(bench.resume()) == [REFUSED]
    assert bench.of(do.RequestReading) == []


def test_I5_a_rule_that_slows_stays_in_force_when_another_is_resumed_from() -> None:
    bench = infusing()
    bench.cuff(165, 90)
    bench.advance(1)
    bench.pause()
    bench.advance(1)
    assert stages(bench.resume())[0] is ACCEPTED
    assert bench.pump.rate_nl_h == HALF
    assert {one.rule_id: one.demand for one in bench.state.findings}["BP2"] is Demand.SLOW


def test_a_resume_overtaken_by_a_trip_is_not_confirmed_with_the_reason() -> None:
    bench = infusing()
    bench.cuff(125, 78)
    bench.pause()
    bench.durable = False
    assert stages(bench.resume()) == [ACCEPTED]
    bench.cuff(185, 95)
    last = bench.of(do.Answer)[-1]
    assert last.stage is NOT_CONFIRMED
    assert any("185" in one for one in last.reasons)
    assert bench.state.waiting == ()


# -- restore -----------------------------------------------------------------------------------------------------


def test_a_restore_leads_to_the_prescribed_rate_without_stopping_the_pump() -> None:
    bench = ready_to_restore()
    bench.forget()
    assert stages(bench.restore(by="omar")) == [ACCEPTED, CONFIRMED]
    assert (bench.pump.rate_nl_h, bench.word) == (RATE, "INFUSING")
    assert bench.commands(Adjust) == [Adjust(RATE)]
    assert bench.commands(Run) == []
    assert bench.of(do.NoteAct) == [
        do.NoteAct(text="restore pressed: the prescribed rate, 26.2 mL/h", by="omar")
    ]
    assert bench.state.session.raised_by == "omar"
    assert [one.by for one in bench.of(do.WriteIntent)] == ["omar"]


def test_law_6_a_restore_waits_for_its_record() -> None:
    bench = ready_to_restore()
    bench.durable = False
    assert stages(bench.restore()) == [ACCEPTED]
    bench.advance(1)
    assert bench.pump.rate_nl_h == HALF
    (intent,) = bench.of(do.WriteIntent)[-1:]
    bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))
    assert bench.pump.rate_nl_h == RATE


def test_a_restore_before_five_minutes_are_over_is_refused_with_how_long_it_was() -> None:
    bench = stood()
    bench.resume()
    bench.advance(100)
    answers = bench.restore()
    assert said(answers) == "resumed 100 s ago: half the rate for 300 s first"
    bench.advance(199.5)
    bench.cuff(125, 78)
    assert stages(bench.restore()) == [REFUSED]
    bench.advance(0.5)
    assert stages(bench.restore()) == [ACCEPTED, CONFIRMED]


def test_another_stand_begins_the_five_minutes_again() -> None:
    bench = ready_to_restore()
    bench.pause()
    assert stages(bench.resume()) == [ACCEPTED, CONFIRMED]
    assert said(bench.restore()) == "resumed 0 s ago: half the rate for 300 s first"


def test_a_slow_down_that_has_cleared_is_restored_at_once_and_its_row_released() -> None:
    bench = slowed_and_clear()
    assert "use restore" in said(bench.resume())
    assert stages(bench.restore()) == [ACCEPTED, CONFIRMED]
    assert bench.pump.rate_nl_h == RATE
    assert "BP2" not in {one.rule_id for one in bench.state.findings}


def test_I5_a_slow_down_that_has_not_cleared_is_not_restored() -> None:
    bench = infusing()
    bench.cuff(150, 104)
    bench.advance(1)
    answers = bench.restore()
    assert stages(answers) == [REFUSED]
    assert said(answers).startswith("BP2: needs")
    assert bench.pump.rate_nl_h == HALF


def test_row_68_a_row_that_is_no_longer_clear_at_the_press_is_not_released() -> None:
    """Its findings still say releasable; what was measured since says otherwise."""
    bench = slowed_and_clear()
    picture = bench.state.picture
    risen = tuple(replace(one, value=180.0) if one.signal is Signal.SYS else one for one in picture.samples)
    bench.state = replace(bench.state, picture=replace(picture, samples=risen))
    assert bench.shown["restore_blocked_by"] == []
    answers = bench.restore()
    assert stages(answers) == [REFUSED]
    assert "BP2: diastolic 104 mmHg > 100 mmHg" in said(answers)
    assert bench.pump.rate_nl_h == HALF


def test_with_nothing_to_restore_a_restore_is_refused_with_what_to_do_instead() -> None:
    assert said(infusing().restore()) == "nothing to restore: the session is infusing"
    assert said(verified().restore()) == "nothing to restore: the session is verified"
    assert said(stood().restore()) == "nothing to restore: delivery stands still; use resume first"


@pytest.mark.parametrize("off", [-1, 1])
def test_I6_a_restore_for_another_situation_is_refused(off: int) -> None:
    bench = ready_to_restore()
    answers = bench.restore(epoch=bench.state.epoch + off)
    assert said(answers) == "the situation has changed since that screen was drawn: look again, then restore"
    assert bench.pump.rate_nl_h == HALF


def test_a_restore_refused_for_an_old_reading_asks_for_a_new_one() -> None:
    bench = stood()
    bench.resume()
    bench.advance(300)
    bench.forget()
    assert stages(bench.restore()) == [REFUSED]
    assert do.RequestReading(reason="restore") in bench.actions


def test_law_8_a_restore_does_not_start_a_pump_that_was_stopped_at_its_keys() -> None:
    bench = ready_to_restore()
    bench.pump.motion = Motion.HALTED
    bench.restore()
    bench.advance(2)
    assert bench.pump.motion is Motion.HALTED
    assert bench.word == "PAUSED"


def test_a_restored_rate_falls_again_by_itself_when_a_row_trips() -> None:
    bench = ready_to_restore()
    bench.restore()
    bench.cuff(150, 104)
    assert bench.pump.rate_nl_h == HALF


def test_whoever_restores_is_at_the_chair() -> None:
    bench = ready_to_restore()
    bench.restore(by="omar")
    present = bench.state.picture.newest(Signal.PRESENCE)
    assert present is not None
    assert (present.source, present.measured_ms) == ("omar", bench.now.ms)
