"""Modbus against a peer that nobody here wrote: pymodbus's own server, RTU over a pty and TCP; and several units on one
bus.

Theory of operation. The server is pymodbus's `SimDevice` with pumpd's default map in it; its `action` plays as much of
a pump as the driver must see (status follows the run coil, the heartbeat counts). Framing, CRC, transaction numbers
and function codes are all the server's.
"""

import asyncio
import os
import socket
import tty
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from contract.rigs.media import media
from contract.rigs.modbus import ModbusRig, ModbusTcpRig
from modbus_bench import DEFAULT
from pymodbus import FramerType
from pymodbus.constants import ExcCodes
from pymodbus.server import ModbusSerialServer, ModbusTcpServer
from pymodbus.simulator import DataType, SimData, SimDevice

from drivers.conformance.bench import Bench
from drivers.conformance.lines import MemoryLine
from drivers.conformance.rig import Kind
from drivers.conformance.seat import Seat
from drivers.conformance.suite import Medium, conformance
from drivers.contract import (
    Adjust,
    Approval,
    Configure,
    Halt,
    LinkUp,
    Listener,
    Motion,
    Outcome,
    Poll,
    PumpDriver,
    Run,
)
from drivers.modbus.binding import Binding
from drivers.modbus.driver import ModbusDriver, ModbusLine, bus
from drivers.modbus.library import load_map
from drivers.modbus.parse_map import parse_map
from drivers.transport import Connect
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import read_layout
from hil_sim.pumps.modbus_motor import ModbusMemory

RUN = Run(26_250_000, 17_500_000)
APPROVAL = Approval(26_250_000, 17_500_000)
LAYOUT = load_map("pumpd-default")

test_rtu = conformance(ModbusRig, media=media(Medium.MEMORY))
test_tcp = conformance(ModbusTcpRig, media=media(Medium.MEMORY))


class Peer:
    """The registers of a pump inside pymodbus's server."""

    def __init__(self) -> None:
        self.is_running = False
        self.heartbeat = 0
        self.stops = 0
        coils = [SimData(0, values=[False] * 4, datatype=DataType.BITS)]
        holding = [SimData(0, values=[0] * 6 + [0, 1, 0x0102, 0, 40217], datatype=DataType.REGISTERS)]
        inputs = [SimData(0, values=[0] * 8, datatype=DataType.REGISTERS)]
        discrete = [SimData(0, values=[False], datatype=DataType.BITS)]
        self.device = SimDevice(id=1, simdata=(coils, discrete, holding, inputs), action=self.act)

    async def act(
        self,
        function_code: int,
        start_address: int,
        address: int,
        count: int,
        current_registers: list[int],
        set_values: list[int] | list[bool] | None,
    ) -> ExcCodes | None:
        """Play the motor."""
        if function_code == 5 and address == 0 and set_values:
            self.is_running = bool(set_values[0])
            self.stops += not self.is_running
        if function_code == 4:
            self.heartbeat = (self.heartbeat + 1) & 0xFFFF
            current_registers[0 - start_address] = int(self.is_running)
            current_registers[2 - start_address] = self.heartbeat
        return None


def _bridge(one: int, other: int) -> None:
    loop = asyncio.get_running_loop()
    for source, target in ((one, other), (other, one)):
        loop.add_reader(source, lambda s=source, t=target: os.write(t, os.read(s, 4096)))


class PeerLine:
    """The peer behind a wire."""

    def __init__(self, peer: Peer, medium: str) -> None:
        self.peer = peer
        self.medium = medium
        self.port = ""
        self._fds: list[int] = []

    async def open(self) -> None:
        if self.medium == "tcp":
            with socket.socket() as probe:
                probe.bind(("127.0.0.1", 0))
                number = probe.getsockname()[1]
            self._server = ModbusTcpServer(self.peer.device, address=("127.0.0.1", number))
            self.port = f"tcp:127.0.0.1:{number}"
        else:
            near, near_slave = os.openpty()
            far, far_slave = os.openpty()
            self._fds = [near, near_slave, far, far_slave]
            for fd in (near_slave, far_slave):
                tty.setraw(fd)
            _bridge(near, far)
            self.port = os.ttyname(near_slave)
            self._server = ModbusSerialServer(
                self.peer.device, framer=FramerType.RTU, port=os.ttyname(far_slave), baudrate=19200
            )
        await self._server.serve_forever(background=True)

    async def close(self) -> None:
        await self._server.shutdown()
        for fd in self._fds[::2]:
            asyncio.get_running_loop().remove_reader(fd)
        for fd in self._fds:
            os.close(fd)

    def seat(self, binding: Binding | None = None) -> Seat:
        loop = asyncio.get_running_loop()
        transport = "tcp" if self.medium == "tcp" else "rtu"
        line = ModbusLine(self.port, binding or Binding("PUMPD-1", serial="40217"), LAYOUT, transport)
        return Seat(lambda hear: ModbusDriver(line, hear, lambda: int(loop.time() * 1000)))


