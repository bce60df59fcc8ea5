"""Commands and their outcomes: what is confirmed, what is refused, and that nothing else happens to the pump.

Theory of operation. Each check asks through the contract and looks at the plunger past the wire. "Refused" is only
right when the plunger agrees that nothing changed.
"""

import asyncio
from math import ceil

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.rig import Kind, Word
from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    DriverEvent,
    Ended,
    Halt,
    Motion,
    Outcome,
    Poll,
    Run,
)


@check()
async def run_slow_halt_each_with_readback(bench: Bench) -> None:
    seat = await bench.ready()
    case = bench.case
    assert await seat.do(case.run) is Outcome.CONFIRMED
    running = bench.truth
    assert running.is_moving
    assert await seat.do(Adjust(case.lower_nl_h)) is Outcome.CONFIRMED
    report = await seat.poll()
    assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, case.lower_nl_h)
    assert abs(bench.truth.rate_nl_h - case.lower_nl_h) <= case.lower_nl_h // 1000
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not bench.truth.is_moving
    assert (await seat.poll()).motion is Motion.HALTED


@check()
async def what_was_halted_can_be_run_again(bench: Bench) -> None:
    seat = await bench.ready()
    for _ in range(2):
        assert await seat.do(bench.case.run) is Outcome.CONFIRMED
        assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("I14", needs=(Word.TURN_DIAMETER,))
async def set_up_is_read_back(bench: Bench) -> None:
    seat = await bench.ready()
    report = await seat.polled(lambda r: r.diameter_um is not None)
    assert report.diameter_um == bench.case.diameter_um
    assert await seat.do(Configure(bench.case.other_diameter_um)) is Outcome.CONFIRMED
    report = await seat.polled(lambda r: r.diameter_um is not None)
    assert report.diameter_um == bench.case.other_diameter_um


@check("I1, 37")
async def a_run_on_a_running_pump_is_refused_and_it_runs_on(bench: Bench) -> None:
    seat = await bench.infusing()
    starts = len(bench.asked(Kind.START))
    assert await seat.do(Run(bench.case.lower_nl_h, bench.case.small_volume_nl)) is Outcome.REFUSED
    assert len(bench.asked(Kind.START)) == starts
    report = await seat.poll()
    assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, bench.case.rate_nl_h)


@check("15, I6")
async def a_rate_change_at_rest_is_refused_and_it_stays_at_rest(bench: Bench) -> None:
    seat = await bench.ready()
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is Outcome.REFUSED
    await bench.stands_for(0.3)


@check()
async def a_running_pump_is_not_set_up(bench: Bench) -> None:
    seat = await bench.infusing()
    assert await seat.do(Configure(bench.case.other_diameter_um)) is Outcome.REFUSED
    assert bench.truth.is_moving


@check("I1")
async def no_rate_and_no_limit_are_no_run(bench: Bench) -> None:
    seat = await bench.ready()
    assert await seat.do(Run(bench.case.rate_nl_h, 0)) is Outcome.REFUSED
    assert await seat.do(Run(0, bench.case.volume_nl)) is Outcome.REFUSED
    await bench.stands_for(0.1)


@check("I2")
async def before_an_approval_nothing_runs(bench: Bench) -> None:
    seat = await (await bench.seat()).up()
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert await seat.do(Configure(bench.case.diameter_um)) is Outcome.CONFIRMED
    assert await seat.do(bench.case.run) is Outcome.REFUSED
    await bench.stands_for(0.1)


@check("I2")
async def more_than_approved_is_refused(bench: Bench) -> None:
    seat = await bench.ready()
    case = bench.case
    seat.driver.approve(Approval(case.lower_nl_h, case.small_volume_nl))
    assert await seat.do(Run(case.rate_nl_h, case.small_volume_nl)) is Outcome.REFUSED
    assert await seat.do(Run(case.lower_nl_h, case.volume_nl)) is Outcome.REFUSED
    await bench.stands_for(0.1)
    assert await seat.do(Run(case.lower_nl_h, case.small_volume_nl)) is Outcome.CONFIRMED


@check("I2")
async def an_approval_lowered_while_it_runs_bars_the_higher_rate(bench: Bench) -> None:
    seat = await bench.infusing()
    case = bench.case
    assert await seat.do(Adjust(case.lower_nl_h)) is Outcome.CONFIRMED
    seat.driver.approve(Approval(case.lower_nl_h, case.volume_nl))
    assert await seat.do(Adjust(case.rate_nl_h)) is Outcome.REFUSED
    assert (await seat.poll()).rate_nl_h == case.lower_nl_h
    assert abs(bench.truth.rate_nl_h - case.lower_nl_h) <= case.lower_nl_h // 1000


@check("I14")
async def every_rate_that_is_offered_can_be_set_and_reads_back_exactly(bench: Bench) -> None:
    seat = await bench.ready()
    offered = seat.driver.capabilities(bench.case.diameter_um)
    wishes = (offered.rate_min_nl_h, 1_234_567, 9_999_999, 10_000_001, 26_259_999, 99_999_999)
    rates = sorted({rate for wish in wishes if (rate := offered.floor_rate(wish))})
    assert rates
    seat.driver.approve(Approval(max(rates), bench.case.volume_nl))
    assert await seat.do(Run(rates[-1], bench.case.volume_nl)) is Outcome.CONFIRMED
    for rate_nl_h in rates:
        assert await seat.do(Adjust(rate_nl_h)) is Outcome.CONFIRMED, rate_nl_h
        assert (await seat.poll()).rate_nl_h == rate_nl_h
        assert abs(bench.truth.rate_nl_h - rate_nl_h) <= rate_nl_h / 1000


