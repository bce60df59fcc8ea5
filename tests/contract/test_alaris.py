"""What only the Alaris family does, on memory, a pty and TCP: remote control, its code, the limit kept by the driver.

The generic checks are the conformance suite's; these stand beside them (facts/protocols.md 5).
"""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from itertools import pairwise
from pathlib import Path

import pytest
from contract.rigs.alaris import AlarisRig

from drivers.conformance.bench import Bench
from drivers.conformance.lines import Medium
from drivers.conformance.rig import Kind, Word
from drivers.contract import Adjust, Halt, Motion, Outcome, PumpAlarm, Run


@pytest.fixture(
    params=[
        Medium.MEMORY,
        pytest.param(Medium.PTY, marks=pytest.mark.hil),
        pytest.param(Medium.TCP, marks=pytest.mark.hil),
    ]
)
async def bench(request: pytest.FixtureRequest, tmp_path: Path) -> AsyncIterator[Bench]:
    bench = Bench(AlarisRig(), request.param, tmp_path)
    await bench.line.plug()
    yield bench
    wrong = bench.audit()
    await bench.end()
    assert wrong == []


def pump_of(bench: Bench) -> AlarisRig:
    assert isinstance(bench.rig, AlarisRig)
    return bench.rig


async def test_run_adjust_halt_with_readback(bench: Bench) -> None:
    seat = await bench.infusing()
    assert bench.truth.rate_nl_h == bench.case.rate_nl_h
    assert await seat.do(Adjust(bench.case.lower_nl_h)) is Outcome.CONFIRMED
    report = await seat.poll()
    assert (report.motion, report.rate_nl_h, report.watchdog_ms) == (Motion.INFUSING, 13_100_000, 15_000)
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not bench.truth.is_moving


async def test_polls_keep_remote_control_alive_and_nothing_else_does(bench: Bench) -> None:
    """facts/protocols.md 5: configuration and control, each about every second; design law 7: by the caller's polls."""
    seat = await bench.infusing()
    began = len(bench.line.heard)
    await seat.keep_polling(2.5)
    said = [frame for frame in bench.line.heard[began:] if frame.kind is Kind.SESSION]
    for half in (b"REMOTE_CFG^", b"REMOTE_CTRL^"):
        times = [frame.at_s for frame in said if half in frame.chunk]
        assert len(times) >= 4
        assert max(b - a for a, b in pairwise(times)) < 1.0
    last_asked_s = bench.now_s
    await asyncio.sleep(2.5)
    answered_s = last_asked_s + 1.0  # by then, on any machine, the last poll's exchanges have ended
    assert [frame for frame in bench.line.heard if frame.at_s > answered_s] == []


async def test_a_halt_after_control_has_lapsed_takes_it_back_and_stops(bench: Bench) -> None:
    """The stop is said first; it is refused, control is asked for, and it is said again, in the same turn."""
    seat = await bench.infusing()
    await asyncio.sleep(2.3)  # the simulated pump's keep-alive is 2 s
    began = len(bench.line.heard)
    began_s = bench.now_s
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    assert not bench.truth.is_moving
    assert bench.now_s - began_s < 0.5
    kinds = [frame.kind for frame in bench.line.heard[began:]]
    assert kinds[:6] == [Kind.HALT, Kind.READ, Kind.SESSION, Kind.SESSION, Kind.HALT, Kind.READ]


async def test_the_driver_halts_the_run_at_its_limit_and_not_beyond_it(bench: Bench) -> None:
    """There is no volume target in this pump: a poll finds the counter in reach of the limit, and halts."""
    bench.rig.case = replace(bench.case, volume_nl=bench.case.small_volume_nl)
    seat = await bench.ready()
    given_nl = bench.truth.given_nl
    assert await seat.do(Run(bench.case.rate_nl_h, bench.case.small_volume_nl)) is Outcome.CONFIRMED
    polling = asyncio.create_task(seat.keep_polling(6.0))
    await bench.until(lambda truth: not truth.is_moving, 6.0)
    await polling
    given_nl = bench.truth.given_nl - given_nl
    assert bench.case.small_volume_nl - 8_000 < given_nl <= bench.case.small_volume_nl
    assert (await seat.poll()).motion is Motion.HALTED


async def test_a_pump_exchanged_behind_the_port_takes_the_code_no_more_and_is_known_by_it(
    bench: Bench,
) -> None:
    """Faults row 21: the security code changes with the serial number."""
    seat = await bench.infusing()
    waiting = asyncio.create_task(seat.down(3.0))
    await asyncio.sleep(0)
    bench.do(Word.SWAP)
    await seat.keep_polling(1.0)
    assert (await waiting).is_wrong_pump
    assert Kind.START not in [frame.kind for frame in bench.line.heard[-8:]]


async def test_a_pump_that_gives_remote_control_to_nobody_does_not_come_up(bench: Bench) -> None:
    """Software newer than 2.3.6 (facts/protocols.md 5): what cannot be halted from here is not offered as a pump."""
    pump_of(bench).pump.quirks.is_remote_disabled = True
    seat = await bench.seat()
    down = await seat.down(3.0)
    assert "Software newer than 2.3.6" in down.reason
    assert not down.is_wrong_pump


async def test_a_host_that_is_lost_leaves_the_pump_running_for_fifteen_seconds_and_no_longer(
    bench: Bench,
) -> None:
    """Faults row 91; the alarm stays until somebody presses a key, and no run goes over it."""
    if bench.medium is not Medium.MEMORY:
        bench.rig.pump.memory.safe_s = 2  # type: ignore[attr-defined]
    seat = await bench.infusing()
    bound_s = pump_of(bench).pump.memory.safe_s
    stood_s = await bench.until(lambda truth: not truth.is_moving, bound_s + 1)
    assert bound_s - 0.1 <= stood_s <= bound_s + 0.1
    report = await seat.poll()
    assert (report.motion, report.alarms) == (Motion.HALTED, (PumpAlarm.HOST_SILENT,))
    assert await seat.do(bench.case.run) is Outcome.REFUSED
    bench.do(Word.PRESS_STOP)
    assert await seat.do(bench.case.run) is Outcome.CONFIRMED


async def test_an_infusion_started_at_the_keypad_is_reported_as_unwatched(bench: Bench) -> None:
    """Faults row 15: the 15 s hold for what was started over serial, so the report says 0."""
    seat = await bench.infusing()
    assert await seat.do(Halt()) is Outcome.CONFIRMED
    bench.do(Word.PRESS_RUN)
    report = await seat.poll()
    assert (report.motion, report.watchdog_ms) == (Motion.INFUSING, 0)
    assert await seat.do(Adjust(26_200_000)) is Outcome.CONFIRMED
    pump_of(bench).pump.turn_rate(pump_of(bench).pump.motor.rate_ml_h / 2)
    assert await seat.do(Adjust(26_200_000)) is Outcome.REFUSED
    assert await seat.do(Halt()) is Outcome.CONFIRMED


async def test_answers_broken_off_with_escape_are_read_all_the_same(bench: Bench) -> None:
    """facts/protocols.md 5: ESC aborts a frame."""
    pump_of(bench).pump.quirks.is_reply_broken_off = True
    seat = await bench.infusing()
    assert await seat.do(Halt()) is Outcome.CONFIRMED