@pytest.fixture(
    params=[pytest.param("rtu", marks=pytest.mark.hil), pytest.param("tcp", marks=pytest.mark.hil)]
)
async def peer_line(request: pytest.FixtureRequest) -> AsyncIterator[PeerLine]:
    line = PeerLine(Peer(), request.param)
    await line.open()
    yield line
    await line.close()


async def test_pymodbus_s_server_is_identified_set_up_run_changed_and_halted(peer_line: PeerLine) -> None:
    seat = await peer_line.seat().up()
    [up] = seat.all(LinkUp)
    assert (up.identity.model, up.identity.firmware, up.identity.serial) == ("PUMPD-1", "1.2", "40217")
    seat.driver.approve(APPROVAL)
    assert await seat.do(Configure(26_590)) is Outcome.CONFIRMED
    assert await seat.do(RUN) is Outcome.CONFIRMED
    assert peer_line.peer.is_running
    assert await seat.do(Adjust(13_120_000)) is Outcome.CONFIRMED
    report = await seat.poll()
    assert (report.motion, report.rate_nl_h) == (Motion.INFUSING, 13_120_000)
    assert (report.volume_limit_nl, report.watchdog_ms, report.diameter_um) == (17_500_000, 2000, 26_590)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not peer_line.peer.is_running
    await seat.leave()


async def test_pymodbus_s_server_with_another_serial_number_is_a_stranger(peer_line: PeerLine) -> None:
    """Faults row 21."""
    seat = peer_line.seat(Binding("PUMPD-1", serial="7"))
    down = await seat.down(within_s=4)
    assert down.is_wrong_pump
    await seat.leave()


async def test_a_halt_asked_together_with_polls_reaches_pymodbus_s_server_first(peer_line: PeerLine) -> None:
    seat = await peer_line.seat().up()
    seat.driver.approve(APPROVAL)
    await seat.do(Configure(26_590))
    assert await seat.do(RUN) is Outcome.CONFIRMED
    seat.submit(Poll())
    waiting = seat.submit(Adjust(13_120_000))
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert await seat.outcome(waiting) is Outcome.NOT_SENT
    assert peer_line.peer.stops == 1
    await seat.leave()


@pytest.mark.virtual_time
async def test_a_counter_of_two_words_is_never_torn_where_its_low_word_rolls_over(tmp_path: Path) -> None:
    """Faults row 40: 65 535 steps and one more; both words come in one answer, so no report lies between them."""
    rig = ModbusRig()
    bench = Bench(rig, Medium.MEMORY, tmp_path)
    await bench.line.plug()
    seat = await bench.ready()
    step_nl = 100
    rig.pump.motor.infused_nl = 65_500.0 * step_nl
    began_nl = (await seat.poll()).infused_nl
    assert await seat.do(bench.case.run) is Outcome.CONFIRMED
    start = len(seat.reports)
    await seat.keep_polling(2.0, every_s=0.02)
    told = [report.infused_nl for report in seat.reports[start:]]
    assert told == sorted(told)
    assert began_nl < 65_536 * step_nl < told[-1] < began_nl + 30_000
    assert max(later - one for one, later in pairwise(told)) < 10 * step_nl
    await bench.end()


class SwappedRig(ModbusRig):
    """A site that has told the map the wrong word order."""

    def driver(
        self,
        port: str,
        listener: Listener,
        link_ms: Callable[[], int],
        connect: Connect,
        *,
        is_for_another: bool = False,
    ) -> PumpDriver:
        swapped = parse_map(DEFAULT.replace('word_order = "big"', 'word_order = "little"'))
        assert swapped.is_low_word_first
        bound = Binding("PUMPD-1", serial="40217" if is_for_another else "")
        return ModbusDriver(ModbusLine(port, bound, swapped), listener, link_ms, connect)


