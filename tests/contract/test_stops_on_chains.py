"""Stops where pumps share a line: whatever hangs, is garbled or is queued at one of them, the other's stop goes next.

Theory of operation. The families that have chains, each with two simulated pumps on one wire; alone on a line the
suite's own checks say the same (`drivers/conformance/check_stops.py`). Chemyx and Alaris have one pump a port, Modbus/TCP
one connection a pump, and New Era's basic mode is refused on a chain.
"""

import asyncio
from collections.abc import AsyncIterator, Callable
from itertools import pairwise
from pathlib import Path

import pytest
from contract.rigs.harvard import HarvardRig
from contract.rigs.modbus import ModbusRig
from contract.rigs.new_era import NewEraRig
from modbus_bench import DEFAULT

from drivers.conformance.lines import MemoryLine
from drivers.conformance.rig import Kind, Rig
from drivers.conformance.seat import Seat
from drivers.contract import Adjust, Configure, Halt, LinkDown, Outcome, Poll
from drivers.harvard.binding import Addressing, LeaseForm
from drivers.harvard.binding import Binding as HarvardBinding
from drivers.harvard.dialect import HarvardDialect
from drivers.harvard.driver import ELEVEN_ELITE
from drivers.line.chain import Chain
from drivers.line.dialect import Dialect
from drivers.line.driver import LineDriver
from drivers.modbus.binding import Binding as ModbusBinding
from drivers.modbus.dialect import ModbusDialect
from drivers.modbus.library import load_map
from drivers.new_era.binding import Binding as NewEraBinding
from drivers.new_era.dialect import NewEraDialect
from hil_sim.pumps.modbus import ModbusPump
from hil_sim.pumps.modbus_layout import read_layout
from hil_sim.pumps.modbus_motor import ModbusMemory

pytestmark = pytest.mark.virtual_time

#: Both pumps' figures, seconds (facts/faults.md T_q, T_s, I10). Beside a neighbour that answers, its one exchange is added.
ON_WIRE_S, STANDING_S, AGAIN_S = 0.250, 1.0, 0.250


class _NewEra(NewEraRig):
    def __init__(self, address: int) -> None:
        super().__init__()
        self._pump.memory.address = address


class _Harvard(HarvardRig):
    addressing = Addressing.DIGITS

    def __init__(self, address: int) -> None:
        self.address = address
        super().__init__()


class _Modbus(ModbusRig):
    def __init__(self, address: int) -> None:
        super().__init__()
        self.pump = ModbusPump(read_layout(DEFAULT), is_tcp=False, memory=ModbusMemory(address=address))


def _harvard(address: int) -> Dialect:
    binding = HarvardBinding(
        "11 ELITE", address=address, addressing=Addressing.DIGITS, lease_form=LeaseForm.FROM_CLEAR
    )
    return HarvardDialect(binding, ELEVEN_ELITE)


def _modbus(address: int) -> Dialect:
    def link_ms() -> int:
        return int(asyncio.get_running_loop().time() * 1000)

    return ModbusDialect(
        ModbusBinding("PUMPD-1", unit=address), load_map("pumpd-default"), link_ms, is_tcp=False, gap_ms=2
    )


FAMILIES: dict[str, tuple[Callable[[int], Rig], Callable[[int], Dialect]]] = {
    "new_era": (_NewEra, lambda address: NewEraDialect(NewEraBinding("NE1000", address=address))),
    "harvard": (_Harvard, _harvard),
    "modbus-rtu": (_Modbus, _modbus),
}


class Pair:
    """Two pumps behind one wire, for the line as if they were one. `mute`: says nothing; `hoarse`: nothing readable."""

    def __init__(self, make: Callable[[int], Rig]) -> None:
        self.rigs = {address: make(address) for address in (1, 2)}
        self.mute: set[int] = set()
        self.hoarse: set[int] = set()
        self.kind = self.rigs[1].kind

    def _said(self, address: int, answer: bytes) -> bytes:
        if address in self.mute:
            return b""
        return bytes(byte ^ 0x55 for byte in answer) if address in self.hoarse else answer

    def receive(self, chunk: bytes, now_ms: int) -> bytes:
        return b"".join(self._said(n, rig.receive(chunk, now_ms)) for n, rig in self.rigs.items())

    def tick(self, now_ms: int) -> bytes:
        return b"".join(self._said(n, rig.tick(now_ms)) for n, rig in self.rigs.items())


