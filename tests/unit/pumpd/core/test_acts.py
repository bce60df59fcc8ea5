"""What a person asks for: roles, refusals with every reason, one answer at once and one from the readback."""

from dataclasses import replace

import pytest
from channel_bench import CAPABILITIES, POLICY, Bench, infusing, verified

from drivers.contract import Approval, Motion
from interlocks.vocabulary import Signal
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.session import Phase

RATE = 26_200_000
ACCEPTED, REFUSED = do.Stage.ACCEPTED, do.Stage.REFUSED
CONFIRMED, NOT_CONFIRMED = do.Stage.CONFIRMED, do.Stage.NOT_CONFIRMED


def stages(answers: list[do.Answer]) -> list[do.Stage]:
    return [one.stage for one in answers]


def said(answers: list[do.Answer]) -> str:
    return " | ".join(answers[0].reasons)


# -- what is told with an order ----------------------------------------------------------------------------------


@pytest.mark.parametrize("limits_volume", [True, False])
def test_an_order_says_where_only_the_host_ends_it(limits_volume: bool) -> None:
    """Design law 7: what a lost host could cost is told to whoever orders."""
    capabilities = replace(CAPABILITIES, limits_volume=limits_volume)
    bench = Bench(replace(POLICY, capabilities={"bd-60": capabilities}))
    answers = bench.order()
    assert stages(answers) == [ACCEPTED]
    told = "this pump keeps no volume limit of its own: pumpd halts it when the volume is given"
    assert (answers[0].reasons[-1] == told) is not limits_volume


# -- who may -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("roles", [(), ("prescriber",), ("engineer",)])
def test_only_a_nurse_starts(roles: tuple[str, ...]) -> None:
    bench = verified()
    answers = bench.start(roles=roles)
    assert stages(answers) == [REFUSED]
    assert "role nurse needed" in said(answers)
    assert bench.pump.motion is Motion.HALTED


@pytest.mark.parametrize(
    ("roles", "stage"), [((), REFUSED), (("nurse",), ACCEPTED), (("prescriber",), ACCEPTED)]
)
def test_a_prescriber_or_a_nurse_orders_and_verifies(roles: tuple[str, ...], stage: do.Stage) -> None:
    bench = Bench()
    bench.order()
    assert stages(bench.verify(roles=roles)) == [stage]
    event = ev.OrderEntered(at=bench.now, request_id="x", by="eva", roles=roles, fields=(), accept_soft=())
    bench.post(event)
    answer = next(one for one in bench.of(do.Answer) if one.request_id == "x")
    assert ("may not enter orders" in " ".join(answer.reasons)) is (stage is REFUSED)


def test_R110_the_one_who_entered_an_order_does_not_verify_it() -> None:
    bench = Bench()
    bench.order(by="dora")
    answers = bench.verify(by="dora")
    assert stages(answers) == [REFUSED]
    assert "a second person" in said(answers)
    assert bench.state.session.phase is Phase.ORDERED
    assert stages(bench.verify(by="nina")) == [ACCEPTED]


# -- the order ---------------------------------------------------------------------------------------------------


def test_an_accepted_order_shows_its_arithmetic_and_closes_the_gate() -> None:
    bench = verified()
    bench.forget()
    answers = bench.order()
    assert stages(answers) == [ACCEPTED]
    assert "rate 26.2 mL/h" in said(answers)
    assert bench.of(do.ApproveMaximum) == [do.ApproveMaximum(approval=Approval(0, 0))]


def test_verification_opens_the_gate_to_exactly_the_programme() -> None:
    bench = Bench()
    bench.order()
    bench.forget()
    bench.verify()
    assert bench.of(do.ApproveMaximum) == [do.ApproveMaximum(approval=Approval(RATE, 17_500_000))]


def test_every_reason_against_an_order_comes_at_once_and_a_soft_one_says_how_to_accept_it() -> None:
    bench = Bench()
    answers = bench.order(weight_kg="70,5", minutes="x")
    assert stages(answers) == [REFUSED]
    assert len(answers[0].reasons) == 2
    soft = bench.order(dose_mg_per_kg="0.6")
    assert "may be accepted with --accept-soft" in said(soft)
    assert bench.state.session.phase is Phase.IDLE


