"""The readback believed, compared and kept; the four outcomes, each for the command it belongs to (laws 4 and 5)."""

from dataclasses import replace

import pytest
from channel_bench import ML, POLICY, Bench, infusing, verified

from drivers.contract import Adjust, Configure, Halt, Motion, Outcome, PumpAlarm, PumpReport, Run
from interlocks.vocabulary import Signal, Stamp
from pumpd.core import events as ev
from pumpd.core.pump_view import (
    COMPLETE_WITHIN_NL,
    command_ended,
    is_dose_given,
    link_down,
    link_up,
    reported,
)
from pumpd.core.session import HoldKind, Phase
from pumpd.core.state import ChannelState, Outstanding

RATE = 26_200_000


def with_delivery(state: ChannelState, **changed: object) -> ChannelState:
    return replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


def see(state: ChannelState, report: PumpReport) -> ChannelState:
    return reported(state, ev.PumpReported(at=state.now, report=report), POLICY)[0]


def ended(state: ChannelState, command_id: int, outcome: Outcome) -> ChannelState:
    event = ev.PumpCommandEnded(at=state.now, command_id=command_id, outcome=outcome, detail="bench")
    return command_ended(state, event)[0]


def running(**changed: object) -> PumpReport:
    return replace(PumpReport(Motion.INFUSING, 10**6, RATE, 26_590, 0, 2_000), **changed)  # type: ignore[arg-type]


def reasons(state: ChannelState) -> list[str]:
    return [one.reason for one in state.session.holds if one.kind is HoldKind.PUMP]


# -- surprises ---------------------------------------------------------------------------------------------------


def test_the_readback_that_was_commanded_is_no_surprise() -> None:
    assert reasons(see(infusing().state, running())) == []


@pytest.mark.parametrize(
    ("report", "said"),
    [
        (running(alarms=(PumpAlarm.RESET,)), "lost power"),
        (running(alarms=(PumpAlarm.STALL,)), "stalled"),
        (running(alarms=(PumpAlarm.HOST_SILENT,)), "fell silent"),
        (running(alarms=(PumpAlarm.PROGRAM,)), "program error"),
        (running(alarms=(PumpAlarm.BATTERY,)), "battery is low"),
        (running(watchdog_ms=0), "watchdog is 0 ms, needed 2000 ms"),
        (running(watchdog_ms=2_001), "watchdog is 2001 ms"),
        (running(motion=Motion.WITHDRAWING), "is withdrawing, which nobody commanded"),
        (running(motion=Motion.PURGING), "is purging"),
        (running(motion=Motion.WAITING), "is waiting"),
        (running(diameter_um=26_600), "26.60 mm, ordered 26.59 mm"),
        (running(rate_nl_h=RATE + 1), "commanded 26.2 mL/h"),
        (running(rate_nl_h=RATE - 1), "commanded 26.2 mL/h"),
        (running(motion=Motion.HALTED), "was stopped at the pump itself"),
        (running(infused_nl=0), "counter was cleared or fell back"),
    ],
)
def test_rows_6_to_17_what_nobody_commanded_is_a_hold_with_its_reason(report: PumpReport, said: str) -> None:
    bench = infusing()
    bench.advance(2)
    (reason,) = reasons(see(bench.state, replace(report, infused_nl=report.infused_nl and 20_000)))
    assert said in reason


def test_what_was_not_read_in_this_round_is_not_judged() -> None:
    state = see(infusing().state, running(diameter_um=None, watchdog_ms=None))
    assert reasons(state) == []
    assert state.delivery.watchdog_ms == 2_000


def test_a_lost_setup_is_lost_and_may_be_tried_again_at_once() -> None:
    for report in (running(alarms=(PumpAlarm.RESET,)), running(diameter_um=1_000)):
        delivery = see(infusing().state, report).delivery
        assert not delivery.is_configured
        assert delivery.setup_tried is None


def test_a_halt_of_ours_on_its_way_explains_a_pump_at_rest() -> None:
    state = with_delivery(infusing().state, halt_since=Stamp(0, 0))
    assert reasons(see(state, running(motion=Motion.HALTED))) == []


