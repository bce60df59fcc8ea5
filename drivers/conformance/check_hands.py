"""What happens at the pump itself: reboots, hands at the keypad, stalls, settings that do not take.

Theory of operation. A driver infers nothing: it tells what the pump says now, and what rests on settings that nobody
has read back since is refused or read back first.
"""

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.rig import Kind, Word
from drivers.contract import Adjust, Halt, Motion, Outcome, PumpAlarm


def _has(bench: Bench, alarm: PumpAlarm, alarms: tuple[PumpAlarm, ...]) -> bool:
    return alarm in alarms or not bench.can(Word.ALARMS)


@check("6, 17, I12", needs=(Word.REBOOT,))
async def a_reboot_is_seen_as_such_and_nothing_restarts(bench: Bench) -> None:
    seat = await bench.infusing()
    start = len(seat.reports)
    bench.do(Word.REBOOT)
    await seat.keep_polling(2.5)
    await seat.until(lambda: seat.reports[-1].motion is Motion.HALTED, 8.0)
    alarms = tuple(alarm for report in seat.reports[start:] for alarm in report.alarms)
    assert _has(bench, PumpAlarm.RESET, alarms)
    assert len(bench.asked(Kind.START)) == 1
    await bench.stands_for(0.2)


@check("6, I6", needs=(Word.REBOOT_RUNNING,))
async def a_pump_that_restarts_by_itself_is_seen_and_can_be_halted(bench: Bench) -> None:
    seat = await bench.infusing()
    start = len(seat.reports)
    bench.do(Word.REBOOT_RUNNING)
    await seat.keep_polling(1.5)
    await seat.until(lambda: len(seat.reports) > start and seat.reports[-1].motion is Motion.INFUSING, 8.0)
    alarms = tuple(alarm for report in seat.reports[start:] for alarm in report.alarms)
    assert _has(bench, PumpAlarm.RESET, alarms)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


@check("7, I12, I14", needs=(Word.FORGET,))
async def forgotten_settings_are_shown_and_a_start_is_right_or_refused(bench: Bench) -> None:
    seat = await bench.ready()
    bench.do(Word.FORGET)
    outcome = await seat.do(bench.case.run, within_s=8.0)
    if outcome is Outcome.CONFIRMED:
        assert abs(bench.truth.rate_nl_h - bench.case.rate_nl_h) <= bench.case.rate_nl_h // 1000
    else:
        await bench.stands_for(0.2)


@check("8, I3", needs=(Word.DISARM,))
async def without_its_watchdog_no_pump_is_started(bench: Bench) -> None:
    """Or it is armed again in the same turn, and then it works."""
    seat = await bench.ready()
    bench.do(Word.DISARM)
    if await seat.do(bench.case.run, within_s=8.0) is Outcome.CONFIRMED:
        bench.line.is_cut = True
        await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat) + 0.5)
    else:
        await bench.stands_for(0.2)


@check("17, I3, I18", needs=(Word.BATTERY,))
async def a_low_battery_is_told_while_it_runs_and_an_empty_one_with_its_stop(bench: Bench) -> None:
    """A battery that lies, and dies unannounced, is a reboot like any other (row 6)."""
    seat = await bench.infusing()
    assert PumpAlarm.BATTERY not in (await seat.poll()).alarms
    start = len(seat.reports)
    bench.do(Word.BATTERY, 1)
    report = await seat.polled(lambda r: PumpAlarm.BATTERY in r.alarms, polls=3)
    assert report.motion is Motion.INFUSING
    bench.do(Word.BATTERY, 0)
    await seat.polled(lambda r: r.motion is Motion.HALTED, polls=3)
    assert {alarm for report in seat.reports[start:] for alarm in report.alarms} == {PumpAlarm.BATTERY}
    assert len(bench.asked(Kind.START)) == 1
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    await bench.stands_for(0.2)


@check("9, 10, I3", needs=(Word.STALL,))
async def a_stall_is_told(bench: Bench) -> None:
    seat = await bench.infusing()
    start = len(seat.reports)
    bench.do(Word.STALL)
    await seat.keep_polling(0.8)
    await seat.until(lambda: seat.reports[-1].motion is Motion.HALTED, 3.0)
    alarms = tuple(alarm for report in seat.reports[start:] for alarm in report.alarms)
    assert _has(bench, PumpAlarm.STALL, alarms)
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("5, 35, I14", needs=(Word.IGNORE_RATE,))
async def a_rate_that_is_acknowledged_and_not_taken_is_not_confirmed(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.do(Word.IGNORE_RATE, 1)
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is not Outcome.CONFIRMED
    assert (await seat.poll()).rate_nl_h == bench.case.rate_nl_h


@check("12, I1", needs=(Word.CLEAR_COUNTER,))
async def a_cleared_counter_is_told_as_it_stands(bench: Bench) -> None:
    seat = await bench.infusing()
    await seat.keep_polling(2)
    before_nl = (await seat.poll()).infused_nl
    bench.do(Word.CLEAR_COUNTER)
    after_nl = (await seat.poll()).infused_nl
    assert before_nl > 2 * bench.case.counter_step_nl
    assert after_nl < before_nl - bench.case.counter_step_nl


@check("13, I14", needs=(Word.TURN_DIAMETER,))
async def another_diameter_is_told_within_eight_polls(bench: Bench) -> None:
    seat = await bench.ready()
    bench.do(Word.TURN_DIAMETER, bench.case.other_diameter_um)
    await seat.polled(lambda r: r.diameter_um == bench.case.other_diameter_um, polls=8)


@check("14, I2, I14", needs=(Word.TURN_UNITS,))
async def other_units_make_no_other_rate(bench: Bench) -> None:
    """A start after somebody has chosen other units is right, or it is not made."""
    seat = await bench.ready()
    bench.do(Word.TURN_UNITS)
    if await seat.do(bench.case.run) is Outcome.CONFIRMED:
        assert abs(bench.truth.rate_nl_h - bench.case.rate_nl_h) <= bench.case.rate_nl_h // 1000
    else:
        await bench.stands_for(0.2)
        await bench.prepare(seat)
        assert await seat.do(bench.case.run) is Outcome.CONFIRMED


@check("15, I6", needs=(Word.PRESS_STOP,))
async def a_stop_at_the_keypad_is_told_and_no_rate_change_lifts_it(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.do(Word.PRESS_STOP)
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is Outcome.REFUSED
    assert (await seat.poll()).motion is Motion.HALTED
    await bench.stands_for(0.2)


@check("15, I6, I14", needs=(Word.PRESS_RUN,))
async def a_start_at_the_keypad_is_told_and_can_be_halted(bench: Bench) -> None:
    seat = await bench.infusing()
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    bench.do(Word.PRESS_RUN)
    await seat.polled(lambda r: r.motion is Motion.INFUSING, polls=3)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


@check("15, I14", needs=(Word.TURN_RATE,))
async def a_rate_set_at_the_keypad_is_told(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.do(Word.TURN_RATE, 2 * bench.case.rate_nl_h)
    await seat.polled(lambda r: r.rate_nl_h == 2 * bench.case.rate_nl_h, polls=2)