def test_a_syringe_that_this_channel_does_not_allow_is_refused_with_those_it_does() -> None:
    """Design law 10: the configuration's list is named, not the pump blamed."""
    refusal = said(Bench().order(syringe="terumo-60"))
    assert "syringe terumo-60 is not allowed on bed-1 (allowed: bd-60)" in refusal


def test_a_new_order_knows_no_reading_from_before_it() -> None:
    """The patient before, or this one with drug on board: neither is a baseline (facts/clinical.md 3.3)."""
    bench = infusing()
    bench.cuff(151, 92)
    bench.stop()
    bench.advance(1)
    bench.order(patient="tok-2")
    bench.verify()
    bench.advance(2)
    assert bench.state.cuff == ()
    assert any("no cuff reading yet" in one for one in bench.shown["start_blocked_by"])


def test_a_new_order_knows_no_slope_no_refusal_and_no_course_from_before_it() -> None:
    bench = infusing()
    bench.refuse(Signal.HR)
    bench.advance(5)
    bench.stop()
    bench.has_line = bench.is_monitored = False
    bench.advance(1)
    bench.order(patient="tok-2")
    session = bench.state.session
    assert (bench.state.trace.points, bench.state.feed.rejects, bench.state.feed.wrong_patient) == (
        (),
        (),
        (),
    )
    assert (session.elapsed_ms, session.paused_ms, session.resumed, session.alerts) == (0, 0, None, ())


def test_row_61_a_monitor_of_another_patient_is_named_before_the_start() -> None:
    bench = verified()
    detail = "tok-9, not tok-4711"
    bench.post(ev.SampleRefused(at=bench.now, device="monitor-1", reason="wrong_patient", detail=detail))
    assert any("monitor-1 speaks for another patient" in one for one in bench.shown["start_blocked_by"])


def test_a_new_order_is_a_new_session_with_nothing_of_the_last_one() -> None:
    bench = infusing()
    bench.advance(10)
    bench.stop()
    bench.advance(1)
    before = bench.state.session.serial
    assert stages(bench.order()) == [ACCEPTED]
    session = bench.state.session
    assert (session.serial, session.verified_by, session.started_by, session.baseline) == (
        before + 1,
        "",
        "",
        None,
    )
    assert bench.state.account.best_nl == 0
    assert not bench.state.delivery.is_configured


@pytest.mark.parametrize("act", ["order", "verify", "start"])
def test_an_act_that_has_no_place_in_this_phase_is_refused_by_name_and_changes_nothing(act: str) -> None:
    bench = infusing()
    before = bench.state.session
    answers = getattr(bench, act)()
    assert stages(answers) == [REFUSED]
    assert f"{act} is not possible while the session is infusing" in said(answers)
    assert bench.state.session == before


# -- start -------------------------------------------------------------------------------------------------------


def test_a_start_takes_the_baseline_and_asks_for_a_fresh_reading() -> None:
    bench = verified()
    bench.forget()
    answers = bench.start()
    assert "baseline 125/78 mmHg accepted" in said(answers)
    session = bench.state.session
    assert session.baseline is not None
    assert (session.baseline.sys, session.baseline.hr, session.started_by) == (125, 72, "nina")
    assert session.guarding_since == bench.now
    assert do.RequestReading(reason="start") in bench.actions


def test_whoever_starts_is_at_the_chair_and_whoever_may_not_start_is_not() -> None:
    """facts/clinical.md 3.2, PR1: a start is presence."""
    bench = verified()
    bench.start(roles=("prescriber",))
    assert bench.state.picture.newest(Signal.PRESENCE) is None
    bench.start(by="omar")
    present = bench.state.picture.newest(Signal.PRESENCE)
    assert present is not None
    assert (present.source, present.measured_ms) == ("omar", bench.now.ms)


def test_R113_a_start_needs_a_pump_that_says_it_stands_still() -> None:
    bench = verified()
    report = bench.state.delivery.report
    assert report is not None
    running = replace(report, motion=Motion.WAITING)
    bench.state = replace(bench.state, delivery=replace(bench.state.delivery, report=running))
    answers = bench.start()
    assert stages(answers) == [REFUSED]
    assert "has not reported that it stands still" in said(answers)


