"""`pumpd stop-all` as a program of its own, against every simulated pump on a pty and on TCP.

Theory of operation. The pump is the conformance suite's rig behind a real line. A real driver sets it running and leaves,
as a daemon does that dies; then the program is started, and the plunger itself says what came of it. The far end lives in
this process's loop, so everything here waits without holding it up.
"""

import asyncio
import itertools
import re
import sys
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest
from contract.rigs.alaris import AlarisRig
from contract.rigs.chemyx import ChemyxRig
from contract.rigs.every import RIGS
from contract.rigs.modbus import ModbusRig
from contract.rigs.new_era import NewEraBasicRig, NewEraRig

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Rig, Word
from drivers.conformance.tampers import Harm

pytestmark = pytest.mark.hil

TABLES = {
    "new_era": 'driver = "new_era"\nmodel = "NE1000"',
    "new_era-basic": 'driver = "new_era"\nmodel = "NE1000"\nprotocol = "basic"',
    "harvard": 'driver = "harvard"\nmodel = "11 ELITE"',
    "harvard-chained": 'driver = "harvard"\nmodel = "11 ELITE"\naddress = 12\naddressing = "digits"',
    "modbus-rtu": 'driver = "modbus"\nmodel = "PUMPD-1"',
    "modbus-tcp": 'driver = "modbus"\nmodel = "PUMPD-1"\ntransport = "tcp"',
    "alaris": 'driver = "alaris"\nserial = "8003-00417"\nsyringe_um = 26590\nrate_max_nl_h = 1200000000',
    "chemyx": 'driver = "chemyx"\nslowest_nm_h = 42050\nfastest_nm_h = 3060300000',
}
REAL = (Medium.PTY, Medium.TCP)


@dataclass(frozen=True)
class Done:
    """How the program ended."""

    status: int
    said: str


def channel(name: str, port: str, family: str) -> str:
    return f'[[channels]]\nname = "{name}"\n[channels.pump]\nport = "{port}"\n{TABLES[family]}\n'


async def stop_all(folder: Path, *channels: str, within_s: float | None = None) -> Done:
    """Run the program over these channels."""
    config = folder / "stop.toml"
    config.write_text("".join(channels))
    bound = [] if within_s is None else ["--within", str(within_s)]
    child = await asyncio.create_subprocess_exec(
        *(sys.executable, "-m", "pumpd.cli.main", "stop-all", "--config", str(config), *bound),
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.STDOUT,
    )
    said, _ = await child.communicate()
    assert child.returncode is not None
    return Done(child.returncode, said.decode())


@asynccontextmanager
async def behind(rig: Rig, medium: Medium, folder: Path) -> AsyncIterator[Bench]:
    bench = Bench(rig, medium, folder)
    try:
        await bench.line.plug()
        yield bench
    finally:
        await bench.end()


async def run_and_leave(bench: Bench) -> None:
    """The pump infuses, and whoever set it running is gone."""
    seat = await bench.infusing()
    await seat.leave()
    assert bench.truth.is_moving


@pytest.mark.parametrize("medium", REAL, ids=lambda medium: medium.value)
@pytest.mark.parametrize("rig", RIGS, ids=lambda rig: rig.family)
async def test_a_running_pump_of_any_family_is_told_stop_first_of_all_and_stands(
    rig: type[Rig], medium: Medium, tmp_path: Path
) -> None:
    """Faults rows 91, 92, I7, I9: nothing is asked before the stop, and what confirms it is a readback."""
    async with behind(rig(), medium, tmp_path) as bench:
        await run_and_leave(bench)
        before = len(bench.line.heard)
        done = await stop_all(tmp_path, channel("bed-1", bench.line.port, rig.family))
        assert (done.status, "STANDS" in done.said) == (0, True), done
        assert bench.line.heard[before].kind is Kind.HALT
        assert Kind.START not in [frame.kind for frame in bench.line.heard[before:]]
        await bench.stands_for(0.2)


@pytest.mark.parametrize("rig", [NewEraRig, ModbusRig], ids=lambda rig: rig.family)
async def test_a_pump_that_hears_and_does_not_obey_is_starved_and_then_confirmed(
    rig: type[Rig], tmp_path: Path
) -> None:
    """Row 4, decision 0002: a second of stops, then silence for longer than its lease, then it stands by itself."""
    async with behind(rig(), Medium.PTY, tmp_path) as bench:
        await run_and_leave(bench)
        bench.do(Word.IGNORE_STOP, 1)
        before = len(bench.line.heard)
        done = await stop_all(tmp_path, channel("bed-1", bench.line.port, rig.family))
        assert done.status == 0, done
        assert not bench.truth.is_moving
        spoken = [frame.at_s for frame in bench.line.heard[before:]]
        silences = [late - early for early, late in itertools.pairwise(spoken)]
        assert max(silences) > 2.0, "it was left alone for its lease"


