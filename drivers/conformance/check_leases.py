"""The lease: a pump whose host is lost stops by itself, and only the caller's polls keep it going (design law 7)."""

import asyncio

from drivers.conformance.bench import Bench
from drivers.conformance.checks import check
from drivers.conformance.rig import Kind, Word
from drivers.contract import Halt, LinkUp, Motion, Outcome, WatchdogKind

#: Between the bound that a driver claims and what is accepted: the frame that renewed it last, and our clock's grain.
SLACK_S = 0.3


@check("91, I3")
async def the_lease_is_declared_honestly(bench: Bench) -> None:
    """A pump without one says so; the daemon then asks the site for its acceptance."""
    seat = await (await bench.seat()).up()
    offered = seat.driver.capabilities(bench.case.diameter_um)
    assert (offered.watchdog is WatchdogKind.NONE) is not bench.can(Word.HOST_LOSS)
    if bench.can(Word.HOST_LOSS):
        assert 0 < offered.watchdog_bound_ms <= 15_000


@check("91, I3", needs=(Word.HOST_LOSS,))
async def when_polls_cease_the_pump_stops_by_itself(bench: Bench) -> None:
    """Nothing but the caller renews the lease, though the line is up and the driver alive."""
    seat = await bench.infusing()
    await seat.keep_polling(1.0)
    await seat.poll()
    stood_s = await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat) + SLACK_S)
    assert stood_s >= 0.2, "a lease so short that a late poll would end it"


@check("19, 38, I3", needs=(Word.HOST_LOSS,))
async def when_the_line_is_cut_the_pump_stops_by_itself(bench: Bench) -> None:
    seat = await bench.infusing()
    await seat.keep_polling(1.0)
    bench.line.is_cut = True
    polling = asyncio.create_task(seat.keep_polling(bench.bound_s(seat) + 1))
    await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat) + SLACK_S)
    await polling


@check("91, I3", needs=(Word.HOST_LOSS,))
async def when_the_driver_is_killed_the_pump_stops_by_itself(bench: Bench) -> None:
    seat = await bench.infusing()
    bound_s = bench.bound_s(seat)
    await seat.keep_polling(1.0)
    await seat.leave()
    await bench.until(lambda truth: not truth.is_moving, bound_s + SLACK_S)


@check("91", needs=(Word.HOST_LOSS,))
async def while_it_is_polled_it_runs_on_without_a_gap(bench: Bench) -> None:
    """Three leases long: what was given is what the rate asks for."""
    seat = await bench.infusing()
    began_s, began_nl = bench.now_s, bench.truth.given_nl
    await seat.keep_polling(min(3 * bench.bound_s(seat), 20.0))
    assert bench.truth.is_moving
    wanted_nl = bench.case.rate_nl_h * (bench.now_s - began_s) / 3600
    given_nl = bench.truth.given_nl - began_nl
    assert abs(given_nl - wanted_nl) <= 0.01 * wanted_nl + bench.case.rate_nl_h * 0.02 / 3600
    assert {report.motion for report in seat.reports[-5:]} == {Motion.INFUSING}


@check("19, 91, I6", needs=(Word.HOST_LOSS,))
async def after_a_lost_line_nothing_starts_by_itself(bench: Bench) -> None:
    """Some pumps go on when questions resume (facts/protocols.md 6); then the opening must not be what starts them."""
    seat = await bench.infusing()
    bench.line.is_cut = True
    polling = asyncio.create_task(seat.keep_polling(bench.bound_s(seat) + 2))
    await bench.until(lambda truth: not truth.is_moving, bench.bound_s(seat) + SLACK_S)
    await polling
    ups, before = len(seat.all(LinkUp)), len(bench.line.heard)
    bench.line.heal()
    await seat.until(lambda: len(seat.all(LinkUp)) > ups, bench.bound_s(seat) + 10)
    assert not bench.asked(Kind.START, before)
    await bench.stands_for(0.3)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
