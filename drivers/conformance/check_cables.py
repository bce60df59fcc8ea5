"""Ports and cables: pulled, plugged in again, swapped, shared, silent; and who answers behind them."""

import asyncio

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.conformance.seat import Seat
from drivers.contract import Halt, LinkDown, LinkUp, Motion, Outcome, Poll

#: A closed line is opened again after 2 s at the latest; a silent pump only when its lease has run out.
BACK_S = 8.0


@check("19, 29, I3")
async def a_pulled_cable_is_known_in_a_second_and_everything_ends(bench: Bench) -> None:
    seat = await bench.infusing()
    seat.submit(Poll())
    waiting = asyncio.create_task(seat.down(within_s=1.0))
    await asyncio.sleep(0)
    await bench.line.unplug()
    down = await waiting
    assert not down.is_wrong_pump
    assert await seat.do(Halt(), within_s=0.1) is Outcome.NOT_SENT
    assert await seat.do(bench.case.run, within_s=0.1) is Outcome.NOT_SENT


@check("20, I12")
async def plugged_in_again_the_pump_is_identified_and_left_alone(bench: Bench) -> None:
    seat = await bench.infusing()
    await bench.line.unplug()
    if bench.can(Word.HOST_LOSS):
        await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat) + 1)
    before = len(bench.line.heard)
    await bench.line.plug()
    await seat.up(within_s=BACK_S)
    assert bench.asked(Kind.IDENTITY, before)
    assert not bench.asked(Kind.START, before)
    assert not bench.asked(Kind.RATE, before)
    if bench.can(Word.HOST_LOSS):
        assert seat.reports[-1].motion is Motion.HALTED
    assert await seat.do(Halt()) is Outcome.CONFIRMED


@check("38, I3")
async def a_pump_that_falls_silent_is_known_within_two_seconds(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.is_cut = True
    seat.submit(Poll())
    assert not (await seat.down(within_s=2.0)).is_wrong_pump


@check("30, I6, I12", needs=(Word.REBOOT,))
async def opening_the_port_resets_the_pump_and_that_is_seen(bench: Bench) -> None:
    """A DTR edge: who answers is read again, nothing starts by itself, and the next start is set up anew."""
    seat = await bench.infusing()
    before = await _reopen(bench, seat, Word.REBOOT)
    await seat.up(within_s=BACK_S)
    bench.line.on_open = None
    assert bench.asked(Kind.IDENTITY, before)
    assert seat.reports[-1].motion is Motion.HALTED
    await bench.stands_for(0.3)
    assert not bench.asked(Kind.START, before)
    assert not bench.asked(Kind.RATE, before)
    await bench.prepare(seat)
    assert await seat.do(bench.case.run) is Outcome.CONFIRMED
    assert abs(bench.truth.rate_nl_h - bench.case.rate_nl_h) <= bench.case.rate_nl_h // 1000


@check("7, 30, I12, I14", needs=(Word.REBOOT, Word.FORGET))
async def opening_the_port_resets_the_pump_to_the_factorys_settings_and_a_start_is_right_or_none(
    bench: Bench,
) -> None:
    """With its address it may have lost its voice as well: then nothing is known of it and nothing started."""
    seat = await bench.infusing()
    before = await _reopen(bench, seat, Word.REBOOT, Word.FORGET)
    ups = len(seat.all(LinkUp))
    await asyncio.sleep(BACK_S)
    assert not bench.truth.is_moving
    assert not bench.asked(Kind.START, before)
    if len(seat.all(LinkUp)) == ups:
        assert await seat.do(bench.case.run) is Outcome.NOT_SENT
        return
    bench.line.on_open = None
    assert bench.asked(Kind.IDENTITY, before)
    await bench.prepare(seat)
    assert await seat.do(bench.case.run) is Outcome.CONFIRMED
    assert abs(bench.truth.rate_nl_h - bench.case.rate_nl_h) <= bench.case.rate_nl_h // 1000


async def _reopen(bench: Bench, seat: Seat, *happens: Word) -> int:
    """Let the port be opened anew, and this happen to the pump upon it; how many frames there had been."""

    def reset() -> None:
        for word in happens:
            bench.do(word)

    bench.line.on_open = reset
    await bench.line.unplug()
    await seat.until(lambda: bool(seat.all(LinkDown)), 2.0)
    before = len(bench.line.heard)
    await bench.line.plug()
    return before


@check("21, I12", needs=(Word.IDENTITY,))
async def the_wrong_pump_is_asked_who_it_is_and_nothing_else(bench: Bench) -> None:
    seat = await bench.seat(is_for_another=True)
    assert (await seat.down(within_s=5)).is_wrong_pump
    assert seat.all(LinkUp) == []
    assert {frame.kind for frame in bench.line.heard} <= {Kind.IDENTITY, Kind.SESSION}
    assert await seat.do(Halt(), within_s=0.1) is Outcome.NOT_SENT
    assert await seat.do(bench.case.run, within_s=0.1) is Outcome.NOT_SENT


@check("21, I12", needs=(Word.SWAP,))
async def after_a_swap_of_cables_the_stranger_is_told_nothing(bench: Bench) -> None:
    seat = await bench.ready()
    await bench.line.unplug()
    await seat.until(lambda: bool(seat.all(LinkDown)), 2.0)
    bench.do(Word.SWAP)
    before = len(bench.line.heard)
    await bench.line.plug()
    await seat.until(lambda: any(down.is_wrong_pump for down in seat.all(LinkDown)), BACK_S)
    asked = {frame.kind for frame in bench.line.heard[before:]}
    assert asked <= {Kind.IDENTITY, Kind.SESSION}


@check("22, I13", media=(Medium.PTY,))
async def a_second_driver_on_the_port_is_refused_and_the_first_unaffected(bench: Bench) -> None:
    first = await (await bench.seat()).up()
    second = await bench.seat()
    assert "another program holds this port" in (await second.down(within_s=4)).reason
    assert await first.do(Halt()) is Outcome.CONFIRMED
    assert first.all(LinkDown) == []


@check("22")
async def a_driver_that_has_left_leaves_the_port_free(bench: Bench) -> None:
    for _ in range(2):
        seat = await (await bench.seat()).up()
        await seat.leave()


@check("27, I9, I21", media=(Medium.MEMORY,))
async def a_line_that_takes_no_bytes_is_given_up(bench: Bench) -> None:
    seat = await bench.infusing()
    bench.line.stuck_bytes = 4096
    halt = seat.submit(Halt())
    await seat.until(lambda: bool(seat.all(LinkDown)), 2.0)
    assert await seat.outcome(halt) in (Outcome.NOT_SENT, Outcome.UNKNOWN)