def test_a_pump_that_came_to_rest_at_the_end_of_the_dose_was_not_stopped_by_hand() -> None:
    state = infusing().state
    whole = running(motion=Motion.HALTED, infused_nl=17_500_000 - COMPLETE_WITHIN_NL)
    assert reasons(see(state, whole)) == []
    assert reasons(see(state, replace(whole, infused_nl=whole.infused_nl - 1))) != []


def test_while_a_command_is_under_way_or_in_doubt_any_rate_may_be_read() -> None:
    state = infusing().state
    busy = with_delivery(state, run=Outstanding(99, Adjust(1), state.now))
    doubted = with_delivery(state, doubted_nl_h=RATE)
    for one in (busy, doubted):
        assert reasons(see(one, running(rate_nl_h=RATE // 2))) == []


def test_before_a_session_a_reset_is_expected_and_a_start_at_the_keypad_is_not() -> None:
    state = verified().state
    rest = running(motion=Motion.HALTED, rate_nl_h=0)
    assert see(state, replace(rest, alarms=(PumpAlarm.RESET,))).delivery.surprise == ""
    assert "started at the pump itself" in see(state, running()).delivery.surprise
    first = see(state, replace(rest, alarms=(PumpAlarm.STALL,)))
    assert (
        see(first, running()).delivery.surprise == first.delivery.surprise
    )  # the first one stays to be read


def test_a_start_at_a_keypad_is_told_as_that_and_not_as_a_watchdog() -> None:
    """Faults row 15. Alaris watches over the line only where it was started through it: 0 ms would explain nothing."""
    bench = infusing()
    rest = with_delivery(bench.state, commanded_nl_h=0, is_halt_confirmed=True)
    (reason,) = reasons(see(rest, running(watchdog_ms=0)))
    assert reason == "the pump was started at the pump itself: it may go on if pumpd falls silent"
    (reason,) = reasons(see(rest, running()))
    assert reason == "the pump was started at the pump itself"


# -- proof of rest -----------------------------------------------------------------------------------------------


@pytest.mark.parametrize("pending", ["run", "halt", "doubt", "nothing"])
def test_law_5_a_halted_readback_proves_rest_only_with_nothing_under_way(pending: str) -> None:
    state = with_delivery(infusing().state, is_halt_confirmed=False)
    changes: dict[str, dict[str, object]] = {
        "run": {"run": Outstanding(98, Run(RATE, 1), state.now)},
        "halt": {"halt": Outstanding(98, Halt(), state.now)},
        "doubt": {"doubted_nl_h": RATE},
        "nothing": {},
    }
    delivery = see(with_delivery(state, **changes[pending]), running(motion=Motion.HALTED)).delivery
    assert delivery.is_halt_confirmed is (pending == "nothing")
    assert delivery.commanded_nl_h == (RATE if pending == "run" else 0)


def test_a_moving_readback_ends_the_proof_of_rest() -> None:
    assert not see(verified().state, running()).delivery.is_halt_confirmed
    assert see(verified().state, running(motion=Motion.HALTED)).delivery.is_halt_confirmed


def test_a_line_pressure_from_the_pump_is_a_sample_like_any_other() -> None:
    state = infusing().state
    event = ev.PumpReported(at=state.now, report=running(pressure_mmhg=40.0))
    after, fresh = reported(with_delivery(state), event, POLICY)
    newest = after.picture.newest(Signal.LINE_PRESSURE)
    assert fresh <= {Signal.LINE_PRESSURE}
    assert newest is not None
    assert reported(state, ev.PumpReported(at=state.now, report=running()), POLICY)[1] == frozenset()


def at_rest(bench: Bench, infused_nl: int) -> None:
    report = running(motion=Motion.HALTED, infused_nl=infused_nl, rate_nl_h=RATE)
    bench.post(ev.PumpReported(at=bench.now, report=report))


def test_row_4_a_pump_that_says_halted_while_its_counter_rises_has_not_halted() -> None:
    bench = infusing()
    bench.pause()
    assert bench.word == "PAUSED"
    bench.pump.is_deaf = True
    at_rest(bench, (bench.state.account.counter_nl or 0) + 2_000)
    assert bench.state.delivery.crept_at == bench.now
    assert bench.word == "PAUSING"
    assert not ended(bench.state, bench.state.delivery.last_id, Outcome.CONFIRMED).delivery.is_halt_confirmed


@pytest.mark.parametrize(("still_ms", "is_over"), [(3_000, False), (3_001, True)])
def test_a_creep_is_over_when_the_counter_has_stood_still_for_three_seconds(
    still_ms: int, is_over: bool
) -> None:
    bench = infusing()
    bench.pause()
    bench.pump.is_deaf = True
    counter = (bench.state.account.counter_nl or 0) + 2_000
    at_rest(bench, counter)
    bench.now = Stamp(bench.now.ms + still_ms, bench.now.link_ms + still_ms)
    at_rest(bench, counter)
    assert (bench.state.delivery.crept_at is None) is is_over


def test_row_16_a_counter_that_does_not_move_while_infusing_is_a_hold() -> None:
    bench = infusing()
    bench.pump.flow_percent = 0
    bench.advance(4)
    assert any("same volume" in one for one in reasons(bench.state))


# -- outcomes ----------------------------------------------------------------------------------------------------


def sent(command: Run | Adjust | Configure, **changed: object) -> ChannelState:
    state = infusing().state
    return with_delivery(state, run=Outstanding(50, command, state.now), **changed)


@pytest.mark.parametrize(
    ("outcome", "is_held", "doubted"),
    [
        (Outcome.CONFIRMED, False, 0),
        (Outcome.REFUSED, True, 0),
        (Outcome.NOT_SENT, True, 0),
        (Outcome.UNKNOWN, True, RATE),
    ],
)
@pytest.mark.parametrize("command", [Run(RATE, 1), Adjust(RATE // 2)])
def test_law_4_the_four_outcomes_of_a_rate(
    command: Run | Adjust, outcome: Outcome, is_held: bool, doubted: int
) -> None:
    state = ended(sent(command), 50, outcome)
    assert state.delivery.run is None
    assert state.delivery.doubted_nl_h == doubted
    assert bool(reasons(state)) is is_held
    if is_held:
        assert outcome.value in reasons(state)[0]


def test_a_rate_that_a_halt_overtook_is_no_reason_to_hold_but_may_be_a_doubt() -> None:
    for outcome in (Outcome.NOT_SENT, Outcome.UNKNOWN):
        state = ended(sent(Run(RATE, 1), halt_since=Stamp(0, 0), first_halt_id=51), 50, outcome)
        assert reasons(state) == []
        assert state.delivery.doubted_nl_h == (RATE if outcome is Outcome.UNKNOWN else 0)


def test_the_end_of_another_command_tells_nothing() -> None:
    state = sent(Run(RATE, 1))
    assert ended(state, 49, Outcome.UNKNOWN) == state
    assert ended(state, 51, Outcome.CONFIRMED) == state


@pytest.mark.parametrize("outcome", list(Outcome))
def test_a_setup_is_done_only_when_it_is_confirmed(outcome: Outcome) -> None:
    state = ended(sent(Configure(26_590), is_configured=False), 50, outcome)
    assert state.delivery.is_configured is (outcome is Outcome.CONFIRMED)
    assert (state.delivery.config_refusal == "") is (outcome is Outcome.CONFIRMED)


def test_a_setup_for_the_order_before_is_none_for_this_one() -> None:
    state = ended(sent(Configure(20_000), setup_tried=Stamp(0, 0)), 50, Outcome.CONFIRMED)
    assert not state.delivery.is_configured
    assert state.delivery.setup_tried is None


def halting(**changed: object) -> ChannelState:
    state = infusing().state
    fields: dict[str, object] = {
        "halt": Outstanding(60, Halt(), state.now),
        "halt_since": state.now,
        "first_halt_id": 58,
        "doubted_nl_h": RATE,
        "is_halt_confirmed": False,
    }
    return with_delivery(state, **{**fields, **changed})


def test_a_confirmed_halt_ends_every_doubt() -> None:
    delivery = ended(halting(), 60, Outcome.CONFIRMED).delivery
    assert delivery.is_halt_confirmed
    assert (delivery.doubted_nl_h, delivery.commanded_nl_h, delivery.halt, delivery.halt_since) == (
        0,
        0,
        None,
        None,
    )


@pytest.mark.parametrize("outcome", [Outcome.REFUSED, Outcome.NOT_SENT, Outcome.UNKNOWN])
def test_a_halt_without_proof_stays_wanted(outcome: Outcome) -> None:
    delivery = ended(halting(), 60, outcome).delivery
    assert not delivery.is_halt_confirmed
    assert (delivery.halt, delivery.doubted_nl_h) == (None, RATE)
    assert delivery.halt_since is not None


@pytest.mark.parametrize(("command_id", "is_proof"), [(57, False), (58, True), (59, True), (60, True)])
def test_a_proof_for_an_earlier_halt_of_the_same_wish_is_a_proof(command_id: int, is_proof: bool) -> None:
    assert ended(halting(), command_id, Outcome.CONFIRMED).delivery.is_halt_confirmed is is_proof
    assert not ended(halting(), 59, Outcome.UNKNOWN).delivery.is_halt_confirmed


def test_no_earlier_halt_is_a_proof_while_a_rate_is_under_way_or_nothing_is_to_halt() -> None:
    busy = halting(run=Outstanding(61, Run(RATE, 1), Stamp(0, 0)))
    assert not ended(busy, 59, Outcome.CONFIRMED).delivery.is_halt_confirmed
    calm = with_delivery(infusing().state, first_halt_id=1)
    assert not ended(calm, 5, Outcome.CONFIRMED).delivery.is_halt_confirmed


# -- the line ----------------------------------------------------------------------------------------------------


def test_row_19_a_lost_line_holds_and_forgets_what_it_can_no_longer_see() -> None:
    state = infusing().state
    after, _ = link_down(state, ev.PumpLinkDown(at=state.now, reason="unplugged", is_wrong_pump=False))
    assert reasons(after) == ["pump link lost: unplugged"]
    assert (after.delivery.is_link_up, after.delivery.report, after.delivery.is_configured) == (
        False,
        None,
        False,
    )
    assert after.delivery.reported_at == state.delivery.reported_at  # silence has an age
    assert after.delivery.commanded_nl_h == RATE
    assert after.account == state.account


def test_a_rate_set_by_hand_is_not_forgotten_with_the_line() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pump.key(Motion.INFUSING, 90 * ML)
    bench.report()
    bench.link_down()
    assert bench.state.delivery.doubted_nl_h == 90 * ML


def test_a_line_that_comes_up_proves_an_identity_and_nothing_else() -> None:
    bench = verified()
    event = ev.PumpLinkUp(at=bench.now, identity=bench.state.delivery.identity or pytest.fail("no pump"))
    delivery = link_up(bench.state, event)[0].delivery
    assert delivery.is_link_up
    assert (delivery.report, delivery.is_configured, delivery.is_halt_confirmed) == (None, False, False)
    assert delivery.silent_until_link_ms == 0


def test_the_wrong_pump_is_remembered_until_the_right_one_answers() -> None:
    bench = Bench()
    bench.post(ev.PumpLinkDown(at=bench.now, reason="NE-500 answers", is_wrong_pump=True))
    assert bench.state.delivery.is_wrong_pump
    bench.link_up()
    assert not bench.state.delivery.is_wrong_pump


# -- counting ----------------------------------------------------------------------------------------------------


def test_I1_what_is_pushed_between_the_stop_and_its_proof_is_counted() -> None:
    bench = infusing()
    bench.advance(10)
    bench.pump.ignores_halt = True
    bench.stop()
    bench.advance(0.9)
    bench.pump.ignores_halt = False
    bench.advance(5)
    assert bench.state.session.phase is Phase.STOPPED
    assert bench.pump.motion is Motion.HALTED
    assert abs(bench.state.account.best_nl - bench.pump.true_nl) <= 1_000


@pytest.mark.parametrize(
    ("short_nl", "is_given"), [(COMPLETE_WITHIN_NL, True), (COMPLETE_WITHIN_NL + 1, False)]
)
def test_the_dose_is_given_when_all_but_two_counter_steps_are_counted(short_nl: int, is_given: bool) -> None:
    state = infusing().state
    account = replace(state.account, best_nl=17_500_000 - short_nl)
    assert is_dose_given(replace(state, account=account)) is is_given
    wide = replace(account, best_nl=account.best_nl - 5_000, over_nl=5_000)
    assert is_dose_given(replace(state, account=wide)) is is_given  # the high end counts
    assert not is_dose_given(Bench().state)


# -- a restart between sessions ----------------------------------------------------------------------------------


def between_sessions(alarms: tuple[PumpAlarm, ...] = ()) -> Bench:
    """The session is over, and a new daemon hears a counter that begins anew: a driver's sum died, or the power was cut."""
    bench = infusing()
    bench.advance(5)
    bench.stop()
    bench.advance(2)
    bench.pump.counter_offset_nl, bench.pump.alarms = bench.pump.true_nl, alarms
    bench.restart()
    bench.link_up()
    bench.advance(3)
    return bench


@pytest.mark.parametrize("alarms", [(), (PumpAlarm.RESET,), (PumpAlarm.HOST_SILENT,)])
def test_a_counter_that_begins_anew_with_the_daemon_between_sessions_is_no_act_of_the_pump(
    alarms: tuple[PumpAlarm, ...],
) -> None:
    """A Harvard pump's sum is its driver's (row 12): each restart of ours was an alarm of high priority."""
    bench = between_sessions(alarms)
    assert bench.state.delivery.surprise == ""
    assert not any(one["rule"] == "PUMP-ACT" for one in bench.shown["alarms"])


def test_a_counter_that_falls_later_between_sessions_is_one() -> None:
    bench = between_sessions()
    bench.pump.given_nl_h_ms += 50_000 * 3_600_000
    bench.report()
    bench.pump.counter_offset_nl = bench.pump.true_nl
    bench.report()
    assert any(one["rule"] == "PUMP-ACT" for one in bench.shown["alarms"])


def test_a_counter_that_fell_over_a_restart_within_an_infusion_is_a_hold() -> None:
    """Row 12, law 9."""
    bench = infusing()
    bench.advance(5)
    bench.pump.counter_offset_nl = bench.pump.true_nl
    bench.restart()
    bench.link_up()
    assert any("counter was cleared or fell back" in one.reason for one in bench.state.session.holds)


def test_the_rest_of_a_dose_is_what_the_pump_shows_on_top_and_not_what_an_older_driver_cleared() -> None:
    state = infusing().state
    account = replace(state.account, best_nl=17 * ML, counter_nl=17 * ML, cleared_nl=10 * ML)
    state = replace(state, account=account)
    ended = PumpReport(Motion.HALTED, 7 * ML + 500_000, 0, cleared_nl=0)
    assert is_dose_given(state, ended)
    assert not is_dose_given(state, replace(ended, infused_nl=7 * ML + 400_000))


def test_a_driver_that_begins_anew_is_no_counter_that_fell() -> None:
    """Rows 12, 91: its predecessor's sum is gone, what the pump shows is not; the dose goes on from there."""
    bench = infusing()
    bench.pump.cleared_nl = 0
    bench.advance(5)
    bench.pump.clear()
    bench.advance(5)
    bench.restart()
    bench.pump.cleared_nl = 0
    bench.link_up()
    assert not any("counter" in one.reason for one in bench.state.session.holds)
    assert abs(bench.state.account.best_nl - bench.pump.true_nl) <= 1_000