async def test_a_pump_that_does_not_obey_and_has_no_lease_is_told_so_and_the_status_says_it(
    tmp_path: Path,
) -> None:
    """Row 4, I10: stop on and on, at least four times a second, and no claim that it stands."""
    async with behind(ChemyxRig(), Medium.PTY, tmp_path) as bench:
        await run_and_leave(bench)
        bench.do(Word.IGNORE_STOP, 1)
        done = await stop_all(tmp_path, channel("bed-1", bench.line.port, "chemyx"), within_s=3.0)
        assert (done.status, "NOT CONFIRMED" in done.said) == (1, True), done
        assert bench.truth.is_moving
        stops = bench.asked(Kind.HALT)
        assert len(stops) >= 8, "said again and again"


async def of_every_family(check: Callable[[type[Rig], Path], Awaitable[None]], folder: Path) -> None:
    """Three at a time: more would keep each other from starting while the pumps' leases run."""
    room = asyncio.Semaphore(3)

    async def one(rig: type[Rig]) -> None:
        own = folder / rig.family
        own.mkdir()
        async with room:
            await check(rig, own)

    await asyncio.gather(*map(one, RIGS))


async def test_a_pump_that_cannot_be_understood_stands_all_the_same_and_is_not_called_confirmed(
    tmp_path: Path,
) -> None:
    """Rows 1, 25, 28: it hears everything, and nothing that arrives here is what it said."""

    async def check(rig: type[Rig], folder: Path) -> None:
        async with behind(rig(), Medium.PTY, folder) as bench:
            await run_and_leave(bench)
            bench.line.harm(Harm.DEAF, None, None)
            done = await stop_all(folder, channel("bed-1", bench.line.port, rig.family), within_s=2.0)
            assert (done.status, "NOT CONFIRMED" in done.said) == (1, True), (rig.family, done)
            assert bench.asked(Kind.HALT), rig.family
            assert not bench.truth.is_moving, f"{rig.family}: the stop was heard"

    await of_every_family(check, tmp_path)


async def test_a_line_that_spoils_answers_delays_the_word_and_not_the_stop(tmp_path: Path) -> None:
    """Rows 23-25: garbled, lost and late answers; in the end two readbacks agree."""

    async def check(rig: type[Rig], folder: Path) -> None:
        async with behind(rig(), Medium.PTY, folder) as bench:
            await run_and_leave(bench)
            for harm in (Harm.GARBLE, Harm.LOSE_REPLY, Harm.DELAY):
                bench.line.harm(harm)
            done = await stop_all(folder, channel("bed-1", bench.line.port, rig.family))
            assert (done.status, "STANDS" in done.said) == (0, True), (rig.family, done)
            assert not bench.truth.is_moving, rig.family

    await of_every_family(check, tmp_path)


async def test_an_absent_pump_does_not_delay_the_one_that_is_there(tmp_path: Path) -> None:
    """Rows 18, 20: each port by itself; the lines say which pump stands and which was not reached."""
    async with behind(NewEraRig(), Medium.PTY, tmp_path) as bench:
        await run_and_leave(bench)
        channels = (
            channel("bed-1", str(tmp_path / "no-such-port"), "new_era"),
            channel("bed-2", bench.line.port, "new_era"),
            channel("bed-3", "tcp:127.0.0.1:1", "chemyx"),
        )
        began_s = bench.now_s
        running = asyncio.create_task(stop_all(tmp_path, *channels, within_s=4.0))
        await bench.until(lambda truth: not truth.is_moving, within_s=2.5)
        assert bench.now_s - began_s < 2.5
        done = await running
        assert done.status == 1, done
        assert re.search(r"^bed-2: .*STANDS", done.said, re.MULTILINE), done
        assert re.search(r"^bed-1: .*NOT CONFIRMED: .*No such file", done.said, re.MULTILINE), done
        assert re.search(r"^bed-3: .*NOT CONFIRMED: .*refused", done.said, re.MULTILINE), done


async def test_where_no_stop_can_be_sent_at_all_the_status_is_2(tmp_path: Path) -> None:
    done = await stop_all(tmp_path, channel("bed-1", str(tmp_path / "none"), "new_era"), within_s=0.3)
    assert (done.status, "No such file" in done.said) == (2, True), done


async def test_a_port_that_comes_back_is_stopped_then(tmp_path: Path) -> None:
    """Row 18: the adapter is plugged in again while the program still tries."""
    async with behind(NewEraBasicRig(), Medium.PTY, tmp_path) as bench:
        await run_and_leave(bench)
        await bench.line.unplug()
        running = asyncio.create_task(stop_all(tmp_path, channel("bed-1", bench.line.port, "new_era-basic")))
        await asyncio.sleep(1.0)
        assert bench.truth.is_moving
        await bench.line.plug()
        await bench.until(lambda truth: not truth.is_moving, within_s=3.0)
        assert (await running).status == 0


async def test_an_alaris_pump_that_has_dropped_remote_control_is_asked_for_it_and_stopped(
    tmp_path: Path,
) -> None:
    """facts/protocols.md 5: control lapses a second after the last renewal, and a dead daemon renews nothing."""
    async with behind(AlarisRig(), Medium.PTY, tmp_path) as bench:
        await run_and_leave(bench)
        await asyncio.sleep(1.5)
        assert bench.truth.is_moving
        done = await stop_all(tmp_path, channel("bed-1", bench.line.port, "alaris"))
        assert done.status == 0, done
        assert not bench.truth.is_moving
