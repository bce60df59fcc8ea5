"""What happens to bytes: lost, late, in pieces, garbled, stale, echoed, another's.

Theory of operation. Whatever the line does, three things hold: what may have added drug is UNKNOWN and never written
twice, no value is believed that the pump does not have, and the pump can be halted as soon as the line carries
anything at all.
"""

import asyncio

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.conformance.tampers import PUMP_RATIO, Harm, resampled
from drivers.contract import Adjust, Halt, LinkDown, LinkUp, Motion, Outcome, Poll


@check("37, I1, I11")
async def the_lost_answer_to_a_start_is_unknown_and_never_repeated(bench: Bench) -> None:
    seat = await bench.ready()
    bench.line.harm(Harm.LOSE_REPLY, Kind.START)
    assert await seat.do(bench.case.run) is Outcome.UNKNOWN
    await seat.polled(lambda r: r.motion is Motion.INFUSING)
    assert len(bench.asked(Kind.START)) == 1


@check("37, I1, I11")
async def a_start_that_never_arrived_is_unknown_and_not_repeated(bench: Bench) -> None:
    seat = await bench.ready()
    bench.line.harm(Harm.LOSE_REQUEST, Kind.START)
    assert await seat.do(bench.case.run) is Outcome.UNKNOWN
    await seat.polled(lambda r: r.motion is Motion.HALTED)
    assert len(bench.asked(Kind.START)) == 1
    await bench.stands_for(0.5)


@check("I11")
async def the_lost_answer_to_a_rate_change_is_not_called_confirmed(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.harm(Harm.LOSE_REPLY, Kind.RATE)
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is Outcome.UNKNOWN
    await seat.polled(lambda r: r.rate_nl_h == bench.case.lower_nl_h)


@check("23, I11")
async def answers_in_two_pieces_are_put_together(bench: Bench) -> None:
    seat = await bench.ready()
    bench.line.harm(Harm.SPLIT, None, None)
    assert await seat.do(bench.case.run, within_s=6.0) is Outcome.CONFIRMED
    assert (await seat.poll()).motion is Motion.INFUSING
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert seat.all(LinkDown) == []


@check("24, I14")
async def what_stood_in_the_line_before_is_not_the_answer(bench: Bench) -> None:
    """The answer to the question before comes once more, in front of the right one."""
    seat = await bench.infusing()
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is Outcome.CONFIRMED
    bench.line.harm(Harm.STALE, None, 6)
    rates = set()
    for _ in range(4):
        rates.add((await seat.poll()).rate_nl_h)
    assert rates == {bench.case.lower_nl_h}
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("32, I14")
async def a_late_answer_is_not_matched_to_a_newer_question(bench: Bench) -> None:
    """The rate read before the change arrives after it."""
    seat = await bench.infusing()
    bench.line.harm(Harm.DELAY, Kind.READ, 1)
    seat.submit(Poll())
    changed = seat.submit(Adjust(bench.case.lower_nl_h))
    await seat.outcome(changed, within_s=4.0)
    start = len(seat.reports)
    for _ in range(3):
        await seat.poll()
    assert {r.rate_nl_h for r in seat.reports[start:]} == {round(bench.truth.rate_nl_h)}
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("25, I14", needs=(Word.CHECK,))
async def a_garbled_answer_is_not_believed(bench: Bench) -> None:
    seat = await bench.infusing()
    for _ in range(6):
        bench.line.harm(Harm.GARBLE)
        seat.submit(Poll())
        report = await seat.polled(lambda r: True)
        assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, bench.case.rate_nl_h)
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("25, I3", needs=(Word.CHECK,))
async def under_noise_no_rate_is_believed_that_the_pump_does_not_have(bench: Bench) -> None:
    """A bit of every two hundredth byte: about every tenth frame."""
    seat = await bench.infusing()
    start = len(seat.reports)
    bench.line.harm(Harm.NOISE, None, None, rate=0.005)
    await seat.keep_polling(3, every_s=0.15)
    seen = {r.rate_nl_h for r in seat.reports[start:] if r.motion is Motion.INFUSING}
    assert seen <= {bench.case.rate_nl_h}
    await seat.halted()
    assert not bench.truth.is_moving


@check("25, I9")
async def under_noise_the_pump_can_be_halted(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.harm(Harm.NOISE, None, None, rate=0.005)
    await seat.halted()
    bench.line.heal()
    await bench.stands_for(0.3)


@check("26, I11")
async def its_own_echo_is_not_an_answer(bench: Bench) -> None:
    seat = await bench.ready()
    bench.line.harm(Harm.ECHO, None, None)
    assert await seat.do(bench.case.run) is Outcome.CONFIRMED
    assert (await seat.poll()).motion is Motion.INFUSING
    bench.line.harm(Harm.LOSE_REPLY, Kind.RATE)
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is not Outcome.CONFIRMED
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("31, I12", needs=(Word.NEIGHBOUR,))
async def the_answer_of_another_address_is_passed_over(bench: Bench) -> None:
    seat = await bench.infusing()
    for _ in range(3):
        bench.line.say(bench.rig.neighbour())
        report = await seat.poll()
        assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, bench.case.rate_nl_h)
    assert seat.all(LinkDown) == []


@check("28, I12")
async def at_the_wrong_speed_the_line_never_comes_up_and_says_what_it_is_set_to(bench: Bench) -> None:
    """The pump hears other bits than were sent, and what it says arrives as other bits."""
    bench.line.harm(Harm.WRONG_BAUD, None, None)
    seat = await bench.seat()
    waiting = asyncio.create_task(seat.down(within_s=6))
    babble = resampled(b"00S\r\n:>!INF^stopped|0000\r", 1 / PUMP_RATIO)
    while not waiting.done():
        bench.line.say(babble)
        await asyncio.sleep(0.3)
    down = await waiting
    assert not down.is_wrong_pump
    assert "baud" in down.reason
    assert "set to" in down.reason or bench.medium is Medium.TCP or "server" in down.reason
    assert seat.all(LinkUp) == []
    assert len(bench.line.heard) >= 3
    assert {frame.kind for frame in bench.line.heard} <= {Kind.IDENTITY, Kind.SESSION}
    for command in (Halt(), bench.case.run):
        assert await seat.do(command) is Outcome.NOT_SENT
    assert not bench.truth.is_moving