@pytest.mark.virtual_time
async def test_swapped_words_start_nothing(tmp_path: Path) -> None:
    """Faults row 40: 26.25 ml/h the wrong way round is 1720 l/h, which no pump takes for a rate."""
    bench = Bench(SwappedRig(), Medium.MEMORY, tmp_path)
    await bench.line.plug()
    seat = await (await bench.seat()).up()
    seat.driver.approve(bench.case.approval)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    await seat.do(Configure(bench.case.diameter_um))
    assert await seat.do(bench.case.run) is not Outcome.CONFIRMED
    await bench.stands_for(0.5)
    assert bench.asked(Kind.START) == []
    await bench.end()


@pytest.mark.virtual_time
async def test_swapped_words_are_known_by_the_serial_number(tmp_path: Path) -> None:
    """Faults rows 21 and 40: where the site has bound one, the line does not even come up."""
    bench = Bench(SwappedRig(), Medium.MEMORY, tmp_path)
    await bench.line.plug()
    seat = await bench.seat(is_for_another=True)
    assert (await seat.down(within_s=4)).is_wrong_pump
    await bench.end()


class BusRig(ModbusRig):
    """Units 1 and 2 on one bus."""

    def __init__(self) -> None:
        super().__init__()
        self.second = ModbusPump(read_layout(DEFAULT), is_tcp=False, memory=ModbusMemory(address=2))
        self.is_first_mute = False

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        self.second.receive(chunk, now_ms)
        mine = super().receive(chunk, now_ms)
        return (b"" if self.is_first_mute else mine) + self.second.output()

    def tick(self, now_ms: int) -> bytes:
        before = self._now_ms
        if before is not None and now_ms > before:
            self.second.advance((now_ms - before) / 1000, now_ms)
        return super().tick(now_ms)


async def test_two_units_share_a_bus_and_a_mute_one_does_not_hold_the_others_stop_up() -> None:
    """facts/faults.md 3, pymodbus #1654: one dead slave closed the bus for all."""
    rig = BusRig()
    wire = MemoryLine(rig)
    await wire.plug()
    loop = asyncio.get_running_loop()

    def link_ms() -> int:
        return int(loop.time() * 1000)

    lines = [ModbusLine("memory", Binding("PUMPD-1", unit=n), LAYOUT) for n in (1, 2)]
    chain = bus(lines[0], link_ms, wire.connect)
    seats = [Seat(lambda hear, line=line: ModbusDriver(line, hear, link_ms, chain=chain)) for line in lines]
    for seat in seats:
        await seat.until(lambda seat=seat: bool(seat.reports), 4)
        seat.driver.approve(APPROVAL)
        assert await seat.do(Configure(26_590)) is Outcome.CONFIRMED
        assert await seat.do(RUN) is Outcome.CONFIRMED
    assert rig.pump.is_moving
    assert rig.second.is_moving
    rig.is_first_mute = True
    seats[0].submit(Poll())
    begun_s = loop.time()
    assert await seats[1].do(Halt()) is Outcome.CONFIRMED
    stops = [frame.at_s for frame in wire.heard if frame.chunk[:2] == b"\2\5" and frame.at_s >= begun_s]
    assert stops[0] - begun_s <= 0.250
    assert not rig.second.is_moving
    assert rig.pump.is_moving  # the other's stop is not this one's
    for seat in seats:
        await seat.leave()
    await wire.end()


@pytest.mark.hil
@pytest.mark.parametrize("pump", ["modbus-rtu", "modbus-tcp"])
async def test_the_simulator_is_served_and_driven_from_the_command_line(pump: str, tmp_path: Path) -> None:
    from contract.rigs.modbus_process import Served

    async with Served(pump, tmp_path) as served:
        seat = await served.seat().up()
        seat.driver.approve(APPROVAL)
        assert await seat.do(Configure(26_590)) is Outcome.CONFIRMED
        assert await seat.do(RUN) is Outcome.CONFIRMED
        await served.fault("exception", code=6, command="RATE", count=1)
        assert await seat.do(Adjust(13_120_000)) is Outcome.REFUSED
        await served.fault("request_lost", command="STOP", count=1)
        assert await seat.do(Halt()) is Outcome.CONFIRMED
        assert (await served.truth())["running"] is False
        await seat.leave()


def test_the_rig_reads_what_a_frame_asks_for() -> None:
    rig = ModbusRig()
    assert rig.kind(bytes.fromhex("01 05 00 00 FF 00 8C 3A")) is Kind.START
    assert rig.kind(bytes.fromhex("01 05 00 00 00 00 CD CA")) is Kind.HALT
    assert rig.kind(b"?") is Kind.OTHER
