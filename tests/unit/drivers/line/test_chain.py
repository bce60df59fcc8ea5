"""One port and its pumps: one stack from submit to write and from bytes to listener, reopening, defects that stay
inside, and pumps that share a line."""

import asyncio

import pytest
from contract.fake_new_era import FakeNewEra, frame
from contract.memory_line import MemoryLine, driver_seat

from drivers.conformance.seat import Seat
from drivers.contract import Approval, DriverEvent, Halt, LinkDown, LinkUp, Outcome, Poll, Run
from drivers.line.chain import Chain
from drivers.line.driver import LineDriver
from drivers.line.shared import REOPEN_MAX_MS
from drivers.line.wire import Heard
from drivers.new_era.binding import Binding
from drivers.new_era.dialect import NewEraDialect
from drivers.new_era.driver import NewEraDriver, NewEraLine
from drivers.new_era.wire import NewEraWire

pytestmark = pytest.mark.virtual_time

LINE = NewEraLine("memory", Binding("NE1000"))


def now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)


async def up(line: MemoryLine) -> Seat:
    return await driver_seat("memory", line.connect).up()


async def test_a_halt_is_written_before_submit_returns() -> None:
    line = MemoryLine()
    seat = await up(line)
    seat.driver.submit(1, Halt())
    assert line.written[-1][1] == frame("0STP")
    await seat.leave()


async def test_a_listener_may_submit_and_its_halt_is_written_in_the_same_stack() -> None:
    """Design law 9: the caller halts on LinkUp, and no task hop stands in between."""
    line = MemoryLine()
    heard: list[DriverEvent] = []
    written_in_call: list[bytes] = []

    def listen(event: DriverEvent) -> None:
        heard.append(event)
        if isinstance(event, LinkUp):
            driver.submit(7, Halt())
            written_in_call.append(line.written[-1][1])

    driver = NewEraDriver(LINE, listen, now_ms, line.connect)
    task = asyncio.create_task(driver.run())
    await asyncio.sleep(1)
    assert written_in_call == [frame("0STP")]
    assert [type(event).__name__ for event in heard] == ["LinkUp", "Reported", "Reported", "Ended"]
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_listener_that_raises_is_reported_and_told_the_next_event() -> None:
    reported: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: reported.append(context["message"])
    )
    line = MemoryLine()
    calls = 0

    def listen(_event: DriverEvent) -> None:
        nonlocal calls
        calls += 1
        raise RuntimeError("the listener is broken")

    driver = NewEraDriver(LINE, listen, now_ms, line.connect)
    task = asyncio.create_task(driver.run())
    await asyncio.sleep(1)
    assert calls == 2
    assert reported == ["a pump listener failed"] * 2
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


class BrokenWire(NewEraWire):
    """A wire with a defect in it."""

    def feed(self, chunk: bytes, now: int) -> list[Heard]:
        raise ZeroDivisionError


class BrokenDialect(NewEraDialect):
    """A family with a defect in it."""

    def wire(self) -> BrokenWire:
        return BrokenWire(0)


async def test_a_defect_below_closes_the_line_and_nothing_else() -> None:
    reported: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: reported.append(context["message"])
    )
    line = MemoryLine()
    events: list[DriverEvent] = []
    driver = LineDriver(
        BrokenDialect(Binding("NE1000")), events.append, Chain("memory", 19200, now_ms, line.connect)
    )
    task = asyncio.create_task(driver.run())
    await asyncio.sleep(0.1)
    assert events == [LinkDown("internal error: ZeroDivisionError")]
    assert line.transport is not None
    assert line.transport.is_closing()
    await asyncio.sleep(2)
    assert len(line.openings) > 1
    assert set(reported) == {"the driver failed; its line is closed"}
    task.cancel()
    await asyncio.gather(task, return_exceptions=True)


async def test_a_missing_port_is_tried_again_later_and_later_up_to_two_seconds() -> None:
    line = MemoryLine()
    line.is_missing = True
    seat = driver_seat("memory", line.connect)
    await asyncio.sleep(20)
    gaps = [round(b - a, 3) for a, b in zip(line.openings, line.openings[1:], strict=False)]
    assert 0.2 <= gaps[0] < 0.3
    assert gaps == sorted(gaps)
    assert 2.0 <= gaps[-1] < 2.1
    assert [type(event) for event in seat.events] == [LinkDown]
    await seat.leave()


async def test_a_cable_put_back_comes_up_again_soon() -> None:
    """Faults row 20."""
    line = MemoryLine()
    seat = await up(line)
    line.pull()
    await seat.down(within_s=0.1)
    line.is_missing = False
    await seat.up(within_s=1)
    await seat.leave()


async def test_the_wrong_pump_is_asked_again_only_every_two_seconds() -> None:
    line = MemoryLine(FakeNewEra("NE500V2.19"))
    seat = driver_seat("memory", line.connect)
    await asyncio.sleep(9)
    gaps = [b - a for a, b in zip(line.openings, line.openings[1:], strict=False)]
    assert min(gaps) >= REOPEN_MAX_MS / 1000
    assert len(seat.all(LinkDown)) == 1
    await seat.leave()


