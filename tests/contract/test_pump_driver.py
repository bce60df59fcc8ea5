"""What every pump driver must do, on every kind of line: memory, a pty, a serial server (facts/faults.md rows
1-31).

Theory of operation. One suite, three lines. In memory stands a small fake; on the pty and on
TCP stands the simulator's own process, written from the same fact sheet by other hands, and its faults are
injected over its control socket. A test says what it needs in words that both understand (`lose_reply`,
`unplug`, ...).
"""

import asyncio
import json
import os
import signal
import sys
from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any, Protocol

import pytest
from contract.driver_seat import DriverSeat
from contract.fake_new_era import FakeNewEra, frame
from contract.memory_line import MemoryLine

from drivers import transport
from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    Halt,
    LinkDown,
    Motion,
    Outcome,
    Poll,
    PumpAlarm,
    Run,
)
from drivers.new_era.binding import Binding

RUN = Run(26_250_000, 17_500_000)
APPROVAL = Approval(26_250_000, 17_500_000)


class Rig(Protocol):
    """A pump on a line, with what can go wrong."""

    async def seat(self, binding: Binding | None = None) -> DriverSeat: ...
    async def lose_reply(self, word: str) -> None: ...
    async def lose_request(self, word: str) -> None: ...
    async def fall_silent(self) -> None: ...
    async def reboot(self) -> None: ...
    async def unplug(self) -> None: ...
    @property
    def wire(self) -> list[tuple[float, bytes]]: ...


class MemoryRig:
    """The fake pump."""

    def __init__(self) -> None:
        self.line = MemoryLine()
        self.seats: list[DriverSeat] = []

    async def seat(self, binding: Binding | None = None) -> DriverSeat:
        self.seats.append(DriverSeat("memory", self.line.connect, binding))
        return self.seats[-1]

    async def lose_reply(self, word: str) -> None:
        self.line.pump.lose_reply.append(word)

    async def lose_request(self, word: str) -> None:
        self.line.pump.lose_request.append(word)

    async def fall_silent(self) -> None:
        self.line.pump.is_mute = True

    async def reboot(self) -> None:
        self.line.pump.letter = "S"
        self.line.pump.alarm = "R"

    async def unplug(self) -> None:
        self.line.unplug()

    @property
    def wire(self) -> list[tuple[float, bytes]]:
        return self.line.written


class Tap(asyncio.Transport):
    """A real transport with a note of when what was written."""

    def __init__(self, inner: asyncio.Transport, written: list[tuple[float, bytes]]) -> None:
        super().__init__()
        self._inner = inner
        self._written = written

    def write(self, data: bytes | bytearray | memoryview) -> None:
        self._written.append((asyncio.get_running_loop().time(), bytes(data)))
        self._inner.write(data)

    def abort(self) -> None:
        self._inner.abort()

    def is_closing(self) -> bool:
        return self._inner.is_closing()

    def get_write_buffer_size(self) -> int:
        return self._inner.get_write_buffer_size()

    def get_extra_info(self, name: str, default: Any = None) -> Any:
        return self._inner.get_extra_info(name, default)


class SimulatorRig:
    """The simulator as a process of its own."""

    def __init__(self, process: asyncio.subprocess.Process, port: str, control: str) -> None:
        self.process = process
        self.port = port
        self.control = control
        self.written: list[tuple[float, bytes]] = []
        self.seats: list[DriverSeat] = []

    @classmethod
    async def start(cls, listen: str, control: Path) -> "SimulatorRig":
        """Raises AssertionError if it does not come up."""
        words = ["serve", "--pump", "new_era", "--listen", listen, "--control", str(control)]
        process = await asyncio.create_subprocess_exec(
            *(sys.executable, "-m", "hil_sim.cli", *words), stdout=asyncio.subprocess.PIPE
        )
        assert process.stdout is not None
        async with asyncio.timeout(20):
            ready = (await process.stdout.readline()).decode().split()
        assert ready[:1] == ["READY"], ready
        address = ready[1].removeprefix("pump=")
        return cls(process, address if listen.startswith("pty") else f"tcp:{address}", str(control))

    async def stop(self) -> None:
        if self.process.returncode is None:
            self.process.kill()
        await self.process.wait()

    async def connect(self, port: str, baud: int, protocol: asyncio.Protocol) -> asyncio.Transport:
        return Tap(await transport.connect(port, baud, protocol), self.written)

    async def seat(self, binding: Binding | None = None) -> DriverSeat:
        self.seats.append(DriverSeat(self.port, self.connect, binding))
        return self.seats[-1]

    async def fault(self, name: str, **arguments: object) -> None:
        reader, writer = await asyncio.open_unix_connection(self.control)
        writer.write(json.dumps({"do": "fault", "name": name, **arguments}).encode() + b"\n")
        async with asyncio.timeout(5):
            answer = json.loads(await reader.readline())
        assert "error" not in answer, answer
        writer.close()
        await writer.wait_closed()

    async def lose_reply(self, word: str) -> None:
        await self.fault("reply_lost", command=word, count=1)

    async def lose_request(self, word: str) -> None:
        await self.fault("request_lost", command=word, count=1)

    async def fall_silent(self) -> None:
        await self.fault("request_lost")

    async def reboot(self) -> None:
        await self.fault("power_blip", dark_ms=100.0)

    async def unplug(self) -> None:
        os.kill(self.process.pid, signal.SIGKILL)
        await self.process.wait()

    @property
    def wire(self) -> list[tuple[float, bytes]]:
        return self.written


