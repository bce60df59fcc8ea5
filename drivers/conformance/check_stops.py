"""Stops: next on the wire, repeated until a readback says so, and never called done before (I9, I10)."""

import asyncio

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.rig import Kind, Word
from drivers.conformance.tampers import Harm
from drivers.contract import Adjust, Configure, Halt, Motion, Outcome, Poll

#: Request to first byte, seconds (facts/faults.md 0, T_q), and to a confirmed stand-still (T_s).
ON_WIRE_S = 0.250
STANDING_S = 1.0


@check("I10")
async def a_pump_at_rest_confirms_a_halt(bench: Bench) -> None:
    seat = await (await bench.seat()).up()
    for _ in range(2):
        assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED


@check("I9")
async def a_halt_goes_before_everything_that_waits(bench: Bench) -> None:
    seat = await bench.infusing()
    seat.submit(Poll())
    waiting = [seat.submit(Adjust(bench.case.lower_nl_h)) for _ in range(3)]
    halt = seat.submit(Halt())
    assert [await seat.outcome(number) for number in waiting] == [Outcome.NOT_SENT] * 3
    assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


@check("I9")
async def a_halt_cuts_a_set_up_and_a_start_short(bench: Bench) -> None:
    seat = await bench.ready()
    for command in (Configure(bench.case.other_diameter_um), bench.case.run):
        cut = seat.submit(command)
        halt = seat.submit(Halt())
        assert await seat.outcome(cut) in (Outcome.NOT_SENT, Outcome.UNKNOWN, Outcome.REFUSED)
        assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
        await bench.stands_for(0.1)


@check("I9")
async def several_halts_all_end_confirmed(bench: Bench) -> None:
    seat = await bench.infusing()
    halts = [seat.submit(Halt()) for _ in range(3)]
    assert [await seat.outcome(n, STANDING_S) for n in halts] == [Outcome.CONFIRMED] * 3


@check("36, F1")
async def with_a_hung_poll_in_flight_the_stop_is_on_the_wire_in_a_quarter_second(bench: Bench) -> None:
    seat = await bench.infusing()
    await seat.poll()
    bench.line.harm(Harm.LOSE_REQUEST)
    before = len(bench.line.heard)
    seat.submit(Poll())
    await asyncio.sleep(0.03)
    asked_s = bench.now_s
    halt = seat.submit(Halt())
    assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
    assert bench.asked(Kind.HALT, before)[0] - asked_s <= ON_WIRE_S


@check("1, I10")
async def a_stop_whose_answer_is_lost_is_confirmed_by_reading(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.harm(Harm.LOSE_REPLY, Kind.HALT)
    assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving
    assert seat.reports[-1].motion is Motion.HALTED


@check("2, I10")
async def a_stop_that_never_arrived_is_said_again_and_stands_in_a_second(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.harm(Harm.LOSE_REQUEST, Kind.HALT)
    assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


@check("3, 34, I10", needs=(Word.REFUSE_STOP,))
async def a_stop_that_is_refused_is_never_called_done(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.do(Word.REFUSE_STOP, 1)
    assert await seat.do(Halt(), within_s=3.0) in (Outcome.REFUSED, Outcome.UNKNOWN)
    assert len(bench.asked(Kind.HALT)) >= 2
    bench.do(Word.REFUSE_STOP, 0)
    assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


@check("4, I10, I15", needs=(Word.IGNORE_STOP,))
async def a_stop_that_is_acknowledged_and_not_obeyed_is_never_called_done(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.do(Word.IGNORE_STOP, 1)
    assert await seat.do(Halt(), within_s=3.0) in (Outcome.REFUSED, Outcome.UNKNOWN)
    assert bench.truth.is_moving
    bench.do(Word.IGNORE_STOP, 0)
    assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving
