"""The thin shell: one stack from submit to write and from bytes to listener, reopening, and defects that stay
inside."""

import asyncio

import pytest
from contract.driver_seat import DriverSeat
from contract.fake_new_era import FakeNewEra, frame
from contract.memory_line import MemoryLine

from drivers.contract import Approval, DriverEvent, Halt, LinkDown, LinkUp, Outcome, Poll, PumpDriver, Run
from drivers.new_era import protocol
from drivers.new_era.binding import Binding
from drivers.new_era.driver import REOPEN_MAX_S, NewEraDriver, NewEraLine

pytestmark = pytest.mark.virtual_time

LINE = NewEraLine("memory", Binding("NE1000"))


def now_ms() -> int:
    return int(asyncio.get_running_loop().time() * 1000)


async def up(line: MemoryLine) -> DriverSeat:
    return await DriverSeat("memory", line.connect).up()


def test_it_is_a_pump_driver() -> None:
    driver: PumpDriver = NewEraDriver(LINE, lambda _event: None, lambda: 0)
    assert driver.capabilities(26_590).watchdog_bound_ms == 2_000
    with pytest.raises(ValueError, match="diameter"):
        driver.capabilities(0)


@pytest.mark.parametrize("baud", [300, 2400, 115200])
def test_a_line_too_slow_for_200_ms_is_refused_by_name(baud: int) -> None:
    with pytest.raises(ValueError, match=f"/dev/ttyS0: baud {baud}"):
        NewEraLine("/dev/ttyS0", Binding("NE1000"), baud)


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


class Broken(protocol.NewEraProtocol):
    """A protocol with a defect in it."""

    def receive(self, chunk: bytes, now: int) -> None:
        raise ZeroDivisionError


async def test_a_defect_below_closes_the_line_and_nothing_else() -> None:
    reported: list[str] = []
    asyncio.get_running_loop().set_exception_handler(
        lambda _loop, context: reported.append(context["message"])
    )
    line = MemoryLine()
    seat = DriverSeat("memory", line.connect)
    seat.driver._protocol = Broken(Binding("NE1000"))
    down = await seat.down(within_s=1)
    assert down.reason == "internal error: ZeroDivisionError"
    assert line.transport is not None
    assert line.transport.is_closing()
    await asyncio.sleep(2)
    assert len(line.openings) > 1
    assert set(reported) == {"the driver failed; its line is closed"}
    await seat.leave()


async def test_a_missing_port_is_tried_again_later_and_later_up_to_two_seconds() -> None:
    line = MemoryLine()
    line.is_missing = True
    seat = DriverSeat("memory", line.connect)
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
    line.unplug()
    await seat.down(within_s=0.1)
    line.is_missing = False
    await seat.up(within_s=1)
    await seat.leave()


async def test_the_wrong_pump_is_asked_again_only_every_two_seconds() -> None:
    line = MemoryLine(FakeNewEra("NE500V2.19"))
    seat = DriverSeat("memory", line.connect)
    await asyncio.sleep(9)
    gaps = [b - a for a, b in zip(line.openings, line.openings[1:], strict=False)]
    assert min(gaps) >= REOPEN_MAX_S
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
