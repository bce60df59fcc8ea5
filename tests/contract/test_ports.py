"""Ports that go bad, on real ptys: how soon they are let go, what they cost, and that the other pumps never notice."""

import asyncio
import itertools
import os
import time
import tty
from pathlib import Path

import pytest
from contract.rigs.new_era import NewEraRig

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.contract import Halt, LinkDown, Motion, Outcome, Reported
from drivers.transport import EMPTY_READS_MAX, connect, open_port

pytestmark = pytest.mark.hil

#: What a closed port and a pump polled four times a second may take of a processor, s in a second.
IDLE_S = 0.4


class Ear(asyncio.Protocol):
    """Waits for the end."""

    def __init__(self) -> None:
        self.lost: asyncio.Future[Exception | None] = asyncio.get_running_loop().create_future()

    def connection_lost(self, exc: Exception | None) -> None:
        self.lost.set_result(exc)


async def test_a_line_hung_up_at_the_far_end_is_closed_at_once_costs_nothing_and_no_neighbour_notices(
    tmp_path: Path,
) -> None:
    """Faults row 29: the far end gone, the terminal is ready to be read for ever and every read is EIO."""
    benches = []
    for name in ("bad", "good"):
        (tmp_path / name).mkdir()
        bench = Bench(NewEraRig(), Medium.PTY, tmp_path / name)
        await bench.line.plug()
        benches.append((bench, await bench.infusing()))
    (bad, hurt), (good, well) = benches
    polling = asyncio.create_task(well.keep_polling(2.5))
    begun_s = bad.now_s
    await bad.line.unplug()
    await hurt.until(lambda: bool(hurt.all(LinkDown)), 0.1)
    took_s, spent_s = bad.now_s - begun_s, time.process_time()
    told: list[float] = []
    well.then = lambda event: told.append(good.now_s) if isinstance(event, Reported) else None
    await asyncio.sleep(1.5)
    spent_s = time.process_time() - spent_s
    assert took_s <= 0.1
    assert spent_s <= 1.5 * IDLE_S, f"{spent_s:.2f} s of processor in 1.5 s"
    assert max(b - a for a, b in itertools.pairwise(told)) < 0.5
    assert well.reports[-1].motion is Motion.INFUSING
    assert well.all(LinkDown) == []
    await polling
    assert await well.do(Halt()) is Outcome.CONFIRMED
    for bench, _ in benches:
        await bench.end()


async def test_a_descriptor_that_is_always_ready_and_always_empty_is_given_up() -> None:
    """Faults row 29: no error, no bytes, and a reader that is called for ever."""
    master, slave = os.openpty()
    tty.setraw(slave)
    ear = Ear()
    transport = await connect(os.ttyname(slave), 19200, ear)
    device = transport.get_extra_info("serial")
    # The descriptor the loop watches has always something; the one the port reads has nothing.
    ready, other = os.pipe()
    os.write(other, b"x")
    loop = asyncio.get_running_loop()
    loop.add_reader(ready, transport._read_ready)  # type: ignore[attr-defined]
    async with asyncio.timeout(0.1):
        error = await ear.lost
    loop.remove_reader(ready)
    assert f"{EMPTY_READS_MAX} times and empty" in str(error)
    assert not device.is_open
    for fd in (master, slave, ready, other):
        os.close(fd)


def test_bytes_between_empty_reads_begin_the_count_anew() -> None:
    """An adapter that wakes its reader for nothing now and then is no broken one."""
    master, slave = os.openpty()
    tty.setraw(slave)
    port = open_port(os.ttyname(slave), 19200)
    for _ in range(3):
        for _ in range(EMPTY_READS_MAX - 1):
            assert port.read(64) == b""
        os.write(master, b"00S")
        heard = b""
        while not heard.endswith(b"00S"):
            heard += port.read(64)
            port.empty_reads = min(port.empty_reads, EMPTY_READS_MAX - 2)  # the pty may take its time
    port.close()
    for fd in (master, slave):
        os.close(fd)
