"""Permit against readback: what is commanded, when, and what never is (laws 1, 4, 6, 7, 8; faults I8 to I11)."""

from dataclasses import replace

import pytest
from channel_bench import POLICY, TICK_MS, Bench, infusing, make_verified, verified

from drivers.contract import Adjust, Configure, Halt, Motion, Outcome, Poll, PumpReport, Run, WatchdogKind
from interlocks.vocabulary import Stamp
from pumpd.core import actions as do
from pumpd.core import events as ev
from pumpd.core.delivery import HALT_REPEAT_MS, HALT_ROUND_MS, SILENCE_SLACK_MS, reconcile
from pumpd.core.restriction import Hold, Permit
from pumpd.core.session import HoldKind
from pumpd.core.state import ChannelState, Intent, Outstanding

RATE = 26_200_000
HALF = RATE // 2


def with_delivery(state: ChannelState, **changed: object) -> ChannelState:
    return replace(state, delivery=replace(state.delivery, **changed))  # type: ignore[arg-type]


def permitted(state: ChannelState, rate_nl_h: int) -> ChannelState:
    return replace(state, permit=Permit(rate_nl_h, Hold.NONE if rate_nl_h else Hold.PAUSE, ()))


def meet(state: ChannelState, *, is_tick: bool = False) -> tuple[ChannelState, list[object]]:
    """Reconcile, and the commands and intents that came of it."""
    after, actions = reconcile(state, POLICY, is_tick=is_tick)
    return after, [one.command if isinstance(one, do.CommandPump) else one for one in actions]


def seen(rate_nl_h: int, motion: Motion = Motion.INFUSING) -> PumpReport:
    return PumpReport(motion, 0, rate_nl_h)


def halts_at(bench: Bench, ticks: int) -> list[int]:
    """Link times of the halts over so many ticks, from now."""
    begin, times = bench.now.link_ms, []
    for _ in range(ticks):
        bench.forget()
        bench.tick()
        times.extend([bench.now.link_ms - begin] * len(bench.commands(Halt)))
    return times


# -- to a rate ---------------------------------------------------------------------------------------------------


def test_a_pump_that_runs_as_permitted_is_left_alone() -> None:
    assert meet(permitted(infusing().state, RATE))[1] == []


def test_lowering_goes_out_at_once_and_only_to_a_pump_that_runs() -> None:
    state, commands = meet(permitted(infusing().state, HALF))
    assert commands == [Adjust(HALF)]
    assert state.delivery.commanded_nl_h == HALF
    assert state.delivery.intent is None


def test_lowering_is_told_once_and_not_again_while_its_readback_is_on_its_way() -> None:
    state, _ = meet(permitted(infusing().state, HALF))
    assert meet(state)[1] == []
    told = with_delivery(state, run=None)
    assert meet(told)[1] == []


@pytest.mark.parametrize(("late_ms", "is_held"), [(1_000, False), (1_001, True)])
def test_a_rate_that_has_not_come_down_after_a_second_is_a_hold(late_ms: int, is_held: bool) -> None:
    state = infusing().state
    since = Stamp(state.now.ms, state.now.link_ms - late_ms)
    slow = with_delivery(permitted(state, HALF), commanded_nl_h=HALF, differs_since=since)
    after, commands = meet(slow)
    assert commands == []
    assert [one.kind for one in after.session.holds] == ([HoldKind.PUMP] if is_held else [])


def test_a_readback_that_agrees_forgets_that_it_once_differed() -> None:
    state = with_delivery(permitted(infusing().state, RATE), differs_since=Stamp(0, 0))
    assert meet(state)[0].delivery.differs_since is None


def test_law_6_raising_writes_its_intent_first_and_names_who_raised() -> None:
    state = with_delivery(permitted(infusing().state, RATE), report=seen(HALF), commanded_nl_h=HALF, run=None)
    after, (intent,) = meet(state)
    assert isinstance(intent, do.WriteIntent)
    assert (intent.rate_nl_h, intent.by) == (RATE, "nina")
    assert after.delivery.commanded_nl_h == HALF
    assert meet(after)[1] == []  # one intent, not one in each decision


def raising(report: PumpReport, *, is_durable: bool, rate_nl_h: int = RATE) -> ChannelState:
    state = permitted(infusing().state, RATE)
    intent = Intent(90, rate_nl_h, 5, state.now, is_durable)
    return with_delivery(state, report=report, commanded_nl_h=0, intent=intent)