class ChainStage:
    """Both pumps running, each with its driver on the one chain."""

    def __init__(self, family: str) -> None:
        make, dialect = FAMILIES[family]
        self.pair = Pair(make)
        self.wire = MemoryLine(self.pair)  # type: ignore[arg-type]
        chain = Chain("memory", 19200, self.wire.now_ms, self.wire.connect)
        self.seats = {n: self._seat(dialect(n), chain) for n in (1, 2)}

    def _seat(self, dialect: Dialect, chain: Chain) -> Seat:
        return Seat(lambda hear: LineDriver(dialect, hear, chain))

    @property
    def now_s(self) -> float:
        return asyncio.get_running_loop().time()

    async def run(self) -> "ChainStage":
        await self.wire.plug()
        for n, seat in self.seats.items():
            case = self.pair.rigs[n].case
            await seat.until(lambda seat=seat: bool(seat.reports), 6)  # type: ignore[misc]
            assert await seat.do(Halt()) is Outcome.CONFIRMED
            seat.driver.approve(case.approval)
            assert await seat.do(Configure(case.diameter_um)) is Outcome.CONFIRMED
            assert await seat.do(case.run) is Outcome.CONFIRMED
        assert all(rig.truth().is_moving for rig in self.pair.rigs.values())
        return self

    def stops(self, since: int) -> list[float]:
        """When a stop left, whoever's."""
        return [frame.at_s for frame in self.wire.heard[since:] if frame.kind is Kind.HALT]

    async def end(self) -> None:
        for seat in self.seats.values():
            assert seat.audit() == []
            await seat.leave()
        await self.wire.end()


@pytest.fixture(params=FAMILIES)
async def stage(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[ChainStage]:
    one = await ChainStage(request.param).run()
    yield one
    await one.end()


@pytest.mark.parametrize("trouble", ["queued", "hung", "garbled"])
@pytest.mark.parametrize("at", ["its own", "the neighbour's"])
async def test_a_stop_leaves_in_a_quarter_second_and_stands_in_one(
    stage: ChainStage, trouble: str, at: str
) -> None:
    """Faults rows 2, 25, 36; I9: after at most one exchange, whatever is queued, hangs or cannot be read."""
    halted, troubled = stage.seats[2], 2 if at == "its own" else 1
    if trouble != "queued":
        (stage.pair.mute if trouble == "hung" else stage.pair.hoarse).add(troubled)
    for _ in range(3 if trouble == "queued" else 1):
        stage.seats[troubled].submit(Adjust(stage.pair.rigs[1].case.lower_nl_h))
    stage.seats[troubled].submit(Poll())
    await asyncio.sleep(0.003)
    before, asked_s = len(stage.wire.heard), stage.now_s
    halt = halted.submit(Halt())
    while stage.pair.rigs[2].truth().is_moving:
        await asyncio.sleep(0.001)
        assert stage.now_s - asked_s <= ON_WIRE_S
    assert stage.stops(before)[0] - asked_s <= ON_WIRE_S
    if at == "its own":
        stage.pair.mute.clear()
        stage.pair.hoarse.clear()
    assert await halted.outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
    assert stage.now_s - asked_s <= STANDING_S
    assert stage.pair.rigs[1].truth().is_moving  # the other's stop is not this one's


@pytest.mark.parametrize("trouble", ["hung", "garbled"])
async def test_a_stop_that_nobody_answers_is_said_again_and_the_neighbour_is_still_polled(
    stage: ChainStage, trouble: str
) -> None:
    """Faults row 2, I10: every quarter second; beside a neighbour that is polled, its one exchange later."""
    (stage.pair.mute if trouble == "hung" else stage.pair.hoarse).add(2)
    before, asked_s, told = len(stage.wire.heard), stage.now_s, len(stage.seats[1].reports)
    polling = asyncio.create_task(stage.seats[1].keep_polling(0.9))
    halt = stage.seats[2].submit(Halt())
    await asyncio.sleep(0.7)
    gaps = [after - at for at, after in pairwise([asked_s, *stage.stops(before), stage.now_s])]
    assert max(gaps) <= AGAIN_S + 0.010
    stage.pair.mute.clear()
    stage.pair.hoarse.clear()
    assert await stage.seats[2].outcome(halt, within_s=STANDING_S) is Outcome.CONFIRMED
    await polling
    assert len(stage.seats[1].reports) > told
    assert stage.seats[1].all(LinkDown) == []
    assert stage.pair.rigs[1].truth().is_moving