def test_the_account_of_a_session_begins_with_its_start() -> None:
    bench = verified()
    bench.pump.given_nl_h_ms += 3_000_000 * 3_600_000
    bench.report()
    bench.acknowledge()
    bench.start()
    assert bench.state.account.best_nl == 0


# -- pause, stop -------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("bench", [Bench, verified, infusing], ids=["idle", "verified", "infusing"])
@pytest.mark.parametrize("act", ["pause", "stop"])
def test_a_pause_and_a_stop_are_never_refused_and_confirmed_by_the_readback(bench: type, act: str) -> None:
    made = bench()
    assert stages(getattr(made, act)()) == [ACCEPTED, CONFIRMED]
    assert made.pump.motion is Motion.HALTED


def test_a_pause_without_a_pump_is_accepted_and_later_not_confirmed() -> None:
    bench = Bench(with_pump=False)
    bench.pause()
    bench.advance(1)
    assert stages(bench.of(do.Answer)) == [ACCEPTED]
    bench.advance(0.1)
    assert stages(bench.of(do.Answer)) == [ACCEPTED, NOT_CONFIRMED]


def test_I10_a_pause_that_is_not_confirmed_within_a_second_says_so_once_and_may_be_confirmed_later() -> None:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.pause()
    bench.advance(4)
    assert stages(bench.of(do.Answer)) == [ACCEPTED, NOT_CONFIRMED]
    bench.pump.is_deaf = False
    bench.advance(6)
    assert stages(bench.of(do.Answer)) == [ACCEPTED, NOT_CONFIRMED, CONFIRMED]
    assert bench.state.waiting == ()


def test_a_stop_voids_the_rest_for_good() -> None:
    bench = infusing()
    bench.pause()
    bench.stop()
    session = bench.state.session
    assert (session.phase, session.ratchet_nl_h, session.holds) == (Phase.STOPPED, 0, ())
    assert bench.of(do.ApproveMaximum)[-1].approval == Approval(0, 0)


# -- who waits for the readback ----------------------------------------------------------------------------------


def test_motion_is_confirmed_only_at_the_permitted_rate() -> None:
    bench = verified()
    bench.durable = False
    assert stages(bench.start()) == [ACCEPTED]
    assert bench.state.waiting
    (intent,) = bench.of(do.WriteIntent)
    bench.post(ev.IntentRecorded(at=bench.now, intent_id=intent.intent_id))
    assert stages(bench.of(do.Answer))[-1] is CONFIRMED


# -- measure ---------------------------------------------------------------------------------------------------


def test_a_person_may_ask_for_a_reading_at_any_time() -> None:
    bench = Bench()
    bench.forget()
    bench.post(ev.ReadingWanted(at=bench.now, request_id="m", by="nina"))
    assert bench.of(do.RequestReading) == [do.RequestReading(reason="asked by nina")]
    assert stages(bench.of(do.Answer)) == [ACCEPTED]
    assert bench.of(do.NoteAct) == [do.NoteAct(text="cuff reading asked for", by="nina")]


def test_a_verification_is_of_the_numbers_that_were_read() -> None:
    """Law 1, clinical.md 3.3 two persons: an order entered anew makes an older screen say nothing."""
    bench = Bench()
    bench.order()
    read = bench.state.epoch
    bench.order(weight_kg="80")
    event = ev.OrderVerified(at=bench.now, request_id="v", by="nina", roles=("nurse",), epoch=read)
    (answer,) = [one for one in bench.post(event) if isinstance(one, do.Answer)]
    assert answer.stage is do.Stage.REFUSED
    assert "look again, then verify" in answer.reasons[0]
    assert bench.state.session.verified_by == ""


def test_a_start_accepts_the_baseline_that_was_shown() -> None:
    bench = verified()
    read = bench.state.epoch
    bench.advance(61)
    bench.cuff(131, 82)
    event = ev.StartPressed(at=bench.now, request_id="s", by="nina", roles=("nurse",), epoch=read)
    (answer,) = [one for one in bench.post(event) if isinstance(one, do.Answer)]
    assert "look again, then start" in answer.reasons[0]
    assert bench.start()[0].stage is do.Stage.ACCEPTED