def test_I8_a_raise_waits_for_its_own_durable_record() -> None:
    rest = seen(RATE, Motion.HALTED)
    assert meet(raising(rest, is_durable=False))[1] == []
    (other,) = meet(raising(rest, is_durable=True, rate_nl_h=HALF))[1]
    assert isinstance(other, do.WriteIntent)  # recorded, but for another rate
    (run,) = meet(raising(rest, is_durable=True))[1]
    assert isinstance(run, Run)
    assert run.rate_nl_h == RATE


def test_a_running_pump_is_adjusted_and_only_a_resting_one_is_started() -> None:
    assert meet(raising(seen(HALF), is_durable=True))[1] == [Adjust(RATE)]


def test_a_record_is_used_for_one_command_only() -> None:
    after, _ = meet(raising(seen(RATE, Motion.HALTED), is_durable=True))
    assert after.delivery.intent is None


@pytest.mark.parametrize(("late_ms", "is_held"), [(5_000, False), (5_001, True)])
def test_I6_a_record_that_takes_longer_than_five_seconds_is_a_hold(late_ms: int, is_held: bool) -> None:
    state = raising(seen(RATE, Motion.HALTED), is_durable=False)
    intent = Intent(90, RATE, 5, Stamp(0, state.now.link_ms - late_ms))
    after, commands = meet(with_delivery(state, intent=intent))
    assert commands == []
    assert [one.kind for one in after.session.holds] == ([HoldKind.RECORD] if is_held else [])


@pytest.mark.parametrize("blocker", ["report", "run", "halt"])
def test_nothing_is_commanded_blind_or_while_a_command_is_under_way(blocker: str) -> None:
    state = raising(seen(RATE, Motion.HALTED), is_durable=True)
    changes: dict[str, dict[str, object]] = {
        "report": {"report": None},
        "run": {"run": Outstanding(1, Adjust(1), state.now)},
        "halt": {"halt": Outstanding(1, Halt(), state.now)},
    }
    assert meet(with_delivery(state, **changes[blocker]))[1] == []


def test_a_pump_that_lost_its_setup_is_set_up_before_it_is_started() -> None:
    state = with_delivery(
        raising(seen(RATE, Motion.HALTED), is_durable=True), is_configured=False, is_halt_confirmed=True
    )
    after, commands = meet(with_delivery(state, setup_tried=None))
    assert commands == [Configure(26_590)]
    assert meet(after)[1] == []
    assert meet(with_delivery(state, is_halt_confirmed=False))[1] == []


def test_I1_a_start_is_limited_to_what_is_left_by_the_high_end_on_the_pumps_own_grid() -> None:
    state = raising(seen(RATE, Motion.HALTED), is_durable=True)
    account = replace(state.account, best_nl=10_000_000, over_nl=1_234)
    (run,) = meet(replace(state, account=account))[1]
    assert run == Run(RATE, 7_498_000)
    (run,) = meet(replace(state, account=replace(account, best_nl=18_000_000)))[1]
    assert run == Run(RATE, 0)  # nothing is left: the pump refuses it


# -- to rest -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("rate", [0, RATE])
def test_law_4_without_a_permit_or_in_doubt_the_only_command_is_a_halt(rate: int) -> None:
    state = with_delivery(permitted(infusing().state, rate), doubted_nl_h=RATE if rate else 0)
    after, commands = meet(state)
    assert commands == [Halt()]
    assert after.delivery.halt_since == state.now


def test_going_to_rest_forgets_an_intent() -> None:
    state = permitted(raising(seen(RATE, Motion.HALTED), is_durable=True), 0)
    assert meet(state)[0].delivery.intent is None


def test_a_proven_rest_needs_no_halt_and_ends_the_wish() -> None:
    state = with_delivery(permitted(infusing().state, 0), is_halt_confirmed=True, halt_since=Stamp(0, 0))
    after, commands = meet(state)
    assert commands == []
    assert (after.delivery.halt_since, after.delivery.commanded_nl_h) == (None, 0)


def test_I10_halts_come_every_200_ms_for_a_second_then_a_lease_of_silence_then_again() -> None:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.pause()
    times = halts_at(bench, 100)
    first = [ms for ms in times if ms <= HALT_ROUND_MS + TICK_MS]
    assert first == [200, 400, 600, 800, 1_000]
    silence_ms = POLICY.lease_ms + SILENCE_SLACK_MS
    again = times[len(first)]
    assert again == 1_100 + silence_ms
    assert times[len(first) : len(first) + 5] == [again + n * HALT_REPEAT_MS for n in range(5)]


def test_law_7_in_the_silence_nothing_at_all_is_said() -> None:
    bench = infusing()
    bench.pump.ignores_halt = True
    bench.pause()
    bench.advance(1.3)
    bench.forget()
    bench.advance(3)
    assert bench.of(do.CommandPump) == []
    assert bench.pump.motion is Motion.HALTED  # its own watchdog did it


