import asyncio
from pathlib import Path

import pytest
from contract.rigs.new_era import NewEraRig

from drivers.conformance.lines import Line, Medium, line_for
from drivers.conformance.rig import Kind
from drivers.errors import PortError
from hil_sim.pumps.new_era_frames import safe_packet


class Ear(asyncio.Protocol):
    def __init__(self) -> None:
        self.heard = bytearray()
        self.closed = asyncio.Event()
        self.news = asyncio.Event()

    def data_received(self, data: bytes) -> None:
        self.heard += data
        self.news.set()

    def connection_lost(self, exc: Exception | None) -> None:
        self.closed.set()


async def _opened(line: Line) -> tuple[asyncio.Transport, Ear]:
    ear = Ear()
    await line.plug()
    return await line.connect(line.port, 19200, ear), ear


@pytest.mark.parametrize("medium", list(Medium))
async def test_each_carries_both_ways_and_can_be_unplugged_and_plugged(
    medium: Medium, tmp_path: Path
) -> None:
    """Faults rows 19, 20."""
    line = line_for(medium, NewEraRig(), tmp_path)
    for _ in range(2):
        transport, ear = await _opened(line)
        transport.write(safe_packet("0SAF2"))
        async with asyncio.timeout(2):
            await ear.news.wait()
        assert ear.heard
        assert line.heard[-1].kind is Kind.SESSION
        await line.unplug()
        async with asyncio.timeout(2):
            await ear.closed.wait()
        with pytest.raises(PortError):
            await line.connect(line.port, 19200, Ear())
    await line.end()


async def test_a_cut_line_carries_nothing_and_the_pump_lives_on(tmp_path: Path) -> None:
    line = line_for(Medium.MEMORY, NewEraRig(), tmp_path)
    transport, ear = await _opened(line)
    line.is_cut = True
    transport.write(safe_packet("0SAF2"))
    await asyncio.sleep(0.05)
    assert not ear.heard
    line.heal()
    line.say(b"x")
    await asyncio.sleep(0.02)
    assert bytes(ear.heard) == b"x"
    await line.end()