@pytest.fixture(
    params=[
        pytest.param("memory"),
        pytest.param("pty", marks=pytest.mark.hil),
        pytest.param("tcp", marks=pytest.mark.hil),
    ]
)
async def rig(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Rig]:
    if request.param == "memory":
        memory = MemoryRig()
        yield memory
        for seat in memory.seats:
            await seat.leave()
        return
    listen = f"pty:{tmp_path / 'pump'}" if request.param == "pty" else "tcp:0"
    simulator = await SimulatorRig.start(listen, tmp_path / "control")
    yield simulator
    for seat in simulator.seats:
        await seat.leave()
    await simulator.stop()


@pytest.fixture
async def ready(rig: Rig) -> DriverSeat:
    """Up, halted, set up, approved."""
    seat = await (await rig.seat()).up()
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert await seat.do(Configure(26_590)) is Outcome.CONFIRMED
    seat.driver.approve(APPROVAL)
    return seat


async def test_run_slow_halt_round_trip_with_readback(ready: DriverSeat) -> None:
    assert await ready.do(RUN) is Outcome.CONFIRMED
    assert await ready.do(Adjust(13_120_000)) is Outcome.CONFIRMED
    ready.submit(Poll())
    report = await ready.report(lambda r: r.motion is Motion.INFUSING)
    assert report.rate_nl_h == 13_120_000
    assert await ready.do(Halt()) is Outcome.CONFIRMED
    ready.submit(Poll())
    await ready.report(lambda r: r.motion is Motion.HALTED)


async def test_a_run_halted_can_be_run_again(ready: DriverSeat) -> None:
    for _ in range(2):
        assert await ready.do(RUN) is Outcome.CONFIRMED
        assert await ready.do(Halt()) is Outcome.CONFIRMED


async def test_more_than_approved_is_refused(ready: DriverSeat) -> None:
    assert await ready.do(Run(26_260_000, 17_500_000)) is Outcome.REFUSED
    assert await ready.do(Run(26_250_000, 17_510_000)) is Outcome.REFUSED
    ready.submit(Poll())
    assert (await ready.report(lambda r: True)).motion is Motion.HALTED


async def test_a_halt_goes_before_everything_that_waits(rig: Rig, ready: DriverSeat) -> None:
    """I9."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    ready.submit(Poll())
    waiting = [ready.submit(Adjust(13_120_000)) for _ in range(3)]
    halt = ready.submit(Halt())
    assert [await ready.outcome(n) for n in waiting] == [Outcome.NOT_SENT] * 3
    assert await ready.outcome(halt) is Outcome.CONFIRMED


async def test_with_a_hung_poll_in_flight_the_stop_is_on_the_wire_in_a_quarter_second(
    rig: Rig, ready: DriverSeat
) -> None:
    """T_q, 250 ms at most; facts/faults.md F1, row 36."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    await rig.lose_request("DIS")
    ready.submit(Poll())
    asked = asyncio.get_running_loop().time()
    halt = ready.submit(Halt())
    assert await ready.outcome(halt) is Outcome.CONFIRMED
    stops = [at for at, chunk in rig.wire if chunk == frame("0STP") and at >= asked]
    assert stops[0] - asked <= 0.250


async def test_a_stop_whose_answer_is_lost_is_confirmed_by_the_status_read_in_its_turn(
    rig: Rig, ready: DriverSeat
) -> None:
    """Faults row 1."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    await rig.lose_reply("STP")
    halt = ready.submit(Halt())
    report = asyncio.create_task(ready.report(lambda r: r.motion is Motion.HALTED))
    assert await ready.outcome(halt) is Outcome.CONFIRMED
    await report


async def test_a_stop_that_never_arrived_is_said_again_in_its_turn_and_stops_in_a_second(
    rig: Rig, ready: DriverSeat
) -> None:
    """Faults row 2; T_s."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    await rig.lose_request("STP")
    start = asyncio.get_running_loop().time()
    assert await ready.do(Halt()) is Outcome.CONFIRMED
    assert asyncio.get_running_loop().time() - start <= 1.0


async def test_the_lost_answer_to_a_start_is_unknown_and_never_repeated(rig: Rig, ready: DriverSeat) -> None:
    """I1, I11: no "give" passes a retrying layer."""
    await rig.lose_reply("RUN")
    before = len(rig.wire)
    run = ready.submit(RUN)
    report = asyncio.create_task(ready.report(lambda r: r.motion is Motion.INFUSING, within_s=2))
    assert await ready.outcome(run) is Outcome.UNKNOWN
    await report
    assert [chunk for _, chunk in rig.wire[before:]].count(frame("0RUN")) == 1