async def test_a_line_that_takes_no_bytes_is_given_up() -> None:
    """Faults row 27: nothing queues in front of a halt."""
    line = MemoryLine()
    seat = await up(line)
    line.stuck_bytes = 65
    assert await seat.do(Halt(), within_s=0.01) is Outcome.UNKNOWN
    assert "takes no bytes" in seat.all(LinkDown)[-1].reason
    line.stuck_bytes = 0
    await seat.up()
    await seat.leave()


async def test_leaving_ends_what_was_under_way_and_lets_the_port_go() -> None:
    line = MemoryLine()
    seat = await up(line)
    seat.driver.approve(Approval(26_250_000, 17_500_000))
    run = seat.submit(Run(26_250_000, 17_500_000))
    await seat.leave()
    assert await seat.outcome(run) is Outcome.NOT_SENT
    assert isinstance(seat.events[-1], LinkDown)
    assert line.transport is not None
    assert line.transport.is_closing()
    assert await seat.do(Halt()) is Outcome.NOT_SENT
    seat.submit(Poll())


async def test_before_it_runs_a_command_is_not_sent() -> None:
    heard: list[DriverEvent] = []
    driver = NewEraDriver(LINE, heard.append, now_ms)
    driver.submit(1, Halt())
    assert [getattr(event, "outcome", None) for event in heard] == [Outcome.NOT_SENT]


class Pair:
    """Pumps 1 and 2 on one line in memory, each with its driver."""

    def __init__(self) -> None:
        self.pumps = (FakeNewEra(address=1), FakeNewEra(address=2))
        self.line = MemoryLine(*self.pumps)
        self.chain = Chain("memory", 19200, now_ms, self.line.connect)
        self.seats = [
            driver_seat("memory", self.line.connect, Binding("NE1000", address=n), self.chain) for n in (1, 2)
        ]

    async def up(self) -> "Pair":
        for seat in self.seats:
            if not seat.all(LinkUp):
                await seat.up()
        return self

    async def leave(self) -> None:
        for seat in self.seats:
            await seat.leave()

    def sent(self, chunk: bytes) -> list[float]:
        return [at for at, written in self.line.written if written == chunk]


async def test_two_pumps_share_one_opening_of_one_port() -> None:
    pair = await Pair().up()
    assert len(pair.line.openings) == 1
    assert [seat.all(LinkUp)[0].identity.address for seat in pair.seats] == [1, 2]
    await pair.leave()
    assert pair.line.transport is not None
    assert pair.line.transport.is_closing()


async def test_a_halt_for_the_second_leaves_at_most_200_ms_after_the_firsts_exchange_hung() -> None:
    """I9, T_q; facts F1."""
    pair = await Pair().up()
    first, second = pair.seats
    pair.pumps[0].is_mute = True
    first.submit(Poll())
    asked = asyncio.get_running_loop().time()
    assert await second.do(Halt()) is Outcome.CONFIRMED
    [at] = pair.sent(frame("2STP"))
    assert 0.19 < at - asked <= 0.201
    await pair.leave()


async def test_a_halt_for_the_second_on_a_free_line_is_written_before_submit_returns() -> None:
    pair = await Pair().up()
    pair.seats[1].driver.submit(1, Halt())
    assert pair.line.written[-1][1] == frame("2STP")
    await pair.leave()


async def test_when_the_driver_that_carries_the_port_leaves_the_next_one_opens_it_again() -> None:
    pair = await Pair().up()
    await pair.seats[0].leave()
    await pair.seats[1].up(within_s=1)
    assert len(pair.line.openings) == 2
    assert await pair.seats[1].do(Halt()) is Outcome.CONFIRMED
    assert await pair.seats[0].do(Halt()) is Outcome.NOT_SENT
    await pair.leave()


async def test_when_the_other_one_leaves_the_port_stays_open() -> None:
    pair = await Pair().up()
    await pair.seats[1].leave()
    assert isinstance(pair.seats[1].events[-1], LinkDown)
    assert await pair.seats[0].do(Halt()) is Outcome.CONFIRMED
    assert len(pair.line.openings) == 1
    assert pair.seats[0].all(LinkDown) == []
    await pair.leave()


async def test_an_unplugged_chain_is_down_for_both_and_comes_back_for_both() -> None:
    """Faults rows 19, 20."""
    pair = await Pair().up()
    pair.line.pull()
    for seat in pair.seats:
        if not seat.all(LinkDown):
            await seat.down(within_s=0.1)
    pair.line.is_missing = False
    await asyncio.sleep(1)
    assert [len(seat.all(LinkUp)) for seat in pair.seats] == [2, 2]
    await pair.leave()


async def test_each_listener_hears_of_its_own_pump_alone() -> None:
    pair = await Pair().up()
    before = len(pair.seats[0].events)
    assert await pair.seats[1].do(Halt()) is Outcome.CONFIRMED
    assert len(pair.seats[0].events) == before
    await pair.leave()