def test_a_pump_that_silence_does_not_stop_is_told_to_halt_without_end() -> None:
    """I10: starving takes a watchdog."""
    bench = make_verified(Bench(replace(POLICY, watchdog=WatchdogKind.NONE)))
    bench.start()
    bench.advance(1)
    bench.pump.ignores_halt = True
    bench.pause()
    times = halts_at(bench, 100)
    assert times == list(range(HALT_REPEAT_MS, 10_001, HALT_REPEAT_MS))


def test_a_second_wish_to_halt_while_one_is_under_way_adds_no_packets() -> None:
    bench = infusing()
    bench.pump.is_deaf = True
    bench.pause()
    bench.forget()
    for _ in range(5):
        bench.pause()
    assert bench.of(do.CommandPump) == []


def test_a_halt_overtakes_a_start_that_has_not_ended() -> None:
    bench = verified()
    bench.pump.is_deaf = True
    bench.start()
    assert len(bench.commands(Run)) == 1
    bench.forget()
    bench.pause()
    assert bench.commands(Halt) == [Halt()]


def test_the_first_action_of_a_decision_that_halts_is_the_halt() -> None:
    bench = infusing()
    actions = bench.post(ev.StopPressed(at=bench.now, request_id="r", by="nina"))
    assert isinstance(actions[0], do.CommandPump)
    assert actions[0].command == Halt()
    assert isinstance(actions[1], do.ApproveMaximum)


# -- setup -------------------------------------------------------------------------------------------------------


def test_a_resting_pump_is_set_up_once_the_order_is_verified_and_not_before() -> None:
    bench = Bench()
    bench.order()
    bench.advance(1)
    assert bench.commands(Configure) == []
    bench.verify()
    assert bench.commands(Configure) == [Configure(26_590)]
    bench.advance(5)
    assert len(bench.commands(Configure)) == 1


@pytest.mark.parametrize(("wait_ms", "is_tried"), [(1_999, False), (2_000, True)])
def test_a_refused_setup_is_tried_again_after_two_seconds(wait_ms: int, is_tried: bool) -> None:
    state = verified().state
    tried = Stamp(0, state.now.link_ms - wait_ms)
    state = with_delivery(permitted(state, 0), is_configured=False, setup_tried=tried)
    assert meet(state)[1] == ([Configure(26_590)] if is_tried else [])


def test_no_setup_while_another_command_is_under_way() -> None:
    state = with_delivery(permitted(verified().state, 0), is_configured=False, setup_tried=None)
    busy = with_delivery(state, run=Outstanding(1, Configure(1), state.now))
    assert meet(busy)[1] == []
    assert meet(with_delivery(state, report=None))[1] == []


# -- readback and line -------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("wait_ms", "is_polled"), [(249, False), (250, True)])
def test_law_7_a_readback_is_asked_for_by_the_tick_every_250_ms(wait_ms: int, is_polled: bool) -> None:
    state = infusing().state
    state = with_delivery(permitted(state, RATE), polled_link_ms=state.now.link_ms - wait_ms)
    assert meet(state, is_tick=True)[1] == ([Poll()] if is_polled else [])
    assert meet(state, is_tick=False)[1] == []


def test_without_a_line_nothing_is_said_and_what_may_run_is_wanted_halted() -> None:
    state = with_delivery(permitted(infusing().state, 0), is_link_up=False)
    after, commands = meet(state, is_tick=True)
    assert commands == []
    assert after.delivery.halt_since == state.now
    kept = with_delivery(state, halt_since=Stamp(1, 1))
    assert meet(kept)[0].delivery.halt_since == Stamp(1, 1)
    rest = with_delivery(state, commanded_nl_h=0)
    assert meet(rest)[0].delivery.halt_since is None
    doubted = with_delivery(rest, doubted_nl_h=1)
    assert meet(doubted)[0].delivery.halt_since == state.now


def test_row_19_what_was_under_way_on_a_lost_line_is_over() -> None:
    state = infusing().state
    pending = Outstanding(1, Adjust(1), state.now)
    halt = Outstanding(2, Halt(), state.now)
    state = with_delivery(permitted(state, RATE), is_link_up=False, run=pending, halt=halt)
    delivery = meet(state)[0].delivery
    assert (delivery.run, delivery.halt, delivery.intent) == (None, None, None)


def test_a_refused_start_holds_and_is_not_repeated() -> None:
    bench = verified()
    bench.pump.refuses_run = True
    bench.start()
    bench.advance(10)
    assert len(bench.commands(Run)) == 1
    assert Outcome.REFUSED.value in bench.shown["headline"]