async def test_a_reboot_is_seen_as_an_alarm_and_a_pump_at_rest(rig: Rig, ready: DriverSeat) -> None:
    """Faults row 6: the alarm is the answer to the next command, which is not carried out and asked again."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    await rig.reboot()

    async def keep_polling() -> None:
        while True:
            ready.submit(Poll())
            await asyncio.sleep(0.25)

    polling = asyncio.create_task(keep_polling())
    report = await ready.report(lambda r: PumpAlarm.RESET in r.alarms, within_s=4)
    polling.cancel()
    assert report.motion is Motion.HALTED


async def test_when_polling_ceases_the_pump_stops_itself(ready: DriverSeat) -> None:
    """Design law 7, faults row 91: the lease is 2 s of link time, and nothing renews it but the caller."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    start = asyncio.get_running_loop().time()
    report = await ready.report(lambda r: PumpAlarm.HOST_SILENT in r.alarms, within_s=4)
    assert 1.8 <= asyncio.get_running_loop().time() - start <= 2.8
    assert report.motion is Motion.HALTED


async def test_an_unplugged_line_is_down_quickly_and_everything_ends(rig: Rig, ready: DriverSeat) -> None:
    """Faults row 19."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    waiting = asyncio.create_task(ready.down(within_s=1.0))
    await asyncio.sleep(0)
    await rig.unplug()
    down = await waiting
    assert not down.is_wrong_pump
    assert await ready.do(Halt()) is Outcome.NOT_SENT


async def test_a_pump_that_falls_silent_is_down_within_its_lease(rig: Rig, ready: DriverSeat) -> None:
    """Faults row 38: the line stays, the pump does not answer. Two seconds and our side knows, too."""
    assert await ready.do(RUN) is Outcome.CONFIRMED
    await rig.fall_silent()
    ready.submit(Poll())
    await ready.down(within_s=2.0)


async def test_the_wrong_pump_is_told_nothing_but_identity(rig: Rig) -> None:
    """Faults row 21."""
    seat = await rig.seat(Binding("NE500"))
    down = await seat.down(within_s=4)
    assert down.is_wrong_pump
    assert {chunk for _, chunk in rig.wire} <= {frame("0SAF2"), frame("0VER")}
    assert await seat.do(Halt()) is Outcome.NOT_SENT


@pytest.mark.hil
async def test_a_second_driver_on_the_port_is_refused_and_the_first_unaffected(tmp_path: Path) -> None:
    """Faults row 22, I13."""
    simulator = await SimulatorRig.start(f"pty:{tmp_path / 'pump'}", tmp_path / "control")
    first = await (await simulator.seat()).up()
    second = await simulator.seat()
    down = await second.down(within_s=4)
    assert "another program holds this port" in down.reason
    assert await first.do(Halt()) is Outcome.CONFIRMED
    assert first.all(LinkDown) == []
    for seat in simulator.seats:
        await seat.leave()
    await simulator.stop()


@pytest.mark.hil
async def test_after_a_driver_has_left_the_next_one_gets_the_port(tmp_path: Path) -> None:
    simulator = await SimulatorRig.start(f"pty:{tmp_path / 'pump'}", tmp_path / "control")
    for _ in range(2):
        seat = await (await simulator.seat()).up()
        await seat.leave()
    await simulator.stop()


@pytest.mark.hil
async def test_noise_in_every_tenth_frame_is_worked_through(tmp_path: Path) -> None:
    """Faults row 25: whatever bits flip, no rate is believed that the pump does not have, and it can be halted."""
    simulator = await SimulatorRig.start(f"pty:{tmp_path / 'pump'}", tmp_path / "control")
    seat = await (await simulator.seat()).up()
    seat.driver.approve(APPROVAL)
    assert await seat.do(Configure(26_590)) is Outcome.CONFIRMED
    assert await seat.do(RUN) is Outcome.CONFIRMED
    await simulator.fault("noise", rate=0.005)
    for _ in range(12):
        seat.submit(Poll())
        await asyncio.sleep(0.1)
    for _ in range(10):
        if await seat.do(Halt(), within_s=3) is Outcome.CONFIRMED:
            break
    else:
        pytest.fail("not halted in ten attempts")
    await seat.leave()
    await simulator.stop()


@pytest.mark.virtual_time
async def test_the_fake_alone_proves_nothing_so_it_is_bound_to_the_same_frames() -> None:
    """The fake is held to the golden frames in test_framing; here only that it starts as a pump does."""
    pump = FakeNewEra()
    assert pump.feed(frame("0DIS"), 0) == b""  # basic mode: safe frames but SAF are not understood
    assert pump.feed(frame("0SAF2"), 1) == frame("00S")
