"""Stops: next on the wire, repeated until a readback says so, and never called done before (I9, I10).

Theory of operation. Three things can stand between a stop and the wire: what is queued, a question that hangs, an
answer that nobody can read. None of them may hold it back for longer than one exchange. And until a readback says
that the pump stands, the stop is said again: whether its caller asks for it anew, as the daemon does with every other
tick, or not.
"""

import asyncio
from itertools import pairwise

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.conformance.tampers import Harm
from drivers.contract import Adjust, Configure, Halt, Motion, Outcome, Poll

#: Request to first byte, seconds (facts/faults.md 0, T_q), and to a confirmed stand-still (T_s).
ON_WIRE_S = 0.250
STANDING_S = 1.0
#: From one stop to the next while nothing confirms it (T_s, I10).
AGAIN_S = 0.250


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
    before, asked_s = len(bench.line.heard), bench.now_s
    halt = seat.submit(Halt())
    assert [await seat.outcome(number) for number in waiting] == [Outcome.NOT_SENT] * 3
    assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving
    assert bench.asked(Kind.HALT, before)[0] - asked_s <= ON_WIRE_S
    assert Kind.RATE not in [frame.kind for frame in bench.line.heard[before:]]


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


@check("25, 36, I9")
async def with_garbled_answers_the_stop_is_on_the_wire_in_a_quarter_second(bench: Bench) -> None:
    """Bytes come, and none of them is an answer: the pump hears us and we do not hear it."""
    seat = await bench.infusing()
    await seat.poll()
    bench.line.harm(Harm.DEAF, None, None)
    before = len(bench.line.heard)
    seat.submit(Poll())
    await asyncio.sleep(0.03)
    asked_s = bench.now_s
    halt = seat.submit(Halt())
    await bench.until(lambda truth: not truth.is_moving, within_s=ON_WIRE_S)
    assert bench.asked(Kind.HALT, before)[0] - asked_s <= ON_WIRE_S
    bench.line.heal()
    assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED


async def _stops_said_while(bench: Bench, harm: Harm, *, is_asked_anew: bool) -> None:
    """Nothing gets through for 0.7 s: the stop is said again and again, and a readback soon after settles it."""
    seat = await bench.infusing()
    await seat.poll()
    bench.line.harm(harm, None, None)
    before, asked_s = len(bench.line.heard), bench.now_s
    halts = [seat.submit(Halt())]
    while bench.now_s < asked_s + 0.7:
        await asyncio.sleep(0.2)
        halts += [seat.submit(Halt())] if is_asked_anew else []
    silent_until_s = bench.now_s
    bench.line.heal()
    ends = {await seat.outcome(number, within_s=STANDING_S) for number in halts}
    if harm is Harm.WRONG_BAUD and Outcome.CONFIRMED not in ends:
        # Half a frame that the pump still held has spoiled the next one: whoever asked is told, and asks again.
        await seat.halted()
    else:
        assert ends == {Outcome.CONFIRMED}
    assert not bench.truth.is_moving
    said = [at_s for at_s in bench.asked(Kind.HALT, before) if at_s <= silent_until_s]
    gaps = [after - at for at, after in pairwise([asked_s, *said, silent_until_s])]
    assert max(gaps) <= AGAIN_S, f"stops {[round(at - asked_s, 3) for at in said]} s after the request"


@check("2, 36, I10", media=(Medium.MEMORY,))
async def a_stop_into_a_hung_line_is_said_again_every_quarter_second(bench: Bench) -> None:
    await _stops_said_while(bench, Harm.LOSE_REQUEST, is_asked_anew=False)


@check("2, 36, I10", media=(Medium.MEMORY,))
async def a_stop_asked_anew_by_every_other_tick_is_said_no_less_often(bench: Bench) -> None:
    """What the daemon does while a halt is not confirmed (`pumpd/core/delivery.py`)."""
    await _stops_said_while(bench, Harm.LOSE_REQUEST, is_asked_anew=True)


@check("2, 25, I10", media=(Medium.MEMORY,))
async def a_stop_into_a_garbled_line_is_said_again_every_quarter_second(bench: Bench) -> None:
    await _stops_said_while(bench, Harm.WRONG_BAUD, is_asked_anew=False)


@check("1, 2, I10", media=(Medium.MEMORY,))
async def a_stop_that_is_answered_and_not_read_back_is_said_again_every_quarter_second(bench: Bench) -> None:
    """The pump takes stops and nothing else: no readback, so the stop is not done."""
    seat = await bench.infusing()
    await seat.poll()
    for kind in (Kind.READ, Kind.IDENTITY, Kind.SESSION, Kind.OTHER):
        bench.line.harm(Harm.LOSE_REPLY, kind, None)
    before, asked_s = len(bench.line.heard), bench.now_s
    halt = seat.submit(Halt())
    await asyncio.sleep(0.7)
    assert not bench.truth.is_moving
    said = bench.asked(Kind.HALT, before)
    assert max(after - at for at, after in pairwise([asked_s, *said, bench.now_s])) <= AGAIN_S
    bench.line.heal()
    assert await seat.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED


@check("1, I10")
async def a_stop_that_is_obeyed_and_never_answered_is_confirmed_in_a_second(bench: Bench) -> None:
    """Its acknowledgement is lost every time; the readback settles it all the same."""
    seat = await bench.infusing()
    bench.line.harm(Harm.LOSE_REPLY, Kind.HALT, None)
    assert await seat.do(Halt(), within_s=STANDING_S) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


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