@check("I14")
async def what_the_syringe_cannot_do_is_refused(bench: Bench) -> None:
    seat = await bench.ready()
    offered = seat.driver.capabilities(bench.case.diameter_um)
    too_fast, too_slow = offered.rate_max_nl_h * 2, offered.rate_min_nl_h // 2
    seat.driver.approve(Approval(too_fast, bench.case.volume_nl))
    for rate_nl_h in (too_fast, too_slow):
        assert await seat.do(Run(rate_nl_h, bench.case.volume_nl)) is not Outcome.CONFIRMED, rate_nl_h
        assert await seat.do(Halt()) is Outcome.CONFIRMED
        await bench.stands_for(0.1)


@check("I1")
async def a_run_ends_by_itself_at_its_volume_and_a_rate_change_does_not_lift_that(bench: Bench) -> None:
    seat = await bench.ready()
    case = bench.case
    before = bench.truth.given_nl
    assert await seat.do(Run(case.rate_nl_h, case.small_volume_nl)) is Outcome.CONFIRMED
    await seat.keep_polling(0.5)
    assert await seat.do(Adjust(case.lower_nl_h)) is Outcome.CONFIRMED
    needed_s = case.small_volume_nl * 3600 / case.lower_nl_h
    polling = asyncio.create_task(seat.keep_polling(needed_s + 3))
    await bench.until(lambda truth: not truth.is_moving, needed_s + 3)
    await polling
    given_nl = bench.truth.given_nl - before
    assert given_nl <= case.small_volume_nl + 1, f"{given_nl} nl of {case.small_volume_nl}"
    assert given_nl >= case.small_volume_nl * 0.95 - case.counter_step_nl
    assert (await seat.polled(lambda r: r.motion is Motion.HALTED)).motion is Motion.HALTED


@check("18, I1")
async def a_run_interrupted_and_resumed_gives_what_was_left_and_nothing_besides(bench: Bench) -> None:
    """What an interruption left undone is void: each start counts its own limit, from nothing, and no other's."""
    seat = await bench.ready()
    case, offered = bench.case, seat.driver.capabilities(bench.case.diameter_um)
    before_nl, ordered_nl = bench.truth.given_nl, case.small_volume_nl
    for leg_s in (0.2, 0.0, 0.35, 0.15, 0.0):
        left_nl = offered.floor_volume(ordered_nl - ceil(bench.truth.given_nl - before_nl))
        if await seat.do(Run(case.rate_nl_h, left_nl)) is Outcome.CONFIRMED:
            await seat.keep_polling(leg_s)
        cut = seat.submit(Adjust(case.lower_nl_h)) if leg_s else seat.submit(Halt())
        assert await seat.do(Halt()) is Outcome.CONFIRMED
        await seat.outcome(cut)
        await bench.stands_for(0.1)
    left_nl = offered.floor_volume(ordered_nl - ceil(bench.truth.given_nl - before_nl))
    assert 0 < left_nl < ordered_nl
    assert await seat.do(Run(case.rate_nl_h, left_nl)) is Outcome.CONFIRMED
    needed_s = left_nl * 3600 / case.rate_nl_h + 3
    polling = asyncio.create_task(seat.keep_polling(needed_s))
    await bench.until(lambda truth: not truth.is_moving, needed_s)
    await polling
    given_nl = bench.truth.given_nl - before_nl
    assert given_nl <= ordered_nl + 1, f"{given_nl} nl of {ordered_nl}"
    await bench.stands_for(0.3)


@check("I15, 16")
async def the_counter_follows_the_plunger(bench: Bench) -> None:
    seat = await bench.infusing()
    first = await seat.poll()
    began_nl = bench.truth.given_nl
    await seat.keep_polling(4)
    last = await seat.poll()
    told_nl, true_nl = last.infused_nl - first.infused_nl, bench.truth.given_nl - began_nl
    assert true_nl > 20 * 1000
    assert abs(told_nl - true_nl) <= max(0.05 * true_nl, 2 * bench.case.counter_step_nl)


@check("I9")
async def a_listener_may_submit_in_its_own_call(bench: Bench) -> None:
    """The core does: a report is decided in the stack that brought it."""
    seat = await bench.infusing()
    seen: list[DriverEvent] = []

    def halt_at_once(event: DriverEvent) -> None:
        seen.append(event)
        if len(seen) == 1:
            seat.submit(Halt())

    seat.then = halt_at_once
    seat.submit(Poll())
    await seat.until(lambda: any(isinstance(e, Ended) for e in seen), 2.0)
    assert not bench.truth.is_moving


@check()
async def a_diameter_that_the_pump_does_not_have_is_refused(bench: Bench) -> None:
    seat = await bench.ready()
    assert await seat.do(Configure(900_000)) is Outcome.REFUSED
    try:
        seat.driver.capabilities(900_000)
    except ValueError:
        return
    raise AssertionError("capabilities of a syringe of 900 mm")
